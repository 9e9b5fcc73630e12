"""When a result is public, withheld or withdrawn: the rules of contract section 5, one by one."""

import pytest

from services.publisher.domain import Reason, Wanted, is_settled, logo, publications, website
from shared.contracts.project import LogoFile, LogoState, PublicLogoState, WebsiteState
from shared.contracts.publication import Basis
from shared.contracts.review import ReviewRoundState
from shared.contracts.verdict import EarlierVerdict, VerdictOutcome, VerdictState
from tests.unit.publisher import facts
from tests.unit.publisher.facts import Fact, Story

R = "P-1~aaaa"
OTHER = facts.digest(b"other bytes")


def approved_story(*, publish: bool = True) -> Story:
    """Everything but the final report's approval. The result stands at 2, its verdict at 3, the approval at 5."""
    story = Story()
    story.record(facts.project("P-1"))
    story.record(facts.result(R))
    story.record(facts.verdict(R))
    story.record(facts.submitted(facts.entry(R, 2, publish=publish)))
    story.record(facts.approved(facts.entry(R, 2, publish=publish)))
    return story


def published_story() -> Story:
    story = approved_story()
    story.record(facts.report())
    carry_out(story)
    return story


def carry_out(story: Story) -> None:
    for result_id, wanted in publications(story.view).items():
        if wanted and not is_settled(wanted, story.publication(result_id)):
            story.carry_out(wanted)


def wanted_of(story: Story, **options: bool) -> Wanted | None:
    return publications(story.view, **options).get(R)  # type: ignore[arg-type]  # one option, a bool


def status_of(story: Story) -> tuple[str, str | None] | None:
    wanted = wanted_of(story)
    return (wanted.status, wanted.reason) if wanted else None


def test_an_approved_result_waits_for_the_final_report() -> None:
    story = approved_story()

    assert publications(story.view) == {R: None}


def test_the_reports_approval_publishes_and_the_basis_names_what_it_rests_on() -> None:
    story = approved_story()
    story.record(facts.report())

    wanted = wanted_of(story)

    assert wanted is not None
    assert wanted.status == "published"
    assert wanted.basis == Basis(verdict=3, approval=5, report=6, result=2)


def test_an_approval_by_a_trusted_source_elsewhere_opens_the_gate() -> None:
    story = approved_story()
    story.record(facts.elsewhere_report())

    assert status_of(story) == ("published", None)


@pytest.mark.parametrize("status", ["update_requested", "rejected", "reception_cancelled"])
def test_another_decision_on_the_report_publishes_nothing(status: str) -> None:
    story = approved_story()
    story.record(facts.report(status))

    assert wanted_of(story) is None


def test_a_report_that_was_taken_back_withdraws_even_what_was_never_published() -> None:
    story = approved_story()
    story.record(facts.report("reception_cancelled"))

    wanted = wanted_of(story, report_was_approved=True)

    assert wanted is not None
    assert (wanted.status, wanted.reason) == ("withdrawn", Reason.REPORT)


def test_a_termination_with_eligible_costs_publishes_what_was_approved() -> None:
    story = approved_story()
    at = story.record(facts.project("P-1", eligible_costs=True, happened="terminated"))

    wanted = wanted_of(story)

    assert wanted is not None
    assert wanted.status == "published"
    assert wanted.basis is not None
    assert wanted.basis.report == at


def test_a_termination_without_costs_never_publishes_and_withdraws_what_is_public() -> None:
    never_public = approved_story()
    never_public.record(facts.project("P-1", eligible_costs=False, happened="terminated"))
    never_public.record(facts.report())
    public = published_story()
    public.record(facts.project("P-1", eligible_costs=False, happened="terminated"))

    assert status_of(never_public) == ("withdrawn", Reason.TERMINATED)
    assert status_of(public) == ("withdrawn", Reason.TERMINATED)


def test_a_result_not_to_be_published_is_withheld() -> None:
    story = approved_story(publish=False)
    story.record(facts.report())

    assert status_of(story) == ("withheld", None)


def test_a_takedown_tells_its_reason_and_holds_against_everything() -> None:
    story = published_story()
    story.record(facts.takedown(R))
    carry_out(story)
    story.record(facts.verdict(R))
    story.record(facts.report())

    assert status_of(story) == ("withdrawn", "It names a pupil")


def test_a_takedown_before_publication_leaves_its_mark() -> None:
    story = approved_story()
    story.record(facts.takedown(R))

    assert status_of(story) == ("withdrawn", "It names a pupil")


def test_a_takedown_holds_for_older_contents_and_for_the_same_bytes_again() -> None:
    story = Story()
    story.record(facts.project("P-1"))
    story.record(facts.result(R, revision=3))
    story.record(facts.verdict(R, revision=3))
    story.record(facts.takedown(R, revision=2, sha256=facts.digest()))
    story.record(facts.approved(facts.entry(R, 2, revision=3)))
    story.record(facts.report())

    assert status_of(story) == ("withdrawn", "It names a pupil")


