"""Words in sound, film and pictures are read from files that real programs wrote, wherever these keep them."""

import struct
import zlib
from pathlib import Path

import pytest

from services.validator.checks import format as format_check
from services.validator.checks import personal_data
from services.validator.domain import Specimen
from services.validator.text import UnreadError, reader
from tests.unit.validator import samples

CODE = "161175-19997"


def text(path: Path) -> str:
    read = reader(path.suffix[1:])
    assert read is not None
    return "\n".join(block.text for block in read(str(path)))


def seen(path: Path) -> set[tuple[str, str]]:
    specimen = Specimen(path=str(path), name=path.name, size=path.stat().st_size)
    return {(one.code, str(one.place)) for one in personal_data.examine(specimen).observations}


def judged(path: Path) -> set[str]:
    examined = format_check.examine(Specimen(path=str(path), name=path.name, size=path.stat().st_size))
    return {one.code for one in examined.observations}


@pytest.mark.parametrize("name", ["subtitles.mp4", "subtitles.mov", "fragments.mp4", "ttml.mp4"])
def test_subtitles_inside_a_film_are_searched(name: str) -> None:
    place = "line=1" if name == "ttml.mp4" else "line=2"

    assert ("national-id", place) in seen(samples.real(name))
    assert "Paldies, Anna Kalniņa!" in text(samples.real(name))


def test_webvtt_inside_a_film_names_its_speakers(tmp_path: Path) -> None:
    cue = samples.box(b"vttc", samples.box(b"payl", f"<v Anna Kalniņa>Kods <b>{CODE}</b>".encode()))

    assert f"Anna Kalniņa: Kods {CODE}" in text(film_with_subtitles(tmp_path, b"wvtt", cue))


def test_subtitles_that_nobody_can_read_are_told(tmp_path: Path) -> None:
    path = film_with_subtitles(tmp_path, b"mp4s", b"a picture", handler=b"subp")

    with pytest.raises(UnreadError, match="mp4s"):
        text(path)
    assert ("partly-examined", "") in seen(path)


def film_with_subtitles(folder: Path, kind: bytes, sample: bytes, handler: bytes = b"text") -> Path:
    """A film with one subtitle, whose table has offsets of 64 bits."""
    path = folder / "a.mp4"
    head = samples.box(b"ftyp", b"isom" + bytes(4) + b"iso2") + samples.box(b"mdat", sample)
    at = len(head) - len(sample)
    table = samples.box(b"stsd", struct.pack(">II", 0, 1) + samples.box(kind, bytes(8)))
    table += samples.box(b"stsz", struct.pack(">IIII", 0, 0, 1, len(sample)))
    table += samples.box(b"stsc", struct.pack(">IIIII", 0, 1, 1, 1, 1))
    table += samples.box(b"co64", struct.pack(">IIQ", 0, 1, at))
    minf = samples.box(b"minf", samples.box(b"stbl", table))
    media = samples.box(b"mdia", samples.box(b"hdlr", bytes(8) + handler + bytes(13)) + minf)
    path.write_bytes(head + samples.box(b"moov", samples.box(b"trak", samples.box(b"tkhd", bytes(84)) + media)))
    return path


@pytest.mark.parametrize("name", ["tags.mp4", "tags.mov", "tags3gp.mp4", "keys.mov"])
def test_tags_of_a_film_are_searched_and_its_place_is_told(name: str) -> None:
    assert ("national-id", "") in seen(samples.real(name))
    assert judged(samples.real(name)) == {"location-in-film"}
    assert "+56.9496+024.1052/" in text(samples.real(name)).replace("+24.1052", "+024.1052")


@pytest.mark.parametrize("name", ["subtitles.mp4", "subtitles.mov", "fragments.mp4"])
def test_a_film_without_a_place_is_not_accused(name: str) -> None:
    assert judged(samples.real(name)) == set()


def test_the_language_of_a_tag_is_not_taken_for_its_first_letters(tmp_path: Path) -> None:
    latvian, unknown = b"06", b"\x55\xc4"
    path = tmp_path / "a.mov"
    path.write_bytes(samples.real("tags.mov").read_bytes().replace(unknown, latvian))

    assert ("national-id", "") in seen(path)


