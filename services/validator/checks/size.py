"""size: the measured size is within the limit (R30); the declared size plays no part."""

from services.validator.domain import Examination, Specimen, examination, observation

ENGINE = "results-size 1"


def examine(specimen: Specimen, limit_bytes: int) -> Examination:
    """Compare the measured size with the limit, which itself is allowed."""
    if specimen.size <= limit_bytes:
        return examination("size", ENGINE)
    params = {"size": str(specimen.size), "limit": str(limit_bytes)}
    return examination("size", ENGINE, [observation("size", "file-too-large", params)])
