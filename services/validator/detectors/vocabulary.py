"""Words of lists, minutes and births in the official languages of the EU and of Iceland, Norway, Ukraine and Russia.

Each entry is a piece of a pattern over small letters, by language, so that what is missing is seen. The patterns of
`people`, `material`, `papers` and `contact` are made of them.
"""

LIST_TITLES = {
    "bg": r"(?:поименен )?списък (?:на |с |със )?(?:всички |записани\w* )?(?:участ|присъст|ученици|курсист|"
    r"обучаем)|поименен списък|"
    r"присъствен\w* (?:списък|лист|форм)|лист(?:а)? за присъств|регистрационен (?:лист|списък)|"
    r"регистрационна (?:карта|форма)",
    "cs": r"prezenční list|prezenčka|podpisov\w+ (?:arch|list)|docházk\w+ (?:účast|list)|"
    r"(?:jmenný )?seznam (?:\w+ ){0,2}(?:účastní|účastnic|přítomn|žáků|studentů|frekventant)|jmenný seznam",
    "da": r"deltager(?:liste|oversigt|fortegnelse)|fremmøde(?:liste|protokol|skema)|navneliste|"
    r"underskrifts(?:liste|ark)|"
    r"tilmeldingsliste|tilstedeværelses|(?:liste|oversigt) over (?:de )?(?:\w+ )?(?:deltager|fremmødt|tilmeldt|elever|"
    r"kursist)",
    "de": r"teilnehm\w*(?:liste|verzeichnis|übersicht)|teilnahmeliste|(?:liste|verzeichnis|übersicht) (?:der|aller|"
    r"über die) (?:\w+ )?"
    r"(?:teilnehm|anwesend|schüler|angemeldet)|anwesenheits|unterschriften?liste|anmeldeliste|namensliste|gästeliste|"
    r"präsenzliste",
    "el": r"(?:κατάλογος|κατάσταση|λίστα|πίνακας|μητρώο|δελτίο|φύλλο) (?:των |με τους )?(?:συμμετ|παρόντ|παρουσ|"
    r"εκπαιδευομ|μαθητ|υπογραφ)|"
    r"παρουσιολόγ|απουσιολόγ|ονομαστική κατάσταση",
    "en": r"(?:list|register|record) of (?:all |the |our )?(?:participants|attendees|attendance|pupils|students|"
    r"learners|delegates|guests|"
    r"trainees|people present|those present)|"
    r"(?:participants?|attendance|attendees|sign[- ]?(?:in|up)|registration|signature|delegates?|guest|class)s?.? "
    r"(?:list|sheet|register|form|table|record|log|roll)|attendance\b|registered participants",
    "es": r"(?:lista|listado|relación|registro|control|parte) (?:nominal )?(?:de |del )?(?:las |los )?(?:personas )?"
    r"(?:part[ei]cip|asisten|presen|firm|inscri|alumn|estudiant)|hojas? de (?:asistencia|firmas|registro)",
    "et": r"(?:osalejate|osavõtjate|kohalviibinute|kohalviibijate|õpilaste|registreerunute|kuulajate|kohalolijate) "
    r"(?:nimekir|registr|loetelu)|registreerimis(?:leht|lehe|nimekiri)|osalusleh|osavõtuleh|allkirjaleh|"
    r"nimeline nimekiri",
    "fi": r"osallistuja(?:luettelo|lista)|osanottaja(?:luettelo|lista)|läsnäolo(?:lista|luettelo|lomake)|läsnäolol|"
    r"nimilista|"
    r"ilmoittautumis(?:lista|luettelo)|(?:luettelo|lista) osallistuj|(?:osallistujien|läsnäolijoiden|"
    r"oppilaiden) (?:luettelo|lista|nimet)",
    "fr": r"(?:liste|feuille|registre|fiche|état|tableau) (?:nominati\w+ )?(?:des? |d.|de la )?(?:participant|"
    r"présen|émarge|élèves|inscri|"
    r"stagiaires|apprenant|signatures)|liste nominative|liste d.appel",
    "ga": r"(?:liosta|clár|bileog|leathanach) (?:na |an )?(?:\w+ )?(?:rannph|freastal|tinrimh|ainmneacha|sínithe|"
    r"síniúcháin|daltaí)|"
    r"liosta na ndaoine",
    "hr": r"popis (?:\w+ ){0,2}(?:sudioni|polazni|učeni|nazočni|prisutni|prijavljen)|lista (?:\w+ )?(?:sudionik|"
    r"prisut|nazočn|potpis)|"
    r"potpisna lista|evidenci\w+ (?:list\w+ )?(?:o )?(?:prisu|nazoč|dola)|evidencijska list|poimenični popis",
    "hu": r"résztvev\w+ (?:list|névsor|jegyzék|név)|jelenléti|névsor\w*|névjegyzék|aláírási? ?ív|"
    r"regisztrációs (?:lap|ív|list)|"
    r"(?:tanulók|jelenlévők|jelentkezők) (?:list|névsor|jegyzék)",
    "is": r"þátttak\w+(?:list|skrá)|list\w+ yfir (?:\w+ )?(?:þátttak|viðstadd)|mæting\w+(?:list|skrá)|"
    r"viðveru(?:list|skrá)|nafnalist|"
    r"undirskrift\w*list|skráningarlist",
    "it": r"(?:lista|elenco|registro|foglio|scheda) (?:nominativ\w )?(?:de[il] |degli |delle |di )?(?:part[ei]cip|"
    r"presen|firm|iscri|alunn|"
    r"student|corsist)|elenco nominativo",
    "lt": r"(?:dalyvi[ųo]|dalyvavusi\w+|klausytojų|mokinių|asmenų|užsiregistravusi\w+) (?:\w+ )?(?:sąraš|registr|"
    r"lentel)|"
    r"registracijos (?:lap|sąraš|lentel|form)|lankomumo|parašų (?:lap|sąraš)|vardinis sąraš",
    "lv": r"dalībnieku (?:\w+ )?(?:sarakst|reģistr|uzskait)|reģistrācijas (?:lapa|saraksts|tabula)|"
    r"apmeklējum\w* (?:lapa|uzskaite|"
    r"saraksts|reģistr)|klātbūtnes|parakstu lapa|saraksts ar parakst|(?:klātesošo|skolēnu|izglītojamo|audzēkņu|"
    r"viesu) (?:sarakst|uzskait)",
    "mt": r"(?:lista|folja|reġistru|karta|werqa|formola) (?:ta['’] |tal-|tan-|tas-|tat-|bl-|bil-)(?:parteċip|"
    r"attend|preżenz|ismijiet|"
    r"firem|studenti|reġistr)",
    "nb": r"deltaker(?:liste|oversikt)|oppmøteliste|fremmøteliste|frammøteliste|påmeldingsliste|signeringsliste|"
    r"tilstedeværelses|"
    r"(?:liste|oversikt) over (?:\w+ )?(?:deltaker|frammøtt|fremmøtt|påmeldt|elever)",
    "nl": r"deelnemers(?:lijst|overzicht|register)?\b|presentie(?:lijst|register)|aanwezigheids(?:lijst|register)|"
    r"teken(?:ing)?lijst|"
    r"handtekening(?:en)?lijst|intekenlijst|inschrijf(?:lijst|formulier)|namenlijst|(?:lijst|overzicht) (?:van|"
    r"met) (?:\w+ )?(?:deelnem|"
    r"aanwezig|leerling|inschrijv)",
    "pl": r"(?:lista|wykaz|spis|rejestr|ewidencja) (?:\w+ )?(?:uczestni|obecno|uczniów|zgłoszon|podpis|kursant|"
    r"osób|słuchacz)",
    "pt": r"(?:lista|listagem|relação|registo|folha|mapa) (?:nominal )?(?:de |dos |das |da )?(?:part[ei]cip|presen|"
    r"assinatur|inscri|alun|"
    r"formand|assiduidade)",
    "ro": r"(?:list[aăe]|tabel\w*|fiș[aăe]|fişă|foaie|condic[aă]|registr\w+|borderou) (?:nominal\w* )?(?:de |cu |"
    r"a |al )?(?:toți )?"
    r"(?:participan|prezen|semnătur|înscri|elev|cursan)|(?:listă|tabel) nominal",
    "ru": r"списо?к\w* (?:участ|присутств|слушател|учащ|учеников)|регистрационный лист|лист регистрации|"
    r"явочный лист|лист присутств|"
    r"поим[её]нный список",
    "sk": r"prezenčn\w+ (?:listin|zoznam)|podpisov\w+ (?:hárok|listin)|dochádzk\w+ (?:list|hárok)|menný zoznam|"
    r"zoznam (?:\w+ ){0,2}(?:účastní|účastníč|prítomn|žiakov|študent|prihlásen)",
    "sl": r"seznam (?:\w+ ){0,2}(?:udelež|prisotn|navzoč|prijavljen|učenc|dijak|slušatelj)|lista (?:prisotn|navzoč|"
    r"udelež)|"
    r"podpisn\w+ (?:list|pol)|evidenc\w+ (?:prisot|navzoč|udelež)|poimenski seznam",
    "sv": r"deltag(?:ar|er)e?(?:list|förteck|översikt)|närvaro(?:l|förteck|blad)|namnlista|anmälningslist|"
    r"signeringslist|elevlist|"
    r"(?:lista|förteckning) över (?:\w+ )?(?:deltag|närvar|elev|anmäld)",
    "uk": r"списо?к\w* (?:учасни|присутн|слухач|учнів)|реєстраційний лист|лист реєстрації|явочний лист|"
    r"поіменний список",
}

