"""Make the streams, buckets and consumers of a platform, as its operator."""

import asyncio

from pydantic import SecretStr

from shared.messaging.connection import Credentials
from shared.messaging.provision import provision_as


async def provision_messaging(*, url: str, password: str, replicas: int = 1) -> list[str]:
    """Create what is missing; a line per thing. DriftError when something stands there differently."""
    return await provision_as(Credentials(url=url, user="operator", password=SecretStr(password)), replicas=replicas)


def provision_now(*, url: str, password: str, replicas: int = 1) -> list[str]:
    """The same, for callers without an event loop."""
    return asyncio.run(provision_messaging(url=url, password=password, replicas=replicas))
