"""The proof of a publication: the messages of the record that it rests on, told without names."""

from dataclasses import dataclass

from services.publisher.bodies import Proof, ProvenApproval, ProvenCheck, ProvenStep, ProvenVerdict
from services.publisher.catalogue import Catalogue
from services.publisher.ports import Record
from shared.contracts.publication import Basis
from shared.contracts.review import ReviewRoundState
from shared.contracts.verdict import VerdictOutcome, VerdictState
from shared.messaging.events import Recorded


@dataclass(slots=True, kw_only=True)
class Prove:
    """Reads each message that the publication names, so that the answer is the record and not a copy of it."""

    catalogue: Catalogue
    log: Record

    async def __call__(self, result_id: str) -> Proof:
        """Raises 404 and 410 as the result itself does."""
        row, _ = await self.catalogue.rows_of_result(result_id)
        basis = Basis.model_validate_json(row["basis"])
        return Proof(
            result_id=result_id,
            revision=row["revision"],
            sha256=row["sha256"],
            size=row["size"],
            received=ProvenStep.model_validate(_step(await self.log.at(basis.result))),
            verdict=_verdict(await self.log.at(basis.verdict)),
            approval=_approval(await self.log.at(basis.approval), result_id),
            gate=ProvenStep.model_validate(_step(await self.log.at(basis.report))),
            publication=ProvenStep.model_validate(_step(await self.log.at(row["sequence"]))),
        )


def _step(recorded: Recorded) -> dict[str, object]:
    return {"sequence": recorded.sequence, "event_id": recorded.id, "type": recorded.type, "at": recorded.time}


def _verdict(recorded: Recorded) -> ProvenVerdict:
    state = recorded.state_as(VerdictState)
    checks = [ProvenCheck(check=one.check, outcome=one.outcome, engine=one.engine) for one in state.checks]
    return ProvenVerdict.model_validate(
        _step(recorded)
        | {
            "sha256": state.sha256,
            "outcome": state.outcome,
            "signatures": state.signatures,
            "checks": checks,
            "waived_findings": len(state.blocking) if state.outcome == VerdictOutcome.FAILED else 0,
        }
    )


def _approval(recorded: Recorded, result_id: str) -> ProvenApproval:
    approved = recorded.state_as(ReviewRoundState).approved
    assert approved, "a publication names the approval that it rests on"
    entry = next(one for one in approved.manifest if one.result_id == result_id)
    return ProvenApproval.model_validate(
        _step(recorded) | {"round": approved.round, "sha256": entry.sha256, "revision": entry.revision}
    )
