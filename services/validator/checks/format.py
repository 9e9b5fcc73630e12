"""format: extension, content and structure agree; whole, open, without macros or attachments (R31). Runs in a child.

Two witnesses must agree: libmagic on the whole file, and an inspector of ours for the structure. libmagic alone takes
a docm for a docx; structure alone takes a polyglot for what it begins with.
"""

import unicodedata
from functools import cache

import magic

from services.validator.domain import Examination, Observation, Specimen, examination, observation
from services.validator.formats import FORMATS, NEAREST, Fault, Format, NotThisFormatError, format_of

CHECK = "format"
_HARMFUL = frozenset(
    "exe dll scr com bat cmd ps1 ps1xml psm1 vbs vbe js jse mjs wsf wsh wsc sct hta msi msp mst msix appx jar lnk"  # noqa: SIM905 - a list of words reads best as words
    " url scf cpl chm hlp pif gadget library-ms search-ms settingcontent-ms iso img vhd vhdx udf dmg deb rpm apk app"
    " zip rar 7z gz tgz tar bz2 xz ace arj cab lzh html htm xhtml mht mhtml shtml svg xml xsl php py sh pl rb"
    " docm dotm dotx xlsm xlsb xltm xltx xlam xla xll xlm pptm pptx potm potx ppam ppsm ppsx sldm onepkg iqy slk rdp"
    " accdb mdb eml tiff webp epub odt ods odp odg swf".split()
)
# Findings that explain by themselves why libmagic calls the file something else.
_EXPLAINS = frozenset(
    {
        "damaged",
        "encrypted",
        "macros",
        "archive-bomb",
        "foreign-data",
        "no-pages",
        "image-too-large",
        "markup-in-text",
        "content-mismatch",
    }
)
# Of a file that is text by its bytes libmagic may only say that it is one of the kinds that act when they are opened;
# prose that happens to begin like an old picture or sound format stays prose.
_TEXT_REFUSED = (
    "text/html", "text/xml", "image/svg", "text/x-php", "text/x-shellscript", "text/x-msdos-batch",
    "application/javascript", "text/javascript", "application/pdf", "application/postscript", "text/rtf",
    "application/x-mswinurl", "application/x-desktop",
)  # fmt: skip


def examine(specimen: Specimen) -> Examination:
    """Judge name and content. Never raises for what a file holds."""
    seen = _name_faults(specimen.name, specimen.extension)
    wanted = format_of(specimen.extension)
    detected = None
    if specimen.size == 0:
        seen.append(observation(CHECK, "empty-file"))
    elif wanted is None:
        nearest = NEAREST.get(specimen.extension, "one of " + ", ".join(f".{one}" for one in FORMATS))
        seen.append(observation(CHECK, "format-not-allowed", {"extension": specimen.extension, "nearest": nearest}))
        detected = _libmagic().from_file(specimen.path)
    else:
        faults, detected = _content(specimen, wanted)
        seen += [_observed(fault, specimen.extension) for fault in faults]
    return examination(CHECK, _engine(), seen, detected_type=detected)


def _name_faults(name: str, extension: str) -> list[Observation]:
    seen = []
    if any(unicodedata.category(character) in ("Cc", "Cf", "Co", "Cs") for character in name):
        seen.append(observation(CHECK, "deceptive-name"))
    parts = unicodedata.normalize("NFKC", name).lower().split(".")
    first = parts[-2].strip() if len(parts) >= 3 else ""
    if first in FORMATS or first in _HARMFUL or first in NEAREST:
        seen.append(observation(CHECK, "double-extension", {"first": first, "second": extension}))
    return seen


def _content(specimen: Specimen, wanted: Format) -> tuple[list[Fault], str]:
    says = str(_libmagic().from_file(specimen.path))
    try:
        inspection = wanted.inspect(specimen.path)
    except NotThisFormatError as error:
        return [Fault("content-mismatch", {"detected": str(error) or _told_apart(says)})], says
    faults = list(inspection.faults)
    if not _agrees(says, wanted) and not any(fault.code in _EXPLAINS for fault in faults):
        faults.append(Fault("content-mismatch", {"detected": says}))
    return faults, inspection.detected


def _agrees(says: str, wanted: Format) -> bool:
    if wanted.magic:
        return says in wanted.magic
    return not says.startswith(_TEXT_REFUSED)


def _told_apart(says: str) -> str:
    return "something else" if says == "application/octet-stream" else says


def _observed(fault: Fault, extension: str) -> Observation:
    params = {"extension": extension, **fault.params}
    return observation(CHECK, fault.code, params, match=str(sorted(fault.params.items())))


@cache
def _libmagic() -> magic.Magic:
    return magic.Magic(mime=True)


@cache
def _engine() -> str:
    return f"results-format 2026-11-3, libmagic {int(magic.version()) / 100:.2f}"  # type: ignore[no-untyped-call]  # python-magic has no types
