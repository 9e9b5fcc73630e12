"""How long a backup and a restore of many results take: `python -m bench.archive --results 10000`.

The history is made of the real contracts and is one that `results verify` accepts; its files are small, so what is
measured is the number of things, not the width of a disk.
"""

import argparse
import asyncio
import hashlib
import itertools
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from pydantic import SecretStr

from local.ops.log_writer import LogWriter
from local.ops.segments import Message
from local.parts import ROOT
from local.port_ranges import reserved_ports
from local.ports import Ports
from local.servers import Credentials, NatsServer, SeaweedServer
from shared.contracts.model import WireModel
from shared.contracts.project import Organisation, ProjectDescription, ProjectState
from shared.contracts.publication import Basis, PublicationState
from shared.contracts.result import DataProtection, ManifestEntry, ResultFile, ResultState, RoundState
from shared.contracts.review import ApprovedRound, ReportState, ResultDecision, ReviewResultState, ReviewRoundState
from shared.contracts.subjects import object_key
from shared.contracts.verdict import VerdictOutcome, VerdictState
from shared.messaging.connection import Credentials as NatsCredentials
from shared.messaging.connection import connect
from shared.messaging.upgrade import provision
from shared.settings import S3Settings
from shared.storage.s3 import S3ObjectStore
from shared.storage.zones import CLEAN, INCOMING, PUBLIC

IN_A_PROJECT = 50
PUTS_AT_ONCE = 16
NOW = datetime.now(UTC)


@dataclass(slots=True)
class History:
    """Events of projects that went all the way, in order, and the bytes that they name."""

    files: dict[str, bytes] = field(default_factory=dict)
    _sequence: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    def project(self, number: int) -> Iterator[Message]:
        """Yield the whole life of one project with fifty results."""
        project_id = f"bench-{number:05d}"
        organisation = Organisation(id="o1", name="School", role="coordinator")
        about = ProjectDescription(
            title="Bench", start_date=date(2023, 1, 1), end_date=date(2025, 1, 1), languages=("en",), na="LV01",
            organisations=(organisation,),
        )  # fmt: skip
        yield self._event(
            project_id,
            "intake.project",
            ProjectState(id=project_id, description=about, registered_at=NOW),
            "registered",
        )
        ids = [f"{project_id}~{_part(project_id, index)}" for index in range(IN_A_PROJECT)]
        received = {
            one: self._event(project_id, f"intake.result.{one}", self._result(project_id, one), "received")
            for one in ids
        }
        yield from received.values()
        verdicts = {
            one: self._event(project_id, f"validator.result.{one}", self._verdict(project_id, one), "checked")
            for one in ids
        }
        yield from verdicts.values()
        manifest = tuple(
            ManifestEntry(result_id=one, revision=1, sha256=self._sha(one), sequence=received[one].sequence)
            for one in ids
        )
        submitted = RoundState(round=1, status="submitted", manifest=manifest, submitted_by="karlis", submitted_at=NOW)
        yield self._event(project_id, "intake.round", submitted, "submitted")
        claimed = ReviewRoundState(round=1, status="claimed", officer="olga", by="olga", at=NOW)
        yield self._event(project_id, "review.round", claimed, "claimed")
        for one in manifest:
            decision = ResultDecision(
                decision="approve", by="olga", at=NOW, round=1, revision=1, sha256=one.sha256, sequence=one.sequence
            )
            state = ReviewResultState(result_id=one.result_id, decision=decision)
            yield self._event(project_id, f"review.result.{one.result_id}", state, "decided")
        approved = ApprovedRound(round=1, manifest=manifest, approved_by="olga", approved_at=NOW)
        round_ = claimed.model_copy(update={"status": "approved", "approved": approved})
        yield (approval := self._event(project_id, "review.round", round_, "approved"))
        yield (
            report := self._event(
                project_id, "review.report", ReportState(status="approved", by="olga", at=NOW), "approved"
            )
        )
        for one in manifest:
            basis = Basis(
                verdict=verdicts[one.result_id].sequence,
                approval=approval.sequence,
                report=report.sequence,
                result=one.sequence,
            )
            state_of = PublicationState(
                result_id=one.result_id, status="published", revision=1, sha256=one.sha256, sequence=one.sequence,
                object_key=object_key(one.result_id, 1, one.sha256), basis=basis, at=NOW,
            )  # fmt: skip
            yield self._event(project_id, f"publisher.result.{one.result_id}", state_of, "published")

    def _sha(self, result_id: str) -> str:
        return hashlib.sha256(_content(result_id)).hexdigest()

    def _result(self, project_id: str, result_id: str) -> ResultState:
        key = object_key(result_id, 1, self._sha(result_id))
        self.files[key] = _content(result_id)
        return ResultState(
            id=result_id, project_id=project_id, kind="file", title="A handbook", description="What it is about. " * 10,
            category="handbook", languages=("en",), data_protection=DataProtection(confirmed=True), revision=1,
            file=ResultFile(name="handbook.txt", size=1000, sha256=self._sha(result_id), object_key=key),
            submitter="beata", created_at=NOW, changed_at=NOW, content_at=NOW,
        )  # fmt: skip

    def _verdict(self, project_id: str, result_id: str) -> VerdictState:
        sha256 = self._sha(result_id)
        return VerdictState(
            project_id=project_id, result_id=result_id, revision=1, sha256=sha256, size=1000,
            outcome=VerdictOutcome.PASSED, in_clean=True, object_key=object_key(result_id, 1, sha256), checked_at=NOW,
        )  # fmt: skip

    def _event(self, project_id: str, what: str, state: WireModel, happened: str) -> Message:
        owner, thing, *rest = what.split(".", 2)
        sequence = next(self._sequence)
        headers = {"ce-id": f"bench-{sequence}", "ce-type": f"{owner}.{thing}.{happened}.v1", "ce-actor": "bench"}
        return Message(
            sequence=sequence,
            subject=".".join((owner, project_id, thing, *rest)),
            time=NOW.isoformat(),
            headers=headers,
            data=state.model_dump_json(exclude_none=True).encode(),
        )