NAME_HEADINGS = {
    "bg": r"име(?:на)?|три ?имена|трите имена|презиме|фамилия|участни[кц]\w*",
    "cs": r"jméno|jména|příjmení|účastník|účastnice",
    "da": r"navne?|fornavne?|efternavne?|deltager",
    "de": r"name|vorname|nachname|familienname|zuname|teilnehmer(?:in)?|teilnehmende[r]?",
    "el": r"όνομα|επώνυμο|ονοματεπώνυμο|επίθετο|συμμετέχ\w+|ον/μο",
    "en": r"names?|surname|forename|full name|participants?|attendee",
    "es": r"nombres?|apellidos?|participantes?|asistente",
    "et": r"nimi|perekonnanimi|perenimi|eesnimi|osaleja|osavõtja",
    "fi": r"nimi|etunimi|sukunimi|osallistuja",
    "fr": r"noms?|prénoms?|participante?",
    "ga": r"ainm|ainm iomlán|sloinne|céadainm|rannpháirtí",
    "hr": r"ime|imena|prezime|sudioni\w+|polazni\w+",
    "hu": r"név|teljes név|vezetéknév|keresztnév|családnév|utónév|résztvevő",
    "is": r"nafn|fullt nafn|eftirnafn|þátttakandi|nöfn",
    "it": r"nome|nominativo|nominativi|cognome|partecipante",
    "lt": r"vardas|pavardė|vardai|dalyvi[so]|dalyvė",
    "lv": r"vārd[si]|uzvārd[si]|dalībnie(?:ks|ce)|skolēn[si]|izglītojam\w+|klausītāj\w+",
    "mt": r"isem|ismijiet|kunjom|parteċipant",
    "nb": r"navn|fornavn|etternavn|deltaker",
    "nl": r"naam|namen|voornaam|achternaam|familienaam|deelnemer",
    "pl": r"imię|imiona|nazwisko|nazwiska|uczestni(?:k|czka)",
    "pt": r"nomes?|apelidos?|sobrenome|formandos?",
    "ro": r"nume|numele|prenume|prenumele",
    "ru": r"ф\. ?и\. ?о|фио|имя|фамилия|отчество",
    "sk": r"meno|mená|priezvisko|priezviská|účastníčka",
    "sl": r"imena|priimek|priimki|udeležen\w+",
    "sv": r"namn|förnamn|efternamn|deltagare",
    "uk": r"піб|п\. ?і\. ?б|ім.?я|прізвище|учасни[кц]\w*",
}

