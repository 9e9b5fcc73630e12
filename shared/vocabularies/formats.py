"""The 21 file extensions that are accepted (R31), and what to save another kind of file as."""

from types import MappingProxyType

EXTENSIONS = (
    "pdf", "jpeg", "jpg", "tif", "png", "gif", "mpeg", "mpg", "ogg", "ppt", "pps", "xls", "xlsx", "doc", "docx", "rtf",
    "txt", "csv", "mp4", "mov", "mp3",
)  # fmt: skip
LOGO_EXTENSIONS = ("png", "jpeg", "jpg", "gif")
assert len(set(EXTENSIONS)) == 21

_NEAREST_OF = {
    ("ppt", "pdf"): "pptx pptm ppsx potx pot key odp sxi",
    ("docx", "pdf"): "docm dotx dotm dot odt ott sxw pages wpd wps abw tex",
    ("xlsx", "csv"): "xlsm xlsb xltx xlt ods ots sxc numbers tsv dbf sav",
    ("tif",): "tiff",
    ("jpg", "png"): "webp bmp heic heif avif jfif jpe raw psd xcf ico",
    ("png", "pdf"): "svg ai eps cdr dwg vsd vsdx drawio",
    ("pdf",): "epub mobi azw3 djvu xps oxps ps html htm mhtml xhtml md rst indd pub",
    ("mp4", "mov"): "avi mkv webm wmv flv m4v 3gp ts m2ts vob ogv mts",
    ("mp3", "ogg"): "wav m4a aac flac wma aiff aif opus oga mid",
    ("txt",): "log json xml yaml yml ini srt vtt",
}
_NEAREST = MappingProxyType(
    {extension: nearest for nearest, extensions in _NEAREST_OF.items() for extension in extensions.split()}
)


def extension(name: str) -> str:
    """The extension of a file name in lower case, without its dot; empty when there is none."""
    stem, dot, last = name.rpartition(".")
    return last.lower() if dot and stem else ""


def is_allowed(name: str) -> bool:
    """Whether the name ends with one of the extensions of R31, in any case."""
    return extension(name) in EXTENSIONS


def nearest(name: str, language: str = "en") -> str | None:
    """What to save the file as instead, for people: `ppt or pdf`; None when nothing is near.

    An archive has no nearest format: its files are results of their own.
    """
    found = _NEAREST.get(extension(name))
    if found is None:
        return None
    return (" vai " if language == "lv" else " or ").join(found)


def nearest_texts(name: str) -> dict[str, str] | None:
    """`nearest` in both languages, as a value for the texts of `format-not-allowed`."""
    english, latvian = nearest(name), nearest(name, "lv")
    return {"en": english, "lv": latvian} if english and latvian else None
