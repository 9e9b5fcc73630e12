"""Every decision of the agency: who may take it, and on which thing of the log it stands."""

from dataclasses import dataclass
from functools import partial
from typing import Literal

from services.review.domain import reports, results, rounds
from services.review.domain.act import Decision
from services.review.use_cases.commands import Commands, Decide, Done, Order, on_version, permitted
from shared.contracts.review import ReportDecisionBody, ResultDecisionBody, RoundDecisionBody, WaiverBody
from shared.contracts.subjects import project_of, result_subject, subject
from shared.http.roles import Role, not_yours
from shared.messaging.events import ProjectLog

OFFICER = (Role.OFFICER,)
LEAD = (Role.LEAD,)
LEAD_OR_OPERATOR = (Role.LEAD, Role.OPERATOR)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decisions:
    """`report_source`: where final reports are handed in. `reasons`: the codes with which changes may be asked for."""

    commands: Commands
    report_source: Literal["elsewhere", "here"]
    reasons: frozenset[str]

    async def claim(self, order: Order, project_id: str) -> Done:
        return await self._on_round(order, project_id, permitted(order, OFFICER, partial(_claim, order)))

    async def release(self, order: Order, project_id: str) -> Done:
        return await self._on_round(order, project_id, permitted(order, OFFICER, partial(_release, order)))

    async def assign(self, order: Order, project_id: str, officer: str) -> Done:
        def assign(project: ProjectLog) -> Decision:
            return rounds.assign(project, order.act, officer)

        replacing = on_version(order, lambda project: rounds.officer_of(project) is not None, assign)
        return await self._on_round(order, project_id, permitted(order, LEAD, replacing))

    async def decide_round(self, order: Order, project_id: str, body: RoundDecisionBody) -> Done:
        def decide(project: ProjectLog) -> Decision:
            return rounds.decide(project, order.act, body)

        return await self._on_round(order, project_id, permitted(order, OFFICER, decide))

    async def reopen(self, order: Order, project_id: str, reason: str) -> Done:
        def reopen(project: ProjectLog) -> Decision:
            return rounds.reopen(project, order.act, reason)

        return await self._on_round(order, project_id, permitted(order, LEAD, reopen))

    async def decide_result(
        self, order: Order, result_id: str, body: ResultDecisionBody, *, versioned: bool = True
    ) -> Done:
        """Decide one result. `versioned`: a decision of this round that stands is replaced only by its version."""

        def decide(project: ProjectLog) -> Decision:
            return results.decide(project, order.act, result_id, body, self.reasons)

        def exists(project: ProjectLog) -> bool:
            return results.decided_in_this_round(project, result_id)

        wanted: Decide = on_version(order, exists, decide) if versioned else decide
        return await self._on_result(order, result_id, permitted(order, OFFICER, wanted))

    async def waive(self, order: Order, result_id: str, body: WaiverBody) -> Done:
        def waive(project: ProjectLog) -> Decision:
            return results.waive(project, order.act, result_id, body)

        return await self._on_result(order, result_id, permitted(order, LEAD, waive))

    async def take_down(self, order: Order, result_id: str, reason: str) -> Done:
        def take_down(project: ProjectLog) -> Decision:
            return results.take_down(project, order.act, result_id, reason)

        return await self._on_result(order, result_id, permitted(order, LEAD_OR_OPERATOR, take_down))

    async def decide_report(self, order: Order, project_id: str, body: ReportDecisionBody) -> Done:
        """Decide the final report; overriding R21 is for leads, whatever else they decide."""

        def decide(project: ProjectLog) -> Decision:
            if body.override_reason and not order.caller.has(Role.LEAD):
                raise not_yours(LEAD)
            return reports.decide(project, order.act, body, self.report_source)

        return await self.commands.run(
            order, project_id, subject("review", project_id, "report"), permitted(order, OFFICER, decide)
        )

    async def _on_round(self, order: Order, project_id: str, decide: Decide) -> Done:
        return await self.commands.run(order, project_id, subject("review", project_id, "round"), decide)

    async def _on_result(self, order: Order, result_id: str, decide: Decide) -> Done:
        return await self.commands.run(order, project_of(result_id), result_subject("review", result_id), decide)


def _claim(order: Order, project: ProjectLog) -> Decision:
    return rounds.claim(project, order.act)


def _release(order: Order, project: ProjectLog) -> Decision:
    return rounds.release(project, order.act)
