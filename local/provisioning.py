"""Make the streams, buckets and consumers of a platform, as its operator."""

import asyncio

from pydantic import SecretStr

from shared.messaging.connection import Credentials
from shared.messaging.provision import provision_as


async def provision_messaging(*, url: str, password: str, replicas: int = 1, apply: bool = False) -> list[str]:
    """Create what is missing, with `apply` change the rest in place; a line per thing. DriftError where it cannot."""
    operator = Credentials(url=url, user="operator", password=SecretStr(password))
    return await provision_as(operator, replicas=replicas, apply=apply)


def provision_now(*, url: str, password: str, replicas: int = 1, apply: bool = False) -> list[str]:
    """The same, for callers without an event loop."""
    return asyncio.run(provision_messaging(url=url, password=password, replicas=replicas, apply=apply))
