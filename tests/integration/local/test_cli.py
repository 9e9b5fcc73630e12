"""The `results` command against real servers: what people see, and what programs read."""

import base64
import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from local.demo import files
from local.home import Home
from local.operating import operator_connection
from local.parts import ROOT
from local.servers import NatsServer
from shared.messaging.deadletters import DeadLetter, letters, send

COMMANDS = (
    "up",
    "token",
    "status",
    "provision",
    "project",
    "post",
    "watch",
    "check",
    "deadletters",
    "verify",
    "rebuild",
    "backup",
    "archive",
    "restore",
    "rescan",
    "erase",
    "export",
)
LEVELS = [
    [],
    *([name] for name in COMMANDS),
    *(["project", name] for name in ("list", "show", "register")),
    *(["deadletters", name] for name in ("list", "show", "replay", "discard")),
    ["export", "audit"],
]
EICAR = "".join((r"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-", "ANTIVIRUS-TEST-FILE!$H+H*"))


def results(
    *arguments: str, home: Path, base: int, folder: Path = ROOT, **more: str
) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "RESULTS_HOME": str(home), "RESULTS_PORT_BASE": str(base), "NO_COLOR": "1", **more}
    environment["PYTHONPATH"] = str(ROOT)
    environment.pop("FORCE_COLOR", None)
    return subprocess.run(
        [sys.executable, "-m", "local.cli", *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


class Command:
    """`results` in the home of the servers that the tests share."""

    def __init__(self, server: NatsServer) -> None:
        self.home = Home(server.home.parent, server.ports)

    def __call__(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return results(*arguments, home=self.home.path, base=self.home.ports.base)

    async def store_letter(self, sequence: int) -> int:
        """Leave a dead letter of a message that never was; answers its number."""
        letter = DeadLetter(
            service="publisher",
            consumer="publisher-publish",
            stream="EVENTS",
            sequence=sequence,
            subject="intake.cli-1.website",
            headers={"ce-id": "1"},
            data=base64.b64encode(b'{"url":"https://example.org"}').decode(),
            code="undecodable",
            reason="the body is not what its type says",
            attempts=1,
            at=datetime.now(UTC),
        )
        async with operator_connection(self.home) as connection:
            await send(connection.js, letter)
            found = [number async for number, one in letters(connection.js) if one.sequence == sequence]
        return found[-1]


@pytest.fixture
def command(nats_server: NatsServer) -> Command:
    return Command(nats_server)


@pytest.mark.parametrize("level", LEVELS, ids=" ".join)
def test_every_level_explains_itself(level: list[str], tmp_path: Path) -> None:
    shown = results(*level, "--help", home=tmp_path, base=19_900)

    assert shown.returncode == 0
    assert "Usage: " in shown.stdout
    assert not list(tmp_path.iterdir())


def test_token_prints_the_token_alone(tmp_path: Path) -> None:
    printed = results(
        "token", "--role", "officer", "--role", "lead", "--na", "LV01", "--na", "EE01", "--sub", "anna",
        home=tmp_path, base=19_900,
    )  # fmt: skip
    header, claims, _signature = printed.stdout.strip().split(".")
    read = json.loads(base64.urlsafe_b64decode(claims + "=="))

    assert printed.stdout.count("\n") == 1
    assert (read["sub"], read["roles"], read["na"]) == ("anna", ["officer", "lead"], ["LV01", "EE01"])
    assert json.loads(base64.urlsafe_b64decode(header + "=="))["alg"] == "ES256"


def test_token_signs_for_no_other_issuer(tmp_path: Path) -> None:
    refused = results(
        "token", "--role", "lead", "--sub", "anna",
        home=tmp_path, base=19_900, RESULTS_OIDC_ISSUER="https://login.example.org",
    )  # fmt: skip

    assert (refused.returncode, refused.stdout) == (1, "")
    assert "https://login.example.org" in refused.stderr


def test_an_unknown_role_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    refused = results("token", "--role", "king", "--sub", "anna", home=tmp_path, base=19_900)

    assert refused.returncode == 2
    assert "coordinator" in refused.stderr


@pytest.mark.parametrize("arguments", [["deadletters", "list"], ["watch"], ["verify"], ["provision"]])
def test_without_a_platform_it_says_how_to_start_one(arguments: list[str], tmp_path: Path) -> None:
    refused = results(*arguments, home=tmp_path, base=19_900)

    assert refused.returncode == 1
    assert "start one with `make up`" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_status_without_a_platform_names_every_part_that_is_away(tmp_path: Path) -> None:
    shown = results("status", "--json", home=tmp_path, base=19_900)

    assert shown.returncode == 1
    assert {part["state"] for part in json.loads(shown.stdout)["parts"]} == {"away"}


def test_status_shows_the_streams_and_what_waits(command: Command) -> None:
    shown = json.loads(command("status", "--json").stdout)

    assert {"EVENTS", "UPSTREAM", "OUTCOMES", "DEADLETTERS"} <= {stream["stream"] for stream in shown["streams"]}
    assert "validator-check" in {work["work"] for work in shown["work"]}
    assert next(part for part in shown["parts"] if part["part"] == "nats")["state"] == "ready"


def test_provision_changes_nothing_where_everything_stands(command: Command) -> None:
    assert json.loads(command("provision", "--json").stdout) == []


async def test_a_dead_letter_is_listed_and_shown_with_its_reason(command: Command) -> None:
    number = await command.store_letter(900_001)
    listed = json.loads(command("deadletters", "list", "--json").stdout)
    shown = json.loads(command("deadletters", "show", str(number), "--json").stdout)

    assert number in {letter["number"] for letter in listed}
    assert (shown["code"], shown["body"]) == ("undecodable", {"url": "https://example.org"})
    assert "the body is not what its type says" in command("deadletters", "list").stdout
    assert "undecodable" in command("deadletters", "show", str(number)).stdout


@pytest.mark.parametrize(("how", "sequence"), [("replay", 900_002), ("discard", 900_003)])
async def test_a_dead_letter_that_is_settled_leaves_the_list(command: Command, how: str, sequence: int) -> None:
    number = await command.store_letter(sequence)
    settled = command("deadletters", how, str(number))
    again = command("deadletters", how, str(number))

    assert settled.returncode == 0
    assert number not in {letter["number"] for letter in json.loads(command("deadletters", "list", "--json").stdout)}
    assert again.returncode == 1
    assert "Traceback" not in again.stderr


def test_check_judges_files_without_a_platform(tmp_path: Path) -> None:
    harmless, infected, unknown = tmp_path / "a.txt", tmp_path / "b.txt", tmp_path / "c.exe"
    harmless.write_text("Only words.")
    infected.write_text(EICAR)
    unknown.write_bytes(b"MZ" + bytes(500))
    arguments = ("check", "--json", str(harmless), str(infected), str(unknown))
    judged = results(*arguments, home=tmp_path / "home", base=19_900)
    outcomes = {Path(one["file"]).name: one for one in json.loads(judged.stdout)}

    assert judged.returncode == 1
    assert [outcomes[name]["outcome"] for name in ("a.txt", "b.txt", "c.exe")] == ["passed", "malware", "failed"]
    checks = {check["check"] for check in outcomes["a.txt"]["checks"]}
    assert checks == {"format", "size", "malware", "personal-data", "quality"}


def test_check_shows_hints_on_quality_and_passes(tmp_path: Path) -> None:
    guide = files.docx(tmp_path / "guide.docx", ["A guide for teachers."]).path
    judged = results("check", str(guide), home=tmp_path / "home", base=19_900)

    assert judged.returncode == 0
    assert "quality" in judged.stdout
    assert "disclaimer-missing" in judged.stdout


def test_check_of_harmless_files_ends_well(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Only words.")
    judged = results("check", "a.txt", home=tmp_path / "home", base=19_900, folder=tmp_path)

    assert judged.returncode == 0, judged.stdout
    assert "passed" in judged.stdout


def test_rebuild_throws_a_read_model_away_and_nothing_else(tmp_path: Path) -> None:
    folder = tmp_path / "services" / "publisher"
    folder.mkdir(parents=True)
    for name in ("publisher.sqlite", "publisher.sqlite-wal", "other.txt"):
        (folder / name).touch()
    done = results("rebuild", "publisher", home=tmp_path, base=19_900)

    assert done.returncode == 0
    assert [path.name for path in folder.iterdir()] == ["other.txt"]
    assert results("rebuild", "intake", home=tmp_path, base=19_900).returncode == 1
