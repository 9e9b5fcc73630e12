"""Write `docs/reference/` from the code: OpenAPI of each service, AsyncAPI of the log, every setting and metric.

`python -m local.reference` writes; `--check` says what differs and fails. A test calls the latter.
"""

import importlib
import json
import os
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from faststream.nats import NatsBroker
from faststream.specification import AsyncAPI

from local import metrics_page
from local.ops.platform import OperationsSettings
from shared.contracts.subjects import EVENT_TYPES, OWNERS, Thing
from shared.health import Readiness
from shared.runner import Service
from shared.settings import Settings, load, reference

FOLDER = Path(__file__).parent.parent / "docs" / "reference"
MANY = frozenset({"result", "contact"})
EXAMPLES = {
    "RESULTS_NATS_URL": "nats://nats.example:4222",
    "RESULTS_NATS_USER": "service",
    "RESULTS_NATS_PASSWORD": "example",
    "RESULTS_S3_ENDPOINT": "s3.example:443",
    "RESULTS_S3_ACCESS_KEY": "example",
    "RESULTS_S3_SECRET_KEY": "example",
    "RESULTS_OIDC_ISSUER": "https://issuer.example",
    "RESULTS_HTTP_PORT": "8080",
    "RESULTS_CLAMD_ADDRESS": "clamd.example:3310",
    "RESULTS_PUBLIC_URL": "https://results.example",
}
ABOUT_THE_LOG = (
    "CloudEvents 1.0 on NATS, binary mode: the attributes are `ce-` headers, the body is the owner's whole state of "
    "the thing after what happened, so the last message on a subject is the state. `ce-id` equals `Nats-Msg-Id`."
)


def service_of(name: str) -> Service[Any]:
    """Return what a service's process runs."""
    found: Service[Any] = importlib.import_module(f"services.{name}.__main__").SERVICE
    return found


def openapi(name: str) -> str:
    """Return the OpenAPI document of a service, which is built but never started."""
    service = service_of(name)
    with _environment(service.settings):
        app = service.build(load(service.settings), Readiness())
    return _pretty(app.openapi())


@contextmanager
def _environment(settings: type[Settings]) -> Iterator[None]:
    """Give every required setting a value of its form; nothing connects to it."""
    before = dict(os.environ)
    os.environ.update(EXAMPLES | {"RESULTS_STATE_DIR": tempfile.gettempdir()})
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def asyncapi() -> str:
    """Return the AsyncAPI document of every event in the log."""
    broker = NatsBroker("nats://localhost:4222")
    for name, thing in EVENT_TYPES.items():
        broker.publisher(_subject(thing), schema=thing.state, title=name, stream="EVENTS", description=_summary(thing))
    api = AsyncAPI(broker, title="Results platform: the log", version="1", description=ABOUT_THE_LOG)
    return _pretty(api.to_specification().to_jsonable())


def _subject(thing: Thing) -> str:
    return f"{thing.owner}.{{project}}.{thing.name}" + (".{id}" if thing.name in MANY else "")


def _summary(thing: Thing) -> str:
    return (thing.state.__doc__ or "").split("\n", 1)[0]


def settings() -> str:
    """Return a page with every setting of every service and of operations: name, default, meaning and unit."""
    lines = ["# Settings", "", "Written by `python -m local.reference` from the code. Environment variables only."]
    kinds: dict[str, type[Settings]] = {
        **{name: service_of(name).settings for name in OWNERS},
        "operations": OperationsSettings,
    }
    for name, kind in kinds.items():
        lines += ["", f"## {name}", "", "| variable | default | meaning |", "|---|---|---|"]
        lines += [f"| `{variable}` | {default} | {meaning} |" for variable, default, meaning in _rows(kind)]
    return "\n".join(lines) + "\n"


def _rows(kind: type[Settings]) -> list[tuple[str, str, str]]:
    return [(variable, default.replace("|", "\\|"), text) for variable, default, text in reference(kind)]


def _pretty(document: Mapping[str, Any]) -> str:
    return json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def documents() -> dict[str, str]:
    """Return every generated file by name."""
    return {
        **{f"{service}.openapi.json": openapi(service) for service in OWNERS},
        "asyncapi.json": asyncapi(),
        "settings.md": settings(),
        "metrics.md": metrics_page.page(),
    }


def differing() -> list[str]:
    """Return the names of the files that are not what the code says."""
    return [
        name
        for name, text in documents().items()
        if not (FOLDER / name).exists() or (FOLDER / name).read_text() != text
    ]


def main() -> None:
    """Write the files, or with `--check` compare them."""
    if "--check" in sys.argv:
        if found := differing():
            sys.exit(f"docs/reference differs from the code: {', '.join(found)}. Run `python -m local.reference`.")
        return
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, text in documents().items():
        (FOLDER / name).write_text(text)


if __name__ == "__main__":
    main()
