"""Small rules of the local platform: ports, back-off, tokens, homes, signatures."""

import io
import json
import re
import stat
from pathlib import Path
from typing import cast

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, KeySetSerialization
from rich.console import Console

from local.credentials import Credentials
from local.home import Home, HomeTakenError
from local.issuer import ForeignIssuerError, documents, require_own
from local.nats_server import NatsServer
from local.ports import Ports
from local.seaweed import SeaweedServer
from local.signatures import Freshclam, Signatures, unconfined
from local.supervisor import RESTART_DELAYS_SECONDS, STEADY_SECONDS, Part
from local.terminal import literal, print_line, styled
from local.tokens import AUDIENCE, Claims, Signer
from shared.http.roles import Role


def test_a_platform_keeps_to_its_hundred_ports_and_their_inner_ones() -> None:
    ports = Ports(8100)

    assert all(8100 <= port % 10_000 <= 8199 for port in ports.everything())
    assert (ports.service("intake"), ports.issuer, ports.nats, ports.s3, ports.clamd) == (8101, 8105, 8122, 8133, 8144)


def test_a_part_starts_again_at_once_first_and_waits_longer_when_it_keeps_dying(tmp_path: Path) -> None:
    part = Part(NatsServer(tmp_path, Ports(8100), Credentials.of_home(tmp_path)))
    delays = [part.next_delay(now=float(moment)) for moment in range(8)]

    assert delays == [*RESTART_DELAYS_SECONDS, 2.0, 2.0]
    assert part.next_delay(now=8 + STEADY_SECONDS) == 0.0


def test_credentials_are_made_once_and_only_completed_later(tmp_path: Path) -> None:
    first = Credentials.of_home(tmp_path)
    path = tmp_path / "credentials.json"
    content = json.loads(path.read_text())
    del content["nats"]["review"]
    path.write_text(json.dumps(content))
    second = Credentials.of_home(tmp_path)

    assert second.nats["intake"] == first.nats["intake"]
    assert second.nats["review"] != first.nats["review"]
    assert second.store == first.store
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_every_service_has_a_password_and_a_key_of_its_own(tmp_path: Path) -> None:
    made = Credentials.of_home(tmp_path)

    assert {
        "intake",
        "validator",
        "review",
        "publisher",
        "operator",
        "archive",
        "backup",
        "upstream-demo",
    } == made.nats.keys()
    assert len(set(made.nats.values())) == len(made.nats)
    assert len({secret for _, secret in made.store.values()}) == len(made.store) == 8


def test_only_the_operator_may_do_everything_on_nats(tmp_path: Path) -> None:
    server = NatsServer(tmp_path, Ports(8100), Credentials.of_home(tmp_path))
    users = server.configuration()["authorization"]["users"]
    everything = [one["user"] for one in users if ">" in one["permissions"]["publish"]["allow"]]

    assert everything == ["operator"]


def test_the_store_tells_nobody_of_itself_and_opens_no_other_door(tmp_path: Path) -> None:
    command = SeaweedServer(tmp_path, Ports(8100), Credentials.of_home(tmp_path)).command()

    assert {"-master.telemetry=false", "-ip.bind=127.0.0.1", "-webdav=false", "-admin.ui=false"} <= set(command.argv)
    assert {name for name in command.environment if name.startswith("WEED_JWT")} == {
        "WEED_JWT_SIGNING_KEY",
        "WEED_JWT_FILER_SIGNING_KEY",
        "WEED_JWT_FILER_SIGNING_READ_KEY",
    }


def test_a_token_holds_its_claims_and_is_checked_with_the_published_key(tmp_path: Path) -> None:
    signer = Signer("http://127.0.0.1:8105", tmp_path)
    claims = Claims(sub="anna", roles=[Role.LEAD, Role.OPERATOR], na=["LV01"], projects=["P-1"], name="Anna")
    published = documents("http://127.0.0.1:8105", signer)["/jwks.json"]
    read = jwt.decode(
        signer.sign(claims, lifetime_seconds=60), KeySet.import_key_set(cast(KeySetSerialization, published))
    ).claims

    assert read | claims.as_json() == read
    assert (read["iss"], read["aud"], read["exp"] - read["iat"]) == ("http://127.0.0.1:8105", AUDIENCE, 60)
    assert "d" not in published["keys"][0]


