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
_SCHOOLS = (
    r"skol|vidussk|pamatsk|ģimnāz|bērnud|augstsk|school|college|academ|akadem|akadēm|univers|uniwers|institu|istitu|"
    r"instit|schule|"
    r"hochschul|kinderg|gymnas|gimnaz|gümnaas|kool\Z|kooli|ülikool|koulu|peruskoul|lukio\Z|yliopist|mokykl|progimnaz|"
    r"szko|lice(?:um|o|ul|j)|lyc[ée]|l[yý]ce|école|ecole|collège|colegi|coleg|coll?egio|escuel|escol|scuol|kolled|"
    r"koleg|"
    r"škol|šol(?:a|e|i|o|sk)|iskol|általános\Z|főiskol|egyetem|școal|şcoal|училищ|школ|гимназ|гімназ|ліцей|лицей|"
    r"σχολε|σχολή|γυμνάσι|λύκει|πανεπιστ|skól[ia]|grunnsk|skolan?\Z|folkesk|ungdomssk|videreg|scoil|gaelscoil|coláist|"
    r"ollscoil|"
    r"kulleġġ|osnovn|sredn|základn|střední|stredn|primar|primár|seconda|szkół|agrupament"
)
_OFFICES = (
    r"associa|asocia|asociā|biedr|fondāc|founda|stiftung|fonda[tc]|fundaci|fundaç|centr(?:s|a|e|o|um|ul|ā|ālā|al|u|"
    r"en)?\Z|center\Z|"
    r"centar\Z|zentrum|keskus|keskkool|minist|librar|bibliot|muze|museu|museo|musée|múzeum|μουσεί|council|padome|"
    r"pašvald|municip|"
    r"novad|pilsēt|county\Z|region|aģent|agency|agentur|agence|agenti|agenzia|komis[ijy]|commis|komit|commit|"
    r"savien|union\Z|unión\Z|unione\Z|união\Z|unii\Z|unij[ao]|unjoni\Z|unió\Z|aontas|съюз|союз|ένωση|"
    r"eirop|europ|evrop|euroop|ewrop|eurõ|европ|європ|ευρωπ|republi"
)
_INSTITUTION = re.compile(rf"{_SCHOOLS}|{_OFFICES}|museum|foundation|(?:ltd|gmbh|sia|oü|uab)\Z")
_NO_NAME = re.compile(
    rf"\A(?:{_SCHOOLS}|{_OFFICES}|"
    r"erasm|project|projek|projet|proyect|progett|program|rezult|results?\Z|tabul|tables?\Z|figures?\Z|attēl|abb\Z|"
    r"images?\Z|"
    r"chapter|nodaļ|kapit(?:el|ol|ola|ul)|annex|pielik|part\Z|daļa\Z|pages?\Z|lapa\Z|lpp\Z|modul|units?\Z|lessons?\Z|"
    r"stund|class(?:es|room)?\Z|klas(?:e|es|ē|se)\Z|grup(?:a|as|ā)\Z|groups?\Z|workshop|seminār|seminar|konfer|confer|"
    r"courses?\Z|kurs(?:s|i|a|u|us|er|en)?\Z|trainings?\Z|apmāc|national|valsts\Z|nacion|nacjon|národn|international|"
    r"internac|internet|intercult|interact|interview|"
    r"latvij|lietuv(?:as?|ā|os)\Z|igaun|estoni|latvia|lithuan|germany\Z|german\Z|vācij|deutsch(?:land|e|er|en)?\Z|"
    r"france\Z|français|francij|francūz|frankr|spain\Z|spanish|españ|spānij|ital(?:y|ia|ian|iano|iana|ien|ienne|"
    r"ij\w*)\Z|"
    r"poland\Z|polij|polska\Z|polsk[ai]\Z|somij|finland|finnland|suomi\Z|suomen\Z|sweden|sverige|zviedr|norway|norweg|"
    r"norge\Z|norvēģ|dānij|danmark|denmark|danish\Z|austria\Z|austrian\Z|austrij|österreich|belgi|beļģ|bulgari|bulgār|"
    r"romania|român|rumān|hungar|ungārij|magyar(?:orsz\w*)?\Z|czech|čehij|česk[áéoy]|slovak(?:ia)?\Z|slovākij|"
    r"slovensk[oáéý]|"
    r"sloveni|slovēnij|horvātij|croatia|kroati|hrvatsk|greece\Z|grieķij|cyprus|kipr(?:a|as|ā)\Z|malt(?:a|as|ese)\Z|"
    r"portugal|portugāl|portugu|ireland|éire\Z|īrij(?:as|ā|u)\Z|iceland|island(?:e|ē|es)?\Z|luxemb|luksemb|netherl|"
    r"nīderl|"
    r"nederland|united\Z|kingdom\Z|lielbr|great\Z|new\Z|(?:north|south|east|west)(?:ern)?\Z|ziemeļ|dienvid|rietum|"
    r"monday|tuesd|wednes|thursd|friday|saturd|sunday|januar|februar|march\Z|april(?:is)?\Z|june\Z|july\Z|august\Z|"
    r"septem|"
    r"oktob|octob|novem(?:b|ber)|decem|janvār|februār|aprīl|"
    r"names?\Z|vārd(?:s|i|a|u)?\Z|uzvārd|surname|first\Z|last\Z|given\Z|family\Z|noms?\Z|prénom|nombres?\Z|apellid|"
    r"nomes?\Z|"
    r"cognom|imię\Z|imiona\Z|nazwisk|nimi\Z|perekonna|perenimi|vardas\Z|pavard|etunimi|sukunimi|namn\Z|navn\Z|fornavn|"
    r"efternavn|etternavn|jmén|příjm|men[oá]\Z|priezv|vezetékn|keresztn|név\Z|neve\Z|nume(?:le)?\Z|prenume|im[ea]\Z|"
    r"imena\Z|"
    r"priim(?:ek|ki)|prezim|nachname|vorname|familienname|име\Z|фамилия\Z|імʼ?я\Z|прізвище\Z|όνομα|επώνυμο|ονοματεπ|"
    r"nafn\Z|"
    r"ainm\Z|sloinne|isem\Z|kunjom|voornaam|achternaam|naam\Z|"
    r"e-?mail|e-past|e-post|mails?\Z|phone|telef|tālrun|signat|parakst|unterschr|date\Z|datums?\Z|dato\Z|data\Z|"
    r"address|"
    r"adres(?:e|es|a|s|se)?\Z|organis|organiz|iestād|particip|dalīb|teiln|titles?\Z|nosauk|total\Z|kopā\Z|summa\Z|"
    r"google\Z|"
    r"microsoft|office|powerp|adobe|youtube|facebook|street\Z|iel(?:a|as|ā)\Z|avenue|road\Z|creative\Z|commons\Z|"
    r"digital|"
    r"open\Z|active\Z|green\Z|social|learning|teach|student|pupil|"
    r"(?:the|this|these|our|and|for|with|from|who|what|how|why|when|where|all|no|nr|days?|weeks?|time|laiks|diena)\Z|"
    r"(?:ltd|sia|gmbh|inc|vzw|asbl|ngo|oü|uab|ab|bank|city|town|dome|domes|riga|rīgas?|tallinna?|vilnius|vilniaus|"
    r"kaun(?:as|o)|"
    r"berlin|paris|madrid|rom|warszaw[ay]|warschau)\Z)"
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
