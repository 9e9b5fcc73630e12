"""Why a token was refused, in the platform's own words: those of the library are English and for programmers."""

from collections.abc import Mapping

from joserfc.errors import (
    BadSignatureError,
    ExpiredTokenError,
    InvalidClaimError,
    InvalidKeyIdError,
    MissingClaimError,
    UnsupportedAlgorithmError,
)

from shared.errors import ProblemError

MALFORMED = {"en": "it cannot be read", "lv": "to nevar nolasīt"}
UNUSABLE_SUB = {
    "en": "its sub is empty, too long or not printable",
    "lv": "tās sub ir tukšs, pārāk garš vai nedrukājams",
}
_EXPIRED = {"en": "it has expired", "lv": "tās termiņš ir beidzies"}
_NOT_YET = {"en": "it is not valid yet", "lv": "tā vēl nav spēkā"}
_KEY = {"en": "it was signed with a key that the issuer does not name", "lv": "tās paraksta atslēgu izsniedzējs nezina"}
_SIGNATURE = {"en": "its signature is wrong", "lv": "tās paraksts nav pareizs"}
_ALGORITHM = {"en": "its signature is of a kind that is not accepted", "lv": "tās paraksta veids nav atļauts"}
_BY_TYPE: Mapping[type[Exception], Mapping[str, str]] = {
    ExpiredTokenError: _EXPIRED,
    InvalidKeyIdError: _KEY,
    BadSignatureError: _SIGNATURE,
    UnsupportedAlgorithmError: _ALGORITHM,
}


def refused(reason: Mapping[str, str]) -> ProblemError:
    """The refusal of a token, with its reason in both languages."""
    headers = {"WWW-Authenticate": 'Bearer realm="results-platform", error="invalid_token"'}
    return ProblemError(401, "unauthenticated", headers=headers, reason=reason)


def refusal_of(error: Exception) -> ProblemError:
    """The refusal that stands for what was raised while a token was read."""
    return refused(_reason(error))


def _reason(error: Exception) -> Mapping[str, str]:
    if isinstance(error, MissingClaimError):
        return {"en": f"it lacks {error.claim}", "lv": f"tajā trūkst {error.claim}"}
    if isinstance(error, InvalidClaimError) and error.claim == "nbf":
        return _NOT_YET
    if isinstance(error, InvalidClaimError):
        return {"en": f"its {error.claim} is not accepted here", "lv": f"tās {error.claim} šeit nav derīgs"}
    return _BY_TYPE.get(type(error), MALFORMED)