SIGN_HEADINGS = {
    "bg": r"подпис",
    "da nb": r"underskrift|signatur",
    "de": r"unterschrift",
    "el": r"υπογραφ",
    "en": r"signature",
    "es it mt": r"\bfirm[ae]s?\b",
    "et": r"allkir",
    "fi": r"allekirjoitu|nimikirjoitus",
    "fr": r"émargement|signature|parafe",
    "ga": r"síni[úu]",
    "cs hr pl sk sl": r"podpis|potpis",
    "hu": r"aláírás",
    "is": r"undirskrift|undirritun",
    "lt": r"paraš[ao]",
    "lv": r"parakst",
    "nl": r"handtekening|paraaf",
    "pt": r"assinatura|rubrica",
    "ro": r"semnătur",
    "ru": r"подпись",
    "sv": r"underskrift|namnteckning",
    "uk": r"підпис",
}

OTHER_HEADINGS = {
    "bg": r"училищ|организаци|институци|имейл|ел\. ?поща|електронна поща|тел(?:ефон|\.|\b)|егн\b|дата на раждане",
    "cs sk": r"škol|organiz[aá]c|inštit[úu]c|institu|tříd|tried|telef[oó]n|dátum narod|datum narod|pracovisk|pracoviš",
    "da nb": r"skole|organisa[st]jon|institu|e-?post|klasse|tlf|mobil|fødsels|kommune",
    "de": r"schule|einrichtung|institu|klasse|e-mail|geburt|ort\b",
    "el": r"σχολ|φορέα|οργανισμ|ηλ\b|ηλεκτρον|τηλ|τάξη|κινητό|ημ.*γέννησης",
    "en": r"signed?\b|e-?mail|phone|tel\b|mobile|school|organi[sz]a|institu|class\b|\bage\b|birth|personal code|"
    r"country",
    "es": r"correo|centro|escuela|teléfono|organización|curso|\bdni\b|\bnif\b",
    "et": r"kool|asutus|e-?post|telefon|klass|isikukood",
    "fi": r"koulu|oppilaito|organisaatio|sähköposti|puhelin|luokka|sposti",
    "fr": r"courriel|mél\b|établissement|école|téléphone|organisme|classe",
    "ga": r"scoil|ríomhphost|guthán|fón|eagraíocht|\brang\b|teileafón",
    "hr sl": r"škol|šola|ustanov|e-?pošt|elektronsk|razred|telefon|\boib\b|\bemšo\b",
    "hu": r"iskola|intézmény|osztály|telefon|e-mail|szül",
    "is": r"skóli|netfang|sími|bekkur|stofnun",
    "it": r"scuola|istituto|e-?mail|telefono|classe|codice fiscale|\bente\b",
    "lt": r"mokykl|įstaig|organizacij|el\. ?pašt|telefon|klasė|asmens kod",
    "lv": r"e-?past|tālr|iestāde|\bskola\b|\bklase\b|personas kods|dzimšan|vecums|amats|organizācij",
    "mt": r"skola|posta elettronika|imejl|telefo[wn]n?|mowbajl|organizzazz|\bklassi\b|għaqda",
    "nl": r"e-?mail|telefo|organisatie|instelling|klas\b|gsm|functie",
    "pl": r"szkoł|placówk|instytucj|e-?mail|telefon|klasa|pesel",
    "pt": r"escola|correio|telefone|telemóvel|institui|entidade|turma|e-?mail|contacto",
    "ro": r"școal|şcoal|unitatea|instituți|clasa|telefon|\bcnp\b|e-?mail",
    "ru uk": r"школа|организац|організац|учрежд|заклад|электрон|пошта|почта|телефон|класс?\b",
    "sv": r"skola|e-?post|klass|institution|telefon|organisation",
}

