"""Objects over S3: the one module that speaks to the minio SDK, which blocks and so works in threads of its own.

Time limits are those of the sockets: a thread never waits longer than `READ_SECONDS` for the store, so cancelling the
task that waits for it leaves nothing hanging. Files are sent in one signed request from disk (measured: 100 MB in
0.7 s against 1.0-1.2 s in parts), with their digest for the store to compare.
"""

import asyncio
import base64
import functools
import io
import itertools
import os
import re
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256 as new_sha256
from pathlib import Path
from typing import BinaryIO, ParamSpec, TypeVar
from urllib.parse import SplitResult, quote, urlsplit

import certifi
import urllib3
from minio import Minio
from minio.commonconfig import ComposeSource
from minio.credentials.credentials import Credentials
from minio.datatypes import Object, Part
from minio.error import InvalidResponseError, S3Error, ServerError
from minio.signer import sign_v4_s3
from urllib3.response import BaseHTTPResponse

from shared.health import NotReadyError
from shared.settings import S3Settings
from shared.storage.measured import measured
from shared.storage.ports import (
    CHUNK_BYTES,
    ObjectCorruptError,
    ObjectMissingError,
    RangeOutsideError,
    StoreAwayError,
    StoredObject,
    StoreRefusedError,
    UploadedPart,
)

