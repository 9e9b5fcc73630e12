"""Uploads in pieces: what arrives is kept, what does not fit is refused, and one upload serves one request."""

import asyncio
import hashlib
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.intake.adapters.spool import FileSpools
from services.intake.bodies import UploadBody
from services.intake.domain.uploads import OPEN_PER_CALLER_MAX, OPEN_PER_PROJECT_MAX, PIECES_MAX, Session
from services.intake.use_cases.commands import Order
from services.intake.use_cases.uploads import (
    LIFETIME,
    BeginUpload,
    ReceiveUpload,
    Span,
    StreamBrokenError,
    UseUpload,
    range_header,
)
from shared.errors import ProblemError
from shared.http.roles import Caller
from tests.component.intake.fakes import InMemorySessions, InMemoryZone, stream
from tests.unit.intake.world import NOW, PROJECT, act

CONTENT = bytes(range(256)) * 400
SIZE = len(CONTENT)


@dataclass
class Desk:
    """One upload from announcement to use."""

    sessions: InMemorySessions = field(default_factory=InMemorySessions)
    zone: InMemoryZone = field(default_factory=InMemoryZone)

    async def begin(self, content: bytes = CONTENT, own: Order | None = None, **changes: object) -> Session:
        told = {"filename": "long.txt", "size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        body = UploadBody.model_validate(told | changes)
        return await BeginUpload(self.sessions, 1_000_000)(own or order(), PROJECT, body)

    async def send(self, upload: Session, content: bytes, span: Span | None = None, step: int = 10_000) -> Session:
        chunks = [content[start : start + step] for start in range(0, len(content), step)]
        return await self.put(upload, span, chunks)

    async def put(
        self,
        upload: Session,
        span: Span | None,
        chunks: list[bytes],
        broken: Exception | None = None,
        sub: str | None = None,
    ) -> Session:
        body = stream(chunks, broken=broken)
        return await ReceiveUpload(self.sessions, self.zone)(upload.id, sub, span, body, NOW)

    async def use(self, upload: Session, own: Order, folder: Path, project_id: str = PROJECT) -> bytes:
        use = UseUpload(self.sessions, self.zone)
        session = await use.claim(own, project_id, upload.id)
        with FileSpools(folder, 1_000_000).open() as spool:
            await use.fill(session, spool)
            found = bytes(spool._buffer)
        await use.finish(session)
        return found


def order(cause: str = "", sub: str = "karlis") -> Order:
    return Order(caller=Caller(sub=sub), act=act(cause, by=sub))


@pytest.fixture
def desk() -> Desk:
    return Desk()


async def test_a_file_in_one_piece_becomes_content(desk: Desk, tmp_path: Path) -> None:
    upload = await desk.begin()

    done = await desk.send(upload, CONTENT)

    assert done.complete
    assert await desk.use(upload, order(), tmp_path) == CONTENT
    assert desk.zone.parts == {}


@given(cuts=st.lists(st.integers(1, SIZE - 1), unique=True, max_size=6), overlap=st.integers(0, 5_000))
@settings(max_examples=40, deadline=None)
async def test_pieces_of_any_size_that_begin_where_it_stopped_or_before_are_joined(
    cuts: list[int], overlap: int
) -> None:
    desk = Desk()
    upload = await desk.begin()
    ends = [*sorted(cuts), SIZE]
    start, done = 0, upload
    for end in ends:
        begin = max(start - overlap, 0)
        done = await desk.send(upload, CONTENT[begin:end], Span(start=begin, total=SIZE), step=997)
        assert done.received == end
        start = end

    assert done.complete
    assert b"".join(desk.zone.parts[part.key] for part in done.parts) == CONTENT


async def test_a_broken_line_keeps_what_arrived(desk: Desk) -> None:
    upload = await desk.begin()
    with pytest.raises(StreamBrokenError):
        await desk.put(upload, None, [CONTENT[:40_000], CONTENT[40_000:70_000]], broken=StreamBrokenError())

    asked = await desk.put(upload, Span(start=None, total=SIZE), [])
    assert asked.received == 70_000
    assert range_header(asked) == {"Range": "bytes=0-69999"}
    done = await desk.send(upload, CONTENT[70_000:], Span(start=70_000, total=SIZE))

    assert done.complete


async def test_nothing_is_told_of_an_upload_to_which_nothing_came(desk: Desk) -> None:
    upload = await desk.begin()

    assert range_header(await desk.put(upload, Span(start=None, total=SIZE), [])) == {}


async def test_a_gap_is_refused_and_harms_nothing(desk: Desk) -> None:
    upload = await desk.begin()
    await desk.send(upload, CONTENT[:1_000], Span(start=0, total=SIZE))

    with pytest.raises(ProblemError) as refusal:
        await desk.send(upload, CONTENT[5_000:], Span(start=5_000, total=SIZE))

    assert (refusal.value.status, refusal.value.code) == (416, "invalid-content-range")
    assert refusal.value.headers == {"Range": "bytes=0-999"}
    assert (await desk.send(upload, CONTENT[1_000:], Span(start=1_000, total=SIZE))).complete


async def test_other_bytes_than_announced_are_refused_and_nothing_is_kept(desk: Desk) -> None:
    upload = await desk.begin(sha256="0" * 64)

    with pytest.raises(ProblemError) as refusal:
        await desk.send(upload, CONTENT)

    assert (refusal.value.status, refusal.value.code) == (422, "digest-mismatch")
    assert (desk.zone.parts, desk.sessions.entries) == ({}, {})


async def test_more_bytes_than_announced_are_refused_and_nothing_is_kept(desk: Desk) -> None:
    upload = await desk.begin(size=100)

    with pytest.raises(ProblemError) as refusal:
        await desk.send(upload, CONTENT)

    assert (refusal.value.status, refusal.value.code) == (422, "size-mismatch")
    assert (desk.zone.parts, desk.sessions.entries) == ({}, {})


async def test_another_total_than_announced_is_refused(desk: Desk) -> None:
    upload = await desk.begin()

    with pytest.raises(ProblemError) as refusal:
        await desk.send(upload, CONTENT[:10], Span(start=0, total=SIZE + 1))

    assert refusal.value.code == "size-mismatch"


async def test_a_finished_upload_takes_no_more_bytes_and_says_that_it_is_finished(desk: Desk) -> None:
    upload = await desk.begin()
    await desk.send(upload, CONTENT)

    assert (await desk.put(upload, Span(start=None, total=SIZE), [])).complete
    with pytest.raises(ProblemError) as refusal:
        await desk.send(upload, CONTENT)
    assert (refusal.value.status, refusal.value.code) == (409, "upload-used")


async def test_an_address_expires_and_is_its_owners_alone(desk: Desk) -> None:
    upload = await desk.begin()
    late = ReceiveUpload(desk.sessions, desk.zone)(
        upload.id, None, None, stream([]), NOW + LIFETIME + timedelta(seconds=1)
    )
    for refused in (late, desk.put(upload, None, [CONTENT], sub="another")):
        with pytest.raises(ProblemError) as refusal:
            await refused
        assert (refusal.value.status, refusal.value.code) == (404, "unknown-upload")
    assert (await desk.put(upload, None, [CONTENT], sub="karlis")).complete


async def test_two_senders_at_once_cannot_mix_their_bytes(desk: Desk) -> None:
    upload = await desk.begin()
    stale, revision = desk.sessions.entries[upload.id]
    await desk.send(upload, CONTENT[:1_000], Span(start=0, total=SIZE))
    receive = ReceiveUpload(desk.sessions, desk.zone)

    with pytest.raises(ProblemError) as refusal:
        await receive._store(stale, revision, b"other")

    assert refusal.value.code == "request-in-progress"
    assert len(desk.zone.parts) == 1


async def test_an_upload_serves_one_request_and_its_repetition(desk: Desk, tmp_path: Path) -> None:
    upload = await desk.begin()
    use = UseUpload(desk.sessions, desk.zone)
    with pytest.raises(ProblemError) as early:
        await use.claim(order("first"), PROJECT, upload.id)
    assert (early.value.status, early.value.code) == (409, "upload-incomplete")
    await desk.send(upload, CONTENT)

    await use.claim(order("first"), PROJECT, upload.id)
    assert await desk.use(upload, order("first"), tmp_path) == CONTENT

    with pytest.raises(ProblemError) as later:
        await use.claim(order("second"), PROJECT, upload.id)
    assert (later.value.status, later.value.code) == (409, "upload-used")


async def test_an_upload_is_bound_to_project_and_person(desk: Desk) -> None:
    upload = await desk.begin()
    await desk.send(upload, CONTENT)
    use = UseUpload(desk.sessions, desk.zone)

    for claim in (use.claim(order(), "P-2", upload.id), use.claim(order(sub="another"), PROJECT, upload.id)):
        with pytest.raises(ProblemError) as refusal:
            await claim
        assert (refusal.value.status, refusal.value.code) == (404, "unknown-upload")


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"filename": "a.zip"}, 415, "format-not-allowed"),
        ({"filename": "../a.txt"}, 422, "filename-not-allowed"),
        ({"size": 1_000_001}, 413, "file-too-large"),
        ({"size": 0}, 422, "empty-file"),
    ],
)
async def test_what_could_never_be_a_result_gets_no_address(
    desk: Desk, changes: dict[str, Any], status: int, code: str
) -> None:
    with pytest.raises(ProblemError) as refusal:
        await desk.begin(**changes)

    assert (refusal.value.status, refusal.value.code) == (status, code)


