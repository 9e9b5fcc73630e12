"""Every version of every event ever emitted can still be read, and loses nothing when it is written again."""

import json
from pathlib import Path
from typing import Any

import pytest

from shared.contracts.result import ResultFile, ResultState
from shared.contracts.subjects import EVENT_TYPES

GOLDEN = Path(__file__).parent / "golden"


def within(small: object, large: object) -> bool:
    """Whether everything in `small` stands in `large` too; `large` may have more fields."""
    if isinstance(small, dict) and isinstance(large, dict):
        return all(name in large and within(value, large[name]) for name, value in small.items())
    if isinstance(small, list) and isinstance(large, list):
        return len(small) == len(large) and all(map(within, small, large))
    return small == large


@pytest.mark.parametrize("name", sorted(EVENT_TYPES))
def test_the_golden_event_is_read_and_written_without_loss(name: str) -> None:
    text = (GOLDEN / f"{name}.json").read_text()

    state = EVENT_TYPES[name].state.model_validate_json(text)

    assert within(json.loads(text), json.loads(state.model_dump_json(exclude_none=True)))


def test_no_golden_file_is_left_without_its_event() -> None:
    assert {path.stem for path in GOLDEN.glob("*.json")} == set(EVENT_TYPES)


def newer(part: Any, depth: int = 0) -> Any:
    """The same as a later version may write it: every object has one field more, whatever its depth."""
    if isinstance(part, dict):
        fields = {name: newer(value, depth + 1) for name, value in part.items()}
        return fields | {"added_later": {"depth": depth, "ā": [1, None]}}
    return [newer(one, depth + 1) for one in part] if isinstance(part, list) else part


@pytest.mark.parametrize("name", sorted(EVENT_TYPES))
def test_what_a_newer_version_added_at_any_depth_is_kept_and_shown_to_nobody(name: str) -> None:
    text = (GOLDEN / f"{name}.json").read_text()
    whole = newer(json.loads(text))

    state = EVENT_TYPES[name].state.from_json(json.dumps(whole).encode())

    assert json.loads(state.to_json()) == whole
    assert "added_later" not in state.model_dump_json()
    assert state == EVENT_TYPES[name].state.from_json(text.encode())
    assert hash(state.model_copy()) == hash(state)


def test_a_changed_state_keeps_what_is_unknown_but_for_the_part_that_is_replaced() -> None:
    text = (GOLDEN / "intake.result.described.v1.json").read_text()
    before = ResultState.from_json(json.dumps(newer(json.loads(text))).encode())

    described = before.model_copy(update={"title": "Another title"})
    revised = before.model_copy(update={"file": ResultFile.model_validate_json(before.file.model_dump_json())})

    assert json.loads(described.to_json()) == newer(json.loads(text)) | {"title": "Another title"}
    assert set(json.loads(revised.to_json())) == set(json.loads(described.to_json()))
    assert "added_later" not in json.loads(revised.to_json())["file"]
    assert "added_later" in json.loads(revised.to_json())["data_protection"]
    assert described != before
    assert revised == before


def test_a_field_that_a_newer_producer_added_is_ignored() -> None:
    invented = json.loads((GOLDEN / "intake.website.set.v1.json").read_text()) | {"invented_later": 1}

    state = EVENT_TYPES["intake.website.set.v1"].state.model_validate(invented)

    assert "invented_later" not in state.model_dump()
