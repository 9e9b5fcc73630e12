"""Latvian texts call a file by one word, *datne*, wherever people read it."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OTHER_WORD = re.compile(r"\bfail(s|a|u|am|ā|i|us|iem|os)\b", re.IGNORECASE)
TEXTS = sorted(path for folder in ("shared", "services") for path in (ROOT / folder).rglob("*.toml"))


def latvian(node: object, name: str = "") -> Iterator[str]:
    """Texts under names that end in `lv`, and the second of each pair of an English and a Latvian one."""
    if isinstance(node, dict):
        for key, value in node.items():
            yield from latvian(value, key)
    elif isinstance(node, list) and len(node) > 1 and all(isinstance(one, str) for one in node):
        yield node[1]
    elif isinstance(node, str) and name.endswith("lv"):
        yield node


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_is_called_by_one_word(path: Path) -> None:
    texts = latvian(tomllib.loads(path.read_text(encoding="utf-8")))

    assert [text for text in texts if OTHER_WORD.search(text)] == []