@pytest.mark.parametrize(
    ("header", "length", "start"),
    [("bytes 0-99/200", 100, 0), ("bytes 100-199/200", None, 100), ("bytes */200", 0, None)],
)
def test_a_content_range_is_read(header: str, length: int | None, start: int | None) -> None:
    assert Span.of(header, length) == Span(start=start, total=200)


@pytest.mark.parametrize(
    ("header", "length"),
    [("bytes 0-99", 100), ("bytes 99-0/200", 1), ("bytes 0-200/200", 201), ("items 0-9/10", 10), ("bytes 0-9/10", 5)],
)
def test_a_content_range_that_says_nothing_clear_is_refused(header: str, length: int) -> None:
    with pytest.raises(ProblemError) as refusal:
        Span.of(header, length)

    assert (refusal.value.status, refusal.value.code) == (400, "invalid-content-range")


async def test_the_pieces_of_one_upload_are_bounded(desk: Desk) -> None:
    upload = await desk.begin()
    for start in range(PIECES_MAX):
        await desk.send(upload, CONTENT[start : start + 1], Span(start=start, total=SIZE))

    with pytest.raises(ProblemError, match="too-many-pieces"):
        await desk.send(upload, CONTENT[PIECES_MAX:], Span(start=PIECES_MAX, total=SIZE))
    asked = await desk.send(upload, b"", Span(start=None, total=SIZE))
    assert asked.received == len(desk.zone.parts) == PIECES_MAX


