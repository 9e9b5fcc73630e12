"""Whatever officers, leads, the project and the validator do in whatever order, the record of a round stays right."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from services.review.domain import results, rounds
from services.review.domain.act import Decision
from shared.contracts.review import ResultDecisionBody, ReviewRoundState, RoundDecisionBody, WaiverBody
from shared.contracts.status import can_be_submitted, is_live
from shared.contracts.verdict import VerdictOutcome
from shared.errors import ProblemError
from tests.unit.review.events import Content, checked, content, finding, stored
from tests.unit.review.story import Story, act

OFFICER = "whoever has it"
PEOPLE = st.sampled_from(["ilze", "janis"])
DECIDERS = st.sampled_from([OFFICER, OFFICER, OFFICER, "janis"])
NAMES = st.sampled_from(["a", "b"])
SCANS = st.sampled_from(["clean", "clean", "personal", "malware"])
DECISIONS = st.sampled_from(["approve", "approve", "approve", "request_changes"])
COMMENTS = st.sampled_from([None, "Translate it"])
EXPECTED = {
    "not-under-review", "not-claimed", "claimed-by-another", "results-undecided", "blocking-finding-open",
    "comment-required", "not-reopenable", "unknown-result", "unknown-finding", "finding-not-waivable", "taken-down",
}  # fmt: skip


class Rounds(RuleBasedStateMachine):
    """A project with two submitted results, as everybody may treat it."""

    def __init__(self) -> None:
        super().__init__()
        self.story = Story()
        self.contents: dict[str, Content] = {name: self.story.valid_result(name) for name in ("a", "b")}
        self.number = 1
        self.story.submit(*self.contents.values())

    def attempt(self, decide: Decision | ProblemError) -> bool:
        return not isinstance(decide, ProblemError) and self.story.play(decide)

    @property
    def locked(self) -> bool:
        return self.story.view.round.is_locked

    @precondition(lambda self: not self.locked)
    @rule(name=NAMES)
    def the_project_revises_a_result(self, name: str) -> None:
        self.contents[name] = self.contents[name].revised()
        self.story.add(stored(self.contents[name], "revised"))
        self.story.add(checked(self.contents[name]))

    @precondition(lambda self: not self.locked)
    @rule()
    def the_project_submits_what_it_may(self) -> None:
        views = {name: self.story.view.result(one.id) for name, one in self.contents.items()}
        live = {name: view for name, view in views.items() if view is not None and is_live(view)}
        if live and all(map(can_be_submitted, live.values())):
            self.number += 1
            self.story.submit(*(self.contents[name] for name in live), number=self.number)

    @rule(name=NAMES, found=SCANS)
    def the_validator_scans_again(self, name: str, found: str) -> None:
        one = self.contents[name]
        if found == "clean":
            self.story.add(checked(one))
        elif found == "personal":
            self.story.add(checked(one, VerdictOutcome.FAILED, personal=(finding("p"),)))
        else:
            self.story.add(checked(one, VerdictOutcome.MALWARE, format_=(finding("m"),)))

    @rule(by=PEOPLE)
    def an_officer_claims(self, by: str) -> None:
        self.attempt(tried(lambda: rounds.claim(self.story.log, act(by))))

    @rule(by=PEOPLE)
    def an_officer_releases(self, by: str) -> None:
        self.attempt(tried(lambda: rounds.release(self.story.log, act(by))))

    @rule(officer=PEOPLE)
    def a_lead_assigns(self, officer: str) -> None:
        self.attempt(tried(lambda: rounds.assign(self.story.log, act("lead"), officer)))

    @rule(by=DECIDERS, name=NAMES, decision=DECISIONS, comment=COMMENTS)
    def an_officer_decides_a_result(self, by: str, name: str, decision: str, comment: str | None) -> None:
        officer = rounds.officer_of(self.story.log)
        by = (officer or "ilze") if by == OFFICER else by
        body = ResultDecisionBody.model_validate({"decision": decision, "comment": comment})
        id_ = content("P-1", name).id
        if self.attempt(tried(lambda: results.decide(self.story.log, act(by), id_, body, frozenset()))):
            assert officer == by
            assert not self.attempt(tried(lambda: results.decide(self.story.log, act(by), id_, body, frozenset())))

    @rule(by=DECIDERS, decision=DECISIONS, comment=COMMENTS)
    def an_officer_decides_the_round(self, by: str, decision: str, comment: str | None) -> None:
        officer = rounds.officer_of(self.story.log)
        by = (officer or "ilze") if by == OFFICER else by
        body = RoundDecisionBody.model_validate({"decision": decision, "comment": comment})
        if self.attempt(tried(lambda: rounds.decide(self.story.log, act(by), body))):
            assert officer == by
            assert decision == "request_changes" or self._all_live_results_are_approved()
            assert not self.attempt(tried(lambda: rounds.decide(self.story.log, act(by), body)))

    @rule(name=NAMES, takes_down=st.sampled_from([False, False, False, True]))
    def a_lead_waives_or_takes_down(self, name: str, takes_down: bool) -> None:
        id_, body = content("P-1", name).id, WaiverBody(finding_id="p", reason="A published author")
        if takes_down:
            self.attempt(tried(lambda: results.take_down(self.story.log, act("lead"), id_, "Names")))
        else:
            self.attempt(tried(lambda: results.waive(self.story.log, act("lead"), id_, body)))

    @rule()
    def a_lead_reopens(self) -> None:
        before = rounds.approved_round(self.story.log)
        if self.attempt(tried(lambda: rounds.reopen(self.story.log, act("lead"), "A correction"))):
            assert not self.locked
            assert rounds.approved_round(self.story.log) == before

    @invariant()
    def the_round_in_force_is_the_one_that_was_approved_last(self) -> None:
        approvals = [one for one in self.story.recorded if one.type == "review.round.approved.v1"]
        in_force = rounds.approved_round(self.story.log)
        assert (in_force is None) == (not approvals)
        if in_force:
            said = approvals[-1].state_as(ReviewRoundState).approved
            assert said is not None
            assert in_force == said.model_copy(update={"sequence": approvals[-1].sequence})

    @invariant()
    def a_submission_locks_until_it_is_returned_or_reopened(self) -> None:
        last = self.story.log.state("review", "round", ReviewRoundState)
        ended = last is not None and last.round == self.number and last.status in ("returned", "reopened")
        assert self.locked == (self.number > 0 and not ended)

    def _all_live_results_are_approved(self) -> bool:
        view = self.story.view
        found = [(entry, view.result(entry.result_id)) for entry in rounds.manifest_of(view)]
        return all(rounds.is_approved(one, entry) for entry, one in found if one and is_live(one))


def tried(decide: object) -> Decision | ProblemError:
    """What a decision says, or its refusal, which must be one of those that the contract names."""
    assert callable(decide)
    try:
        decision: Decision = decide()
    except ProblemError as error:
        if error.code not in EXPECTED:
            raise
        return error
    return decision


Rounds.TestCase.settings = settings(max_examples=150, stateful_step_count=50, deadline=None)
TestAnyOrder = Rounds.TestCase