MINUTES_TITLES = {
    "bg": r"протокол\s+(?:от|№|за|на\s)",
    "cs": r"zápis\s+(?:z|ze|č|o)|protokol\s+z",
    "da": r"(?:møde|beslutnings)?referat(?:\s+(?:af|fra|nr|\d)|\s*$|\s*[-–:,])|mødenotat",
    "de": r"(?:sitzungs|besprechungs|gesprächs|ergebnis|verlaufs|beschluss)protokoll|protokoll\s+(?:der|des|über|"
    r"vom|zur|nr)|"
    r"niederschrift|besprechungsnotiz|gesprächsnotiz",
    "el": r"πρακτικ[όά]",
    "en": r"(?:meeting\s+)?minutes(?:\s+of|\s*$|\s*[-–:])|(?:notes|record)\s+(?:of|"
    r"from)\s+(?:the\s+)?(?:\w+\s+)?meeting|meeting\s+notes",
    "es": r"acta\s+(?:de|n)|minuta\s+de",
    "et": r"(?:koosoleku|nõupidamise|kohtumise)\s+(?:protokoll|memo)|protokoll\s+nr",
    "fi": r"(?:kokous)?pöytäkirja|(?:kokous)?muistio",
    "fr": r"(?:compte[ -]rendu|procès[ -]verbal)\b|relevé\s+de\s+(?:décisions|conclusions)",
    "ga": r"miontuairisc",
    "hr": r"zapisni[kc]|bilješk\w+\s+s[a]?\s+sastank",
    "hu": r"jegyzőkönyv|emlékeztető",
    "is": r"fundarg(?:erð|jörð)",
    "it": r"verbale(?:\s+(?:della|dell|del|di|n)|\s*$|\s*[-–:])|resoconto\s+(?:della|di)",
    "lt": r"(?:posėdžio|susirinkimo|susitikimo|pasitarimo)\s+(?:\w+\s+)?protokolas|protokolas\s+nr",
    "lv": r"(?:sanāksmes|sēdes|sapulces|apspriedes|tikšanās)\s+protokol[sa]|protokols\s+nr",
    "mt": r"minuti\s+(?:ta['’]|tal-|tas-|tan-|tat-)|minuti\s*$",
    "nb": r"(?:møte)?referat\s+(?:fra|fra)|møte(?:referat|protokoll)|protokoll\s+fra",
    "nl": r"notulen|(?:vergader|besprekings|gespreks)verslag|verslag\s+(?:van\s+)?(?:de\s+|"
    r"het\s+)?(?:\w+\s+)?(?:vergadering|bijeenkomst|overleg)",
    "pl": r"protok[óo]ł\s+(?:z|ze|nr)|notatka\s+(?:ze|z)\s+(?:spotkania|zebrania)",
    "pt": r"a(?:c)?ta\s+(?:d[ae]|n)|memorando\s+d[ae]\s+reuni",
    "ro": r"proces[ -]verbal|minuta\s+(?:ședinței|întâlnirii|reuniunii)|minută\s+de",
    "ru uk": r"протокол\s+(?:собрания|заседания|встречи|совещания|зустрічі|засідання|зборів|наради)",
    "sk": r"zápisnica|zápis\s+(?:z|zo)|záznam\s+(?:z|zo)\s+(?:stretnut|porad|rokovan)",
    "sl": r"zapisnik",
    "sv": r"(?:mötes|sammanträdes|styrelse)protokoll|protokoll\s+(?:från|fört|nr)|(?:minnes|mötes)anteckningar",
}

