"""Who may know of a project, and in which role one acts there."""

import pytest

from shared.errors import ProblemError
from shared.http.roles import Caller, ContactAccess, Role, with_included

STATUS = {"unknown-project": 404, "not-yours": 403}


def caller(*roles: str, na: tuple[str, ...] = (), projects: tuple[str, ...] = ()) -> Caller:
    return Caller(sub="anna", roles=with_included(roles), na=frozenset(na), projects=frozenset(projects))


def refused(who: Caller, *wanted: Role, na: str | None = "LV01", contact: ContactAccess | None = None) -> int | None:
    try:
        who.standing("p-1", na, contact).require(*wanted)
    except ProblemError as error:
        return error.status if STATUS[error.code] == error.status else -1
    return None


def test_a_lead_is_an_officer_and_a_coordinator_a_beneficiary() -> None:
    assert caller("lead").has(Role.OFFICER)
    assert caller("coordinator").has(Role.BENEFICIARY)
    assert not caller("officer").has(Role.LEAD)


@pytest.mark.parametrize(
    ("who", "status"),
    [
        (caller("beneficiary", projects=("p-1",)), None),
        (caller("beneficiary", projects=("p-2",)), 404),
        (caller("beneficiary", na=("LV01",)), 404),
        (caller("expert", projects=("p-1",)), None),
        (caller("expert", na=("LV01",)), 404),
        (caller("officer", na=("LV01",)), None),
        (caller("officer", na=("EE01",)), 404),
        (caller("officer", projects=("p-1",)), 404),
        (caller("upstream", na=("LV01",)), None),
        (caller("upstream"), 404),
        (caller("operator"), None),
        (caller(), 404),
    ],
)
def test_who_sees_a_project(who: Caller, status: int | None) -> None:
    assert refused(who) == status


def test_nobody_sees_what_does_not_exist() -> None:
    for role in Role:
        assert refused(caller(role, na=("LV01",), projects=("p-1",)), na=None) == 404


def test_a_wrong_role_is_told_apart_from_a_wrong_project() -> None:
    assert refused(caller("officer", na=("LV01",)), Role.COORDINATOR) == 403
    assert refused(caller("beneficiary", projects=("p-1",)), Role.COORDINATOR) == 403
    assert refused(caller("coordinator", projects=("p-1",)), Role.BENEFICIARY) is None
    assert refused(caller("coordinator", projects=("p-2",)), Role.COORDINATOR) == 404


def test_a_role_counts_only_where_it_reaches() -> None:
    both = caller("beneficiary", "officer", na=("LV01",), projects=("p-2",))

    assert refused(both, Role.BENEFICIARY) == 403
    assert refused(both, Role.OFFICER) is None


@pytest.mark.parametrize(
    ("access", "wanted", "status"),
    [
        ("view", Role.BENEFICIARY, 403),
        ("view", Role.COORDINATOR, 403),
        ("edit", Role.BENEFICIARY, None),
        ("edit", Role.COORDINATOR, 403),
        ("coordinator", Role.COORDINATOR, None),
    ],
)
def test_a_contact_only_narrows(access: ContactAccess, wanted: Role, status: int | None) -> None:
    who = caller("coordinator", projects=("p-1",))

    assert refused(who, wanted, contact=access) == status
    assert refused(who, contact=access) is None
    assert refused(caller("expert", projects=("p-1",)), Role.COORDINATOR, contact="coordinator") == 403


def test_a_role_that_needs_no_project_is_required_by_name() -> None:
    caller("lead").require(Role.OFFICER, Role.LEAD)
    with pytest.raises(ProblemError) as raised:
        caller("expert").require(Role.OFFICER)
    assert raised.value.status == 403