def test_a_new_content_after_a_takedown_is_a_new_start() -> None:
    story = Story()
    story.record(facts.project("P-1"))
    story.record(facts.result(R, revision=2, content=b"other bytes"))
    story.record(facts.verdict(R, revision=2, sha256=OTHER))
    story.record(facts.takedown(R, revision=1))
    story.record(facts.approved(facts.entry(R, 2, revision=2, sha256=OTHER)))
    story.record(facts.report())

    assert status_of(story) == ("published", None)


@pytest.mark.parametrize("was_public", [False, True])
def test_malware_found_later_withdraws(was_public: bool) -> None:
    story = published_story() if was_public else approved_story()
    story.record(facts.verdict(R, "malware"))

    assert status_of(story) == ("withdrawn", Reason.MALWARE)


def test_a_finding_that_a_lead_waived_does_not_stand_in_the_way() -> None:
    story = approved_story()
    story.record(facts.report())
    story.record(facts.verdict(R, "failed", blocking=("f1",)))
    assert status_of(story) == ("withdrawn", Reason.CHECKS)

    story.record(facts.waived(R, "f1"))

    assert status_of(story) == ("published", None)


def test_a_waiver_for_other_bytes_changes_nothing() -> None:
    story = approved_story()
    story.record(facts.report())
    story.record(facts.verdict(R, "failed", blocking=("f1",)))
    story.record(facts.waived(R, "f1", OTHER))

    assert status_of(story) == ("withdrawn", Reason.CHECKS)


def test_what_could_not_be_checked_is_not_published() -> None:
    story = approved_story()
    story.record(facts.report())
    story.record(facts.verdict(R, "error"))

    assert wanted_of(story) is None


def test_what_is_public_and_can_no_longer_be_checked_is_withdrawn() -> None:
    public = published_story()
    public.record(facts.verdict(R, "error"))
    withheld = approved_story(publish=False)
    withheld.record(facts.report())
    carry_out(withheld)
    withheld.record(facts.verdict(R, "error"))

    assert status_of(public) == ("withdrawn", Reason.NOT_CHECKED)
    assert status_of(withheld) is None


def test_a_verdict_on_other_bytes_says_nothing() -> None:
    story = approved_story()
    story.record(facts.report())
    story.record(facts.verdict(R, sha256=OTHER))

    assert wanted_of(story) is None


def test_an_earlier_verdict_on_other_bytes_says_nothing() -> None:
    story = approved_story()
    story.record(facts.report())
    before = EarlierVerdict(revision=1, sha256="c" * 64, outcome=VerdictOutcome.PASSED, sequence=3)
    story.record(facts.verdict(R, revision=2, sha256=OTHER, earlier=(before,)))

    assert wanted_of(story) is None


def test_a_reopened_project_publishes_what_its_latest_approved_round_holds() -> None:
    """A new content waits for the next round; the verdict on the approved one is among the earlier ones."""
    story = approved_story()
    approval = story.messages["review.P-1.round"].state_as(ReviewRoundState)
    story.record(facts.reopened(approval, 5))
    story.record(facts.result(R, revision=2, content=b"other bytes"))
    before = EarlierVerdict(revision=1, sha256=facts.digest(), outcome=VerdictOutcome.PASSED, sequence=3)
    story.record(facts.verdict(R, revision=2, sha256=OTHER, earlier=(before,)))
    at = story.record(facts.report())

    wanted = wanted_of(story)

    assert wanted is not None
    assert (wanted.status, wanted.content.sha256) == ("published", facts.digest())
    assert wanted.basis == Basis(verdict=3, approval=5, report=at, result=2)


def test_a_later_verdict_on_the_earlier_content_counts() -> None:
    story = published_story()
    found = EarlierVerdict(revision=1, sha256=facts.digest(), outcome=VerdictOutcome.MALWARE, sequence=3)
    story.record(facts.verdict(R, revision=2, sha256=OTHER, earlier=(found,)))

    assert status_of(story) == ("withdrawn", Reason.MALWARE)


def test_a_result_that_the_next_approved_round_leaves_out_is_withdrawn() -> None:
    story = published_story()
    story.record(facts.approved(facts.entry("P-1~bbbb", 9), number=2))

    assert status_of(story) == ("withdrawn", Reason.NOT_APPROVED)


def test_a_result_left_out_leaves_a_mark_even_if_it_was_never_public() -> None:
    story = approved_story()
    story.record(facts.decided(R, facts.entry(R, 2), 1))
    story.record(facts.approved(facts.entry("P-1~bbbb", 9), number=2))

    assert status_of(story) == ("withdrawn", Reason.NOT_APPROVED)


def test_a_result_that_joins_after_the_approved_round_is_nobodys_business_yet() -> None:
    story = published_story()
    story.record(facts.result("P-1~new"))
    story.record(facts.decided("P-1~new", facts.entry("P-1~new", 9), 2))

    assert "P-1~new" not in publications(story.view)