def test_the_signing_key_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    first, second = (Signer("http://127.0.0.1:8105", tmp_path).public_keys() for _ in range(2))

    assert first == second
    assert stat.S_IMODE((tmp_path / "issuer-key.json").stat().st_mode) == 0o600


@pytest.mark.parametrize("setting", [None, "", "http://127.0.0.1:8105", "http://127.0.0.1:8105/"])
def test_the_local_issuer_runs_for_itself(setting: str | None) -> None:
    require_own(setting, "http://127.0.0.1:8105")


def test_the_local_issuer_runs_for_nobody_else() -> None:
    with pytest.raises(ForeignIssuerError, match=r"https://login\.example\.org"):
        require_own("https://login.example.org", "http://127.0.0.1:8105")


def test_a_home_is_its_owners_alone(tmp_path: Path) -> None:
    home = Home(tmp_path / "var" / "home", Ports(8100))
    with home.held():
        assert stat.S_IMODE(home.path.stat().st_mode) == 0o700

    Credentials.of_home(tmp_path / "other")
    assert stat.S_IMODE((tmp_path / "other").stat().st_mode) == 0o700


def test_two_platforms_cannot_hold_one_home(tmp_path: Path) -> None:
    home = Home(tmp_path, Ports(8100))
    with home.held(), pytest.raises(HomeTakenError, match=str(tmp_path)), home.held():
        pass
    with home.held():
        pass


def test_our_own_signatures_are_always_there_and_real_ones_beside_them(tmp_path: Path) -> None:
    system = tmp_path / "system"
    signatures = Signatures(tmp_path / "own", (tmp_path / "absent", system))
    signatures.prepare()
    alone = sorted(path.name for path in signatures.folder.iterdir())
    system.mkdir()
    for name in ("main.cvd", "daily.cld", "bytecode.cvd"):
        (system / name).write_text("signatures")
    signatures.prepare()

    assert alone == ["local.ndb"]
    assert sorted(path.name for path in signatures.folder.iterdir()) == [
        "bytecode.cvd",
        "daily.cld",
        "local.ndb",
        "main.cvd",
    ]
    assert signatures.are_real


def test_half_a_signature_set_is_none(tmp_path: Path) -> None:
    signatures = Signatures(tmp_path / "own", (tmp_path,))
    (tmp_path / "main.cvd").write_text("signatures")
    signatures.prepare()

    assert not signatures.are_real


def test_a_program_without_a_profile_runs_where_it_is(tmp_path: Path) -> None:
    assert unconfined("/usr/sbin/no-such-program", tmp_path) == "/usr/sbin/no-such-program"


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (
            "ERROR: remote_cvdhead: Download failed (6) ERROR:  Message: Couldn't resolve host name\n"
            "WARNING: Failed to get daily database version\nERROR: Update failed.\n",
            "Couldn't resolve host name",
        ),
        (
            "WARNING: slow\nERROR: Can't save to disk: No space left on device.\n",
            "Can't save to disk: No space left on device",
        ),
        ("", "exit code None, without a word"),
    ],
)
def test_why_signatures_could_not_be_fetched_is_told(tmp_path: Path, said: str, reason: str) -> None:
    assert Freshclam(tmp_path).reason_in(said) == reason


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("[/x] title", "[/x] title"),
        ("\\[/x] title", "\\[/x] title"),
        ("\x1b]0;mine\x07\x9b31mred", "�]0;mine��31mred"),
        (None, ""),
    ],
)
def test_what_others_wrote_is_no_markup_and_commands_no_terminal(text: str | None, shown: str) -> None:
    out = io.StringIO()
    console = Console(file=out, width=100)
    console.print(f"[bold]{literal(text or '')}[/]")
    console.print(styled(text))
    assert out.getvalue() == f"{shown}\n{shown}\n"


@pytest.mark.parametrize("terminal", [True, False])
def test_a_line_is_cut_to_the_width_of_a_terminal_and_whole_in_a_pipe(*, terminal: bool) -> None:
    out = io.StringIO()
    console = Console(file=out, force_terminal=terminal, width=40, soft_wrap=True, no_color=True)

    print_line("[bold]intake.2023-1-LV01-KA220-SCH-000123456.result.abcdefghijklmnop[/] received", console)

    shown = re.sub(r"\x1b\[[0-9;]*m", "", out.getvalue()).splitlines()
    assert len(shown) == 1
    assert shown[0].endswith("…" if terminal else "received")
    assert (len(shown[0]) <= 40) is terminal
