"""Addresses and telephone numbers behind the links of a document, which need not stand in its text."""

import zipfile
from urllib.parse import unquote

from services.validator.formats import xml
from services.validator.text import Block

LINKS_MAX = 20_000
_SCHEMES = ("mailto:", "tel:", "sms:", "callto:", "skype:")


def person(target: str) -> str:
    """Return the target of a link that leads to a person, as it is read; empty for any other."""
    target = target.strip()
    return unquote(target) if target.lower().startswith(_SCHEMES) else ""


def behind(archive: zipfile.ZipFile) -> Block:
    """Return the targets of links in a docx or xlsx that lead to a person, a line each."""
    found: dict[str, None] = {}

    def relation(_: str, attributes: dict[str, str]) -> None:
        target = person(attributes.get("Target", ""))
        if target and len(found) < LINKS_MAX:
            found[target] = None

    for name in archive.namelist():
        if name.lower().endswith(".rels"):
            with archive.open(name) as part:
                xml.parse(part, start=relation)
    return Block("\n".join(found))