def test_new_metadata_of_the_same_bytes_is_published_anew_with_the_next_round() -> None:
    story = published_story()
    at = story.record(facts.result(R, title="A better title"))
    assert is_settled(wanted_of(story), story.publication(R))

    story.record(facts.approved(facts.entry(R, at), number=2))

    wanted = wanted_of(story)
    assert wanted is not None
    assert wanted.content.sequence == at
    assert not is_settled(wanted, story.publication(R))


def test_a_result_that_its_project_deleted_does_not_become_public() -> None:
    story = approved_story()
    story.record(facts.result(R, deleted=True))
    story.record(facts.report())

    assert status_of(story) == ("withdrawn", Reason.DELETED)


def test_what_stands_in_the_log_is_not_wanted_again() -> None:
    story = published_story()

    assert is_settled(wanted_of(story), story.publication(R))


def test_a_withdrawal_for_a_new_reason_is_told_and_the_same_one_only_once() -> None:
    story = published_story()
    story.record(facts.verdict(R, "malware"))
    carry_out(story)
    assert is_settled(wanted_of(story), story.publication(R))

    story.record(facts.takedown(R))

    assert not is_settled(wanted_of(story), story.publication(R))


def test_one_result_alone_can_be_looked_at() -> None:
    story = published_story()
    story.record(facts.approved(facts.entry(R, 2), facts.entry("P-1~bbbb", 9)))

    assert set(publications(story.view, only=R)) == {R}


def site(url: str | None) -> Fact:
    return Fact(owner="intake", thing="website", happened="set" if url else "removed", state=WebsiteState(url=url))


def test_a_website_is_public_at_once_and_names_its_fact() -> None:
    story = Story()
    at = story.record(site("https://school.example"))

    assert website(story.view) == WebsiteState(url="https://school.example", basis=at)


def test_a_website_that_the_public_sees_already_is_settled_and_a_removed_one_goes() -> None:
    story = Story()
    story.record(site("https://school.example"))
    shown = WebsiteState(url="https://school.example", basis=1)
    story.record(Fact(owner="publisher", thing="website", happened="published", state=shown))
    assert website(story.view) is None

    story.record(site(None))

    assert website(story.view) == WebsiteState(basis=3)


def with_logo(story: Story, revision: int, sha256: str | None) -> None:
    file = LogoFile(name="l.png", size=3, sha256=sha256, object_key="k") if sha256 else None
    state = LogoState(revision=revision, file=file)
    story.record(Fact(owner="intake", thing="logo", happened="set" if file else "removed", state=state))


def logo_verdict(story: Story, revision: int, sha256: str, outcome: str = "passed", kind: str = "image/png") -> None:
    fact = facts.verdict("P-1~logo", outcome, revision=revision, sha256=sha256)
    assert isinstance(fact.state, VerdictState)
    state = fact.state.model_copy(update={"detected_type": kind})
    story.record(Fact(owner="validator", thing="logo", happened="checked", state=state))


def shown_logo(story: Story) -> None:
    wanted = logo(story.view)
    assert wanted is not None
    story.record(Fact(owner="publisher", thing="logo", happened="published", state=wanted))


def test_a_logo_waits_for_its_verdict() -> None:
    story = Story()
    with_logo(story, 1, "a" * 64)
    assert logo(story.view) is None

    logo_verdict(story, 1, "a" * 64)

    wanted = logo(story.view)
    assert wanted == PublicLogoState(
        revision=1, sha256="a" * 64, object_key=f"P-1/logo/1/{'a' * 64}", content_type="image/png"
    )


@pytest.mark.parametrize(
    ("outcome", "kind"), [("malware", "image/png"), ("failed", "image/png"), ("passed", "image/svg+xml")]
)
def test_a_logo_that_did_not_pass_is_not_shown_and_the_one_before_goes(outcome: str, kind: str) -> None:
    story = Story()
    with_logo(story, 1, "a" * 64)
    logo_verdict(story, 1, "a" * 64)
    shown_logo(story)
    with_logo(story, 2, "b" * 64)
    assert logo(story.view) is None

    logo_verdict(story, 2, "b" * 64, outcome, kind)

    assert logo(story.view) == PublicLogoState(revision=2)


def test_a_logo_that_could_not_be_checked_leaves_the_one_before() -> None:
    story = Story()
    with_logo(story, 1, "a" * 64)
    logo_verdict(story, 1, "a" * 64)
    shown_logo(story)
    with_logo(story, 2, "b" * 64)
    logo_verdict(story, 2, "b" * 64, "error")

    assert logo(story.view) is None


def test_a_project_without_a_logo_shows_none() -> None:
    assert logo(Story().view) is None


def test_a_removed_logo_goes() -> None:
    story = Story()
    with_logo(story, 1, "a" * 64)
    logo_verdict(story, 1, "a" * 64)
    shown_logo(story)
    with_logo(story, 2, None)

    assert logo(story.view) == PublicLogoState(revision=2)
