"""MPEG: program, elementary and transport streams of video, and layer III audio with or without tags."""

import mmap
import os

from services.validator.formats import Fault, Inspection, NotThisFormatError, foreign, mpeg_audio, mpeg_video


def inspect(path: str, kind: str) -> Inspection:
    """Walk through the stream. Raises `NotThisFormatError` when it does not begin like one."""
    if not os.path.getsize(path):
        raise NotThisFormatError
    with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        detected, damage = mpeg_video.judged(data) if kind == "video" else ("audio/mpeg", mpeg_audio.damage(data))
    faults = [Fault("damaged", {"reason": damage})] if damage else []
    return Inspection(detected, (*faults, *foreign.faults(path, kind)))
