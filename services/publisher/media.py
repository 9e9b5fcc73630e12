"""What a browser is told about a file: its type by the extension that the checks have confirmed."""

_TYPES = {
    "pdf": "application/pdf",
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "tif": "image/tiff",
    "png": "image/png",
    "gif": "image/gif",
    "mpeg": "video/mpeg",
    "mpg": "video/mpeg",
    "ogg": "audio/ogg",
    "ppt": "application/vnd.ms-powerpoint",
    "pps": "application/vnd.ms-powerpoint",
    "xls": "application/vnd.ms-excel",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "doc": "application/msword",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "rtf": "application/rtf",
    "txt": "text/plain",
    "csv": "text/csv",
    "mp4": "video/mp4",
    "mov": "video/quicktime",
    "mp3": "audio/mpeg",
    "uri": "text/uri-list",
}


def media_type(name: str) -> str:
    """Return the media type of a file by its name."""
    return _TYPES.get(name.rpartition(".")[2].lower(), "application/octet-stream")