async def test_open_uploads_are_bounded_and_used_ones_count_no_more(desk: Desk, tmp_path: Path) -> None:
    first = await desk.begin()
    for number in range(1, OPEN_PER_PROJECT_MAX):
        await desk.begin(own=order(sub="karlis" if number < OPEN_PER_CALLER_MAX else "anna"))
    for sub in ("karlis", "anna", "juris"):
        with pytest.raises(ProblemError, match="too-many-uploads"):
            await desk.begin(own=order(sub=sub))

    await desk.send(first, CONTENT)
    await desk.use(first, order(), tmp_path)
    assert (await desk.begin()).sub == "karlis"


async def test_a_caller_has_no_more_than_a_share_of_a_project(desk: Desk) -> None:
    for _ in range(OPEN_PER_CALLER_MAX):
        await desk.begin()

    with pytest.raises(ProblemError, match="too-many-uploads"):
        await desk.begin()
    assert (await desk.begin(own=order(sub="anna"))).sub == "anna"


async def test_expired_uploads_make_room(desk: Desk) -> None:
    for _ in range(OPEN_PER_CALLER_MAX):
        await desk.begin()
    later = order()
    later = replace(later, act=replace(later.act, at=NOW + LIFETIME))

    assert (await desk.begin(own=later)).sub == "karlis"


async def test_many_announced_at_once_are_all_counted(desk: Desk) -> None:
    await asyncio.gather(*(desk.begin() for _ in range(10)))

    opened, _ = await desk.sessions.opened(PROJECT)
    assert {one.id for one in opened.uploads} == desk.sessions.entries.keys()
