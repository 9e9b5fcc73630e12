"""Nine further languages, and other wordings in six known ones: written after the vocabularies, tuned for nothing."""

from tests.eval.languages import Language


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.strip().split("\n"))


FRESH = {
    "da": Language(
        given=_words("Birgitte Søren Mette Troels Kirsten Asger Lærke Preben Gitte Bjarke"),
        family=_words("Nørgaard Østergaard Kjær Thomsen Bang Villadsen Krogh Mikkelsen Damgaard Bisgaard"),
        identity=(("DK", "CPR-nr."), ("DK", "CPR-nummer:")),
        phone=("Telefon:", "Tlf.", "mobilnr."),
        born=("født den", "Fødselsdato:", "født"),
        passport=("pas nr.", "Pasnummer:", "ID-kort nr. (identity card)"),
        title=("Deltagerliste til workshoppen", "Fremmødeliste, dag 1", "Liste over deltagere"),
        columns=("Navn", "Skole", "Mailadresse", "Underskrift"),
        minutes=("Referat af partnermødet", "Deltagere:", "Dagsorden", "Beslutninger"),
        prose=_lines("""
            I projektet afprøvede lærerne 14 metoder, som håndbogen fra 2023 beskriver.
            Den Europæiske Union er ikke ansvarlig. Aarhus Universitet og Nationalmuseet hjalp til.
            I undersøgelsen deltog 1.248 elever; 63,5 % kan lide gruppearbejde.
        """),
    ),
    "nb": Language(
        given=_words("Øyvind Ragnhild Torstein Sigrid Håvard Astrid Eirik Gunnhild Sindre Synnøve"),
        family=_words("Haugen Bakken Solberg Moen Strand Lunde Aasen Myhre Tveit Kvamme"),
        identity=(("NO", "fødselsnummer"), ("NO", "personnr.")),
        phone=("Telefon:", "tlf.", "mobil"),
        born=("født", "Fødselsdato:", "født den"),
        passport=("pass nr. (passnummer)", "Passnummer:", "passnr."),
        title=("Deltakerliste", "Oppmøteliste fredag", "Oversikt over påmeldte deltakere"),
        columns=("Navn", "Skole", "E-post", "Signatur"),
        minutes=("Møtereferat fra prosjektgruppa", "Til stede:", "Saksliste", "Vedtak"),
        prose=_lines("""
            I prosjektet prøvde lærerne ut 14 metoder som håndboka fra 2023 beskriver.
            Den europeiske union har ikke ansvar for innholdet. Universitetet i Bergen og Nasjonalmuseet bidro.
            I undersøkelsen deltok 1 248 elever; 63,5 % liker gruppearbeid.
        """),
    ),
    "sk": Language(
        given=_words("Ľubomír Zuzana Vladimír Drahomíra Miroslava Ondrej Katarína Štefan Želmíra Rastislav"),
        family=_words("Kováč Horváthová Tóth Baláž Szabová Molnár Lukáč Oravcová Hudák Gajdošová"),
        identity=(("CZ/SK", "rodné číslo"), ("CZ/SK", "r. č.")),
        phone=("Telefón:", "tel. č.", "mobil"),
        born=("narodená", "Dátum narodenia:", "nar. (narodený)"),
        passport=("pas č.", "občiansky preukaz č.", "číslo občianskeho preukazu"),
        title=("Prezenčná listina", "Zoznam účastníkov školenia", "Menný zoznam prihlásených účastníkov"),
        columns=("Meno a priezvisko", "Škola", "E-mail", "Podpis"),
        minutes=("Zápisnica zo stretnutia partnerov", "Prítomní:", "Program stretnutia", "Závery"),
        prose=_lines("""
            V projekte učitelia vyskúšali 14 metód, ktoré opisuje príručka z roku 2023.
            Európska únia nezodpovedá za obsah. Univerzita Komenského a Národné múzeum pomohli.
            Dotazník vyplnilo 1 248 žiakov; 63,5 % má rado prácu v skupinách.
        """),
    ),
    "sl": Language(
        given=_words("Matjaž Špela Blaž Mojca Žiga Urška Aljaž Darja Gašper Polona"),
        family=_words("Kovačič Zupančič Potočnik Mlakar Vidmar Golob Turk Božič Kralj Hribar"),
        identity=(("SI", "EMŠO"), ("SI", "EMŠO:")),
        phone=("Telefon:", "tel.", "GSM"),
        born=("rojena", "Datum rojstva:", "rojen"),
        passport=("potni list št.", "številka potnega lista", "osebna izkaznica št."),
        title=("Lista prisotnosti", "Seznam udeležencev", "Evidenca prisotnosti na delavnici"),
        columns=("Ime in priimek", "Šola", "Elektronski naslov", "Podpis"),
        minutes=("Zapisnik sestanka projektne skupine", "Prisotni:", "Dnevni red", "Sklepi"),
        prose=_lines("""
            V projektu so učitelji preizkusili 14 metod, ki jih opisuje priročnik iz leta 2023.
            Evropska unija ne odgovarja za vsebino. Univerza v Ljubljani in Narodni muzej sta pomagala.
            V anketi je sodelovalo 1248 učencev; 63,5 % jih ima rado skupinsko delo.
        """),
    ),
    "hr": Language(
        given=_words("Zvonimir Jadranka Hrvoje Snježana Tihomir Vesna Krešimir Ljiljana Domagoj Đurđica"),
        family=_words("Babić Jurić Knežević Vuković Perković Blažević Grgić Pavlović Šimunović Tomić"),
        identity=(("HR", "OIB"), ("HR", "OIB:")),
        phone=("Telefon:", "tel.", "mob."),
        born=("rođena", "Datum rođenja:", "rođen"),
        passport=("putovnica br.", "broj putovnice", "osobna iskaznica br."),
        title=("Popis sudionika", "Potpisna lista", "Evidencija nazočnosti"),
        columns=("Ime i prezime", "Škola", "E-pošta", "Potpis"),
        minutes=("Zapisnik sa sastanka partnera", "Nazočni:", "Dnevni red", "Zaključci"),
        prose=_lines("""
            U projektu su učitelji isprobali 14 metoda koje opisuje priručnik iz 2023. godine.
            Europska unija nije odgovorna za sadržaj. Sveučilište u Zagrebu i Hrvatski muzej su pomogli.
            U anketi je sudjelovalo 1248 učenika; 63,5 % voli rad u skupinama.
        """),
    ),
    "ga": Language(
        given=_words("Caoimhín Gráinne Pádraig Sorcha Ruairí Bláthnaid Tadhg Muireann Eoghan Fionnuala"),
        family=_words("Breathnach Gallchóir Ceallaigh Murchú Seoighe Conghaile Cathasaigh Domhnaill Laoire Caomhánach"),
        identity=(("IE", "uimhir PPS"), ("IE", "PPSN")),
        phone=("Fón:", "Teil.", "guthán"),
        born=("rugadh í ar", "Dáta breithe:", "rugadh é ar"),
        passport=("pas uimh. (passport)", "Passport no.", "pas (passport no.)"),
        title=("Liosta na rannpháirtithe", "Bileog tinrimh", "Clár freastail an tseimineáir"),
        columns=("Ainm agus sloinne", "Scoil", "Ríomhphost", "Síniú"),
        minutes=("Miontuairiscí an chruinnithe", "I láthair:", "Clár oibre", "Cinntí"),
        prose=_lines("""
            Le linn an tionscadail bhain múinteoirí triail as 14 mhodh a bhfuil cur síos orthu i lámhleabhar 2023.
            Níl an tAontas Eorpach freagrach. Chabhraigh Ollscoil na Gaillimhe agus an tArd-Mhúsaem.
            Ghlac 1,248 dalta páirt sa suirbhé; is maith le 63.5 % obair ghrúpa.
        """),
    ),
    "mt": Language(
        given=_words("Ġorġ Ċetta Żeża Salvu Karmena Wistin Ġużeppi Duminka Nazzareno Filumena"),
        family=_words("Borġ Żammit Camilleri Farruġa Vella Galea Micallef Grech Attard Xuereb"),
        identity=(("IE", "PPS number"), ("IT", "codice fiscale")),
        phone=("Telefown:", "tel.", "mowbajl"),
        born=("twieldet fi", "Data tat-twelid:", "twieled fi"),
        passport=("passaport nru.", "numru tal-passaport", "karta tal-identità nru."),
        title=("Lista tal-parteċipanti", "Folja tal-attendenza", "Lista ta' attendenza"),
        columns=("Isem u kunjom", "Skola", "Posta elettronika", "Firma"),
        minutes=("Minuti tal-laqgħa tal-proġett", "Preżenti:", "Aġenda", "Deċiżjonijiet"),
        prose=_lines("""
            Fil-proġett l-għalliema ppruvaw 14-il metodu li l-manwal tal-2023 jiddeskrivi.
            L-Unjoni Ewropea mhijiex responsabbli. L-Università ta' Malta u l-Mużew Nazzjonali għenu.
            Fl-istħarriġ ħadu sehem 1,248 student; 63.5 % iħobbu jaħdmu fi gruppi.
        """),
    ),
    "is": Language(
        given=_words("Þorgerður Sigurður Ragnheiður Gunnlaugur Ásdís Hallgrímur Steinunn Ingvar Þórdís Snorri"),
        family=_words(
            "Jónsdóttir Ólafsson Þorsteinsdóttir Magnússon Einarsdóttir Gíslason Hafstein Blöndal Briem Thorarensen"
        ),
        identity=(("IS", "kennitala"), ("IS", "kennitala:")),
        phone=("Sími:", "GSM", "farsími"),
        born=("fædd", "Fæðingardagur:", "fæddur"),
        passport=("vegabréf nr.", "Vegabréfsnúmer:", "nr. vegabréfs"),
        title=("Þátttakendalisti", "Viðverulisti", "Listi yfir þátttakendur"),
        columns=("Nafn", "Skóli", "Netfang", "Undirskrift"),
        minutes=("Fundargerð verkefnisstjórnar", "Viðstaddir:", "Dagskrá", "Ákvarðanir"),
        prose=_lines("""
            Í verkefninu reyndu kennarar 14 aðferðir sem handbókin frá 2023 lýsir.
            Evrópusambandið ber ekki ábyrgð. Háskóli Íslands og Þjóðminjasafnið hjálpuðu til.
            Í könnuninni tóku þátt 1.248 nemendur; 63,5 % líkar hópvinna.
        """),
    ),
    "uk": Language(
        given=_words("Олексій Людмила Тарас Оксана Ярослав Зоряна Остап Леся Богдан Соломія"),
        family=_words("Шевченко Бондаренко Коваленко Мельник Ткачук Лисенко Савчук Гончар Мороз Кравець"),
        identity=(("EE/LT", "персональный код"), ("LV", "персональный код:")),
        phone=("Телефон:", "тел.", "моб. тел."),
        born=("народилася", "Дата народження:", "народився"),
        passport=("паспорт №", "Паспорт:", "номер паспорта; паспорт"),
        title=("Список учасників", "Реєстраційний лист", "Лист реєстрації учасників"),
        columns=("Прізвище та ім'я", "Школа", "Електронна пошта", "Підпис"),
        minutes=("Протокол засідання проєктної групи", "Присутні:", "Порядок денний", "Ухвалили"),
        prose=_lines("""
            У проєкті вчителі випробували 14 методів, які описує посібник 2023 року.
            Європейський Союз не відповідає за зміст. Львівський університет і Національний музей допомогли.
            В опитуванні взяли участь 1248 учнів; 63,5 % люблять працювати в групах.
        """),
    ),
    "lv, other words": Language(
        given=_words("Andris Gundega Andrejs Modris Francesca Zigrīda Imants Skaidrīte Andžela Alfons"),
        family=_words("Horvāts Vestermanis Romanovskis Jūlijs Aprāne Norvelis Grupiņš Tauriņš Dambe Ūdre"),
        identity=(("LV", "Pers. kods"), ("LV", "personas kods –")),
        phone=("Kontakttālrunis", "tālr. nr.", "Tel.:"),
        born=("dzim.", "Dzimšanas gads un datums", "dzimis"),
        passport=("pases Nr.", "pase", "personas apliecība Nr."),
        title=("Apmācību dalībnieku reģistrācijas lapa", "Izglītojamo saraksts", "Klātesošo saraksts 2. dienā"),
        columns=("Dalībnieka vārds un uzvārds", "Iestāde", "E-pasta adrese", "Paraksts"),
        minutes=("Vadības grupas sēdes protokols", "Klātesošie:", "Darba kārtība", "Lēmumi"),
        prose=_lines("""
            Skolotāji klasē pārbaudīja 9 uzdevumus, un 2024. gadā par tiem tapa krājums.
            Eiropas Savienība par saturu neatbild. Daugavpils Universitāte un Latvijas Nacionālais muzejs palīdzēja.
            Anketu aizpildīja 812 vecāki; 41,2 % vēlas piedalīties vēlreiz.
        """),
    ),
    "en, other words": Language(
        given=_words("Howard Allison Andrea Theodora Westley Paige Ford Domenica Francisca Anders"),
        family=_words("Newman Westwood Greenfield Townsend Forsyth Banks Southern Newton Northcote Weekes"),
        identity=(("IE", "PPSN"), ("SE", "personal identity number"), ("LV", "personal identification code")),
        phone=("Telephone number:", "Cell", "mob."),
        born=("born", "DOB:", "Birth date"),
        passport=("passport", "Passport No:", "ID card number"),
        title=("Sign-in sheet", "Register of attendance", "Participants list: training week"),
        columns=("Name and surname", "Organisation", "Email", "Signed"),
        minutes=("Meeting minutes", "Attendees:", "Agenda items", "Action points"),
        prose=_lines("""
            Nine tasks were tried out in class, and a collection of them appeared in 2024.
            The European Union cannot be held responsible. Trinity College and the Science Museum lent a hand.
            812 parents answered the questionnaire; 41.2 % would take part again.
        """),
    ),
    "de, other words": Language(
        given=_words("Franziska Andreas Norbert Roman Augusta Klaus Theodor Ortrud Malte Regina"),
        family=_words("Schulz Westphal Neumann Deutschmann Franck Kurz Sommer Schuller Gruber Seidl"),
        identity=(("DE", "Steueridentifikationsnummer"), ("AT", "SVNR")),
        phone=("Telefonnummer", "Tel.", "Mobil:"),
        born=("geb. am", "Geburtstag:", "geboren"),
        passport=("Reisepassnummer", "Ausweis-Nr.", "Personalausweisnummer"),
        title=("Unterschriftenliste", "Verzeichnis der Teilnehmenden", "Namensliste Gruppe 2"),
        columns=("Nachname, Vorname", "Einrichtung", "E-Mail-Adresse", "Unterschrift"),
        minutes=("Ergebnisprotokoll", "Teilnehmende:", "TOP 1 – Tagesordnung", "Beschluss"),
        prose=_lines("""
            Neun Aufgaben wurden im Unterricht erprobt; 2024 entstand daraus eine Sammlung.
            Die Europäische Union haftet nicht. Die Universität Wien und das Technische Museum halfen mit.
            812 Eltern beantworteten den Fragebogen; 41,2 % wären wieder dabei.
        """),
    ),
    "es, other words": Language(
        given=_words("Francisco Allegra Domingo Nieves Fortunato Romana Inés Anselmo Begoña Iker"),
        family=_words("Somoza Andrade Romano Franco Iglesias Bancalero Villalobos Ormaechea Portillo Cuesta"),
        identity=(("ES", "NIF"), ("ES", "D.N.I. (DNI)")),
        phone=("Tel.:", "Móvil:", "teléfono"),
        born=("nacido el", "Fecha de nacimiento", "nació el"),
        passport=("pasaporte nº", "Pasaporte:", "n.º de pasaporte; pasaporte"),
        title=("Control de asistencia", "Listado de participantes", "Hoja de firmas"),
        columns=("Nombre y apellidos", "Centro educativo", "Correo electrónico", "Firma"),
        minutes=("Acta de la reunión transnacional", "Asistentes:", "Orden del día", "Acuerdos adoptados"),
        prose=_lines("""
            Se probaron nueve tareas en clase y en 2024 se publicó una colección.
            La Unión Europea no se hace responsable. La Universidad de Vigo y el Museo Nacional ayudaron.
            812 familias contestaron; el 41,2 % volvería a participar.
        """),
    ),
    "pl, other words": Language(
        given=_words("Bożena Zdzisław Grażyna Przemysław Jadwiga Ireneusz Danuta Wiesław Franciszek Andżelika"),
        family=_words("Wójcik Wieczorek Jabłoński Nowacka Grabowski Pawłowska Michalska Sikora Ostrowski Romańczuk"),
        identity=(("PL", "nr PESEL"), ("PL", "PESEL:")),
        phone=("tel. kom.", "Telefon kontaktowy:", "tel."),
        born=("urodzony", "Data urodzenia", "ur."),
        passport=("paszport nr", "nr paszportu", "dowód osobisty nr"),
        title=("Lista obecności na szkoleniu", "Wykaz uczestników", "Lista uczestniczek i uczestników"),
        columns=("Nazwisko i imię", "Placówka", "Adres e-mail", "Podpis uczestnika"),
        minutes=("Protokół z zebrania zespołu", "Obecni:", "Porządek zebrania", "Ustalenia"),
        prose=_lines("""
            W klasie wypróbowano dziewięć zadań, a w 2024 roku powstał ich zbiór.
            Unia Europejska nie ponosi odpowiedzialności. Uniwersytet Gdański i Muzeum Narodowe pomogły.
            Ankietę wypełniło 812 rodziców; 41,2 % chce wziąć udział ponownie.
        """),
    ),
    "el, other words": Language(
        given=_words("Ηλίας Ουρανία Σπύρος Δέσποινα Αλέξανδρος Φωτεινή Χαράλαμπος Ασπασία Ιορδάνης Καλλιόπη"),
        family=_words("Γεωργίου Νικολάου Σαμαράς Τσιπούρα Μαυρίδης Ράπτη Καλογεράς Πετρίδη Σταθόπουλος Λάμπρου"),
        identity=(("GR", "ΑΜΚΑ"), ("GR", "Α.Μ.Κ.Α.")),
        phone=("Τηλ.:", "Κινητό:", "τηλέφωνο"),
        born=("γεν.", "Ημ. γέννησης:", "γεννηθείς στις"),
        passport=("Αρ. Ταυτότητας", "διαβατήριο", "αριθμός διαβατηρίου"),
        title=("Κατάσταση συμμετεχόντων", "Δελτίο παρουσίας", "Λίστα παρόντων"),
        columns=("Όνομα και επώνυμο", "Φορέας", "Διεύθυνση email", "Υπογραφή"),
        minutes=("Πρακτικό συνεδρίασης", "Συμμετέχοντες:", "Θέματα ημερήσιας διάταξης", "Αποφασίστηκε"),
        prose=_lines("""
            Δοκιμάστηκαν εννέα εργασίες στην τάξη και το 2024 εκδόθηκε μια συλλογή.
            Η Ευρωπαϊκή Ένωση δεν φέρει ευθύνη. Το Πανεπιστήμιο Κρήτης και το Μουσείο βοήθησαν.
            812 γονείς απάντησαν· το 41,2 % θα συμμετείχε ξανά.
        """),
    ),
}
