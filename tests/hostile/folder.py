"""All hostile files together, each name once."""

from collections.abc import Iterator
from pathlib import Path

from tests.hostile import Hostile, active, active_pdf, bombs, damage, polyglots


def known_bad() -> list[Hostile]:
    """The files whose badness a judge can tell, whatever was done to them since: what mutations begin with."""
    return [*active.files(), *active_pdf.files()]


def everything(seed: int) -> Iterator[Hostile]:
    """Every file; `seed` chooses the bits that are flipped."""
    yield from known_bad()
    yield from bombs.files()
    yield from polyglots.files()
    yield from damage.files(seed)


def write(folder: Path, seed: int) -> list[tuple[Path, Hostile]]:
    """Write all files, each into a folder of its own number, since names say something too."""
    written = []
    for number, one in enumerate(everything(seed)):
        path = folder / f"{number:04d}" / one.name.replace("\0", "␀")
        path.parent.mkdir(parents=True)
        path.write_bytes(one.data)
        written.append((path, one))
    return written
