"""Precision and recall of each detector on the labelled set."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from services.validator.checks.personal_data import Findings
from services.validator.detectors import Hit
from services.validator.text import Block
from tests.eval.cases import Case, bare

ONCE_PER_TEXT = frozenset({"list-of-people", "meeting-minutes", "meeting-recording", "postal-address"})
STRONG = ("national-id", "iban", "payment-card", "email-address")
DETECTORS = (
    *STRONG, "list-of-people", "phone-number", "identity-document", "birth-date", "postal-address", "meeting-minutes",
    "meeting-recording",
)  # fmt: skip


@dataclass(slots=True)
class Score:
    """Counts of one detector, and the texts where it was wrong."""

    right: int = 0
    missed: list[tuple[Case, str]] = field(default_factory=list)
    invented: list[tuple[Case, str]] = field(default_factory=list)

    @property
    def precision(self) -> float:
        return self.right / max(self.right + len(self.invented), 1)

    @property
    def recall(self) -> float:
        return self.right / max(self.right + len(self.missed), 1)


def scored(cases: Iterable[Case]) -> dict[str, Score]:
    """Compare what is found in each text with its labels."""
    scores = {detector: Score() for detector in DETECTORS}
    for case in cases:
        findings = Findings()
        findings.take(Block(case.text))
        found = {_key(hit) for hit in findings.judged() if hit.code in scores}
        for detector, value in found | case.labels:
            score = scores[detector]
            if (detector, value) not in found:
                score.missed.append((case, value))
            elif (detector, value) not in case.labels:
                score.invented.append((case, value))
            else:
                score.right += 1
    return scores


def _key(hit: Hit) -> tuple[str, str]:
    if hit.code in ONCE_PER_TEXT:
        return hit.code, ""
    return hit.code, hit.value if hit.code == "email-address" else bare(hit.value)
