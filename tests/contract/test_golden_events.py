"""Every version of every event ever emitted can still be read, and loses nothing when it is written again."""

import json
from pathlib import Path

import pytest

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


def test_a_field_that_a_newer_producer_added_is_ignored() -> None:
    newer = json.loads((GOLDEN / "intake.website.set.v1.json").read_text()) | {"invented_later": 1}

    state = EVENT_TYPES["intake.website.set.v1"].state.model_validate(newer)

    assert "invented_later" not in state.model_dump()
