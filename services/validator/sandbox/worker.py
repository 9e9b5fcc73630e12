"""The parser child: gives up its rights, says which, then judges one file after the other until its input ends.

Run as `python -m services.validator.sandbox.worker LANE`. In the lane `quick` it leaves pictures with words to others;
in the lane `recognition` it gives way to them for the processor. It reads requests {check, path, name, size,
detected_type} and answers {examination} or {error}. It is never trusted: the service bounds, times and if need be kills
it.
"""

import os
import resource
import sys
from importlib import import_module
from typing import Any, BinaryIO

from services.validator.sandbox import limits, self_test
from services.validator.sandbox.frames import HEADER_BYTES, length, pack, unpack

_FORMATS = (
    "exif",
    "foreign",
    "embedded",
    "ooxml_content",
    "pdf",
    "image",
    "isobmff",
    "mpeg",
    "ogg",
    "rtf",
    "ole",
    "ooxml",
    "plain",
)
_TEXTS = ("ocr", "picture", "media", "pdf", "docx", "xlsx", "rtf", "legacy", "plain")
_PICTURES = ("Jpeg", "Png", "Gif", "Tiff", "Mpo")
_WARM = (
    "services.validator.checks.format",
    "services.validator.checks.personal_data",
    "services.validator.checks.quality",
    *(f"services.validator.formats.{name}" for name in _FORMATS),
    *(f"services.validator.text.{name}" for name in _TEXTS),
    *(f"PIL.{name}ImagePlugin" for name in _PICTURES),
)
RECOGNITION_NICENESS = 10
_ENGINES = ("services.validator.quality.spelling", "services.validator.quality.language")


def main() -> None:
    """Serve until the service closes our input. What libraries print goes to the error stream."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    for module in _WARM:
        import_module(module)
    for engine in _ENGINES:
        import_module(engine).is_there()
    _keep_to(sys.argv[1] if len(sys.argv) > 1 else "")
    in_force = limits.give_up()
    _send(answers, {"isolation": in_force, "holes": self_test.holes()})
    while request := _receive(sys.stdin.buffer):
        _send(answers, _answer(request))


def _keep_to(lane: str) -> None:
    if lane == "quick":
        import_module("services.validator.text.ocr").Reader.defers = True
    elif lane == "recognition":
        os.nice(RECOGNITION_NICENESS)


def _answer(request: dict[str, Any]) -> dict[str, Any]:
    checks, domain = import_module("services.validator.checks"), import_module("services.validator.domain")
    check = checks.SANDBOXED[request.pop("check")]
    limits.allow_cpu_seconds(int(check.deadline_seconds))
    try:
        examined = import_module(check.module).examine(domain.Specimen(**request))
    except Exception as error:  # noqa: BLE001 - whatever a parser raises is an answer, not an end
        return {"error": f"{type(error).__name__}: {error}"[:300], "memory": _memory_bytes()}
    return {"examination": examined.as_json(), "memory": _memory_bytes()}


def _memory_bytes() -> int:
    """Return what is resident now. The peak of `getrusage` would count that of the process which started us."""
    try:
        with open("/proc/self/statm", "rb") as file:
            return int(file.read().split()[1]) * resource.getpagesize()
    except OSError:
        return 0


def _receive(source: BinaryIO) -> dict[str, Any] | None:
    header = source.read(HEADER_BYTES)
    if len(header) < HEADER_BYTES:
        return None
    return unpack(source.read(length(header)))


def _send(sink: BinaryIO, answer: dict[str, Any]) -> None:
    from services.validator.domain import encoded

    sink.write(pack(encoded(answer)))
    sink.flush()


if __name__ == "__main__":
    main()
