"""How a platform is: what waits and since when, how fast things go, how full the disks are. Asks, changes nothing."""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from nats.js.errors import NotFoundError

from shared.contracts.verdict import VerdictState
from shared.errors import TransientError
from shared.messaging import deadletters
from shared.messaging.connection import Connection
from shared.messaging.log import Log, request_json
from shared.messaging.streams import BUCKETS, STREAMS, WORK, Work
from shared.storage.ports import ObjectStore
from shared.storage.zones import BUCKETS as ZONES

PROBE_SECONDS = 3.0
SPANS = {"minute": timedelta(minutes=1), "hour": timedelta(hours=1), "day": timedelta(days=1)}
_SAMPLE = re.compile(r'(?m)^(\w+?)(?:\{(?:(?:model|consumer)="([^"]*)")?[^}]*\})? ([-+0-9.e]+)$')

Rows = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Condition:
    """Reads one platform. `urls`: where each service answers /readyz and /metrics."""

    connection: Connection
    urls: Mapping[str, str]

    async def streams(self) -> Rows:
        """Every stream and bucket of NATS with its size."""
        names = [str(stream.name) for stream in STREAMS] + [f"KV_{bucket.name}" for bucket in BUCKETS]
        found = []
        for name in names:
            info = await self.connection.js.stream_info(name)
            limit = info.config.max_bytes if info.config.max_bytes and info.config.max_bytes > 0 else None
            state = info.state
            used = f"{state.bytes / limit:.0%}" if limit else None
            found.append(
                {"stream": name, "messages": state.messages, "bytes": state.bytes, "last": state.last_seq, "full": used}
            )
        return found

    async def disk(self) -> dict[str, Any]:
        """What JetStream uses of the disk that it may use."""
        told = await request_json(self.connection.client, "$JS.API.INFO", {})
        limit = told.get("limits", {}).get("max_storage", -1)
        return {"bytes": told.get("storage", 0), "bytes_max": limit if limit > 0 else None}

    async def work(self) -> Rows:
        """Every durable consumer: what waits, what is in hand, and how old the oldest of it is."""
        found = []
        for one in WORK:
            info = await self.connection.js.consumer_info(one.stream, one.durable)
            floor = info.ack_floor.stream_seq if info.ack_floor else 0
            waits = (info.num_pending or 0) + (info.num_ack_pending or 0)
            found.append(
                {
                    "work": one.durable,
                    "service": one.service,
                    "waiting": info.num_pending,
                    "in_hand": info.num_ack_pending,
                    "again": info.num_redelivered,
                    "oldest_seconds": await self._oldest(one, floor) if waits else None,
                    "done": floor,
                }
            )
        return found

    async def _oldest(self, one: Work, floor: int) -> float | None:
        times = []
        for subject in one.filters:
            asked = {"seq": floor + 1, "next_by_subj": subject}
            told = await request_json(self.connection.client, f"$JS.API.STREAM.MSG.GET.{one.stream}", asked)
            if message := told.get("message"):
                times.append(datetime.fromisoformat(message["time"]))
        return round((datetime.now(UTC) - min(times)).total_seconds(), 1) if times else None

    async def rates(self) -> dict[str, int]:
        """How many events were appended in the last minute, hour and day."""
        last = await Log(self.connection).last_sequence()
        now = datetime.now(UTC)
        return {name: last - await self._last_before(now - span, last) for name, span in SPANS.items()}

    async def _last_before(self, moment: datetime, last: int) -> int:
        """Find the last sequence that is older than a moment, by halving."""
        low, high = 0, last
        while low < high:
            middle = (low + high + 1) // 2
            asked = {"seq": middle, "next_by_subj": ">"}
            told = await request_json(self.connection.client, "$JS.API.STREAM.MSG.GET.EVENTS", asked)
            message = told.get("message")
            if message and datetime.fromisoformat(message["time"]) < moment:
                low = middle
            else:
                high = middle - 1
        return low

    async def letters(self) -> dict[str, Any]:
        """How many messages could not be handled, and the oldest of them."""
        found = [letter async for _, letter in deadletters.letters(self.connection.js)]
        codes = sorted({letter.code for letter in found})
        return {"count": len(found), "oldest": min((one.at for one in found), default=None), "codes": codes}

    async def scanner(self) -> dict[str, Any]:
        """With which signatures the last file was checked, when, and how old they are where the validator tells."""
        last = await Log(self.connection).last_message("validator.>")
        state = last.state() if last else None
        known = state if isinstance(state, VerdictState) else None
        samples = await self.samples("validator")
        built = samples.get(("results_scanner_signatures_built_seconds", ""), 0.0)
        age = round((datetime.now(UTC).timestamp() - built) / 3600, 1) if built else None
        return {
            "present": bool(samples.get(("results_scanner_present", ""), 0.0)) if samples else None,
            "signatures": known.signatures if known else None,
            "signatures_age_hours": age,
            "last_verdict": known.checked_at if known else None,
            "unfinished": int(samples.get(("results_unfinished_verdicts", ""), 0.0)) if samples else None,
        }

    async def models(self) -> Rows:
        """How far each service's read model is behind the log."""
        last = await Log(self.connection).last_sequence()
        found = []
        for service in self.urls:
            samples = await self.samples(service)
            for (name, label), value in samples.items():
                if name == "read_model_position":
                    row = {
                        "service": service,
                        "model": label,
                        "position": int(value),
                        "behind": max(last - int(value), 0),
                    }
                    found.append(row)
        return found

    async def samples(self, service: str) -> dict[tuple[str, str], float]:
        """What a service says on /metrics; nothing when it does not answer."""
        if service not in self.urls:
            return {}
        try:
            async with httpx.AsyncClient(timeout=PROBE_SECONDS) as client:
                answer = await client.get(f"{self.urls[service]}/metrics")
        except httpx.HTTPError:
            return {}
        return {(name, label): float(value) for name, label, value in _SAMPLE.findall(answer.text)}

    async def whole(self) -> dict[str, Any]:
        """Everything at once."""
        asked = {
            "streams": self.streams(),
            "disk": self.disk(),
            "work": self.work(),
            "events": self.rates(),
            "deadletters": self.letters(),
            "scanner": self.scanner(),
            "read_models": self.models(),
        }
        found = await asyncio.gather(*asked.values(), return_exceptions=True)
        return {name: _told(one) for name, one in zip(asked, found, strict=True)}


def _told(answer: Any) -> Any:
    """One part that is missing hides nothing else; our own mistakes are not hidden."""
    if isinstance(answer, TransientError | TimeoutError | NotFoundError):
        return {"error": str(answer) or type(answer).__name__}
    if isinstance(answer, BaseException):
        raise answer
    return answer


async def zones(store: ObjectStore) -> Rows:
    """How many objects each bucket holds, and their bytes. Goes through all of them."""
    found = []
    for zone in ZONES:
        objects = size = 0
        async for one in store.list(zone):
            objects, size = objects + 1, size + one.size
        found.append({"bucket": zone, "objects": objects, "bytes": size})
    return found
