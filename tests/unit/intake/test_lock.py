"""Whatever comes in whatever order: from submission to unlocking, no result of the project changes."""

from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, multiple, rule

from services.intake.domain import logos, projects, results, rounds, websites
from services.intake.domain.act import Decision
from services.intake.domain.results import Handed
from shared.contracts.result import RoundState
from shared.contracts.verdict import VerdictOutcome
from shared.errors import ProblemError
from tests.unit.intake.world import PROJECT, TODAY, World, act, content, described

TEXTS = st.sampled_from("abcdef")


class Project(RuleBasedStateMachine):
    """One project, everything intake decides, and what review says in between."""

    ids = Bundle("ids")

    def __init__(self) -> None:
        super().__init__()
        self.world = World()
        self.frozen: dict[str, bytes] | None = None

    @initialize()
    def registered(self) -> None:
        self.world.register()

    def tried(self, decide: object) -> bool:
        """Append what a command decides; tell whether it was refused for the lock."""
        try:
            decision: Decision = decide()  # type: ignore[operator]
        except ProblemError as refusal:
            return refusal.code == "project-locked"
        self.world.append(decision)
        return False

    def expects(self, refused: bool) -> None:
        if self.world.view.round.is_locked:
            assert refused
        else:
            assert not refused

    @rule(target=ids, text=TEXTS)
    def add(self, text: str) -> object:
        own = act()
        new = Handed(described=described(), content=content(text))
        refused = self.tried(lambda: results.add(self.world.log, own, new))
        self.expects(refused)
        return multiple() if refused else own.result_id(PROJECT)

    @rule(one=ids, text=TEXTS)
    def revise(self, one: str, text: str) -> None:
        found = self.world.view.result(one)
        assert found
        revision = found.state.revision + 1
        self.expects(self.tried(lambda: results.revise(self.world.log, act(), one, revision, content(text))))

    @rule(one=ids, title=st.sampled_from(["A (English)", "B (English)"]))
    def describe(self, one: str, title: str) -> None:
        self.expects(self.tried(lambda: results.describe(self.world.log, act(), one, described(title=title))))

    @rule(one=consumes(ids))
    def delete(self, one: str) -> None:
        locked = self.world.view.round.is_locked
        self.expects(self.tried(lambda: results.delete(self.world.log, act(), one)))
        if locked:
            found = self.world.view.result(one)
            assert found
            assert not found.state.deleted

    @rule()
    def set_logo(self) -> None:
        revision = logos.logo(self.world.log).revision + 1
        self.expects(self.tried(lambda: logos.set_logo(self.world.log, act(), revision, content(name="logo.png"))))

    @rule(one=ids, outcome=st.sampled_from(VerdictOutcome))
    def check(self, one: str, outcome: VerdictOutcome) -> None:
        self.world.check(one, outcome)

    @rule(text=TEXTS)
    def set_website(self, text: str) -> None:
        assert not self.tried(lambda: websites.set_website(self.world.log, act(), f"https://{text}.example.org/"))

    @rule(days=st.integers(-5, 5))
    def amend(self, days: int) -> None:
        self.world.register(end_date=TODAY + timedelta(days=days))

    @rule(eligible=st.booleans())
    def terminate(self, eligible: bool) -> None:
        assert not self.tried(lambda: projects.terminate(self.world.log, act(), eligible_costs=eligible))

    @rule()
    def submit(self) -> None:
        self.tried(lambda: rounds.submit(self.world.log, act(), TODAY))

    @rule()
    def withdraw(self) -> None:
        self.tried(lambda: rounds.withdraw(self.world.log, act()))

    @rule(status=st.sampled_from(["claimed", "released", "returned", "approved", "reopened"]))
    def review(self, status: str) -> None:
        if self.world.view.round.is_locked:
            self.world.review(status)

    @invariant()
    def a_lock_holds_every_result(self) -> None:
        current = {
            name: one.data
            for name, one in self.world.log.messages.items()
            if name.startswith(f"intake.{PROJECT}.result")
        }
        if not self.world.view.round.is_locked:
            self.frozen = None
        elif self.frozen is None:
            self.frozen = current
        else:
            assert current == self.frozen

    @invariant()
    def a_submission_holds_exactly_the_live_results(self) -> None:
        if not self.world.view.round.is_locked:
            return
        submission = self.world.log.state("intake", "round", RoundState)
        assert submission
        live = {(one.state.id, one.sequence, one.state.revision) for one in rounds.live_results(self.world.view)}
        assert {(one.result_id, one.sequence, one.revision) for one in submission.manifest} == live


TestProject = Project.TestCase
TestProject.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
