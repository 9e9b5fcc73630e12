"""Sound and film that broke off or lost a piece are damaged; what programs really write is whole."""

import random
import struct
from pathlib import Path

import pytest

from services.validator.formats import FORMATS, NotThisFormatError
from tests.unit.validator import samples

WHOLE = sorted(
    path.name
    for path in samples.real("").iterdir()
    if path.suffix[1:] in ("mp3", "mpg", "mpeg", "ogg", "mp4", "mov")
)  # fmt: skip
PIECES = ["program1.mpg", "program2.mpg", "transport.mpeg", "camera.mpg", "vorbis.ogg", "opus.ogg", "flac.ogg"]


def reasons(folder: Path, name: str, data: bytes) -> set[str]:
    """What the inspector says is damaged, `not` when it does not know the format again."""
    path = folder / name
    path.write_bytes(data)
    try:
        faults = FORMATS[path.suffix[1:]].inspect(str(path)).faults
    except NotThisFormatError:
        return {"not"}
    return {fault.params["reason"] for fault in faults if fault.code == "damaged"}


def test_there_are_real_files_of_each_kind() -> None:
    assert {name.rpartition(".")[2] for name in WHOLE} == {"mp3", "mpg", "mpeg", "ogg", "mp4", "mov"}


@pytest.mark.parametrize("name", WHOLE)
def test_what_programs_write_is_whole(name: str, tmp_path: Path) -> None:
    assert reasons(tmp_path, name, samples.real(name).read_bytes()) == set()


@pytest.mark.parametrize("name", [name for name in WHOLE if not name.startswith("video")])
def test_a_file_that_breaks_off_is_damaged(name: str, tmp_path: Path) -> None:
    """But for cuts that fall between two frames or packets, which no one can see."""
    data = samples.real(name).read_bytes()
    rng = random.Random(name)
    cuts = [rng.randrange(len(data) // 4, len(data)) for _ in range(25)]

    unseen = [cut for cut in cuts if not reasons(tmp_path, name, data[:cut])]

    assert len(unseen) <= 2, unseen
    assert name.endswith(".mp3") or reasons(tmp_path, name, data[:-1])


@pytest.mark.parametrize("name", ["id3v1.mp3", "ape.mp3"])
def test_a_tag_that_breaks_off_is_damage_too(name: str, tmp_path: Path) -> None:
    assert reasons(tmp_path, name, samples.real(name).read_bytes()[:-20]) == {"the tag behind its sound is cut off"}


def test_a_cut_between_frames_is_seen_by_what_the_first_frame_announces(tmp_path: Path) -> None:
    data = bytearray(samples.real("vbr.mp3").read_bytes())
    at = max(data.find(b"Xing"), data.find(b"Info")) + 12
    (announced,) = struct.unpack_from(">I", data, at)
    struct.pack_into(">I", data, at, announced * 2)

    assert announced == len(data)
    assert reasons(tmp_path, "a.mp3", bytes(data)) == {"less is there than it announces"}


@pytest.mark.parametrize("name", ["video1.mpeg", "video2.mpeg"])
def test_a_film_without_packets_is_damaged_when_its_last_picture_ends_too_high(name: str, tmp_path: Path) -> None:
    data = samples.real(name).read_bytes()
    last_row = data.rfind(b"\x00\x00\x01\x04")

    assert reasons(tmp_path, name, data[:last_row]) == {"its last picture is cut off"}


@pytest.mark.parametrize("name", PIECES)
def test_a_piece_that_is_missing_inside_is_noticed(name: str, tmp_path: Path) -> None:
    """Long streams may lose a packet on the air; one in a hundred is borne."""
    data = samples.real(name).read_bytes()
    third = len(data) // 3

    assert reasons(tmp_path, name, data[:third] + data[third + 100 :])


@pytest.mark.parametrize("name", [name for name in WHOLE if name.endswith(".ogg")])
def test_one_bit_that_is_wrong_spoils_a_page(name: str, tmp_path: Path) -> None:
    data = bytearray(samples.real(name).read_bytes())
    data[-10] ^= 4

    assert reasons(tmp_path, name, bytes(data)) == {"the check sum of a page is wrong"}


def test_an_ogg_that_breaks_off_in_its_last_page_is_damaged(tmp_path: Path) -> None:
    data = samples.real("theora.ogg").read_bytes()

    assert reasons(tmp_path, "a.ogg", data[:-5]) == {"its last page is cut off"}


def test_an_ogg_broadcast_may_end_between_two_pages(tmp_path: Path) -> None:
    data = samples.real("theora.ogg").read_bytes()
    without_last_page = data[: data.rfind(b"OggS")]
    headers_alone = data[: data.rfind(b"OggS", 0, data.rfind(b"OggS"))]

    assert reasons(tmp_path, "a.ogg", without_last_page) == set()
    assert reasons(tmp_path, "a.ogg", headers_alone) == {"it breaks off"}


@pytest.mark.parametrize("name", ["bare.mp3", "program2.mpg", "transport.mpeg", "opus.ogg"])
def test_padding_behind_the_end_is_no_damage(name: str, tmp_path: Path) -> None:
    assert reasons(tmp_path, name, samples.real(name).read_bytes() + bytes(300)) == set()


@pytest.mark.parametrize("name", ["opus.ogg", "vorbis.ogg"])
def test_sound_behind_sound_is_whole(name: str, tmp_path: Path) -> None:
    assert reasons(tmp_path, name, samples.real(name).read_bytes() + samples.real("flac.ogg").read_bytes()) == set()


@pytest.mark.parametrize("name", ["program2.mpg", "transport.mpeg"])
def test_something_else_behind_a_good_beginning_is_damage(name: str, tmp_path: Path) -> None:
    noise = random.Random(3).randbytes(20_000)

    assert reasons(tmp_path, name, samples.real(name).read_bytes() + noise) == {"its packets do not follow each other"}


def test_a_pack_whose_head_is_wrong_does_not_hold_up_the_walk(tmp_path: Path) -> None:
    data = samples.real("program2.mpg").read_bytes()

    assert reasons(tmp_path, "a.mpg", data[:4] + b"\xff" + data[5:]) == {"its packets do not follow each other"}


def test_a_box_of_absurd_length_is_cut_off(tmp_path: Path) -> None:
    data = samples.real("tags.mov").read_bytes() + b"\0\0\0\1free" + b"\xff" * 8

    assert reasons(tmp_path, "a.mov", data) == {"the box 'free' is cut off"}
