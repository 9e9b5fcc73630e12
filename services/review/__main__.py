"""Run review."""

from services.review.app import SERVICE
from shared.runner import run

if __name__ == "__main__":
    raise SystemExit(run(SERVICE))
