"""The merged log: whole lines, named and coloured by part, everything kept in a file."""

import io
import re
from pathlib import Path

import pytest

from local.merged_log import MergedLog


def test_every_line_is_named_after_its_part(tmp_path: Path) -> None:
    out = io.StringIO()
    log = MergedLog(tmp_path, out)
    log.follow("nats", io.BytesIO(b"one\ntwo\n")).join()

    assert out.getvalue() == "nats     | one\nnats     | two\n"


def test_lines_of_no_interest_are_kept_but_not_shown(tmp_path: Path) -> None:
    out = io.StringIO()
    log = MergedLog(tmp_path, out)
    log.follow("store", io.BytesIO(b"chatter\nE1125 trouble\n"), shown=re.compile("^E")).join()

    assert out.getvalue() == "store    | E1125 trouble\n"
    assert log.path("store").read_text() == "chatter\nE1125 trouble\n"


def test_bytes_that_are_no_text_do_not_stop_it(tmp_path: Path) -> None:
    out = io.StringIO()
    MergedLog(tmp_path, out).follow("nats", io.BytesIO(b"\xff\xfe\nafter\n")).join()

    assert "after" in out.getvalue()


def test_a_part_keeps_its_colour_and_two_parts_differ(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.delenv("NO_COLOR", raising=False)
    out = io.StringIO()
    log = MergedLog(tmp_path, out)
    for part in ("intake", "review", "intake"):
        log.say(part, "line")
    colours = re.findall(r"\x1b\[(\d+)m\w", out.getvalue())

    assert colours[0] == colours[2] != colours[1]


def test_it_says_how_a_part_ended(tmp_path: Path) -> None:
    log = MergedLog(tmp_path, io.StringIO())
    log.follow("clamd", io.BytesIO(b"".join(b"line %d\n" % number for number in range(30)))).join()

    assert log.end_of("clamd", lines=2) == "line 28\nline 29"
    assert log.end_of("nobody") == ""
