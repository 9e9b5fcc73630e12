"""PDF files written object by object, so that each can be spelled as no program would."""

from collections.abc import Mapping

CATALOG = b"<</Type/Catalog/Pages 2 0 R>>"
PAGES = b"<</Type/Pages/Kids[3 0 R]/Count 1>>"
PAGE = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>"


def pdf(objects: Mapping[int, bytes] | None = None, *, catalog: bytes = b"", page: bytes = b"") -> bytes:
    """A PDF of one page. `catalog` and `page` are added to their dictionaries; `objects` begin at 4."""
    bodies = {
        1: CATALOG[:-2] + catalog + b">>",
        2: PAGES,
        3: PAGE[:-2] + page + b">>",
        **(objects or {}),
    }
    out, offsets = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"), {}
    for number, body in bodies.items():
        offsets[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offsets[number] for number in sorted(bodies))
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(bodies) + 1)
    trailer = b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(bodies) + 1, len(out))
    return bytes(out) + head + table + trailer


def stream(data: bytes, described: bytes = b"") -> bytes:
    """The body of a stream object."""
    return b"<<%s/Length %d>>\nstream\n%s\nendstream" % (described, len(data), data)


def with_object_stream(inside: Mapping[int, bytes], packed: bytes, filters: bytes, *, catalog: bytes) -> bytes:
    """A PDF 1.5 whose objects from 5 on lie in an object stream (4); `packed` is that stream as `filters` pack it."""
    first = len(_index(inside))
    kept = {
        1: CATALOG[:-2] + catalog + b">>",
        2: PAGES,
        3: PAGE,
        4: stream(packed, b"/Type/ObjStm/N %d/First %d%s" % (len(inside), first, filters)),
    }
    out, rows = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"), [b"\0\0\0\0\0\xff"]
    for number, body in kept.items():
        rows.append(b"\1" + len(out).to_bytes(4, "big") + b"\0")
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    rows += [b"\2" + (4).to_bytes(4, "big") + bytes([at]) for at in range(len(inside))]
    at = len(out)
    rows.append(b"\1" + at.to_bytes(4, "big") + b"\0")
    number = len(rows) - 1
    table = stream(b"".join(rows), b"/Type/XRef/W[1 4 1]/Size %d/Root 1 0 R" % len(rows))
    return bytes(out) + b"%d 0 obj\n%s\nendobj\nstartxref\n%d\n%%%%EOF\n" % (number, table, at)


def _index(inside: Mapping[int, bytes]) -> bytes:
    pairs, at = [], 0
    for number, body in inside.items():
        pairs.append(b"%d %d" % (number, at))
        at += len(body) + 1
    return b" ".join(pairs) + b" "


def object_stream(inside: Mapping[int, bytes]) -> bytes:
    """The bytes of an object stream before they are packed."""
    return _index(inside) + b"".join(body + b" " for body in inside.values())
