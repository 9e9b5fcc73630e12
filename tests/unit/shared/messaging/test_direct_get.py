"""Answers of a direct get, put together."""

import asyncio

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.nuid import NUID

from shared.messaging.connection import Connection
from shared.messaging.log import DirectGet
from shared.messaging.welcome import Welcome


def reader() -> DirectGet:
    client = Client()
    return DirectGet(Connection(client, client.jetstream(), Welcome(user="test", way="password")))


def message(sequence: int) -> Msg:
    headers = {
        "Nats-Subject": "intake.p.project",
        "Nats-Sequence": str(sequence),
        "Nats-Time-Stamp": "2026-11-25T14:26:00.123456789Z",
    }
    return Msg(_client=Client(), subject="", data=b"{}", headers=headers)


def the_end() -> Msg:
    return Msg(_client=Client(), subject="", headers={"Status": "204"})


async def test_two_replicas_that_answer_one_question_at_once_give_each_message_once() -> None:
    answers = asyncio.Queue[Msg]()
    for one in (message(7), message(7), message(9), message(9), the_end(), the_end()):
        answers.put_nowait(one)

    assert [one.sequence for one in await reader()._collect(answers)] == [7, 9]


def test_two_pods_of_one_user_wait_at_addresses_of_their_own() -> None:
    one, other = reader(), reader()

    assert one._prefix != other._prefix
    assert len(one._prefix.rsplit(".", 1)[1]) == len(NUID().next()), "not where an object happens to lie in memory"
