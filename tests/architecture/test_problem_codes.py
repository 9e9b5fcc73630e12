"""Every code that our own source raises to a caller has its texts in `shared/http/problems.toml`."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.http.catalogue import catalogue

ROOT = Path(__file__).parents[2]
RAISERS = {"ProblemError": 1, "PydanticCustomError": 0, "Refusal": 1}


def codes_in(path: Path) -> Iterator[tuple[str, int]]:
    """Literal codes given to ProblemError(status, code) and PydanticCustomError(code, text), with their lines."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in RAISERS:
            place = RAISERS[node.func.id]
            given = node.args[place] if len(node.args) > place else None
            if isinstance(given, ast.Constant) and isinstance(given.value, str):
                yield given.value, node.lineno


def sources() -> list[Path]:
    return sorted(path for folder in ("shared", "services") for path in (ROOT / folder).rglob("*.py"))


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_every_code_that_is_raised_has_its_texts(path: Path) -> None:
    unknown = [f"{path.relative_to(ROOT)}:{line} {code}" for code, line in codes_in(path) if code not in catalogue()]

    assert unknown == []
