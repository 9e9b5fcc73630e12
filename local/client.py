"""Calls to the services of the local platform, with a token made for the call; refusals become one clear sentence."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from local.home import Home
from local.terminal import CommandError
from local.tokens import Claims
from shared.http.roles import Role

SECONDS_MAX = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Rights:
    """What a call may do."""

    role: Role
    na: Sequence[str] = ()
    projects: Sequence[str] = ()


class PlatformClient:
    """Speaks to one platform as `sub`."""

    def __init__(self, home: Home, *, sub: str) -> None:
        self.home = home
        self.sub = sub
        self._signer = home.signer()

    def call(
        self,
        service: str,
        method: str,
        path: str,
        *,
        rights: Rights | None = None,
        headers: dict[str, str] | None = None,
        **options: Any,
    ) -> Any:
        """The body of the answer. CommandError with title, detail and code of a problem, or when nobody answers."""
        sent = dict(headers or {})
        if rights is not None:
            claims = Claims(sub=self.sub, roles=(rights.role,), na=rights.na, projects=rights.projects)
            sent["Authorization"] = f"Bearer {self._signer.sign(claims, lifetime_seconds=600)}"
        url = f"{self.home.urls[service]}{path}"
        try:
            answer = httpx.request(method, url, headers=sent, timeout=SECONDS_MAX, **options)
        except httpx.TransportError as error:
            raise CommandError(f"{service} does not answer at {url}: is the platform up? ({error})") from error
        if answer.is_error:
            raise CommandError(refusal(answer))
        return answer.json() if answer.content else None


def refusal(answer: httpx.Response) -> str:
    """What a problem document says, in a few lines."""
    try:
        problem = answer.json()
    except json.JSONDecodeError:
        return f"{answer.request.method} {answer.request.url} answered {answer.status_code}"
    lines = [f"{answer.status_code} {problem.get('code')}: {problem.get('detail') or problem.get('title')}"]
    lines += [f"  {fault.get('pointer')}: {fault.get('detail')}" for fault in problem.get("errors", ())]
    return "\n".join(lines)
