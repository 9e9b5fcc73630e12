"""How long the object store takes and how often it fails: a histogram, and a span where traces are wanted."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import Gauge, Histogram

from shared import tracing
from shared.storage.ports import ObjectMissingError, RangeOutsideError

SECONDS = Histogram(
    "results_store_seconds",
    "Time until the object store had done an operation, or had sent the first bytes of an object",
    ["operation", "outcome"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0),
)
BUSY = Gauge("results_store_busy", "Operations on the object store that are waited for now; 16 go on at once")


@contextmanager
def measured(operation: str) -> Iterator[None]:
    """One operation on the store. An object that is not there is an answer, not a failure."""
    began, outcome = time.perf_counter(), "failed"
    with tracing.piece(f"S3 {operation}", "client", {"rpc.system": "s3"}), BUSY.track_inprogress():
        try:
            yield
            outcome = "done"
        except (ObjectMissingError, RangeOutsideError):
            outcome = "missing"
            raise
        finally:
            SECONDS.labels(operation, outcome).observe(time.perf_counter() - began)
