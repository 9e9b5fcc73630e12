"""The page in the docs names every finding."""

import re
from pathlib import Path

from services.validator import policy

PAGE = Path(__file__).parents[3] / "docs" / "services" / "validator.md"


def test_every_finding_is_on_the_page_and_no_other() -> None:
    rows = re.findall(r"^\| `([a-z-]+)` \| (blocking|warning|info)", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    entries = policy.load().entries

    assert {code for code, _ in rows} == set(entries)
    assert {(code, severity) for code, severity in rows} == {(one.code, one.severity.value) for one in entries.values()}
