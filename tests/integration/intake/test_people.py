"""Names stay out of the log; what is flagged reaches the public bucket, and leaves it again."""

import asyncio

from shared.contracts.project import ContactState, ProjectState
from shared.messaging.log import Log
from tests.integration.intake.site import Desk, refused, told


async def keys(operator: Log, bucket: str, prefix: str) -> dict[str, bytes]:
    """What a bucket holds now under a prefix."""
    stream, found = f"KV_{bucket}", {}
    info = await operator.connection.js.stream_info(stream, subjects_filter=f"$KV.{bucket}.{prefix}.>")
    for subject in info.state.subjects or {}:
        message = await operator.connection.js.get_last_msg(stream, subject)
        if not (message.headers or {}).get("KV-Operation"):
            found[subject.removeprefix(f"$KV.{bucket}.")] = message.data or b""
    return found


async def test_people_lie_beside_the_log_under_the_key_that_it_names(desk: Desk, operator: Log) -> None:
    await desk.register()

    everything = [one.data async for one in operator.history(f"*.{desk.project_id}.>")]
    assert not any(b"Anna" in one or b"anna@" in one or b"67000000" in one for one in everything)
    kept = await keys(operator, "contacts", desk.project_id)
    state = (await operator.load(desk.project_id)).state("intake", "project", ProjectState)
    assert state is not None
    assert list(kept) == [state.contacts_key]
    assert "Anna Kalniņa" in kept[str(state.contacts_key)].decode()


async def test_people_that_are_replaced_are_deleted_and_the_same_people_are_kept(desk: Desk, operator: Log) -> None:
    await desk.register()
    (first,) = await keys(operator, "contacts", desk.project_id)
    await desk.register(title="Only the title")
    assert list(await keys(operator, "contacts", desk.project_id)) == [first]

    await desk.register(contacts=[{"id": "c1", "name": "Berta", "access": "view"}])

    (second,) = await keys(operator, "contacts", desk.project_id)
    assert first != second


async def test_a_refused_registration_leaves_nobody_behind(desk: Desk, operator: Log) -> None:
    await desk.register()
    before = await keys(operator, "contacts", desk.project_id)
    stale = {"If-Match": '"1-1"'}

    refused(
        await desk.call("PUT", desk.path, by="upstream", json=desk.body(contacts=[]), headers=stale),
        412,
        "changed-meanwhile",
    )

    assert await keys(operator, "contacts", desk.project_id) == before


async def test_many_registrations_at_once_leave_exactly_the_people_that_the_log_names(
    desk: Desk, operator: Log
) -> None:
    await desk.register()
    people = [[{"id": "c1", "name": f"Person {number % 3}", "access": "view"}] for number in range(12)]

    await asyncio.gather(*(desk.register(contacts=one) for one in people))

    state = (await operator.load(desk.project_id)).state("intake", "project", ProjectState)
    assert state is not None
    assert list(await keys(operator, "contacts", desk.project_id)) == [state.contacts_key]


async def flag(desk: Desk, **flags: bool) -> None:
    told(await desk.call("PATCH", f"{desk.path}/contacts/c1", json=flags, headers={"If-Match": "*"}))


async def test_only_what_is_flagged_reaches_the_public_bucket(desk: Desk, operator: Log) -> None:
    await desk.register()
    assert await keys(operator, "contacts-public", desk.project_id) == {}

    await flag(desk, publish_name=True)

    ((key, public),) = (await keys(operator, "contacts-public", desk.project_id)).items()
    assert key.startswith(f"{desk.project_id}.c1.")
    assert "Anna Kalniņa" in public.decode()
    assert b"anna@" not in public
    state = (await operator.load(desk.project_id)).state("intake", "contact", ContactState, "c1")
    assert state is not None
    assert state.public_key == key
    await flag(desk, publish_name=False)
    assert await keys(operator, "contacts-public", desk.project_id) == {}


async def test_what_is_public_follows_an_amendment(desk: Desk, operator: Log) -> None:
    await desk.register()
    await flag(desk, publish_name=True, publish_email=True)

    await desk.register(contacts=[{"id": "c1", "name": "Anna Ozola", "email": "ozola@example.org", "access": "edit"}])
    ((_, public),) = (await keys(operator, "contacts-public", desk.project_id)).items()
    assert "Ozola" in public.decode()

    await desk.register(contacts=[])
    assert await keys(operator, "contacts-public", desk.project_id) == {}
    state = (await operator.load(desk.project_id)).state("intake", "contact", ContactState, "c1")
    assert state == ContactState(contact_id="c1")


async def test_flags_and_amendments_at_once_end_in_agreement(desk: Desk, operator: Log) -> None:
    await desk.register()

    async def amend(number: int) -> None:
        await desk.register(contacts=[{"id": "c1", "name": f"Anna {number}", "access": "edit"}])

    await asyncio.gather(
        *(amend(number) for number in range(5)), *(flag(desk, publish_name=bool(n % 2)) for n in range(5))
    )
    await flag(desk, publish_name=True)

    project = await operator.load(desk.project_id)
    state, contact = (
        project.state("intake", "project", ProjectState),
        project.state("intake", "contact", ContactState, "c1"),
    )
    assert state is not None
    assert contact is not None
    (name,) = (await keys(operator, "contacts", desk.project_id)).values()
    public = await keys(operator, "contacts-public", desk.project_id)
    assert list(public) == [contact.public_key]
    (shown,) = public.values()
    assert shown.decode().split('"name":"')[1].split('"')[0] in name.decode()


async def test_people_are_shown_to_members_and_their_agency_and_to_no_expert(desk: Desk) -> None:
    await desk.register()

    for by in ("coordinator", "beneficiary", "upstream"):
        project = told(await desk.call("GET", desk.path, by=by))
        assert project["contacts"][0]["name"] == "Anna Kalniņa"
        assert project["na_contact"]["name"] == "Ilze"
    hidden = told(await desk.call("GET", desk.path, by="expert"))
    assert hidden["contacts"][0]["name"] is None
    assert hidden["na_contact"] is None
