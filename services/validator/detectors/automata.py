"""Patterns as automata (RE2), wider than those of Python: what they do not find, Python's `re` cannot find either.

Python tries each of some hundred words at each character; an automaton reads a text once, at a gigabyte a second.
"""

import re

import re2

_OPTIONS = re2.Options()
_OPTIONS.max_mem = 64 << 20
_UNICODE = (
    (r"\u00a0", r"\x{a0}"),
    (r"[^\W\d_]", r"[\pL\pN]"),
    (r"[^\W\d]", r"[\pL\pN_]"),
    (r"[^\w\n]", r"[^\pL\pN_\n]"),
    (r"[\w", r"[\pL\pN_"),
    (r"\W", r"[^\pL\pN_]"),
    (r"\w", r"[\pL\pN_]"),
    (r"\s", r"[\s\pZ\x{b}\x{1c}-\x{1f}\x{85}]"),
    (r"\Z", r"\z"),
)
_BOUNDARY = re.compile(r"(?<![a-z0-9])\\b(?![a-z0-9](?![?*{]))")


def superset(pattern: str) -> str:
    """Write a pattern over small letters for RE2, which knows no letters beyond ASCII at the edge of a word.

    So only the edges that lie beside a letter of ASCII stay in it.
    """
    for python, other in _UNICODE:
        pattern = pattern.replace(python, other)
    return _BOUNDARY.sub("", pattern)


def compiled(*patterns: str) -> "re2._Regexp[bytes]":
    """Return the automaton of any of these patterns, for UTF-8."""
    return re2.compile("|".join(patterns).encode(), _OPTIONS)


class Pattern:
    """A pattern over small letters of which most texts hold nothing: Python judges only what the automaton found."""

    def __init__(self, pattern: str) -> None:
        self._exact = re.compile(pattern)
        self._wide = compiled(superset(pattern))

    def occurs(self, lowered: str) -> bool:
        """Say whether a text in small letters holds it."""
        return self.search(lowered) is not None

    def search(self, lowered: str) -> re.Match[str] | None:
        """Return its first place in a text in small letters."""
        if self._wide.search(lowered.encode("utf-8", "replace")) is None:
            return None
        return self._exact.search(lowered)
