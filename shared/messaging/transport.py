"""Leaving a server that stands still: nats-py waits for its good-bye before it looks for another server.

Under TLS that is thirty seconds, and as long as TCP tries where bytes are left over. A server that is left because it
does not answer will not say good-bye either.
"""

import asyncio

import nats.aio.client
from nats.aio.transport import TcpTransport

GOOD_BYE_SECONDS_MAX = 0.5


class PromptTransport(TcpTransport):
    """Waits half a second for the other side to close, then lets go."""

    async def wait_closed(self) -> None:
        try:
            async with asyncio.timeout(GOOD_BYE_SECONDS_MAX):
                await super().wait_closed()  # type: ignore[no-untyped-call]  # nats-py says nothing of it
        except TimeoutError:
            if self._io_writer is not None:
                self._io_writer.transport.abort()


def install() -> None:
    """Let every client of this process connect so, FastStream's too, which makes its client itself."""
    nats.aio.client.TcpTransport = PromptTransport  # type: ignore[attr-defined]  # nats-py offers no other way
