"""Whatever the order of the events and however late they are looked at: the same end, and nothing public too early."""

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from services.publisher.domain import is_settled, publications
from shared.contracts.review import ReviewResultState
from tests.unit.publisher import facts
from tests.unit.publisher.facts import Fact, Story

R = "P-1~aaaa"
ENTRY = facts.entry(R, 2)
DECIDED = facts.decided(R, ENTRY, 1)
BASE = (facts.project("P-1"), facts.result(R), DECIDED)


def after_the_decision(fact: Fact) -> Fact:
    """Whatever review records of a result later goes on carrying the decision."""
    assert isinstance(DECIDED.state, ReviewResultState)
    return replace(fact, state=fact.state.model_copy(update={"decision": DECIDED.state.decision}))


# Of each subject one history; its events keep their order, everything else may come before or after.
HISTORIES: tuple[tuple[tuple[str, Fact], ...], ...] = (
    tuple((one, facts.verdict(R, one, blocking=("f1",) if one == "failed" else ())) for one in ("passed", "failed")),
    tuple((one, facts.verdict(R, one)) for one in ("error", "passed", "malware", "passed")),
    tuple((one, facts.verdict(R, one)) for one in ("passed",)),
)
REPORTS = (("approved",), ("update_requested", "approved"), ("approved", "reception_cancelled"), ())
ROUNDS = (
    (facts.approved(ENTRY),),
    (facts.approved(ENTRY), facts.approved(facts.entry("P-1~bbbb", 99), number=2)),
    (facts.approved(facts.entry(R, 2, publish=False)), facts.approved(ENTRY, number=2)),
)
REVIEWS = ((), (after_the_decision(facts.waived(R, "f1")),), (after_the_decision(facts.takedown(R)),))
PROJECTS = (
    (),
    (facts.project("P-1", eligible_costs=True, happened="terminated"),),
    (facts.project("P-1", eligible_costs=False, happened="terminated"),),
)
ELSEWHERE = ((), (facts.elsewhere_report(),), (facts.elsewhere_report("returned_elsewhere"), facts.elsewhere_report()))


@st.composite
def worlds(draw: st.DrawFn) -> tuple[tuple[Fact, ...], ...]:
    verdicts = tuple(fact for _, fact in draw(st.sampled_from(HISTORIES)))
    reports = tuple(facts.report(one) for one in draw(st.sampled_from(REPORTS)))
    others = [draw(st.sampled_from(one)) for one in (ROUNDS, REVIEWS, PROJECTS, ELSEWHERE)]
    return (verdicts, reports, *others)


@st.composite
def orders(draw: st.DrawFn, world: tuple[tuple[Fact, ...], ...]) -> list[tuple[Fact, bool]]:
    """One interleaving, each fact with whether the publisher looks after it."""
    queues = [list(one) for one in world if one]
    order: list[tuple[Fact, bool]] = []
    while queues:
        queue = draw(st.sampled_from(queues))
        order.append((queue.pop(0), draw(st.booleans())))
        queues = [one for one in queues if one]
    return order


def may_be_public(seen: Sequence[Fact]) -> bool:
    """Contract section 5, written once more and differently: from the last state of each subject alone."""
    last = {(fact.owner, fact.thing): fact.state for fact in seen}
    verdict, review = last.get(("validator", "result")), last.get(("review", "result"))
    waived = bool(review and getattr(review, "waivers", ()))
    clean = verdict is not None and (
        verdict.outcome == "passed" or (verdict.outcome == "failed" and waived)  # type: ignore[attr-defined]
    )
    round_ = last.get(("review", "round"))
    entries = round_.approved.manifest if round_ else ()  # type: ignore[attr-defined]
    held = any(one.result_id == R and one.publish for one in entries)
    termination = last[("intake", "project")].termination  # type: ignore[attr-defined]
    here, elsewhere = last.get(("review", "report")), last.get(("intake", "report"))
    report = (here and here.status == "approved") or (  # type: ignore[attr-defined]
        elsewhere and elsewhere.status == "approved_elsewhere"  # type: ignore[attr-defined]
    )
    gate = not (termination and not termination.eligible_costs) and bool(report or termination)
    down = bool(review and getattr(review, "takedown", None))
    return clean and held and gate and not down


def was_approved(seen: Sequence[Fact]) -> bool:
    return any(fact.thing == "report" and fact.happened.startswith("approved") for fact in seen)


def look(story: Story, seen: Sequence[Fact]) -> None:
    for result_id, wanted in publications(story.view, report_was_approved=was_approved(seen)).items():
        if wanted and not is_settled(wanted, story.publication(result_id)):
            story.carry_out(wanted)


def is_public(story: Story) -> bool:
    publication = story.publication(R)
    return publication is not None and publication.status == "published"


def told(order: Sequence[tuple[Fact, bool]]) -> Story:
    """Tell the story in this order and look where it says so; what is public must be allowed at every look."""
    story, seen = Story(), list(BASE)
    for fact in BASE:
        story.record(fact)
    for fact, publisher_looks in order:
        story.record(fact)
        seen.append(fact)
        if publisher_looks:
            look(story, seen)
            assert is_public(story) == may_be_public(seen)
    look(story, seen)
    assert is_public(story) == may_be_public(seen)
    return story


@settings(max_examples=400, deadline=None)
@given(data=st.data())
def test_every_order_of_the_same_events_leads_to_the_same_public_state(data: st.DataObject) -> None:
    world = data.draw(worlds())

    one, other = told(data.draw(orders(world))), told(data.draw(orders(world)))

    assert is_public(one) == is_public(other)


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_looking_twice_wants_nothing_more(data: st.DataObject) -> None:
    story = told(data.draw(orders(data.draw(worlds()))))
    recorded = len(story.history)

    look(story, BASE)

    assert len(story.history) == recorded


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_a_slow_publication_never_passes_a_guard_that_a_revocation_left_behind(data: st.DataObject) -> None:
    """Decided before the last fact, appended after it was looked at: the look has changed what the guard names."""
    order = [fact for fact, _ in data.draw(orders(data.draw(worlds())))]
    if not order or (order[-1].thing, order[-1].happened) == ("result", "checked"):
        return  # a check that could not run revokes nothing; malware has its own test
    story, seen = Story(), [*BASE, *order]
    for fact in seen[:-1]:
        story.record(fact)
    slow, before = publications(story.view, report_was_approved=was_approved(seen[:-1])).get(R), story.publication(R)
    story.record(seen[-1])
    look(story, seen)

    if slow and slow.status == "published" and not may_be_public(seen):
        assert story.publication(R) != before
