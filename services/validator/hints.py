"""Which hints of a verdict still stand when the words about a result change. Pure."""

from services.validator.policy import HINTS
from services.validator.quality.wording import CODES
from shared.contracts.model import WireModel
from shared.contracts.result import ResultState
from shared.contracts.verdict import CheckOutcome, CheckResult, Finding, Severity
from shared.vocabularies import label

_OF_THE_LOG = frozenset({"duplicate"})
_NO_HINTS = "hints-missing"


def renewed(checks: tuple[CheckResult, ...], hints: CheckResult, state: WireModel) -> tuple[CheckResult, ...]:
    """Put the new hints on the words in the place of the old ones; those on the file stay.

    When the words could not be looked at, everything stays as it is. A hint on the language of the text stays while
    the language that it names is declared.
    """
    old = next((one for one in checks if one.check in HINTS), None)
    if old is None or any(one.code == _NO_HINTS for one in hints.findings):
        return checks
    languages = state.languages if isinstance(state, ResultState) else ()
    kept = [one for one in old.findings if one.code not in CODES | _OF_THE_LOG and _still_holds(one, languages)]
    findings = tuple(sorted([*kept, *hints.findings], key=lambda one: (one.severity != Severity.WARNING, one.id)))
    if {one.id for one in findings} == {one.id for one in old.findings}:
        return checks
    has_warning = any(one.severity is Severity.WARNING for one in findings)
    new = old.model_copy(
        update={
            "findings": findings,
            "findings_count": len(findings),
            "outcome": CheckOutcome.WARNING if has_warning else CheckOutcome.PASSED,
        }
    )
    return tuple(new if one.check == old.check else one for one in checks)


def _still_holds(finding: Finding, languages: tuple[str, ...]) -> bool:
    if finding.code != "language-not-in-text":
        return True
    return any(label("language", one) in finding.message.en for one in languages)
