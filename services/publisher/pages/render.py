"""Templates into pages: everything that comes from outside is escaped; addresses are links only when they are http."""

from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from services.publisher.pages.links import Links
from services.publisher.pages.words import LANGUAGES, NAMES, Words

HERE = Path(__file__).parent
STATIC = HERE / "static"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {"LANGUAGES": LANGUAGES, "NAMES": NAMES, "style": _fingerprinted("style.css")}
    environment.filters |= {"shortened": shortened, "extension": extension}
    environment.tests |= {"web_address": is_web_address}
    return environment


def page(template: str, words: Words, links: Links, **shown: Any) -> str:
    """Render a page in one language."""
    return _environment().get_template(template).render(t=words, links=links, lang=words.language, **shown)


def is_web_address(url: str | None) -> bool:
    """Tell whether an address may be a link: never `javascript:` or the like, whatever was let through before."""
    return url is not None and url.lower().startswith(("https://", "http://"))


def shortened(text: str, characters: int = 280) -> str:
    """Cut a text at the end of a word."""
    if len(text) <= characters:
        return text
    return text[:characters].rsplit(None, 1)[0].rstrip(" ,.;:–-") + " …"


def extension(name: str) -> str:
    """Return the format that a file's name says."""
    return name.rpartition(".")[2].upper()


def _fingerprinted(name: str) -> str:
    """A static file's address changes with its content, so that it can be kept for long."""
    return f"/static/{name}?v={sha256((STATIC / name).read_bytes()).hexdigest()[:12]}"
