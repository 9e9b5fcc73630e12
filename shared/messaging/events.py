"""What is appended and what was recorded: CloudEvents 1.0 in NATS binary mode."""

import hashlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Literal, TypeVar, cast

from shared.contracts.model import WireModel
from shared.contracts.subjects import EVENT_TYPES, OWNERS, STATES, Address, address
from shared.telemetry import TraceContext, current_traceparent

State = TypeVar("State", bound=WireModel)
StateModel = type[State]
SOURCE = "results-platform"
RECORDED_HEADER = "results-recorded"
"""On events that were put back from an archive: when they were recorded first."""


def event_id(subject: str, cause: str, kind: str, outcome: str = "") -> str:
    """Return the deterministic id of an event: the same cause with the same outcome is the same event."""
    return hashlib.sha256("\x1f".join((subject, cause, kind, outcome)).encode()).hexdigest()[:40]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEvent:
    """An event that is about to be appended. `state` is the owner's whole state of the thing after it.

    `actor` is the `sub` of who acts or the service's own name; `causation` and `correlation` are event or request ids.
    """

    subject: str
    type: str
    state: WireModel
    id: str
    actor: str
    causation: str = ""
    correlation: str = ""
    at: datetime = field(default_factory=lambda: datetime.now(UTC))

    def __post_init__(self) -> None:
        owner, _, thing, _ = address(self.subject)
        declared = EVENT_TYPES.get(self.type)
        assert declared, self.type
        assert (declared.owner, declared.name) == (owner, thing), (self.type, self.subject)
        assert type(self.state) is declared.state, type(self.state)

    def body(self) -> bytes:
        """Return the state as it stands in the log."""
        return self.state.to_json()

    def headers(self) -> dict[str, str]:
        """Return the CloudEvents attributes as NATS headers."""
        headers = {
            "Nats-Msg-Id": self.id,
            "ce-specversion": "1.0",
            "ce-id": self.id,
            "ce-type": self.type,
            "ce-source": f"/{SOURCE}/{self.subject.split('.', 1)[0]}",
            "ce-subject": self.subject,
            "ce-time": self.at.isoformat(),
            "ce-datacontenttype": "application/json",
            "ce-actor": _header_value(self.actor),
            "traceparent": current_traceparent() or TraceContext.new().traceparent,
        }
        if self.causation:
            headers["ce-causationid"] = _header_value(self.causation)
        if self.correlation:
            headers["ce-correlationid"] = _header_value(self.correlation)
        return headers


def _header_value(text: str) -> str:
    """Return the text as a header can carry it: percent-encoded where CloudEvents asks for it."""
    return "".join(
        character
        if " " < character <= "~" and character not in '"%'
        else "".join(f"%{byte:02X}" for byte in character.encode())
        for character in text
    )


@dataclass(frozen=True)
class Recorded:
    """One message of the log, as it stands there. `time` is that of the first recording, also after a restore."""

    subject: str
    sequence: int
    time: datetime
    headers: dict[str, str]
    data: bytes

    def __post_init__(self) -> None:
        if first := self.headers.get(RECORDED_HEADER):
            with suppress(ValueError):
                object.__setattr__(self, "time", datetime.fromisoformat(first).astimezone(UTC))

    @cached_property
    def address(self) -> Address:
        """The subject taken apart."""
        return address(self.subject)

    @property
    def id(self) -> str:
        """The event's `ce-id`."""
        return self.headers.get("ce-id", "")

    @property
    def is_ours(self) -> bool:
        """Whether a service appended it. What has no id is an answer of the server itself.

        A client of NATS can have one stored here: it names a subject of the log as the place for the answer to what it
        may publish, and permissions do not cover that.
        """
        return bool(self.id) and self.subject.partition(".")[0] in OWNERS

    @property
    def type(self) -> str:
        """The event's `ce-type`, for example `intake.result.received.v1`."""
        return self.headers.get("ce-type", "")

    @property
    def happened(self) -> str:
        """What happened, for example `received`."""
        return self.type.split(".")[2] if self.type.count(".") == 3 else ""

    @property
    def actor(self) -> str:
        """The `sub` of who acted, or a service's name."""
        return self.headers.get("ce-actor", "")

    def state(self) -> WireModel:
        """Return the state after the event, as the model that its subject has; it is read once.

        A thing that only a newer version knows is a bare WireModel: nobody here has a use for it.
        """
        return self._state

    @cached_property
    def _state(self) -> WireModel:
        return STATES.get((self.address.owner, self.address.thing), WireModel).from_json(self.data)

    def state_as(self, model: StateModel[State]) -> State:
        """Return the state as `model`, which must be the one that the subject has."""
        assert STATES[(self.address.owner, self.address.thing)] is model, (self.subject, model)
        return cast(State, self.state())


@dataclass(frozen=True, slots=True)
class Guard:
    """What must not have changed since the load. Contenders in one project must name the same string (design.md 1)."""

    filter: str
    sequence: int


@dataclass(frozen=True)
class ProjectLog:
    """The last event of every thing of one project, all as of one position of the log.

    `foreign`: subjects on which something that is no event of ours came later, and its sequence; only guards count it.
    """

    project_id: str
    position: int
    messages: dict[str, Recorded]
    foreign: Mapping[str, int] = field(default_factory=dict)

    def get(self, owner: str, thing: str, thing_id: str = "") -> Recorded | None:
        """Return the last message of a thing, if there is one."""
        tokens = [owner, self.project_id, thing, *([thing_id] if thing_id else [])]
        return self.messages.get(".".join(tokens))

    def state(self, owner: str, thing: str, model: type[State], thing_id: str = "") -> State | None:
        """Return the state of a thing, if there is one."""
        recorded = self.get(owner, thing, thing_id)
        return recorded.state_as(model) if recorded else None

    def things(self, owner: str, thing: str) -> dict[str, Recorded]:
        """Return the last messages of all things of a kind, by id, in the order in which they first came."""
        prefix = f"{owner}.{self.project_id}.{thing}."
        return {name.removeprefix(prefix): one for name, one in self.messages.items() if name.startswith(prefix)}

    def guard(self, scope: Literal["intake", "project"]) -> Guard:
        """Return the guard for commands of intake (`intake.<p>.>`) or of review and withdrawals (`*.<p>.>`)."""
        if scope == "project":
            return Guard(f"*.{self.project_id}.>", self.position)
        prefix = f"intake.{self.project_id}."
        ours = (one.sequence for name, one in self.messages.items() if name.startswith(prefix))
        foreign = (sequence for name, sequence in self.foreign.items() if name.startswith(prefix))
        return Guard(f"{prefix}>", max((*ours, *foreign), default=0))

    def guard_of(self, subject: str) -> Guard:
        """Return the guard for a thing that only its own subject protects."""
        last = self.messages.get(subject)
        return Guard(subject, max(last.sequence if last else 0, self.foreign.get(subject, 0)))
