"""Given names that are known, and words that look like names but are none."""

import json
import re
from functools import lru_cache
from importlib.resources import files
from itertools import chain

_CALENDAR = "data/paplasinatais_saraksts.json"
_TRADITIONAL = "data/tradic_vardadienu_saraksts.json"
_ELSEWHERE = """
adam agnieszka ahmed aino albert alberto alejandro aleksander aleksandra alessandro alexander alexandra alfred alice
ana andrea andreas andrei andrew andrzej angela ann anne annika antonio arturo barbara bart beata ben bernard bjørn
bogdan carla carlos carmen caroline charlotte chiara christian christina christine christophe claudia clara cristina
dalia daniel daniela david dimitris dominik dorota eleni elena elisabeth elizabeth emma erik eva ewa fatima federica
fernando filip florence florian francesca francesco françois frank franz gabriela georgi georgios giorgio giovanni
giulia giuseppe goran grzegorz hanna hans heidi helena helga henrik ingrid ioana ion irena isabel isabelle ivan ivana
ivana jacques jakub jan jana janez jean jennifer jesús joanna johan johanna john jonas josé joão juan judit julia
juan karin karl karolina katarina katarzyna kateřina katrin kristina krzysztof kyriakos laura lars laszló lena lina
lucia luis luca lukas łukasz magdalena małgorzata manuel marco marek margit maria marie marija mario mark marko marta
martin martina mary mateusz matteo matthias michael michał michaela miguel mihai mika mikko milan mindaugas monika
nadia natalia natalie nicola nikola nikolaos nina olga oliver olivier pablo paolo patricia patrick paul paula pavel
pedro peter petr petra philippe pierre piotr rasa rasmus rita robert roberto roman rui ruta sabine sandra sara sarah
silvia simona sofia sophie stefan stefania stephen susanne sven tamás tatiana teresa thomas tiina tiiu tom tomas
tomasz toomas ulla urszula vasilis vera veronika victor vincent virginie wojciech zoltán zsuzsanna maja karl-heinz
giorgos yannis δημήτρης ελένη γιώργος μαρία κώστας иван мария георги елена николай анна ольга сергей
"""
_remembered = lru_cache(maxsize=10_000)
_INSTITUTION = re.compile(
    r"school|college|univers|skola|vidussk|pamatsk|ģimnāz|gymnas|gimnaz|gümnaas|lyceum|primar|seconda|gümnaas|lyceum|"
    r"lyc[ée]e|liceo|institut|academy|"
    r"associat|council|centre\Z|center\Z|museum|agency|foundation|ltd\Z|gmbh\Z|school"
)
_NO_NAME = re.compile(
    r"\A(?:skol|vidussk|ģimnāz|univers|augstsk|institū|institu|associ|asoci|biedr|fondāc|founda|stiftung|fondat|centr|"
    r"zentrum|"
    r"minist|akadēm|academ|akadem|kolled|college|koleg|school|schule|école|ecole|escuel|scuol|szko|lyceum|lycée|liceo|"
    r"gymnas|gimnaz|gümnaas|lyceum|primar|seconda|pamatsk|bērnud|kinderg|librar|bibliot|muze|museum|council|padome|"
    r"dome|pašvald|municip|novad|pilsēt|"
    r"city|town|county|region|aģent|agency|agentur|agence|komis|commis|komit|commit|savien|union|eirop|europ|evrop|"
    r"eurõ|"
    r"erasm|project|projek|program|results?|rezult|table|tabul|figure|attēl|abb|image|chapter|nodaļ|kapit|annex|pielik|"
    r"part\Z|daļa|page|lapa|lpp|module|modul|unit|lesson|stund|class|klase|grupa|group|workshop|semin|konfer|confer|"
    r"course|"
    r"kurs|training|apmāc|national|valsts|nacion|inter|latvij|lietuv|igaun|eston|latvia|lithuan|german|vācij|deutsch|"
    r"franc|frankr|spain|españ|spān|ital|pol(?:and|ij|ska)|som|finland|finnland|sweden|zviedr|norw|norv|dan(?:ij|mar)|"
    r"austr|belg|bulg|roman|rumān|hung|ungār|czech|čeh|slov|horv|croat|kroat|greec|grieķ|cypr|kipr|malt|portug|irel|"
    r"īrij|"
    r"iceland|islan|luxem|luks|netherl|nīderl|united|lielbr|great|new|north|south|east|west|ziemeļ|dienvid|austrum|"
    r"rietum|"
    r"republi|monday|tuesd|wednes|thursd|friday|saturd|sunday|januar|februar|march\Z|april|june|july|august\Z|septem|"
    r"oktob|"
    r"octob|novem|decem|janvār|februār|marts|aprīl|jūnij|jūlij|augusts|"
    r"name|vārds|uzvārd|surname|first|last|given|family|nom\Z|prénom|nombre|apellid|nome|cognome|imię|nazwisk|nimi\Z|"
    r"perekonna|"
    r"vardas|pavard|etunimi|sukunimi|namn|jméno|příjm|meno\Z|priezv|vezetékn|keresztn|ime\Z|priimek|prezime|nachname|"
    r"vorname|"
    r"email|e-mail|e-past|mail|phone|telef|tālr|signat|parakst|unterschr|date\Z|datum|dato|address|adres|organis|"
    r"organiz|"
    r"iestād|instit|partic|dalīb|teiln|title|nosauk|total|kopā|summa|google|micro|office|power|adobe|youtube|face|"
    r"street|iela|avenue|road|creative|commons|digital|open|active|green|social|learning|teach|student|pupil|skolē|"
    r"skolot|"
    r"the|this|these|our|and|for|with|from|who|what|how|why|when|where|all|no\Z|nr\Z|day|week|time|laiks|diena|"
    r"ltd|sia|gmbh|inc|vzw|asbl|ngo|oü|uab|ab\Z|bank|riga\Z|rīga|tallinn|vilnius|kauna|berlin|paris|madrid|roma?\Z|"
    r"warsz)",
)


def _calendar(name: str) -> set[str]:
    days: dict[str, list[str]] = json.loads(files("lv_namedays").joinpath(name).read_text(encoding="utf-8"))
    return {one.casefold() for one in chain.from_iterable(days.values())}


GIVEN = frozenset(_calendar(_CALENDAR) | _calendar(_TRADITIONAL) | set(_ELSEWHERE.split()))


@_remembered
def is_given(word: str) -> bool:
    """Say whether a word is a known given name; of a double name either half."""
    folded = word.casefold()
    return folded in GIVEN or ("-" in folded and any(half in GIVEN for half in folded.split("-")))


@_remembered
def is_word(word: str) -> bool:
    """Say whether a capitalised word belongs to schools, places, headings or projects and not to a name."""
    return _NO_NAME.match(word.casefold()) is not None


@_remembered
def is_institution(word: str) -> bool:
    """Say whether a word behind two others makes an institution of them: Porto Primary School."""
    return _INSTITUTION.match(word.casefold()) is not None
