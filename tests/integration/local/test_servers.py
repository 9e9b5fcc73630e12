"""The embedded servers as they really are: synced, closed to strangers, ready again after a crash."""

import hashlib
import io
import os
import socket
import stat
import struct
from http.client import HTTPConnection
from pathlib import Path
from tempfile import gettempdir

import pytest
import urllib3
from minio import Minio

from local.clamav import SOCKET_PATH_BYTES_MAX, short_socket_path
from local.port_ranges import reserved_ports
from local.ports import HOST, PortTakenError
from local.server import StartError, wait_until
from local.servers import ClamdServer, Credentials, NatsServer, SeaweedServer

EICAR = "".join((r"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-", "ANTIVIRUS-TEST-FILE!$H+H*")).encode()


def status(port: int, path: str) -> int:
    connection = HTTPConnection(HOST, port, timeout=5)
    connection.request("GET", path)
    return connection.getresponse().status


def listening_addresses(pid: int) -> set[str]:
    """The addresses on which a process listens, from the kernel's own table."""
    links = [link for link in Path(f"/proc/{pid}/fd").iterdir() if os.path.lexists(link)]
    sockets = {os.readlink(link).removeprefix("socket:[").rstrip("]") for link in links}
    rows = [row.split() for name in ("tcp", "tcp6") for row in Path(f"/proc/net/{name}").read_text().splitlines()[1:]]
    return {row[1].split(":")[0] for row in rows if row[3] == "0A" and row[9] in sockets}


def scan(server: ClamdServer, content: bytes) -> str:
    with socket.socket(socket.AF_UNIX) as line:
        line.connect(str(server.socket_path))
        line.sendall(b"zINSTREAM\0" + struct.pack("!I", len(content)) + content + struct.pack("!I", 0))
        return line.recv(4096).rstrip(b"\0").decode()


def test_every_server_listens_on_loopback_only(
    nats_server: NatsServer, store_server: SeaweedServer, clamd_server: ClamdServer
) -> None:
    for server in (nats_server, store_server, clamd_server):
        assert listening_addresses(server.pid) == {"0100007F"}, server.name


def test_the_store_listens_on_the_ports_of_its_platform_only(store_server: SeaweedServer) -> None:
    taken = {port for port, part in store_server.ports.everything().items() if part == "store"}
    rows = [row.split() for row in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    links = [link for link in Path(f"/proc/{store_server.pid}/fd").iterdir() if os.path.lexists(link)]
    sockets = {os.readlink(link).removeprefix("socket:[").rstrip("]") for link in links}
    heard = {int(row[1].split(":")[1], 16) for row in rows if row[3] == "0A" and row[9] in sockets}

    assert heard <= taken


def test_the_inner_ports_of_the_store_are_closed(store_server: SeaweedServer) -> None:
    ports = store_server.ports

    assert status(ports.filer, "/buckets/incoming/") == 401
    assert status(ports.filer, "/") == 401
    assert status(ports.volume, "/1,000000000000000000") in (400, 401, 404)
    assert status(ports.store_admin, "/") == 404
    assert status(ports.s3, "/incoming?list-type=2") == 403


def test_every_bucket_is_synced_before_it_answers(store_server: SeaweedServer) -> None:
    store_server.settle()

    assert store_server._shell("fs.configure\n").count('"fsync":  true') == 4


def test_nats_syncs_every_write(nats_server: NatsServer) -> None:
    assert nats_server.configuration()["jetstream"]["sync_interval"] == "always"


def test_secrets_are_readable_by_their_owner_only(
    server_home: Path, nats_server: NatsServer, store_server: SeaweedServer
) -> None:
    for path in (
        server_home / "credentials.json",
        nats_server.home / "nats.conf",
        store_server.home / "s3.json",
    ):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path


def test_clamd_finds_the_test_string_and_passes_what_is_harmless(clamd_server: ClamdServer) -> None:
    assert scan(clamd_server, b"only words") == "stream: OK"
    assert scan(clamd_server, b"words " * 50_000 + EICAR) == "stream: Eicar-Test-Signature.UNOFFICIAL FOUND"


def test_clamd_reads_new_signatures_without_a_restart(tmp_path: Path) -> None:
    brought = tmp_path / "brought.ndb"
    brought.write_text(f"Brought:0:*:{b'a very new threat'.hex()}\n")
    with reserved_ports() as ports, ClamdServer(tmp_path / "clamd", ports) as server:
        before = scan(server, b"this is a very new threat")
        (server.signatures.folder / brought.name).symlink_to(brought)

        assert before == "stream: OK"
        assert server.reload()
        assert wait_until(lambda: scan(server, b"this is a very new threat").endswith("FOUND"), 5)


def test_no_file_of_ours_holds_the_test_string(clamd_server: ClamdServer) -> None:
    ours = Path(__file__).parents[3] / "local"

    assert not [path for path in ours.rglob("*.py") if EICAR in path.read_bytes()]
    assert not [path for path in clamd_server.home.rglob("*.ndb") if EICAR in path.read_bytes()]


def test_clamd_takes_a_file_of_our_largest_size(clamd_server: ClamdServer) -> None:
    size = 100 << 20
    assert scan(clamd_server, bytes(size - len(EICAR)) + EICAR).endswith("FOUND")


def test_the_store_has_what_it_answered_as_soon_as_it_is_back_from_a_crash(
    tmp_path: Path, credentials: Credentials
) -> None:
    with reserved_ports() as ports, SeaweedServer(tmp_path, ports, credentials) as store:
        access_key, secret_key = credentials.store["validator"]
        plain = urllib3.PoolManager(retries=False)
        client = Minio(store.endpoint, access_key, secret_key, secure=False, region="us-east-1", http_client=plain)
        contents = [os.urandom(200_000 + number) for number in range(10)]
        for content in contents:
            client.put_object("clean", hashlib.sha256(content).hexdigest(), io.BytesIO(content), len(content))

        for _ in range(5):
            store.kill()
            store.start()

            for content in contents:
                assert client.get_object("clean", hashlib.sha256(content).hexdigest()).read() == content


def test_a_server_that_cannot_start_says_why(tmp_path: Path, nats_server: NatsServer, credentials: Credentials) -> None:
    second = NatsServer(tmp_path, nats_server.ports, credentials)

    with pytest.raises(StartError, match=f"nats cannot listen on port {nats_server.ports.nats}"):
        second.start(seconds_max=5)
    assert not second.is_alive


def test_a_taken_port_is_named_with_the_part_that_wants_it(nats_server: NatsServer) -> None:
    with pytest.raises(PortTakenError, match=rf"port {nats_server.ports.nats} \(nats\) is taken.*RESULTS_PORT_BASE"):
        nats_server.ports.require_free()


def test_a_home_too_deep_for_a_socket_gets_a_short_one(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 120)
    with reserved_ports() as ports, ClamdServer(deep, ports) as server:
        assert len(os.fsencode(server.socket_path)) <= SOCKET_PATH_BYTES_MAX
        assert wait_until(lambda: scan(server, b"words") == "stream: OK", 2)

    assert short_socket_path(tmp_path / "clamd.sock") == tmp_path / "clamd.sock"


def test_a_killed_store_leaves_no_socket_behind(tmp_path: Path, credentials: Credentials) -> None:
    with reserved_ports() as ports, SeaweedServer(tmp_path, ports, credentials) as store:
        pattern = f"seaweedfs-*-{ports.s3 + 10_000}.sock"
        during = list(Path(gettempdir()).glob(pattern))
        store.kill()

        assert during
        assert not list(Path(gettempdir()).glob(pattern))
