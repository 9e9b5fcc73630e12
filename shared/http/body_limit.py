"""A bound on bodies that are read into memory; files stream past it and have their own limit (R30)."""

import re
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.errors import ProblemError
from shared.http.problems import respond

BODY_BYTES_MAX = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class BodyLimit:
    """Answers 413 `request-too-large` as soon as a body passes `bytes_max`, whatever length was declared.

    `streamed_paths`: addresses that read their body in pieces and count it themselves; JSON stays bounded there too.
    """

    app: ASGIApp
    bytes_max: int = BODY_BYTES_MAX
    streamed_paths: re.Pattern[str] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or self._is_streamed(scope):
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        if _declared(headers) > self.bytes_max:
            problem = ProblemError(413, "request-too-large", limit=self.bytes_max)
            language = headers.get("accept-language")
            await respond(problem, accept_language=language, request_id=scope.get("request_id"))(scope, receive, send)
            return
        await self.app(scope, self._counted(receive), send)

    def _is_streamed(self, scope: Scope) -> bool:
        kind = Headers(scope=scope).get("content-type", "").partition(";")[0].strip().lower()
        if self.streamed_paths is None or kind == "application/json" or kind.endswith("+json"):
            return False
        return self.streamed_paths.fullmatch(scope["path"]) is not None

    def _counted(self, receive: Receive) -> Receive:
        seen = 0

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > self.bytes_max:
                raise HTTPException(413)  # the one type that FastAPI lets through while it reads a body
            return message

        return counted


def _declared(headers: Headers) -> int:
    length = headers.get("content-length", "")
    return int(length) if length.isdigit() else 0
