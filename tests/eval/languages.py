"""Words of twelve languages for the made texts: written for this purpose, unknown to the detectors."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """Names of people, and how one writes about them; every phrase ends where the number or date stands."""

    given: tuple[str, ...]
    family: tuple[str, ...]
    identity: tuple[tuple[str, str], ...]
    phone: tuple[str, ...]
    born: tuple[str, ...]
    passport: tuple[str, ...]
    title: tuple[str, ...]
    columns: tuple[str, str, str, str]
    minutes: tuple[str, str, str, str]
    prose: tuple[str, ...]


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.strip().split("\n"))


LANGUAGES = {
    "lv": Language(
        given=_words("Jevgēnija Rihards Tīna Bogdana Emīlija Rodžers Mikaēla Deivids Loreta Kirils Vsevolods Žanete"),
        family=_words("Kalniņa Ozols Liepa Krūmiņš Zvirbule Petrovs Vītola Šmits Dzene Āboliņš Grīnberga Siliņš"),
        identity=(("LV", "Personas kods:"), ("LV", "personas kodu"), ("LV", "p.k.")),
        phone=("Tālrunis:", "tālr.", "Mob. tālr.", "Zvaniet pa tālruni"),
        born=("Dzimšanas datums:", "dzimusi", "Dzim. dat."),
        passport=("Pases numurs", "pase Nr.", "personas apliecības Nr."),
        title=("Semināra dalībnieku saraksts", "Dalībnieku reģistrācijas lapa", "Apmeklējuma uzskaite 12.03.2024."),
        columns=("Vārds, uzvārds", "Skola", "E-pasts", "Paraksts"),
        minutes=("Projekta vadības grupas sanāksmes protokols Nr. 4", "Piedalās:", "Darba kārtība:", "Nolemj:"),
        prose=_lines("""
            Projekta laikā skolotāji izmēģināja 14 jaunas metodes, un 2023. gadā tās aprakstītas rokasgrāmatā.
            Kuldīgas novada skolās Latvijas Nacionālais centrs rīkoja divus seminārus par digitālajām prasmēm.
            Aptaujā piedalījās 1 248 skolēni; 63,5 % atzina, ka grupu darbs palīdz mācīties.
            Eiropas Savienība nav atbildīga par šo saturu. Valsts izglītības attīstības aģentūra to atbalsta.
            Rīgas Tehniskā universitāte un Liepājas Mūzikas vidusskola sagatavoja stundu plānus.
        """),
    ),
    "en": Language(
        given=_words("Gareth Siobhan Imogen Callum Tamsin Rhys Philippa Declan Orla Fergus Niamh Alistair"),
        family=_words(
            "Whitcombe O'Shea Hargreaves Blackwood Fairclough Pemberton McAllister Thornbury Ashdown Lockhart"
        ),
        identity=(("IE", "PPS number"), ("LV", "personal code"), ("EE/LT", "national identification number")),
        phone=("Phone:", "Tel.", "Mobile", "call us by telephone at"),
        born=("Date of birth:", "was born on", "DOB"),
        passport=("passport no.", "Passport number:", "identity card no."),
        title=("List of participants", "Attendance sheet, day 2", "Registration form of the workshop"),
        columns=("Full name", "School", "E-mail", "Signature"),
        minutes=("Minutes of the transnational meeting", "Present:", "Agenda", "Decisions:"),
        prose=_lines("""
            During the project teachers tried 14 new methods, which the handbook of 2023 describes.
            The National Agency of Latvia and the University of Riga held two seminars on digital skills.
            In the survey 1,248 pupils took part; 63.5 % said that group work helps them to learn.
            Views and opinions expressed are those of the author(s) only. The European Union is not responsible.
            Each lesson takes 45 minutes; the rubrics on page 17 tell how to give feedback.
        """),
    ),
    "de": Language(
        given=_words("Wolfgang Heinrike Jürgen Annegret Dietmar Uschi Detlef Gudrun Egon Waltraud Rüdiger Sieglinde"),
        family=_words("Schäfer Böhm Zimmermann Köhler Langenfeld Weißgerber Ritter Hoppe Vogelsang Brandt"),
        identity=(("DE", "Steuer-ID:"), ("AT", "Sozialversicherungsnummer"), ("CH", "AHV-Nummer")),
        phone=("Telefon:", "Tel.:", "Mobil", "Handy"),
        born=("geboren am", "Geburtsdatum:", "geb."),
        passport=("Reisepass Nr.", "Personalausweis Nr.", "Passnummer:"),
        title=("Teilnehmerliste", "Anwesenheitsliste Tag 1", "Liste der Teilnehmenden"),
        columns=("Name, Vorname", "Schule", "E-Mail", "Unterschrift"),
        minutes=("Protokoll der Projektsitzung", "Anwesend:", "Tagesordnung", "Beschlüsse"),
        prose=_lines("""
            Im Projekt erprobten Lehrkräfte 14 neue Methoden, die das Handbuch von 2023 beschreibt.
            Die Europäische Union übernimmt keine Verantwortung. Das Berliner Institut begleitete die Arbeit.
            An der Umfrage nahmen 1.248 Kinder teil; 63,5 % lernen gern in Gruppen.
            Das Deutsche Museum in München und die Humboldt Universität stellten Bilder bereit.
        """),
    ),
    "fr": Language(
        given=_words(
            "Ghislaine Yannick Solène Aurélien Maëlys Thibault Capucine Loïc Bérengère Gaspard Éloïse Corentin"
        ),
        family=_words("Lefèvre Moreau Dubois Chevalier Beaumont Fontaine Garnier Roussel Perrin Delacroix"),
        identity=(("FR", "numéro de sécurité sociale"), ("BE", "registre national"), ("LU", "matricule")),
        phone=("Téléphone :", "Tél.", "tél. mobile"),
        born=("née le", "né le", "Date de naissance :"),
        passport=("passeport n°", "carte d'identité n°", "Numéro de passeport :"),
        title=("Liste des participants", "Feuille de présence", "Liste d'émargement"),
        columns=("Nom et prénom", "Établissement", "Courriel", "Signature"),
        minutes=("Compte rendu de la réunion", "Présents :", "Ordre du jour", "Décisions"),
        prose=_lines("""
            Pendant le projet, les enseignants ont essayé 14 méthodes décrites dans le guide de 2023.
            L'Union européenne n'est pas responsable. Le Conseil régional et l'Université de Nantes ont aidé.
            Au total 1 248 élèves ont répondu ; 63,5 % aiment le travail en groupe.
            Le Musée national de la Marine a prêté ses documents aux classes.
        """),
    ),
    "es": Language(
        given=_words("Begoña Íñigo Macarena Gonzalo Rocío Álvaro Leire Xavi Nuria Joaquín Amaya Borja"),
        family=_words("Etxeberria Quintana Castellanos Villanueva Cárdenas Montero Salgado Ibáñez Fuentes Zamora"),
        identity=(("ES", "DNI"), ("ES", "NIE")),
        phone=("Teléfono:", "Tel.", "móvil"),
        born=("nacida el", "Fecha de nacimiento:", "nació; fecha de nacimiento"),
        passport=("pasaporte n.º", "Número de pasaporte:", "pasaporte"),
        title=("Lista de participantes", "Hoja de asistencia", "Hoja de firmas"),
        columns=("Nombre y apellidos", "Centro", "Correo electrónico", "Firma"),
        minutes=("Acta de la reunión de socios", "Asistentes:", "Orden del día", "Acuerdos"),
        prose=_lines("""
            Durante el proyecto el profesorado probó 14 métodos que describe la guía de 2023.
            La Unión Europea no se hace responsable. El Ministerio de Educación y la Universidad de Vigo colaboran.
            En la encuesta participaron 1.248 alumnos; el 63,5 % prefiere trabajar en grupo.
            El Museo del Prado ofrece visitas para escuelas los jueves.
        """),
    ),
    "it": Language(
        given=_words(
            "Ginevra Tommaso Ludovica Ettore Beatrice Raffaele Fiammetta Gianluca Ilaria Ottavio Donatella Fabrizio"
        ),
        family=_words("Bellini Moretti Galli Ferrara Lombardi Pellegrini Santoro Vitale Caruso Mancini"),
        identity=(("IT", "codice fiscale"), ("IT", "C.F.")),
        phone=("Telefono:", "Tel.", "tel. ufficio"),
        born=("nata il", "nato il", "Data di nascita:"),
        passport=("passaporto n.", "carta d'identità n.", "Passaporto numero"),
        title=("Elenco dei partecipanti", "Foglio presenze", "Registro delle presenze"),
        columns=("Cognome e nome", "Istituto", "E-mail", "Firma"),
        minutes=("Verbale della riunione di progetto", "Presenti:", "Ordine del giorno", "Decisioni"),
        prose=_lines("""
            Durante il progetto gli insegnanti hanno provato 14 metodi descritti nella guida del 2023.
            L'Unione europea non è responsabile. Il Comune di Lecce e l'Università di Bari hanno collaborato.
            Hanno risposto 1.248 alunni; al 63,5 % piace lavorare in gruppo.
            La Biblioteca Nazionale di Firenze mette a disposizione le schede.
        """),
    ),
    "pl": Language(
        given=_words(
            "Bożena Zbigniew Grażyna Przemysław Jolanta Sławomir Wanda Radosław Żaneta Kazimierz Iwona Leszek"
        ),
        family=_words("Kowalczyk Wiśniewska Zieliński Wójcik Kamińska Szymański Dąbrowska Kozłowski Jabłońska Mazur"),
        identity=(("PL", "PESEL"), ("PL", "numer PESEL")),
        phone=("Telefon:", "tel.", "tel. kom."),
        born=("ur.", "Data urodzenia:", "urodzona"),
        passport=("paszport nr", "dowód osobisty nr", "Nr paszportu:"),
        title=("Lista obecności", "Lista uczestników szkolenia", "Lista uczestników"),
        columns=("Imię i nazwisko", "Szkoła", "E-mail", "Podpis"),
        minutes=("Protokół z zebrania zespołu", "Obecni:", "Porządek obrad", "Ustalenia"),
        prose=_lines("""
            W projekcie nauczyciele wypróbowali 14 metod, które opisuje poradnik z 2023 roku.
            Unia Europejska nie ponosi odpowiedzialności. Uniwersytet Gdański i Muzeum Narodowe pomagały.
            W ankiecie wzięło udział 1248 uczniów; 63,5 % lubi pracę w grupie.
            Lekcja trwa 45 minut, a karty pracy są na stronie 17.
        """),
    ),
    "et": Language(
        given=_words("Kaarel Liisi Margus Triinu Ülo Piret Taavi Kadri Indrek Maarika Siim Õnne"),
        family=_words("Tamm Saar Mägi Sepp Kukk Rebane Ilves Pärn Koppel Luik"),
        identity=(("EE/LT", "isikukood"), ("EE/LT", "Isikukood:")),
        phone=("Telefon:", "tel", "mob"),
        born=("sündinud", "Sünniaeg:", "sünd."),
        passport=("passi nr", "isikutunnistus nr", "Isikutunnistuse number"),
        title=("Osalejate nimekiri", "Registreerimisleht", "Koolitusel osalejate nimekiri"),
        columns=("Nimi", "Kool", "E-post", "Allkiri"),
        minutes=("Projekti koosoleku protokoll", "Osalesid:", "Päevakord", "Otsused"),
        prose=_lines("""
            Projektis proovisid õpetajad 14 meetodit, mida kirjeldab 2023. aasta käsiraamat.
            Euroopa Liit ei vastuta sisu eest. Tartu Ülikool ja Eesti Rahva Muuseum aitasid kaasa.
            Küsitluses osales 1248 õpilast; 63,5 % eelistab rühmatööd.
        """),
    ),
    "lt": Language(
        given=_words("Gintautas Rūtenė Vaidotas Eglė Kęstutis Živilė Arūnas Jurgita Žydrūnas Birutė Šarūnas Neringa"),
        family=_words("Kazlauskas Petrauskienė Jankauskaitė Stankevičius Balčiūnas Žukauskienė Butkus Paulauskaitė"),
        identity=(("EE/LT", "asmens kodas"), ("EE/LT", "a. k.")),
        phone=("Telefonas:", "tel.", "mob. tel."),
        born=("gimė", "Gimimo data:", "gim."),
        passport=("paso Nr.", "tapatybės kortelės Nr.", "Paso numeris"),
        title=("Dalyvių sąrašas", "Registracijos lapas", "Seminaro dalyvių sąrašas"),
        columns=("Vardas, pavardė", "Mokykla", "El. paštas", "Parašas"),
        minutes=("Projekto susirinkimo protokolas", "Dalyvavo:", "Darbotvarkė", "Nutarta"),
        prose=_lines("""
            Projekte mokytojai išbandė 14 metodų, kuriuos aprašo 2023 metų vadovas.
            Europos Sąjunga neatsako už turinį. Vilniaus universitetas ir Kauno centras padėjo.
            Apklausoje dalyvavo 1248 mokiniai; 63,5 % mėgsta dirbti grupėse.
        """),
    ),
    "fi": Language(
        given=_words("Reijo Päivi Jouni Sanelma Tuomas Riikka Veikko Outi Jarmo Satu Ilkka Hilkka"),
        family=_words("Virtanen Korhonen Mäkinen Nieminen Heikkilä Salonen Lehtonen Räsänen Koskela Hyvönen"),
        identity=(("FI", "henkilötunnus"), ("FI", "hetu")),
        phone=("Puhelin:", "puh.", "puhelinnumero"),
        born=("syntynyt", "Syntymäaika:", "s. syntynyt"),
        passport=("passi nro", "Passin numero", "henkilökortti nro"),
        title=("Osallistujaluettelo", "Läsnäololista", "Osallistujalista"),
        columns=("Nimi", "Koulu", "Sähköposti", "Allekirjoitus"),
        minutes=("Kokouksen pöytäkirja", "Läsnä:", "Esityslista", "Päätökset"),
        prose=_lines("""
            Hankkeessa opettajat kokeilivat 14 menetelmää, joista vuoden 2023 opas kertoo.
            Euroopan unioni ei vastaa sisällöstä. Turun yliopisto ja Suomen Kansallismuseo auttoivat.
            Kyselyyn vastasi 1 248 oppilasta; 63,5 % pitää ryhmätyöstä.
        """),
    ),
    "sv": Language(
        given=_words("Gunilla Torbjörn Ylva Håkan Solveig Rolf Annika Göran Lisbet Östen Kerstin Staffan"),
        family=_words("Lindqvist Bergström Sjögren Åkesson Holmberg Nyström Lundgren Ekdahl Forsberg Söderlund"),
        identity=(("SE", "personnummer"), ("NO", "fødselsnummer"), ("DK", "CPR-nummer")),
        phone=("Telefon:", "tel.", "mobil"),
        born=("född", "Födelsedatum:", "född den"),
        passport=("passnummer", "Passnr", "pass nr; passnummer"),
        title=("Deltagarlista", "Närvarolista", "Deltagarförteckning"),
        columns=("Namn", "Skola", "E-post", "Underskrift"),
        minutes=("Mötesprotokoll", "Närvarande:", "Dagordning", "Beslut"),
        prose=_lines("""
            I projektet prövade lärarna 14 metoder som handboken från 2023 beskriver.
            Europeiska unionen ansvarar inte. Uppsala universitet och Nordiska museet hjälpte till.
            Enkäten besvarades av 1 248 elever; 63,5 % gillar grupparbete.
        """),
    ),
    "bg": Language(
        given=_words("Десислава Красимир Цветелина Пламен Ралица Борислав Йорданка Светослав Милена Любомир"),
        family=_words("Стоянова Димитров Тодорова Ангелов Василева Колев Христова Русев Маринова Пенчев"),
        identity=(("BG", "ЕГН"), ("BG", "ЕГН:")),
        phone=("Телефон:", "тел.", "моб. тел."),
        born=("роден на", "родена на", "Дата на раждане; родена"),
        passport=("паспорт №", "лична карта №", "Паспорт номер"),
        title=("Списък на участниците", "Присъствен списък", "Списък на присъстващите"),
        columns=("Име и фамилия", "Училище", "Имейл", "Подпис"),
        minutes=("Протокол от работна среща", "Присъстващи:", "Дневен ред", "Решения"),
        prose=_lines("""
            В проекта учителите изпробваха 14 метода, описани в наръчника от 2023 година.
            Европейският съюз не носи отговорност. Софийският университет и Националният музей помогнаха.
            В анкетата участваха 1248 ученици; 63,5 % предпочитат работа в група.
        """),
    ),
}
