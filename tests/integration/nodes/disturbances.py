"""What happens to a node of NATS: it is killed, it stands still, or it is lost with its disk; and how it comes back."""

import json
import os
import random
import shutil
import signal
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from typing import Any, Literal

from local.nats_server import NatsServer
from local.ports import HOST

Kind = Literal["kill", "freeze", "lose"]
Victim = Literal["leader", "follower"]
KINDS: tuple[Kind, ...] = ("kill", "freeze", "lose")
VICTIMS: tuple[Victim, ...] = ("leader", "follower")
BACK_SECONDS_MAX = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One disturbance: to the node that leads `EVENTS` or to another, so long after the load began, so long away."""

    kind: Kind
    victim: Victim
    which: int
    after_seconds: float
    away_seconds: float

    @classmethod
    def of(cls, seed: str, run: int) -> "Plan":
        """The same for the same seed and run: the leader and another by turns, and in six runs each thing to each."""
        kinds = random.Random(seed).sample(KINDS, len(KINDS))
        victim = VICTIMS[run % 2]
        kind = kinds[run % len(KINDS)]
        chance = random.Random(f"{seed}-{run}")
        return cls(
            kind=kind,
            victim=victim,
            which=chance.randrange(2),
            after_seconds=chance.uniform(0.5, 2.5),
            away_seconds=chance.uniform(0.0, 2.0),
        )

    def chosen(self, nodes: tuple[NatsServer, ...], leader: str) -> NatsServer:
        followers = [one for one in nodes if one.name != leader]
        [leading] = [one for one in nodes if one.name == leader]
        return leading if self.victim == "leader" else followers[self.which]

    def strike(self, node: NatsServer) -> None:
        """Without a word to anybody."""
        if self.kind == "freeze":
            os.kill(node.pid, signal.SIGSTOP)
        else:
            node.kill()
        if self.kind == "lose":
            shutil.rmtree(node.home / "jetstream")

    def bring_back(self, node: NatsServer) -> None:
        """Must be called by the thread that lives longest: a child dies with the thread that started it."""
        if self.kind == "freeze":
            os.kill(node.pid, signal.SIGCONT)
        else:
            node.start(BACK_SECONDS_MAX)


def require_caught_up(node: NatsServer, wanted: Mapping[str, int]) -> None:
    """Wait until the node itself holds every stream up to these sequences."""
    deadline = time.monotonic() + BACK_SECONDS_MAX
    while missing := {name: last for name, last in wanted.items() if held(node).get(name, 0) < last}:
        assert time.monotonic() < deadline, f"{node.name} holds {held(node)}, not {missing}\n{node.log_end()}"
        time.sleep(0.2)


def held(node: NatsServer) -> dict[str, int]:
    """The last sequence of each stream on this node's own disk, as it says itself."""
    accounts = _monitored(node, "/jsz?accounts=1&streams=1").get("account_details", [])
    streams = [one for account in accounts for one in account.get("stream_detail", [])]
    return {one["name"]: one["state"]["last_seq"] for one in streams}


def _monitored(node: NatsServer, path: str) -> dict[str, Any]:
    connection = HTTPConnection(HOST, node.ports.nats_monitoring, timeout=5)
    try:
        connection.request("GET", path)
        found: dict[str, Any] = json.loads(connection.getresponse().read())
    except (OSError, HTTPException):
        return {}
    finally:
        connection.close()
    return found
