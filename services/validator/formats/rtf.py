"""Rich text: begins as such, and its groups are closed at the end."""

import os

from services.validator.formats import Fault, Inspection, NotThisFormatError


def inspect(path: str, kind: str) -> Inspection:
    """Look at both ends of the file. Raises `NotThisFormatError` when it does not begin with the signature."""
    with open(path, "rb") as file:
        if not file.read(64).lstrip(b"\xef\xbb\xbf \r\n").startswith(b"{\\rtf"):
            raise NotThisFormatError
        file.seek(max(os.path.getsize(path) - 4096, 0))
        tail = file.read().rstrip(b"\0 \r\n\t\x1a")
    if not tail.endswith(b"}"):
        return Inspection("application/rtf", (Fault("damaged", {"reason": "the text breaks off"}),))
    return Inspection("application/rtf")
