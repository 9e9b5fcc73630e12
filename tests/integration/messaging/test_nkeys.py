"""Services that sign in to NATS with an nkey: what they may do is the same, and a revoked key is named as such."""

import asyncio
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs

from local.credentials import Credentials as ServerCredentials
from local.nats_server import NatsServer
from local.nkeys_of_users import new_seed, public_half
from local.port_ranges import reserved_ports
from local.provisioning import provision_now
from shared.health import NotReadyError, Readiness
from shared.messaging.connection import Credentials, connect
from shared.messaging.log import Log
from shared.messaging.settlement import Task, add_work, build_broker
from shared.messaging.welcome import RefusedError
from shared.settings import NatsSettings

SEED = new_seed()
USER = "intake"


class NkeyServer(NatsServer):
    """The platform's server, where intake has an nkey instead of a password; `public` is the key that it knows."""

    public: str = public_half(SEED)

    def _user(self, name: str) -> dict[str, Any]:
        user = super()._user(name)
        if name != USER:
            return user
        return {"nkey": self.public, "permissions": user["permissions"]}

    def know(self, public: str) -> None:
        """Exchange intake's key while the server runs, as an operator does."""
        self.public = public
        self.prepare()
        assert self.process is not None
        self.process.send_signal(signal.SIGHUP)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NkeyServer]:
    home = tmp_path_factory.mktemp("nkeys")
    credentials = ServerCredentials.of_home(home)
    with reserved_ports() as ports, NkeyServer(home / "nats", ports, credentials) as server:
        provision_now(url=server.url, password=credentials.nats["operator"])
        yield server


def login(server: NatsServer, seed: str = SEED) -> Credentials:
    return Credentials(url=server.url, user=USER, nkey_seed=SecretStr(seed))


async def until(holds: Callable[[], bool]) -> None:
    for _ in range(500):
        if holds():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("not within ten seconds")


async def test_a_service_with_an_nkey_has_the_rights_of_its_user_and_no_others(server: NkeyServer) -> None:
    connection = await connect(login(server), name="test")
    try:
        await Log(connection).last_sequence()
        await connection.client.publish("review.P-1.round", b"{}")
        await connection.client.flush()
        await until(lambda: connection.was_denied("review.P-1.round"))
    finally:
        await connection.close()


async def test_the_shell_that_takes_work_signs_in_with_the_nkey_too(server: NkeyServer) -> None:
    connection = await connect(login(server), name="test")
    broker = build_broker(login(server), name="test-work")

    async def handle(_: Task) -> None:
        """Nothing comes."""

    add_work(broker, "intake-upstream", handle, lambda: connection.js, slots=1)
    await broker.start()
    try:
        assert await broker.ping(timeout=5)
    finally:
        await broker.stop()
        await connection.close()


async def test_a_revoked_nkey_is_named_in_log_and_readiness_and_a_new_one_lets_in_again(server: NkeyServer) -> None:
    connection = await connect(login(server), name="test")
    readiness = Readiness(fresh_seconds=0)

    async def nats() -> None:
        connection.require_link()

    readiness.add("nats", nats)
    try:
        assert (await readiness.report()).ready
        with capture_logs() as records:
            server.know(public_half(new_seed()))
            await until(lambda: connection.welcome.is_refused)
            (line,) = (await readiness.report()).lines
            await asyncio.sleep(1)

        assert line.reason is not None
        assert "does not let in intake: its nkey is unknown there or was revoked" in line.reason
        assert [one["log_level"] for one in records if one["event"] == "nats_refused"] == ["error"]
        assert not any(SEED in str(one) for one in records)

        server.know(public_half(SEED))
        await until(lambda: connection.client.is_connected and not connection.welcome.is_refused)
        assert (await readiness.report()).ready
    finally:
        server.know(public_half(SEED))
        await connection.close()


async def test_a_key_that_the_server_does_not_know_is_refused_by_name_at_start(server: NkeyServer) -> None:
    with pytest.raises(RefusedError, match="does not let in intake: its nkey"):
        await connect(login(server, new_seed()), name="test", attempts_seconds=1.5)


async def test_a_wrong_password_is_refused_by_name_too(server: NkeyServer) -> None:
    wrong = Credentials(url=server.url, user="review", password=SecretStr("wrong"))

    with pytest.raises(NotReadyError, match="does not let in review: its password"):
        await connect(wrong, name="test", attempts_seconds=1.5)


async def test_settings_give_the_seed_from_a_file(server: NkeyServer, tmp_path: Path) -> None:
    file = tmp_path / "intake.nk"
    file.write_text(f"-----BEGIN USER NKEY SEED-----\n{SEED}\n------END USER NKEY SEED------\n")
    settings = NatsSettings(nats_url=server.url, nats_user=USER, nats_nkey_seed_file=file)

    connection = await connect(Credentials.of(settings), name="test")

    assert connection.client.is_connected
    await connection.close()