MINUTES_PARTS = {
    "bg": r"присъства\w+|отсъства\w+|дневен ред|решени[ея]\w*|участници|протоколчик|председател\w*",
    "cs": r"přítomn\w+|nepřítomn\w+|omluven\w*|program(?: jednání| schůzky| porady)?|závěr\w*|usnesení|úkoly|"
    r"zapsal\w*|účastníci",
    "da": r"til ?stede|deltagere|fraværende|afbud|dagsorden|beslutning\w*|referent|ordstyrer|mødeleder|mødedeltagere",
    "de": r"anwesen\w*|abwesend\w*|entschuldigt|teilnehm\w*|tagesordnung|beschl[üu]ss\w*|protokollführ\w*|"
    r"protokollant\w*|festlegungen|"
    r"ergebnisse|sitzungsleitung",
    "el": r"παρ[όο]ντ\w+|παρούσες|απόντ\w+|παρίστα\w+|συμμετέχοντες|ημερ[ήη]σια διάταξη|ημερήσιας|θέματα|αποφάσεις|"
    r"απόφαση|αποφασίστηκε|"
    r"πρόεδρος|γραμματέας|πρακτικογράφος",
    "en": r"present|attend(?:ees|ance)|in attendance|participants|apologies|absent|agenda|decisions?|"
    r"action (?:items|points)|"
    r"minutes taken by|chair(?:ed by|person)?|next steps|next meeting",
    "es": r"asistentes|ausentes|presentes|orden del día|acuerdos|decisiones|participantes|excusan",
    "et": r"osalesi\w+|osalejad|kohal|puudus\w+|päevakor\w+|otsus\w*|koosoleku juhataja|juhataja|protokollija",
    "fi": r"läsnä|poissa|paikalla|osallistujat|esityslista|asialista|asiat|päätö\w+|puheenjohtaja|sihteeri",
    "fr": r"présents?|présentes|absents?|excusée?s?|participants?|ordre du jour|décisions?|relevé de décisions|"
    r"secrétaire de séance",
    "ga": r"(?:i|as) láthair|leithscéal\w*|clár (?:oibre|an chruinnithe)|cinntí|cinneadh|socruithe|rannpháirtithe|"
    r"cathaoirleach|rúnaí",
    "hr": r"prisutn\w+|nazočn\w+|odsutn\w+|dnevni red|zaključ\w+|odluk\w+|zapisnič\w+|zapisnik vodi\w*|sudionici",
    "hu": r"jelen (?:vannak|voltak)|jelenlév\w+|hiányz\w+|távol\w*|napirend\w*|határozat\w*|döntés\w*|résztvevők|"
    r"jegyzőkönyvvezető",
    "is": r"viðstadd\w+|mætt\w*|fjarverandi|dagskrá\w*|ákvarð\w+|samþykkt\w*|fundarstjóri|fundarritari|þátttakendur",
    "it": r"presenti|assenti|partecipanti|ordine del giorno|decisioni|delibere|deliberazioni|segretari[oa]|"
    r"verbalizzant\w+",
    "lt": r"dalyvavo|dalyvauja|nedalyvavo|dalyviai|darbotvarkė|nutar\w+|nuspręsta|sprendim\w+|pirmininka\w+|"
    r"sekretor\w+",
    "lv": r"piedal[āī]\w*|klātesoš\w*|nepiedalās|darba kārtība|nolemj|nolēma|nolemts|lēmum\w+|protokolē\w*|(?:sēdi|"
    r"sanāksmi|sapulci) vada",
    "mt": r"preżenti|assenti|skużi|apoloġiji|aġenda|deċiżjonijiet|parteċipanti|president|segretarj\w*",
    "nb": r"til ?stede|deltakere|fraværende|forfall|saksliste|sakliste|dagsorden|vedtak|beslutning\w*|referent|"
    r"møteleder",
    "nl": r"aanwezig\w*|afwezig\w*|agenda\w*|beslui\w+|beslissingen|actiepunten|voorzitter|notulist|deelnemers",
    "pl": r"obecni|nieobecni|uczestnicy|porządek (?:obrad|spotkania|zebrania)|program spotkania|ustalenia|decyzje|"
    r"protokołowa\w*|wnioski",
    "pt": r"presentes|presenças|ausentes|participantes|ordem (?:de trabalhos|do dia)|agenda|decisões|deliberações|"
    r"secretári[oa]",
    "ro": r"prezen[țţt]i|absen[țţt]i|participan[țţt]i|ordinea de zi|hotărâri|s-a hotărât|decizii|concluzii",
    "ru uk": r"присутств\w+|отсутств\w+|повестка дня|решил\w*|постановил\w*|решени[ея]|присутні|відсутні|"
    r"порядок денний|вирішил\w*|"
    r"ухвалил\w*|рішення",
    "sk": r"prítomn\w+|neprítomn\w+|ospravedln\w+|program(?: rokovania| stretnutia| porady)?|závery|uzneseni\w|"
    r"úlohy|zapísal\w*|účastníci",
    "sl": r"prisotn\w+|navzoč\w+|odsotn\w+|opravičen\w+|dnevni red|sklep\w*|zapisal\w*|udeleženci",
    "sv": r"närvarande|frånvarande|deltagare|dagordning\w*|föredragningslista|beslut\w*|ordförande|sekreterare|"
    r"justera\w+",
}

