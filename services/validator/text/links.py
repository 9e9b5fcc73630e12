"""Addresses and telephone numbers behind the links of a docx or xlsx, which need not stand in its text."""

import zipfile
from urllib.parse import unquote

from services.validator.formats import xml
from services.validator.text import Block

LINKS_MAX = 20_000
_SCHEMES = ("mailto:", "tel:", "sms:", "callto:", "skype:")


def behind(archive: zipfile.ZipFile) -> Block:
    """Return the targets of links that lead to a person, a line each."""
    found: dict[str, None] = {}

    def relation(_: str, attributes: dict[str, str]) -> None:
        target = attributes.get("Target", "").strip()
        if target.lower().startswith(_SCHEMES) and len(found) < LINKS_MAX:
            found[unquote(target)] = None

    for name in archive.namelist():
        if name.lower().endswith(".rels"):
            with archive.open(name) as part:
                xml.parse(part, start=relation)
    return Block("\n".join(found))
