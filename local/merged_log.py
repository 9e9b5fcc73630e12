"""One log of all parts: every line with the name of its part before it, coloured by part; each part's own in a file."""

import os
import re
import sys
import threading
from pathlib import Path
from typing import IO, TextIO

FILE_BYTES_MAX = 20 << 20
LINE_BYTES_MAX = 64 << 10
NAME_WIDTH = 9
EVERYTHING = re.compile(r"")
_COLOURS = (36, 35, 33, 32, 34, 96, 95, 93, 92)


class MergedLog:
    """Lines come from several threads and never mix. `folder` gets one file per part, kept below 20 MiB."""

    def __init__(self, folder: Path, out: TextIO | None = None) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._out = out or sys.stdout
        self._lock = threading.Lock()
        self._colours: dict[str, int] = {}
        self._is_coloured = "NO_COLOR" not in os.environ and (self._out.isatty() or "FORCE_COLOR" in os.environ)

    def follow(self, part: str, stream: IO[bytes], *, shown: re.Pattern[str] = EVERYTHING) -> threading.Thread:
        """Keep the lines of a part until its stream ends, and pass on those that match `shown`."""
        thread = threading.Thread(target=self._pump, args=(part, stream, shown), name=f"log of {part}", daemon=True)
        thread.start()
        return thread

    def say(self, part: str, line: str) -> None:
        self.block(f"{self._prefix(part)} {line}")

    def block(self, *lines: str) -> None:
        """Lines that belong together, without a part's name before them."""
        with self._lock:
            try:
                print(*lines, sep="\n", file=self._out, flush=True)
            except (BrokenPipeError, ValueError):
                return  # whoever read our output has gone; the files go on

    def path(self, part: str) -> Path:
        return self.folder / f"{part}.log"

    def end_of(self, part: str, lines: int = 15) -> str:
        """The last lines of a part, to explain why it did not start."""
        try:
            return "\n".join(self.path(part).read_text(errors="replace").splitlines()[-lines:])
        except OSError:
            return ""

    def _pump(self, part: str, stream: IO[bytes], shown: re.Pattern[str]) -> None:
        with stream:
            while line := stream.readline(LINE_BYTES_MAX):
                self._keep(part, line)
                text = line.decode(errors="replace").rstrip("\r\n")
                if shown.search(text):
                    self.say(part, text)

    def _keep(self, part: str, line: bytes) -> None:
        path = self.path(part)
        if path.exists() and path.stat().st_size > FILE_BYTES_MAX:
            path.replace(path.with_suffix(".log.1"))
        with path.open("ab") as file:
            file.write(line)

    def _prefix(self, part: str) -> str:
        name = f"{part:<{NAME_WIDTH}}|"
        if not self._is_coloured:
            return name
        colour = self._colours.setdefault(part, _COLOURS[len(self._colours) % len(_COLOURS)])
        return f"\x1b[{colour}m{name}\x1b[0m"
