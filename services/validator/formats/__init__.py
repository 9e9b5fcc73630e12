"""The 21 allowed extensions (R31), what each must hold, and which module looks inside.

An inspector takes a path and returns an `Inspection`; it raises `NotThisFormatError` when the content is something
else. libmagic is asked too: its answer must be among `magic`, or must not be among what no text may be.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from types import MappingProxyType


class NotThisFormatError(Exception):
    """The content is not what the extension says. The text names what it is, where that is known."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A finding of an inspector: a code of the policy and the values of its text."""

    code: str
    params: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Inspection:
    """What an inspector saw. `detected` is the media type that is recorded and later served."""

    detected: str
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """One allowed kind of file. `magic` empty: a text, for which libmagic may only refuse."""

    module: str
    magic: frozenset[str] = frozenset()
    kind: str = ""

    def inspect(self, path: str) -> Inspection:
        """Look inside. Loads the parser on first use, so only a sandboxed child should call it."""
        inspector: Callable[[str, str], Inspection] = import_module(f"services.validator.formats.{self.module}").inspect
        return inspector(path, self.kind)


_UNSURE = frozenset({"application/octet-stream"})
_OLE = _UNSURE | {
    "application/msword",
    "application/vnd.ms-excel",
    "application/vnd.ms-powerpoint",
    "application/vnd.ms-office",
    "application/x-ole-storage",
    "application/CDFV2",
    "application/encrypted",
}
_ZIP = _UNSURE | {
    "application/zip",
    "application/vnd.openxmlformats-officedocument",
    "application/encrypted",
    "application/x-ole-storage",
    "application/CDFV2",
}
_DOCX = _ZIP | {"application/vnd.openxmlformats-officedocument.wordprocessingml.document"}
_XLSX = _ZIP | {"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
_MPEG = _UNSURE | {"video/mpeg", "video/mp2p", "video/mp2t", "video/MP2T", "video/mpv", "video/x-mpegts"}
_MP3 = _UNSURE | {"audio/mpeg", "audio/mpegapplication/octet-stream"}

FORMATS: Mapping[str, Format] = MappingProxyType(
    {
        "pdf": Format(module="pdf", magic=_UNSURE | {"application/pdf", "text/plain"}),
        "jpeg": Format(module="image", kind="jpeg", magic=frozenset({"image/jpeg"})),
        "jpg": Format(module="image", kind="jpeg", magic=frozenset({"image/jpeg"})),
        "tif": Format(module="image", kind="tiff", magic=frozenset({"image/tiff"})),
        "png": Format(module="image", kind="png", magic=frozenset({"image/png"})),
        "gif": Format(module="image", kind="gif", magic=frozenset({"image/gif"})),
        "mpeg": Format(module="mpeg", kind="video", magic=_MPEG),
        "mpg": Format(module="mpeg", kind="video", magic=_MPEG),
        "ogg": Format(module="ogg", magic=frozenset({"audio/ogg", "video/ogg", "application/ogg"})),
        "ppt": Format(module="ole", kind="ppt", magic=_OLE),
        "pps": Format(module="ole", kind="ppt", magic=_OLE),
        "xls": Format(module="ole", kind="xls", magic=_OLE),
        "xlsx": Format(module="ooxml", kind="xlsx", magic=_XLSX),
        "doc": Format(module="ole", kind="doc", magic=_OLE),
        "docx": Format(module="ooxml", kind="docx", magic=_DOCX),
        "rtf": Format(module="rtf", magic=frozenset({"text/rtf", "application/rtf", "text/plain"})),
        "txt": Format(module="plain", kind="txt"),
        "csv": Format(module="plain", kind="csv"),
        "mp4": Format(
            module="isobmff", kind="mp4", magic=_UNSURE | {"video/mp4", "video/x-m4v", "audio/mp4", "video/3gpp"}
        ),
        "mov": Format(module="isobmff", kind="mov", magic=_UNSURE | {"video/quicktime", "image/x-quicktime"}),
        "mp3": Format(module="mpeg", kind="audio", magic=_MP3),
    }
)
LINK = "uri"
LINK_FORMAT = Format(module="plain", kind="uri")

NEAREST = MappingProxyType(
    {
        "pptx": ".ppt or .pdf",
        "ppsx": ".pps or .pdf",
        "odt": ".docx or .pdf",
        "ods": ".xlsx",
        "odp": ".ppt or .pdf",
        "docm": ".docx",
        "xlsm": ".xlsx",
        "tiff": ".tif",
        "html": ".pdf",
        "htm": ".pdf",
        "md": ".txt or .pdf",
        "svg": ".png or .pdf",
        "webp": ".png or .jpg",
        "bmp": ".png",
        "heic": ".jpg",
        "avi": ".mp4",
        "webm": ".mp4",
        "mkv": ".mp4",
        "wav": ".mp3",
        "m4a": ".mp3",
        "epub": ".pdf",
    }
)


def format_of(extension: str) -> Format | None:
    """Return the allowed format of an extension in lower case, `uri` for stored links included."""
    return LINK_FORMAT if extension == LINK else FORMATS.get(extension)
