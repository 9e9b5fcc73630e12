"""An archive behaves alike in a folder and in a bucket."""

import asyncio
import errno
import hashlib
import secrets
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from local.ops import segments
from local.ops.segments import NO_DIGEST, BrokenArchiveError, Message, Segment
from local.ops.vault import FolderVault, Vault, opened, put_bytes, read_bytes
from local.servers import SeaweedServer
from local.terminal import CommandError
from shared.settings import S3Settings
from shared.storage.ports import ObjectMissingError


@pytest.fixture(params=["folder", "bucket"])
async def vault(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Vault]:
    if request.param == "folder":
        where, settings = str(tmp_path / "archive"), None
    else:
        server: SeaweedServer = request.getfixturevalue("store_server")
        access_key, secret_key = server.credentials.store["operator"]
        where = f"s3://receipts/archives/{secrets.token_hex(4)}"
        settings = S3Settings(
            s3_endpoint=server.endpoint, s3_access_key=access_key, s3_secret_key=SecretStr(secret_key)
        )
    async with opened(where, settings) as vault:
        yield vault


def segment(after: int, previous: str) -> Segment:
    message = Message(
        sequence=after + 1, subject="intake.p.project", time="2026-01-01T00:00:00Z", headers={}, data=b"\xff"
    )
    return Segment(stream="EVENTS", after=after, last=after + 2, previous=previous, messages=(message,))


async def test_what_is_put_is_listed_read_and_deleted(vault: Vault) -> None:
    await put_bytes(vault, "runs/b", b"two")
    await put_bytes(vault, "runs/a", b"one")
    await put_bytes(vault, "log/c", b"three")

    assert [name async for name in vault.names("runs/")] == ["runs/a", "runs/b"]
    assert await read_bytes(vault, "runs/b") == b"two"
    await vault.delete("runs/b")
    assert (await vault.has("runs/a"), await vault.has("runs/b")) == (True, False)
    with pytest.raises(ObjectMissingError):
        await read_bytes(vault, "runs/b")


async def test_a_chain_is_read_as_it_was_written_and_a_gap_in_it_is_found(vault: Vault) -> None:
    first = await segments.write(vault, "log/", segment(0, NO_DIGEST))
    second = await segments.write(vault, "log/", segment(2, first.digest))

    found = await segments.names(vault, "log/")
    assert [one.messages[0].data async for one in segments.chain(vault, found)] == [b"\xff", b"\xff"]
    assert hashlib.sha256(await read_bytes(vault, str(second))).hexdigest() == second.digest
    await vault.delete(str(first))
    with pytest.raises(BrokenArchiveError, match="does not follow"):
        assert [one async for one in segments.chain(vault, [second])]


@pytest.mark.parametrize(("where", "said"), [("s3://", "name the bucket"), ("s3://b/p", "RESULTS_ARCHIVE_S3_ENDPOINT")])
async def test_a_bucket_needs_a_name_and_keys(where: str, said: str) -> None:
    with pytest.raises(CommandError, match=said):
        async with opened(where, None):
            pass


async def test_the_same_bytes_may_be_put_twice_at_once(vault: Vault, tmp_path: Path) -> None:
    """Two results with the same content are copied side by side."""
    source = tmp_path / "source"
    source.write_bytes(b"the same words")
    digest = hashlib.sha256(b"the same words").hexdigest()

    await asyncio.gather(*(vault.put("objects/aa/same", source, digest) for _ in range(8)))

    assert [name async for name in vault.names("objects/")] == ["objects/aa/same"]
    assert await read_bytes(vault, "objects/aa/same") == b"the same words"


async def test_nothing_is_left_of_a_file_that_a_full_disk_did_not_take(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: Path, target: Path) -> None:
        target.write_bytes(b"half")
        raise OSError(errno.ENOSPC, "No space left on device", str(target))

    monkeypatch.setattr(shutil, "copyfile", full)
    (tmp_path / "file").write_bytes(b"all of it")
    with pytest.raises(OSError, match="No space left"):
        await FolderVault(tmp_path / "archive").put("log/1", tmp_path / "file", "")

    assert [path.name for path in (tmp_path / "archive").rglob("*")] == ["log"]