def test_tags_of_3gpp_may_be_wide(tmp_path: Path) -> None:
    title = samples.box(b"titl", bytes(4) + b"\x15\xc7" + f"\ufeffKods {CODE} Ķekava".encode("utf-16-be") + bytes(2))
    place = samples.box(b"loci", bytes(4) + b"\x15\xc7Talsi\0\0" + struct.pack(">iii", 22 << 16, 57 << 16, 0) + b"\0\0")
    path = tmp_path / "a.mp4"
    path.write_bytes(samples.content("mp4") + samples.box(b"moov", samples.box(b"udta", title + place)))

    assert {f"Kods {CODE} Ķekava", "Talsi", "+57.0000+22.0000/"} <= set(text(path).splitlines())


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("id3v23.mp3", {f"{CODE} Jānis", "Dzied Anna Kalniņa", "Kursa ieraksts"}),
        ("id3v24.mp3", {f"{CODE} Jānis", "Dzied Anna Kalniņa", "Kursa ieraksts"}),
        ("id3wide.mp3", {CODE, "Runā Anna Kalniņa", "+371 29 123 456"}),
        ("id3v1.mp3", {CODE, "Anna Kalnina"}),
        ("ape.mp3", {f"{CODE} Jānis", "Anna Kalniņa"}),
        ("song.mp3", {CODE, "Pirmā rinda", "Anna Kalniņa", "Jāņa Bērziņa stāsts", "anna@example.com"}),
        ("vorbis.ogg", {f"DESCRIPTION: {CODE} Jānis"}),
        ("opus.ogg", {f"DESCRIPTION: {CODE} Jānis"}),
        ("flac.ogg", {f"DESCRIPTION: {CODE} Jānis"}),
        ("theora.ogg", {f"DESCRIPTION: {CODE} Jānis"}),
        ("oggenc.ogg", {f"CONTACT: {CODE} Jānis", "artist: Anna Kalniņa"}),
    ],
)
def test_tags_of_sound_are_read_and_searched(name: str, words: set[str]) -> None:
    assert words <= set(text(samples.real(name)).splitlines())
    assert ("national-id", "") in seen(samples.real(name))
    assert judged(samples.real(name)) == set()


def test_comments_of_a_second_stream_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a.ogg"
    path.write_bytes(samples.content("ogg") + samples.real("oggenc.ogg").read_bytes())

    assert f"CONTACT: {CODE} Jānis" in text(path)


def test_a_packed_frame_and_one_of_the_oldest_tags_are_read(tmp_path: Path) -> None:
    body = f"\x03Kods {CODE}".encode()
    packed = struct.pack(">I", len(body)) + zlib.compress(body)
    third = b"TIT2" + struct.pack(">I", len(packed)) + b"\0\x80" + packed
    second = b"COM" + len(b"\0lav\0" + body[1:]).to_bytes(3, "big") + b"\0lav\0" + body[1:]
    for version, frame in ((3, third), (2, second)):
        path = tmp_path / f"{version}.mp3"
        path.write_bytes(b"ID3" + bytes([version, 0, 0, 0, 0, 0, len(frame)]) + frame + samples.content("mp3"))
        assert f"Kods {CODE}" in text(path), version


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("name", ["TIT2", "SYLT"])
def test_wide_words_are_read_in_either_order(name: str, codec: str, tmp_path: Path) -> None:
    line = f"\ufeffKods {CODE} Ķekava\0".encode(codec)
    body = b"\x01" + line if name == "TIT2" else b"\x01lav\x02\x01" + "\ufeff\0".encode(codec) + line + bytes(4)
    frame = name.encode() + struct.pack(">IH", len(body), 0) + body
    path = tmp_path / "a.mp3"
    path.write_bytes(b"ID3\x03\0\0\0\0\0" + bytes([len(frame)]) + frame + samples.content("mp3"))

    assert f"Kods {CODE} Ķekava" in text(path).splitlines()


@pytest.mark.parametrize("place", [b"+00.0000+000.0000/", b"                  "])
def test_a_place_that_is_none_is_not_told(place: bytes, tmp_path: Path) -> None:
    data = samples.real("keys.mov").read_bytes()
    path = tmp_path / "a.mov"
    path.write_bytes(data.replace(b"+56.9496+024.1052/", place))

    assert judged(path) == set()


@pytest.mark.parametrize("kind", ["jpg", "png", "tif"])
def test_exif_of_pictures_is_searched_and_their_place_is_told(kind: str) -> None:
    assert {f"Jānis Bērziņš {CODE}", "Anna Kalniņa"} <= set(text(samples.real(f"exif.{kind}")).splitlines())
    assert judged(samples.real(f"exif.{kind}")) == {"location-in-picture"}


@pytest.mark.parametrize("kind", ["jpg", "png", "tif", "gif"])
def test_xmp_of_pictures_is_searched_and_their_place_is_told(kind: str) -> None:
    assert f"Anna Kalniņa {CODE}" in text(samples.real(f"xmp.{kind}"))
    assert judged(samples.real(f"xmp.{kind}")) == {"location-in-picture"}


@pytest.mark.parametrize("kind", ["jpg", "tif"])
def test_captions_for_the_press_are_searched(kind: str) -> None:
    assert {"Anna Kalniņa", f"{CODE} Rīgā"} <= set(text(samples.real(f"iptc.{kind}")).splitlines())


def test_broken_properties_do_not_hide_a_place(tmp_path: Path) -> None:
    exif = b"\xff\xe1\x00\x10Exif\0\0II*\0\xff\xff\xff\x7f"
    path = tmp_path / "a.jpg"
    data = samples.real("xmp.jpg").read_bytes()
    path.write_bytes(data[:2] + exif + data[2:])

    assert judged(path) == {"location-in-picture"}
