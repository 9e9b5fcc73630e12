"""The two servers that keep everything, without the services: for a restore on this machine."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from local.credentials import Credentials
from local.home import Home
from local.nats_server import NatsServer
from local.ports import is_free
from local.seaweed import SeaweedServer


@contextmanager
def stores_of_home() -> Iterator[None]:
    """Run NATS and the object store of the current home, unless its platform runs."""
    home = Home.current()
    if not is_free(home.ports.nats):
        yield
        return
    credentials = Credentials.of_home(home.path)
    with home.held(), ExitStack() as stack:
        stack.enter_context(NatsServer(home.path / "nats", home.ports, credentials))
        stack.enter_context(SeaweedServer(home.path / "store", home.ports, credentials))
        yield
