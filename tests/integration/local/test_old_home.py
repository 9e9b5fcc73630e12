"""`make up` in a home that an older version made."""

from pathlib import Path

from pydantic import SecretStr

from local.port_ranges import reserved_ports
from local.running import START_SECONDS_MAX, RunningPlatform
from local.servers import Credentials, NatsServer
from shared.messaging.connection import Credentials as NatsCredentials
from shared.messaging.connection import connect
from shared.messaging.upgrade import provision


async def made_by_an_older_version(server: NatsServer) -> None:
    operator = SecretStr(server.credentials.nats["operator"])
    connection = await connect(NatsCredentials(url=server.url, user="operator", password=operator), name="older")
    await provision(connection.js)
    config = (await connection.js.consumer_info("EVENTS", "validator-check")).config
    await connection.js.add_consumer("EVENTS", config.evolve(ack_wait=30.0))
    await connection.close()


async def test_an_old_home_is_brought_to_what_this_version_declares(tmp_path: Path) -> None:
    with reserved_ports() as ports:
        with NatsServer(tmp_path / "nats", ports, Credentials.of_home(tmp_path)) as server:
            await made_by_an_older_version(server)
        platform = RunningPlatform(tmp_path, ports)
        platform.start(START_SECONDS_MAX)
        platform.stop()

    said = platform.log_path.read_text()
    assert "changed consumer validator-check: ack_wait from 30.0 to 10.0" in said
