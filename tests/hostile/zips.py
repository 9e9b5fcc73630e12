"""ZIP archives written from packed bytes, so that one of a gigabyte costs nothing to make."""

import struct
import zlib
from collections.abc import Iterable
from dataclasses import dataclass

MEBIBYTE = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A member: its packed bytes (raw deflate), and what is said of it."""

    name: str
    packed: bytes
    size: int
    crc: int

    @classmethod
    def of(cls, name: str, data: bytes) -> "Part":
        """Pack some bytes."""
        packing = zlib.compressobj(wbits=-15)
        return cls(name=name, packed=packing.compress(data) + packing.flush(), size=len(data), crc=zlib.crc32(data))

    @classmethod
    def zeros(cls, name: str, mebibytes: int) -> "Part":
        """Nothing, and much of it."""
        crc = 0
        for _ in range(mebibytes):
            crc = zlib.crc32(_NOTHING, crc)
        return cls(name=name, packed=packed_zeros(mebibytes), size=mebibytes * MEBIBYTE, crc=crc)


_NOTHING = bytes(MEBIBYTE)


def packed_zeros(mebibytes: int) -> bytes:
    """Raw deflate of so many zeros: one packed block that depends on no other, again and again."""
    packing = zlib.compressobj(9, wbits=-15)
    block = packing.compress(_NOTHING) + packing.flush(zlib.Z_FULL_FLUSH)
    return block * mebibytes + packing.flush()


def zlib_zeros(mebibytes: int) -> bytes:
    """The same as a whole zlib stream."""
    check = 1
    for _ in range(mebibytes):
        check = zlib.adler32(_NOTHING, check)
    return b"\x78\x9c" + packed_zeros(mebibytes) + struct.pack(">I", check)


def archive(parts: Iterable[Part], *, overlap: bool = False) -> bytes:
    """An archive of these parts; with `overlap` each but the first few claims the bytes of the last one (Fifield)."""
    out, directory, count, shared = bytearray(), bytearray(), 0, -1
    for part in parts:
        told = struct.pack("<HHHHHIIIHH", 20, 0, 8, 0, 33, part.crc, len(part.packed), part.size, len(part.name), 0)
        at = len(out)
        if overlap and part.name.startswith("word/media/") and shared >= 0:
            at = shared
        else:
            shared = at if part.name.startswith("word/media/") else -1
            out += b"PK\x03\x04" + told + part.name.encode() + part.packed
        directory += b"PK\x01\x02\x14\0" + told + struct.pack("<HHHII", 0, 0, 0, 0, at) + part.name.encode()
        count += 1
    end = struct.pack("<HHHHIIH", 0, 0, count, count, len(directory), len(out), 0)
    return bytes(out + directory) + b"PK\x05\x06" + end
