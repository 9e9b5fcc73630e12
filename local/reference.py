"""Write `docs/reference/` from the code: OpenAPI of each service, AsyncAPI of the log, every setting.

`python -m local.reference` writes; `--check` says what differs and fails. A test calls the latter.
"""

import importlib
import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from faststream.nats import NatsBroker
from faststream.specification import AsyncAPI
from pydantic_settings import BaseSettings

from shared.contracts.subjects import EVENT_TYPES, OWNERS, Thing

FOLDER = Path(__file__).parent.parent / "docs" / "reference"
MANY = frozenset({"result", "contact"})
ABOUT_THE_LOG = (
    "CloudEvents 1.0 on NATS, binary mode: the attributes are `ce-` headers, the body is the owner's whole state of "
    "the thing after what happened, so the last message on a subject is the state. `ce-id` equals `Nats-Msg-Id`."
)


def openapi(service: str) -> str:
    """Return the OpenAPI document of a service."""
    document: dict[str, Any] = importlib.import_module(f"services.{service}.app").describe().openapi()
    return _pretty(document)


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
    """Return a page with every setting of every service: name, default, meaning and unit."""
    lines = ["# Settings", "", "Written by `python -m local.reference` from the code. Environment variables only."]
    for service in OWNERS:
        lines += ["", f"## {service}", "", "| variable | default | meaning |", "|---|---|---|"]
        lines += sorted(_rows(importlib.import_module(f"services.{service}.settings").Settings))
    return "\n".join(lines) + "\n"


def _rows(model: type[BaseSettings]) -> Iterator[str]:
    prefix = model.model_config.get("env_prefix", "")
    for name, field in model.model_fields.items():
        default = "required" if field.is_required() else f"`{field.get_default(call_default_factory=True)}`"
        yield f"| `{prefix}{name}`".upper() + f" | {default} | {field.description} |"


def _pretty(document: Mapping[str, Any]) -> str:
    return json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def documents() -> dict[str, str]:
    """Return every generated file by name."""
    return {
        **{f"{service}.openapi.json": openapi(service) for service in OWNERS},
        "asyncapi.json": asyncapi(),
        "settings.md": settings(),
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
