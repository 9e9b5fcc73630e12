"""What the cluster says of its streams, to the operator."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from nats.js import api

from shared.messaging.connection import Connection, connect
from shared.messaging.patience import answered, within
from shared.messaging.streams import all_streams
from tests.integration.deploy.deployment import Deployment

REPLICAS = 3
AGREED_SECONDS_MAX = 60.0


async def leader(deployment: Deployment) -> str:
    """The name of the node that leads the log."""
    async with _infos(deployment) as infos:
        cluster = infos["EVENTS"].cluster
    assert cluster is not None, "one server is no cluster"
    assert cluster.leader, "nobody leads the log"
    return cluster.leader


async def last_sequences(deployment: Deployment) -> dict[str, int]:
    """The last sequence of every stream, as its leader knows it."""
    async with _infos(deployment) as infos:
        return {name: one.state.last_seq for name, one in infos.items()}


async def require_replicas(deployment: Deployment) -> None:
    """Wait until each stream has three replicas again and none of them is behind."""
    deadline = time.monotonic() + AGREED_SECONDS_MAX
    while True:
        async with _infos(deployment) as infos:
            behind = sorted(name for name, one in infos.items() if not _is_whole(one))
        if not behind:
            return
        assert time.monotonic() < deadline, f"without three current replicas: {behind}"
        await asyncio.sleep(0.3)


def _is_whole(info: api.StreamInfo) -> bool:
    replicas = (info.cluster.replicas if info.cluster else None) or []
    return len(replicas) == REPLICAS - 1 and all(one.current and not one.offline for one in replicas)


@asynccontextmanager
async def _infos(deployment: Deployment) -> AsyncIterator[dict[str, api.StreamInfo]]:
    with deployment.trusted():
        connection = await connect(deployment.login("provision", "provision"), name="drill")
    try:
        names = [one.name for one in all_streams(REPLICAS) if one.name]
        yield {name: await answered(partial(_info, connection, name), f"the stream {name}") for name in names}
    finally:
        await connection.close()


async def _info(connection: Connection, name: str) -> api.StreamInfo:
    return await within(connection.js.stream_info(name))
