"""`docs/operations/logs.md` names every event and every field that the code writes, and nothing else."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "operations" / "logs.md"
LOGGERS = {"log", "_log", "_logger", "logger"}
LEVELS = {"debug", "info", "warning", "error", "critical", "exception"}
CHOSEN = {"log", "record"}
"""Names under which a method of a logger is kept where the level depends on something."""
OF_STRUCTLOG = {"exc_info"}
ALWAYS = {"timestamp", "level", "logger", "service", "message", "exception", "trace_id", "actor"}
CONTEXT = {"span", "bind"}


def calls() -> Iterator[ast.Call]:
    for folder in ("shared", "services"):
        for path in (ROOT / folder).rglob("*.py"):
            yield from (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call))


def is_record(call: ast.Call) -> bool:
    if isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Name):
        return call.func.value.id in LOGGERS and call.func.attr in LEVELS
    return isinstance(call.func, ast.Name) and call.func.id in CHOSEN and bool(call.args)


def texts(node: ast.expr) -> Iterator[str]:
    for part in (node.body, node.orelse) if isinstance(node, ast.IfExp) else (node,):
        assert isinstance(part, ast.Constant), f"the name of an event is not written out: {ast.unparse(node)}"
        yield str(part.value)


def events() -> set[str]:
    return {name for call in calls() if is_record(call) for name in texts(call.args[0])}


def fields() -> set[str]:
    """The fields of records, and those that hold for a whole request or message."""
    found = {word.arg for call in calls() if is_record(call) for word in call.keywords if word.arg}
    for call in calls():
        if isinstance(call.func, ast.Name) and call.func.id in CONTEXT:
            found |= {word.arg for word in call.keywords if word.arg} - {"entry"}
    return found - OF_STRUCTLOG


def named(title: str) -> list[str]:
    [section] = re.findall(rf"(?ms)^## {title}$(.*?)(?=^## |\Z)", PAGE.read_text())
    cells = re.findall(r"(?m)^\| ([^|]+) \|", section)
    return [name for cell in cells for name in re.findall(r"`(\w+)`", cell)]


def test_every_event_of_the_code_is_in_the_page() -> None:
    assert events() - set(named("Events")) == set(), f"say in {PAGE.relative_to(ROOT)} what these mean"


def test_every_field_of_the_code_is_in_the_page() -> None:
    assert fields() | ALWAYS <= set(named("Fields")), f"say in {PAGE.relative_to(ROOT)} what the new ones mean"


def test_the_page_names_no_event_twice_and_none_that_is_gone() -> None:
    assert sorted(named("Events")) == sorted(set(named("Events")))
    assert set(named("Events")) <= events()