BIRTH = {
    "bg": r"роден|родил|рожден|раждане",
    "cs sk": r"narozen|narod|\bnar\.",
    "da nb": r"født|fødsels|\bf\. ?d\.",
    "de": r"geboren|geburts|\bgeb\.",
    "el": r"γενν[ηή]|γέννησ|\bγεν\.|\bημ\. ?γέν",
    "en": r"\bborn\b|birth|\bd\.?o\.?b\b",
    "es": r"nacimiento|nacid[oa]|\bnació",
    "et": r"\bsünd|\bsünn",
    "fi": r"syntym|syntyn|\bsynt\.",
    "fr": r"\bné(?:e|\(e\)|·e)? le|naissance",
    "ga": r"rugadh|dáta breithe|breithe",
    "hr sl": r"rođen|rođ\.|rojen|rojstv|\broj\.",
    "hu": r"született|születési|\bszül",
    "is": r"fæðing|fædd|\bf\. ",
    "it": r"\bnat[oa] (?:il|a)\b|nascita",
    "lt": r"\bgim[.ėi]",
    "lv": r"dzim",
    "mt": r"\btwiel|twelid",
    "nl": r"geboortedatum|geboorte",
    "pl": r"urodz|\bur\.",
    "pt": r"nasciment|nascid[oa]|\bnasceu",
    "ro": r"născut|nașter|naşter|\bnăsc\.",
    "ru uk": r"рождени|родился|родилась|народжен|народи[вл]",
    "sv": r"född|födelse",
}


def any_of(*vocabularies: dict[str, str]) -> str:
    """Return one pattern of all languages."""
    return "|".join(piece for vocabulary in vocabularies for piece in vocabulary.values())
