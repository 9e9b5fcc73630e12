"""Why something counts as personal data, and how sure that is: told to people with each finding."""

from enum import Enum, StrEnum


class Confidence(StrEnum):
    """How likely a finding is what it says."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"

    @property
    def latvian(self) -> str:
        return {"high": "augsta", "medium": "vidēja", "low": "zema"}[self.value]


class Why(Enum):
    """One reason: confidence, English, Latvian."""

    CHECKED = (Confidence.HIGH, "its form and its check digits are right", "forma un kontrolcipari ir pareizi")
    ANNOUNCED = (
        Confidence.HIGH,
        "words beside it announce it, and its check digits are right",
        "blakus vārdi uz to norāda, un kontrolcipari ir pareizi",
    )
    DATED = (
        Confidence.MEDIUM,
        "it holds a date and right check digits",
        "tajā ir datums un pareizi kontrolcipari",
    )
    CHANCE = (
        Confidence.LOW,
        "its check digits are right, but among so many numbers that may be chance",
        "kontrolcipari ir pareizi, bet tik daudzu skaitļu vidū tā var būt nejaušība",
    )
    WORDS = (
        Confidence.MEDIUM,
        "words beside it announce it; nothing in it can be checked",
        "blakus vārdi uz to norāda; pašu numuru pārbaudīt nevar",
    )
    ADDRESS_FORM = (Confidence.HIGH, "it has the form of an address", "tai ir e-pasta adreses forma")
    MAILBOX = (
        Confidence.LOW,
        "the address names a function, not a person",
        "adrese apzīmē amatu vai iestādi, nevis cilvēku",
    )
    COUNTRY_CODE = (
        Confidence.HIGH,
        "a valid number with its country code",
        "derīgs numurs ar valsts kodu",
    )
    BORN = (Confidence.MEDIUM, "words of birth stand before a date", "pirms datuma minēta dzimšana")
    STREET = (
        Confidence.MEDIUM,
        "a street and a house number stand beside a postal code",
        "pie pasta indeksa ir iela un mājas numurs",
    )
    GIVEN_NAME = (
        Confidence.LOW,
        "given names from a list, each with a second capitalised word",
        "zināmi vārdi, katram līdzās otrs vārds ar lielo burtu",
    )
    HEADED_ROWS = (
        Confidence.HIGH,
        "a title or headings for people stand over rows that begin with names",
        "virs rindām, kas sākas ar vārdiem, ir cilvēku saraksta virsraksts",
    )
    ROWS_WITH_CONTACTS = (
        Confidence.HIGH,
        "most rows hold a name beside a contact, a number of a person or a place to sign",
        "vairumā rindu ir vārds kopā ar saziņas datiem, personas numuru vai vietu parakstam",
    )
    ROWS_OF_NAMES = (Confidence.LOW, "many lines begin with names", "daudzas rindas sākas ar vārdiem")
    MINUTES = (
        Confidence.MEDIUM,
        "a title of minutes, and parts that minutes have",
        "protokola virsraksts un protokolam raksturīgas daļas",
    )
    SPEAKERS = (
        Confidence.MEDIUM,
        "times and speakers follow each other as in a transcript",
        "laiki un runātāji mijas kā runas atšifrējumā",
    )
    FILE_NAME = (
        Confidence.MEDIUM,
        "the name of the file is that of a recorded meeting",
        "datnes nosaukums ir kā sapulces ierakstam",
    )

    def __init__(self, confidence: Confidence, english: str, latvian: str) -> None:
        self.confidence = confidence
        self.english = english
        self.latvian = latvian

    def params(self) -> dict[str, str]:
        """Return what the placeholders of the policy are filled with."""
        return {
            "confidence": self.confidence.value,
            "confidence_lv": self.confidence.latvian,
            "why": self.english,
            "why_lv": self.latvian,
        }
