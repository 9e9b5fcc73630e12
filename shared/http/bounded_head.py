"""A bound on what stands before a body: uvicorn with httptools would keep headers of any length in memory."""

from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from shared.errors import ProblemError
from shared.http.problems import respond

HEAD_BYTES_MAX = 64 * 1024


class HeadTooLargeError(Exception):
    """Address and headers, or what follows a body in chunks, are longer than anybody needs."""


class BoundedHead(HttpToolsProtocol):
    """Answers 431 `headers-too-large` and closes, as soon as `HEAD_BYTES_MAX` and one read have come.

    What stands complete is counted by the callbacks of the parser. What it holds back, because a single header does
    not end, shows in reads after which it has told of nothing but headers.
    """

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._told = self._held = 0
        self._moved = self._too_large = False

    def data_received(self, data: bytes) -> None:
        if self._too_large:
            return
        self._moved = False
        super().data_received(data)
        self._held = 0 if self._moved else self._held + len(data)
        if self._held > HEAD_BYTES_MAX and not self._too_large:
            self._refuse()

    def send_400_response(self, msg: str) -> None:
        """Called for whatever the parser raised, our own refusal too."""
        if self._told > HEAD_BYTES_MAX:
            self._refuse()
        else:
            super().send_400_response(msg)

    def on_message_begin(self) -> None:
        self._told, self._moved = 0, True
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        self._count(url)
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._count(name, value)
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._moved = True
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._moved = True
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._moved = True
        super().on_message_complete()

    def _count(self, *parts: bytes) -> None:
        self._told += sum(map(len, parts))
        if self._told > HEAD_BYTES_MAX:
            raise HeadTooLargeError

    def _refuse(self) -> None:
        """Answer, unless an answer to the same connection is under way: then there is only the end."""
        self._too_large = True
        if getattr(self.cycle, "response_complete", True):
            self.transport.write(_answer(dict(self.headers or [])))
        self.transport.close()


def _answer(headers: dict[bytes, bytes]) -> bytes:
    language = headers.get(b"accept-language", b"").decode("latin-1")
    problem = ProblemError(431, "headers-too-large", headers={"Connection": "close"}, limit=HEAD_BYTES_MAX)
    response = respond(problem, accept_language=language, request_id=None)
    lines = b"".join(b"%b: %b\r\n" % pair for pair in response.raw_headers)
    return STATUS_LINE[431] + lines + b"\r\n" + bytes(response.body)
