"""Website, logo, contacts, reports from elsewhere, and who may do what."""

import pytest

from services.intake.domain import contacts, logos, reports, websites
from services.intake.domain.access import require_registrar, sees_people, standing
from services.intake.domain.results import RevisionMovedError
from shared.contracts.project import ContactFlags, ContactState, PublicContact
from shared.errors import ProblemError
from shared.http.roles import Caller, Role
from tests.unit.intake.world import PROJECT, World, act, content


@pytest.fixture
def world() -> World:
    found = World()
    found.register()
    return found


def caller(*roles: Role, sub: str = "karlis", na: str = "LV01", projects: tuple[str, ...] = (PROJECT,)) -> Caller:
    return Caller(sub=sub, roles=frozenset(roles), na=frozenset({na}), projects=frozenset(projects))


def test_a_website_is_set_and_removed_under_its_own_guard_even_while_locked(world: World) -> None:
    world.valid()
    world.submit()

    world.append(websites.set_website(world.log, act(), "https://example.org/"))
    world.append(websites.remove_website(world.log, act()))

    assert [one.filter for one in world.guards[-2:]] == [f"intake.{PROJECT}.website"] * 2
    assert [one.type for one in world.events[-2:]] == ["intake.website.set.v1", "intake.website.removed.v1"]
    assert websites.website(world.log).url is None


def test_the_same_website_again_and_the_removal_of_none_change_nothing(world: World) -> None:
    assert websites.remove_website(world.log, act()) is None
    world.append(websites.set_website(world.log, act(), "https://example.org/"))

    assert websites.set_website(world.log, act(), "https://example.org/") is None


def test_a_logo_counts_its_revisions_and_its_removal(world: World) -> None:
    world.append(logos.set_logo(world.log, act(), 1, content(name="logo.png")))
    world.append(logos.remove_logo(world.log, act()))
    world.append(logos.set_logo(world.log, act(), 3, content("b", name="logo.png")))

    state = logos.logo(world.log)
    assert state.revision == 3
    assert state.file is not None
    assert state.file.object_key.startswith(f"{PROJECT}/logo/3/")
    assert world.guards[-1].filter == f"intake.{PROJECT}.>"
    with pytest.raises(RevisionMovedError):
        logos.set_logo(world.log, act(), 3, content(name="logo.png"))


def test_the_logo_locks_with_the_results(world: World) -> None:
    world.append(logos.set_logo(world.log, act(), 1, content(name="logo.png")))
    world.valid()
    world.submit()

    with pytest.raises(ProblemError) as setting:
        logos.set_logo(world.log, act(), 2, content(name="logo.png"))
    with pytest.raises(ProblemError) as removing:
        logos.remove_logo(world.log, act())
    assert setting.value.code == removing.value.code == "project-locked"


def test_a_contact_is_shown_field_by_field() -> None:
    person = PublicContact(name="Anna", email="anna@example.org", phone="+371 20000001")
    hidden = ContactState(contact_id="c1")

    assert contacts.public_part(person, hidden) is None
    shown = contacts.flagged(hidden, ContactFlags(publish_name=True))
    assert contacts.public_part(person, shown) == PublicContact(name="Anna")
    also = contacts.flagged(shown, ContactFlags(publish_phone=True))
    assert contacts.public_part(person, also) == PublicContact(name="Anna", phone="+371 20000001")
    assert contacts.public_part(None, also) is None


def test_contact_flags_are_recorded_under_their_own_guard_without_a_name(world: World) -> None:
    state = ContactState(contact_id="c1", publish_name=True, public_key="P-1.c1.key")

    world.append(contacts.show_contact(world.log, act(), state))

    assert world.guards[-1].filter == f"intake.{PROJECT}.contact.c1"
    assert contacts.flags(world.log, "c1") == state
    assert contacts.show_contact(world.log, act(), state) is None


def test_an_unknown_contact_is_refused(world: World) -> None:
    contacts.require_contact(world.log, "c1")
    with pytest.raises(ProblemError) as refusal:
        contacts.require_contact(world.log, "c2")

    assert (refusal.value.status, refusal.value.code) == (404, "unknown-contact")


def test_a_report_decided_elsewhere_is_recorded_and_may_change(world: World) -> None:
    world.append(reports.decide_elsewhere(world.log, act(), "approved_elsewhere", "sap"))
    assert world.view.report_approved
    assert reports.decide_elsewhere(world.log, act(), "approved_elsewhere", "sap") is None

    world.append(reports.decide_elsewhere(world.log, act(), "returned_elsewhere", "sap"))

    assert not world.view.report_approved
    assert world.guards[-1].filter == f"intake.{PROJECT}.>"


def test_a_source_is_trusted_by_name_or_for_one_sender_alone() -> None:
    reports.require_trusted("sap", "anyone", ["sap"])
    reports.require_trusted("sap", "bm", ["sap bm"])
    for source, sub in (("other", "bm"), ("sap", "else")):
        with pytest.raises(ProblemError) as refusal:
            reports.require_trusted(source, sub, ["sap bm"])
        assert (refusal.value.status, refusal.value.code) == (403, "source-not-trusted")


def test_an_upstream_registers_for_its_own_agencies_alone(world: World) -> None:
    require_registrar(World().view, caller(Role.UPSTREAM), "LV01")
    require_registrar(world.view, caller(Role.UPSTREAM), "LV01")
    for view, who, na, status in (
        (World().view, caller(Role.UPSTREAM), "EE01", 403),
        (World().view, caller(Role.OFFICER), "LV01", 403),
        (world.view, caller(Role.UPSTREAM), "EE01", 403),
        (world.view, caller(Role.UPSTREAM, na="EE01"), "EE01", 404),
        (world.view, caller(Role.COORDINATOR, Role.BENEFICIARY), "LV01", 403),
    ):
        with pytest.raises(ProblemError) as refusal:
            require_registrar(view, who, na)
        assert refusal.value.status == status


def test_a_contact_only_narrows_what_a_token_allows(world: World) -> None:
    world.register(
        contacts=[
            {"id": "v", "name": "V", "access": "view", "sub": "viewer"},
            {"id": "e", "name": "E", "access": "edit", "sub": "editor"},
        ]
    )
    roles = (Role.COORDINATOR, Role.BENEFICIARY)

    assert standing(world.view, caller(*roles, sub="viewer")).roles == frozenset()
    assert standing(world.view, caller(*roles, sub="viewer")).sees
    assert standing(world.view, caller(*roles, sub="editor")).roles == {Role.BENEFICIARY}
    assert standing(world.view, caller(*roles, sub="anyone")).roles == set(roles)
    assert not standing(world.view, caller(*roles, sub="viewer", projects=())).sees


def test_people_are_shown_to_the_project_and_its_agency_alone(world: World) -> None:
    for role in (Role.BENEFICIARY, Role.COORDINATOR, Role.OFFICER, Role.LEAD, Role.UPSTREAM):
        assert sees_people(world.view, caller(role))
    for role in (Role.EXPERT, Role.OPERATOR):
        assert not sees_people(world.view, caller(role))
    assert not sees_people(world.view, caller(Role.OFFICER, na="EE01"))
