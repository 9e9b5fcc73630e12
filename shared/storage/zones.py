"""The buckets and what each service's key may do in them: nothing that is not written here.

`incoming` holds what was uploaded and not yet scanned, `clean` what passed, `public` what was approved, `receipts` the
copy outside NATS of what was acknowledged. So even a stolen service cannot put an unscanned file before the public.
The local platform and the manifests are made from this one page.
"""

from dataclasses import dataclass
from typing import Any

INCOMING = "incoming"
CLEAN = "clean"
PUBLIC = "public"
RECEIPTS = "receipts"
BUCKETS = (INCOMING, CLEAN, PUBLIC, RECEIPTS)

# The parts of resumable uploads: intake assembles them, so it reads and removes these and only these.
PARTS_PREFIX = "parts/"

_READ = ("s3:GetObject",)
_WRITE = ("s3:PutObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts")
_DELETE = ("s3:DeleteObject",)
_LIST = ("s3:ListBucket", "s3:ListBucketMultipartUploads")
_SWEEP = ("s3:DeleteObject", "s3:AbortMultipartUpload")


@dataclass(frozen=True, slots=True)
class Grant:
    """`actions` on the objects of `bucket` under `prefix`; `on_bucket` on the bucket itself."""

    bucket: str
    actions: tuple[str, ...] = ()
    prefix: str = ""
    on_bucket: tuple[str, ...] = ()


_GRANTS: dict[str, tuple[Grant, ...]] = {
    "intake": (
        Grant(INCOMING, _WRITE),
        Grant(INCOMING, _READ + _DELETE, prefix=PARTS_PREFIX),
        Grant(RECEIPTS, _WRITE),
    ),
    "validator": (Grant(INCOMING, _READ), Grant(CLEAN, _READ + _WRITE + _DELETE)),
    "review": (Grant(CLEAN, _READ), Grant(RECEIPTS, _WRITE)),
    "publisher": (Grant(CLEAN, _READ), Grant(PUBLIC, _READ + _WRITE + _DELETE)),
    "sweeper": (Grant(INCOMING, _SWEEP, on_bucket=_LIST),),
    # `results archive follow` copies what the log names; S3 answers 403 to who may not list, for what is not there.
    "archive": tuple(Grant(bucket, _READ, on_bucket=("s3:ListBucket",)) for bucket in (INCOMING, CLEAN, PUBLIC)),
    # `results backup` and `verify` only look; `restore` and `erase` are an operator's own hand, never a service's.
    "backup": tuple(Grant(bucket, _READ, on_bucket=_LIST) for bucket in BUCKETS),
    "operator": tuple(Grant(bucket, _READ + _WRITE + _DELETE, on_bucket=_LIST) for bucket in BUCKETS),
}
USERS = tuple(_GRANTS)


def policy(user: str) -> dict[str, Any]:
    """The AWS policy document of one service's key. KeyError for a user that is not in `USERS`."""
    return {
        "Version": "2012-10-17",
        "Statement": [statement for grant in _GRANTS[user] for statement in _statements(grant)],
    }


def _statements(grant: Grant) -> list[dict[str, Any]]:
    arn = f"arn:aws:s3:::{grant.bucket}"
    found = []
    if grant.actions:
        found.append(_allow(grant.actions, f"{arn}/{grant.prefix}*"))
    if grant.on_bucket:
        found.append(_allow(grant.on_bucket, arn))
    return found


def _allow(actions: tuple[str, ...], resource: str) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": list(actions), "Resource": [resource]}