REGION = "us-east-1"
THREADS = 16
CONNECT_SECONDS = 2.0
READ_SECONDS = 30.0
RETRIES = 3
# Of answers that say "later", 500 among them (S3: "InternalError, try again"): waits of 0.2, 0.4, 0.8 and 1.6 s.
RETRIES_OF_ANSWERS = 5
LIST_BATCH = 500
SEND_BYTES = 256 * 1024
_BINARY = "application/octet-stream"
_MISSING = frozenset({"NoSuchKey", "NoSuchUpload", "NotFound", "ResourceNotFound"})
_CORRUPT = frozenset({"BadDigest", "InvalidDigest", "XAmzContentSHA256Mismatch", "XAmzContentChecksumMismatch"})
_REFUSED_FOR_EVER = frozenset(
    {"InvalidPart", "InvalidPartOrder", "EntityTooSmall", "EntityTooLarge", "InvalidArgument"}
)
_ERROR_CODE = re.compile(rb"<Code>([^<]+)</Code>")

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(slots=True)
class S3ObjectStore:
    """One client for one key. Keep one per process and `close` it at the end."""

    settings: S3Settings
    _pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(THREADS, "s3"))
    _http: urllib3.PoolManager = field(init=False)
    _client: Minio = field(init=False)

    def __post_init__(self) -> None:
        self._http = _connections()
        self._client = Minio(
            self.settings.s3_endpoint,
            access_key=self.settings.s3_access_key,
            secret_key=self.settings.s3_secret_key.get_secret_value(),
            secure=self.settings.s3_secure,
            region=REGION,
            http_client=self._http,
        )

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._http.clear()

    async def put_file(self, bucket: str, key: str, path: Path, *, sha256: str, content_type: str = _BINARY) -> None:
        def put() -> None:
            with path.open("rb") as file:
                self._put(bucket, key, file, path.stat().st_size, sha256, content_type)

        await self._run("put", put)

    async def put_bytes(self, bucket: str, key: str, data: bytes, *, content_type: str = _BINARY) -> None:
        digest = new_sha256(data).hexdigest()
        await self._run("put", self._put, bucket, key, io.BytesIO(data), len(data), digest, content_type)

    async def read(self, bucket: str, key: str, *, start: int = 0, length: int | None = None) -> AsyncIterator[bytes]:
        if length == 0:
            return
        response, chunk = await self._run("get", self._opened, bucket, key, start, length or 0)
        try:
            while chunk:
                yield chunk
                # urllib3 gives less than was asked for only at the end, and raises when the end came too early.
                chunk = await self._threaded(response.read, CHUNK_BYTES) if len(chunk) == CHUNK_BYTES else b""
        finally:
            # A stream that was left early must not go back to the pool with bytes still on the wire.
            response.close()
            response.release_conn()

    async def stat(self, bucket: str, key: str) -> StoredObject:
        return _stored(await self._run("stat", self._client.stat_object, bucket, key))

    async def delete(self, bucket: str, key: str) -> None:
        try:
            await self._run("delete", self._client.remove_object, bucket, key)
        except ObjectMissingError:
            return

    async def list(self, bucket: str, prefix: str = "") -> AsyncIterator[StoredObject]:
        found = self._client.list_objects(bucket, prefix=prefix, recursive=True)
        while batch := await self._run("list", _take, found):
            for one in batch:
                yield _stored(one)

    async def create_upload(self, bucket: str, key: str, *, content_type: str = _BINARY) -> str:
        return await self._run(
            "upload", self._client._create_multipart_upload, bucket, key, {"Content-Type": content_type}
        )

    async def upload_part(self, bucket: str, key: str, upload_id: str, number: int, data: bytes) -> UploadedPart:
        etag = await self._run("upload", self._client._upload_part, bucket, key, data, None, upload_id, number)
        return UploadedPart(number, etag)

    async def complete_upload(self, bucket: str, key: str, upload_id: str, parts: Sequence[UploadedPart]) -> None:
        listed = [Part(part.number, part.etag) for part in parts]
        await self._run("upload", self._client._complete_multipart_upload, bucket, key, upload_id, listed)

    async def abort_upload(self, bucket: str, key: str, upload_id: str) -> None:
        try:
            await self._run("upload", self._client._abort_multipart_upload, bucket, key, upload_id)
        except ObjectMissingError:
            return

    async def compose(self, bucket: str, key: str, source_keys: Sequence[str]) -> None:
        sources = [ComposeSource(bucket, source) for source in source_keys]
        await self._run("compose", self._client.compose_object, bucket, key, sources)

    async def check(self, bucket: str) -> str | None:
        """Ask for an object that is not there: put-only keys hear that they may not read, and that is well too."""
        address = f"the object store on {self.settings.s3_endpoint}"
        try:
            await asyncio.get_running_loop().run_in_executor(self._pool, self._probe, bucket)
        except S3Error as error:
            if error.code not in {"NoSuchKey", "AccessDenied"}:
                raise NotReadyError(f"{address} refuses our key for {bucket}: {error.code}") from error
        except (urllib3.exceptions.HTTPError, InvalidResponseError, ServerError, OSError) as error:
            raise NotReadyError(f"{address} does not answer") from error
        return None

    def _probe(self, bucket: str) -> None:
        response = self._client.get_object(bucket, ".ready")
        response.close()
        response.release_conn()

    async def _run(self, operation: str, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        with measured(operation):
            return await self._threaded(work, *args, **kwargs)

    async def _threaded(self, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        with _typed_errors():
            return await asyncio.get_running_loop().run_in_executor(
                self._pool, functools.partial(work, *args, **kwargs)
            )

    def _opened(self, bucket: str, key: str, start: int, length: int) -> tuple[BaseHTTPResponse, bytes]:
        """Ask for the object and take its first bytes in one go: most objects are not longer."""
        response = self._client.get_object(bucket, key, offset=start, length=length)
        try:
            return response, response.read(CHUNK_BYTES)
        except BaseException:
            response.close()
            response.release_conn()
            raise

    def _put(self, bucket: str, key: str, body: BinaryIO, length: int, sha256: str, content_type: str) -> None:
        scheme = "https" if self.settings.s3_secure else "http"
        url = urlsplit(f"{scheme}://{self.settings.s3_endpoint}/{bucket}/{quote(key, safe='/~-._')}")
        headers = {
            "Host": url.netloc,
            "Content-Type": content_type,
            "Content-Length": str(length),
            "x-amz-checksum-sha256": base64.b64encode(bytes.fromhex(sha256)).decode(),
        }
        response = self._http.urlopen("PUT", url.geturl(), body=body, headers=self._signed(url, headers, sha256))
        if response.status != 200:
            raise _refusal(response, bucket, key)

    def _signed(self, url: SplitResult, headers: dict[str, str], sha256: str) -> dict[str, str]:
        now = datetime.now(UTC)
        signed = sign_v4_s3(
            method="PUT",
            url=url,
            region=REGION,
            headers={**headers, "x-amz-content-sha256": sha256, "x-amz-date": now.strftime("%Y%m%dT%H%M%SZ")},
            credentials=Credentials(self.settings.s3_access_key, self.settings.s3_secret_key.get_secret_value()),
            content_sha256=sha256,
            date=now,
        )
        return {name: str(value) for name, value in signed.items()}


def _connections() -> urllib3.PoolManager:
    return urllib3.PoolManager(
        maxsize=THREADS,
        blocksize=SEND_BYTES,
        timeout=urllib3.Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS),
        retries=urllib3.Retry(
            total=RETRIES_OF_ANSWERS,
            connect=RETRIES,
            read=RETRIES,
            status=RETRIES_OF_ANSWERS,
            backoff_factor=0.1,
            status_forcelist=[500, 502, 503, 504],
        ),
        cert_reqs="CERT_REQUIRED",
        ca_certs=os.environ.get("SSL_CERT_FILE") or certifi.where(),
    )


def _refusal(response: BaseHTTPResponse, bucket: str, key: str) -> Exception:
    found = _ERROR_CODE.search(response.data)
    code = found[1].decode("ascii", "replace") if found else f"HTTP {response.status}"
    return _typed(code, response.status, f"{bucket}/{key}")


def _take(objects: Iterator[Object]) -> Sequence[Object]:
    return list(itertools.islice(objects, LIST_BATCH))


def _stored(found: Object) -> StoredObject:
    return StoredObject(
        key=found.object_name or "",
        size=found.size or 0,
        etag=found.etag,
        modified=found.last_modified,
        content_type=found.content_type,
    )


@contextmanager
def _typed_errors() -> Iterator[None]:
    try:
        yield
    except S3Error as error:
        raise _typed(error.code or "", error.response.status, error.resource or "") from error
    except FileNotFoundError:
        raise  # a file of ours, not the store
    except (InvalidResponseError, ServerError, urllib3.exceptions.HTTPError, OSError) as error:
        raise StoreAwayError(f"the object store does not answer: {type(error).__name__}") from error


def _typed(code: str, status: int, resource: str) -> Exception:
    if code in _MISSING or (status == 404 and code != "NoSuchBucket"):
        return ObjectMissingError(f"no object {resource}")
    if code in _CORRUPT:
        return ObjectCorruptError(f"the bytes of {resource} do not have the announced digest")
    if code == "InvalidRange" or status == 416:
        return RangeOutsideError(f"the range lies outside of {resource}")
    if code in _REFUSED_FOR_EVER:
        return StoreRefusedError(f"the object store refused {resource}: {code}")
    return StoreAwayError(f"the object store refused {resource}: {code or status}")