def _content(result_id: str) -> bytes:
    return (result_id.encode() * 40)[:1000]


def _part(project_id: str, index: int) -> str:
    digest = hashlib.sha256(f"{project_id}{index}".encode()).hexdigest()
    return "".join(character if character in "234567" or character.isalpha() else "a" for character in digest)[:26]


async def seed(nats: NatsServer, store: SeaweedServer, results: int) -> int:
    """Fill a platform; answers how many events it has."""
    password = SecretStr(nats.credentials.nats["operator"])
    connection = await connect(NatsCredentials(url=nats.url, user="operator", password=password), name="bench")
    await provision(connection.js)
    history, writer = History(), LogWriter(connection, 0)
    for number in range(results // IN_A_PROJECT):
        for message in history.project(number):
            await writer.put(message)
    await writer.finish()
    await connection.close()
    access_key, secret_key = store.credentials.store["operator"]
    client = S3ObjectStore(
        S3Settings(s3_endpoint=store.endpoint, s3_access_key=access_key, s3_secret_key=SecretStr(secret_key))
    )
    gate = asyncio.Semaphore(PUTS_AT_ONCE)

    async def put(zone: str, key: str, data: bytes) -> None:
        async with gate:
            await client.put_bytes(zone, key, data)

    for zone in (INCOMING, CLEAN, PUBLIC):
        await asyncio.gather(*(put(zone, key, data) for key, data in history.files.items()))
    client.close()
    return writer.written


@contextmanager
def stores(home: Path, ports: Ports) -> Iterator[tuple[NatsServer, SeaweedServer]]:
    credentials = Credentials.of_home(home)
    with (
        NatsServer(home / "nats", ports, credentials) as nats,
        SeaweedServer(home / "store", ports, credentials) as store,
    ):
        yield nats, store


def command(name: str, home: Path, ports: Ports, *arguments: str) -> None:
    """Run `results` and print how long it took and how much memory."""
    began = time.monotonic()
    own = {"RESULTS_HOME": str(home), "RESULTS_PORT_BASE": str(ports.base), "PATH": "/usr/bin:/bin", "NO_COLOR": "1"}
    running = subprocess.Popen([sys.executable, "-m", "local.cli", *arguments], cwd=ROOT, env=own)
    _, status, used = os.wait4(running.pid, 0)
    if status:
        sys.exit(f"results {' '.join(arguments)} failed")
    print(f"{name:<8} {time.monotonic() - began:6.1f} s, {used.ru_maxrss / 1024:.0f} MB at most", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.archive", description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--results", type=int, default=10_000)
    asked = parser.parse_args()
    with TemporaryDirectory(prefix="results-bench-") as folder, reserved_ports() as old, reserved_ports() as new:
        home, fresh, archive = Path(folder) / "old", Path(folder) / "new", f"{folder}/archive"
        with stores(home, old) as (nats, store):
            began = time.monotonic()
            events = asyncio.run(seed(nats, store, asked.results))
            print(f"{events} events of {asked.results} results made in {time.monotonic() - began:.1f} s", flush=True)
            command("backup", home, old, "backup", "--to", archive)
            command("again", home, old, "backup", "--to", archive)
        with stores(fresh, new):
            command("restore", fresh, new, "restore", "--from", archive, "--no-check")
            command("verify", fresh, new, "verify")


if __name__ == "__main__":
    main()
