"""A client of the platform's public interfaces and nothing else: addresses, tokens, callers, and patience."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import httpx

Answer = TypeVar("Answer")
PATIENCE_SECONDS = 15.0
POLL_SECONDS = 0.03


class Mint(Protocol):
    """Signs a token of the local issuer."""

    def __call__(self, **claims: Any) -> str: ...


@dataclass(frozen=True, kw_only=True)
class Site:
    """Where the parts of one platform listen. `nats_users`: user to password, for systems that publish on NATS."""

    addresses: dict[str, str]
    nats_url: str
    nats_users: dict[str, str]
    mint: Mint
    http: httpx.Client

    def caller(self, *roles: str, sub: str, na: tuple[str, ...] = (), projects: tuple[str, ...] = ()) -> "Caller":
        """Somebody with a token of these claims."""
        token = self.mint(sub=sub, name=sub.title(), roles=list(roles), na=list(na), projects=list(projects))
        return Caller(site=self, token=token, sub=sub)

    @property
    def public(self) -> "Caller":
        """Anybody: no token."""
        return Caller(site=self, token=None, sub="")


@dataclass(frozen=True, kw_only=True)
class Caller:
    """One person or system, calling the services with a token of its own."""

    site: Site
    token: str | None
    sub: str

    def intake(self, method: str, path: str, **options: Any) -> httpx.Response:
        return self._call("intake", method, path, **options)

    def review(self, method: str, path: str, **options: Any) -> httpx.Response:
        return self._call("review", method, path, **options)

    def publisher(self, method: str, path: str, **options: Any) -> httpx.Response:
        return self._call("publisher", method, path, **options)

    def _call(self, service: str, method: str, path: str, **options: Any) -> httpx.Response:
        headers = {**({"Authorization": f"Bearer {self.token}"} if self.token else {}), **options.pop("headers", {})}
        return self.site.http.request(method, self.site.addresses[service] + path, headers=headers, **options)


def eventually(ask: Callable[[], Answer], *, within: float = PATIENCE_SECONDS) -> Answer:
    """The first answer that is true; fails with the last one when none comes in time."""
    deadline = time.monotonic() + within
    while True:
        answer = ask()
        if answer:
            return answer
        assert time.monotonic() < deadline, f"nothing came within {within} s; the last answer was {answer!r}"
        time.sleep(POLL_SECONDS)


def ok(response: httpx.Response, status: int = 200) -> Any:
    """The JSON body of an answer that must be a success; None when it has none."""
    assert response.status_code == status, f"{response.request.url}: {response.status_code} {response.text[:800]}"
    return response.json() if response.content else None


def refused(response: httpx.Response, status: int, code: str, *, rule: str | None = None) -> dict[str, Any]:
    """The problem of an answer that must be this refusal, in the form that section 2 of the contract promises."""
    told = f"{response.request.method} {response.request.url}: {response.status_code} {response.text[:800]}"
    assert response.status_code == status, told
    assert response.headers["content-type"].partition(";")[0] == "application/problem+json", told
    problem: dict[str, Any] = response.json()
    assert problem["code"] == code, told
    assert problem["status"] == status, told
    assert all(problem.get(member) for member in ("type", "title", "detail", "request_id")), told
    assert rule is None or problem.get("rule") == rule, told
    assert not any(word in response.text for word in ("Traceback", "/services/", "site-packages", ".py")), told
    return problem
