"""Every line is one record, carries its context, and never a secret; traceparent follows W3C."""

import io
import json
import logging
import os
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from shared import tracing
from shared.telemetry import TraceContext, configure, current_traceparent, mask_secrets, span

PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


@pytest.fixture
def lines() -> Iterator[Any]:
    stream = io.StringIO()
    structlog.reset_defaults()
    configure("intake", log_format="json", level="info", stream=stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    logging.getLogger().handlers.clear()
    structlog.reset_defaults()


def test_a_traceparent_is_parsed_and_continued_by_a_child() -> None:
    parent = TraceContext.parse(PARENT)

    assert parent is not None
    child = parent.child()
    assert (child.trace_id, child.flags) == (parent.trace_id, "01")
    assert child.span_id != parent.span_id
    assert TraceContext.parse(child.traceparent) == child


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
        "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
        "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
        PARENT + "-more",
        PARENT[:-1],
    ],
)
def test_a_malformed_traceparent_is_ignored(header: str | None) -> None:
    assert TraceContext.parse(header) is None


def test_a_later_version_of_traceparent_may_say_more() -> None:
    assert TraceContext.parse("01" + PARENT[2:] + "-more") is not None


@given(st.text(max_size=80))
def test_no_text_breaks_the_parser(header: str) -> None:
    TraceContext.parse(header)


def test_a_span_continues_the_trace_and_ends_with_its_context(lines: Any) -> None:
    with span(PARENT, request_id="r-1", project_id="p-1") as here:
        assert current_traceparent() == here.traceparent
        structlog.get_logger().info("inside")
    structlog.get_logger().info("outside")

    inside, outside = lines()
    assert inside["trace_id"] == "4bf92f3577b34da6a3ce929d0e0e4736"
    assert (inside["request_id"], inside["project_id"], inside["service"]) == ("r-1", "p-1", "intake")
    assert "request_id" not in outside
    assert current_traceparent() is None


def test_the_standard_library_logs_through_the_same_lines(lines: Any) -> None:
    with span(None, request_id="r-2"):
        logging.getLogger("uvicorn.error").warning("started %s", "well", extra={"port": 8101})

    (line,) = lines()
    assert (line["message"], line["level"], line["request_id"], line["port"]) == (
        "started well",
        "warning",
        "r-2",
        8101,
    )


def test_an_exception_is_one_line_with_its_traceback(lines: Any) -> None:
    try:
        raise RuntimeError("Bearer abcdefghijklmnop1234")
    except RuntimeError:
        structlog.get_logger().exception("broke")

    (line,) = lines()
    assert "RuntimeError" in line["exception"]
    assert "abcdefghijklmnop1234" not in line["exception"]


@pytest.mark.parametrize(
    "event",
    [
        {"nats_password": "hush"},
        {"settings": {"RESULTS_S3_SECRET_KEY": "hush"}},
        {"headers": {"Authorization": "hush"}},
        {"tokens": ["hush"]},
        {"event": "sent Authorization: Bearer hushhushhushhushhush"},
        {"url": "nats://intake:hush@127.0.0.1:4222"},
        {"event": "token eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJodXNoIn0.hushhush"},
        {"value": SecretStr("hush")},
    ],
)
def test_secrets_are_masked(event: dict[str, Any]) -> None:
    assert "hush" not in str(mask_secrets(None, "info", dict(event)))


def test_ordinary_values_stay_as_they_are() -> None:
    event = {
        "event": "object_stored",
        "size": 12,
        "key": "p/r/1/ab",
        "url": "http://127.0.0.1:8101/v1",
        "missing": None,
    }

    assert mask_secrets(None, "info", dict(event)) == event


def test_the_console_format_reads_as_one_line() -> None:
    stream = io.StringIO()
    structlog.reset_defaults()
    configure("review", log_format="console", stream=stream)
    structlog.get_logger("x").info("claimed", project_id="p-9")

    assert "claimed" in stream.getvalue()
    assert "p-9" in stream.getvalue()
    logging.getLogger().handlers.clear()
    structlog.reset_defaults()


def test_traces_tell_the_version_of_the_platform() -> None:
    project = tomllib.loads((Path(__file__).parents[3] / "pyproject.toml").read_text())["project"]

    assert project["version"] == tracing.VERSION


@pytest.mark.parametrize(
    ("environment", "wanted"),
    [
        ({}, False),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": ""}, False),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1"}, True),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://127.0.0.1:1/v1/traces"}, True),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1", "OTEL_SDK_DISABLED": "true"}, False),
    ],
)
def test_traces_are_off_unless_the_environment_names_a_collector(
    environment: dict[str, str], wanted: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in os.environ if name.startswith("OTEL_")]:
        monkeypatch.delenv(name)
    for name, text in environment.items():
        monkeypatch.setenv(name, text)

    assert tracing.is_wanted() is wanted


def test_without_a_collector_the_sdk_is_not_even_loaded() -> None:
    code = (
        "import sys, services.intake.app, shared.tracing as t; t.start('x'); print('opentelemetry.sdk' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env={})

    assert run.stdout.strip() == "False"
