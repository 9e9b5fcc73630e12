"""Whether a title says in which language a result is (R35)."""

import re

from shared.vocabularies import terms


def names_a_language(title: str) -> bool:
    """Tell whether a title names a language, by its English or Latvian name or by its code in capitals (R35)."""
    if {word.lower() for word in re.findall(r"\b[A-Z]{2,3}\b", title)} & terms("language").keys():
        return True
    words = set(re.findall(r"\w+", title.lower()))
    return any({one.label.en.lower(), one.label.lv.lower()} & words for one in terms("language").values())
