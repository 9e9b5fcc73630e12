"""Six more languages, written after the detectors were done: the figures that nobody has tuned anything for."""

from tests.eval.languages import Language


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


BLIND = {
    "nl": Language(
        given=_words("Sjoerd Marijke Roelof Femke Wouter Hendrikje Joost Lotte Gijs Anneke"),
        family=_words("Dijkstra Hoekstra Kuipers Vermeulen Janssen Brouwer Postma Haverkamp Timmermans Schouten"),
        identity=(("NL", "BSN"), ("NL", "burgerservicenummer"), ("BE", "rijksregisternummer")),
        phone=("Telefoon:", "tel.", "mobiel"),
        born=("geboren op", "Geboortedatum:", "geb."),
        passport=("paspoortnummer", "paspoort nr.", "identiteitskaart nr."),
        title=("Deelnemerslijst", "Presentielijst", "Lijst van deelnemers"),
        columns=("Naam", "School", "E-mailadres", "Handtekening"),
        minutes=("Notulen projectvergadering", "Aanwezig:", "Agenda", "Besluiten"),
        prose=(
            "In het project probeerden leraren 14 methoden uit die in het handboek van 2023 staan.",
            "De Europese Unie is niet verantwoordelijk. De Universiteit Utrecht en het Rijksmuseum hielpen mee.",
            "Aan de enquête deden 1.248 leerlingen mee; 63,5 % werkt graag in groepen.",
        ),
    ),
    "pt": Language(
        given=_words("Gonçalo Inês Duarte Leonor Tiago Mafalda Rodrigo Constança Nuno Benedita"),
        family=_words("Figueiredo Carvalho Nogueira Teixeira Magalhães Barbosa Moreira Guimarães Pacheco Queirós"),
        identity=(("PT", "NIF"), ("PT", "número de contribuinte")),
        phone=("Telefone:", "tel.", "telemóvel"),
        born=("nascida em", "Data de nascimento:", "nascido a"),
        passport=("passaporte n.º", "Número do passaporte:", "passaporte"),
        title=("Lista de participantes", "Folha de presenças", "Lista de presenças"),
        columns=("Nome completo", "Escola", "Correio eletrónico", "Assinatura"),
        minutes=("Ata da reunião de parceiros", "Presentes:", "Ordem de trabalhos", "Decisões"),
        prose=(
            "Durante o projeto os professores experimentaram 14 métodos descritos no manual de 2023.",
            "A União Europeia não se responsabiliza. A Universidade do Minho e o Museu Nacional ajudaram.",
            "No inquérito participaram 1248 alunos; 63,5 % gostam do trabalho em grupo.",
        ),
    ),
    "cs": Language(
        given=_words("Zdeněk Jiřina Bohumil Květoslava Oldřich Ludmila Vladimíra Radek Šárka Miloslav"),
        family=_words("Dvořák Novotná Procházka Kučerová Veselý Horáková Němec Pokorná Marek Růžičková"),
        identity=(("CZ/SK", "rodné číslo"), ("CZ/SK", "r. č.")),
        phone=("Telefon:", "tel.", "mobil"),
        born=("narozena", "Datum narození:", "nar. (narozen)"),
        passport=("cestovní pas č.", "občanský průkaz č.", "číslo občanského průkazu"),
        title=("Prezenční listina", "Seznam účastníků", "Seznam přihlášených účastníků"),
        columns=("Jméno a příjmení", "Škola", "E-mail", "Podpis"),
        minutes=("Zápis z jednání projektového týmu", "Přítomni:", "Program jednání", "Závěry"),
        prose=(
            "V projektu učitelé vyzkoušeli 14 metod, které popisuje příručka z roku 2023.",
            "Evropská unie nenese odpovědnost. Masarykova univerzita a Národní muzeum pomohly.",
            "Dotazník vyplnilo 1 248 žáků; 63,5 % má rádo skupinovou práci.",
        ),
    ),
    "ro": Language(
        given=_words("Vasile Doina Gheorghe Lăcrămioara Ștefan Ruxandra Costel Mirela Dumitru Anca"),
        family=_words("Popescu Ionescu Dumitrescu Constantinescu Georgescu Munteanu Stănescu Rădulescu Lungu Țurcanu"),
        identity=(("RO", "CNP"), ("RO", "cod numeric personal")),
        phone=("Telefon:", "tel.", "mobil"),
        born=("născută la", "Data nașterii:", "născut la data de"),
        passport=("pașaport nr.", "carte de identitate nr.", "Seria și numărul pașaportului"),
        title=("Listă de prezență", "Lista participanților", "Tabel cu participanții"),
        columns=("Nume și prenume", "Școala", "E-mail", "Semnătura"),
        minutes=("Proces-verbal al ședinței", "Prezenți:", "Ordinea de zi", "Hotărâri"),
        prose=(
            "În proiect profesorii au încercat 14 metode descrise în ghidul din 2023.",
            "Uniunea Europeană nu este responsabilă. Universitatea din București și Muzeul Național au ajutat.",
            "La sondaj au participat 1.248 de elevi; 63,5 % preferă lucrul în grup.",
        ),
    ),
    "hu": Language(
        given=_words("Gyöngyi Zsombor Enikő Botond Csilla Levente Ágota Szilárd Tünde Boglárka"),
        family=_words("Szabó Horváth Kovács Szűcs Fekete Juhász Balogh Takács Lakatos Gulyás"),
        identity=(("HU", "személyi szám"), ("HU", "személyi azonosító")),
        phone=("Telefon:", "tel.", "mobil"),
        born=("született:", "Születési idő:", "szül."),
        passport=("útlevél száma", "útlevélszám", "személyi igazolvány száma"),
        title=("Jelenléti ív", "Résztvevők listája", "Résztvevői lista"),
        columns=("Név", "Iskola", "E-mail", "Aláírás"),
        minutes=("Jegyzőkönyv a projekt megbeszéléséről", "Jelen vannak:", "Napirend", "Határozatok"),
        prose=(
            "A projektben a tanárok 14 módszert próbáltak ki, ezeket a 2023-as kézikönyv írja le.",
            "Az Európai Unió nem felel a tartalomért. A Szegedi Egyetem és a Nemzeti Múzeum segített.",
            "A kérdőívet 1248 tanuló töltötte ki; 63,5 % szereti a csoportmunkát.",
        ),
    ),
    "el": Language(
        given=_words("Θεοδώρα Αριστείδης Πηνελόπη Σταμάτης Ευγενία Λεωνίδας Χρυσούλα Στέλιος Ιφιγένεια Μιλτιάδης"),
        family=_words("Παπαδόπουλος Οικονόμου Κωνσταντίνου Βλάχος Αντωνίου Μακρής Καραγιάννη Δημητρίου Ζαφείρη"),
        identity=(("GR", "ΑΜΚΑ"), ("GR", "ΑΜΚΑ:")),
        phone=("Τηλέφωνο:", "τηλ.", "κινητό τηλ."),
        born=("γεννήθηκε στις", "Ημερομηνία γέννησης:", "γεννημένη στις"),
        passport=("αρ. διαβατηρίου", "διαβατήριο αρ.", "αριθμός ταυτότητας"),
        title=("Κατάλογος συμμετεχόντων", "Λίστα συμμετεχόντων", "Παρουσιολόγιο"),
        columns=("Ονοματεπώνυμο", "Σχολείο", "Ηλ. ταχυδρομείο", "Υπογραφή"),
        minutes=("Πρακτικά συνάντησης", "Παρόντες:", "Ημερήσια διάταξη", "Αποφάσεις"),
        prose=(
            "Στο πρόγραμμα οι εκπαιδευτικοί δοκίμασαν 14 μεθόδους που περιγράφει ο οδηγός του 2023.",
            "Η Ευρωπαϊκή Ένωση δεν φέρει ευθύνη. Το Πανεπιστήμιο Πατρών και το Εθνικό Μουσείο βοήθησαν.",
            "Στην έρευνα συμμετείχαν 1248 μαθητές· το 63,5 % προτιμά την ομαδική εργασία.",
        ),
    ),
}
