"""NATS behind a certificate that has ended, or that nobody vouches for: who wants in says so, not that NATS is away."""

import asyncio
import sys
from datetime import timedelta
from pathlib import Path
from subprocess import CompletedProcess, run
from typing import Any

import pytest
from pydantic import SecretStr

from local.credentials import Credentials as ServerCredentials
from local.nats_server import NatsServer
from local.port_ranges import reserved_ports
from shared.health import NotReadyError
from shared.messaging.connection import Connection, Credentials, connect
from tests.integration.deploy.authority import Tls, make_tls

ENDED = timedelta(minutes=-1)


class TlsServer(NatsServer):
    """The platform's server behind TLS."""

    shown_to_clients: Tls

    @property
    def url(self) -> str:
        return super().url.replace("nats://", "tls://")

    def configuration(self) -> dict[str, Any]:
        one = self.shown_to_clients
        return super().configuration() | {"tls": {"cert_file": str(one.certificate), "key_file": str(one.key)}}


async def test_a_certificate_that_has_expired_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    good, ended = make_tls(tmp_path / "good"), make_tls(tmp_path / "ended", good_for=ENDED)
    both = tmp_path / "bundle.pem"
    both.write_bytes(good.bundle.read_bytes() + ended.bundle.read_bytes())
    monkeypatch.setenv("SSL_CERT_FILE", str(both))
    credentials = ServerCredentials.of_home(tmp_path)
    with reserved_ports() as ports:
        server = TlsServer(tmp_path / "nats", ports, credentials)
        login = Credentials(url=server.url, user="operator", password=SecretStr(credentials.nats["operator"]))
        server.shown_to_clients = good
        with server:
            connection = await connect(login, name="test")
        server.shown_to_clients = ended
        with server:
            try:
                assert "certificate has expired" in await _fault(connection)
            finally:
                await connection.close()
            with pytest.raises(TimeoutError, match="certificate has expired"):
                await connect(login, name="test", attempts_seconds=2)
            environment = server.environment("operator") | {"SSL_CERT_FILE": str(both), "COLUMNS": "400"}
            typed = await asyncio.to_thread(_status, environment)
            assert (typed.returncode, "certificate has expired" in typed.stdout) == (1, True), typed.stdout


async def _fault(connection: Connection) -> str:
    """What /readyz says when the client has tried to come again."""
    for _ in range(500):
        try:
            connection.require_link()
        except NotReadyError as error:
            if "certificate" in str(error):
                return str(error)
        await asyncio.sleep(0.02)
    raise AssertionError("not within ten seconds")


def _status(environment: dict[str, str]) -> CompletedProcess[str]:
    command = [sys.executable, "-m", "local.cli", "status"]
    return run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
