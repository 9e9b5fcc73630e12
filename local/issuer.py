"""The local OpenID Connect issuer: what services need of one, discovery and keys. `results token` signs the tokens.

It is no login: whoever can read the key in the platform's home can be anyone. So it refuses to run for any other
issuer than itself.
"""

import json
import os
import signal
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from local.ports import HOST, Ports
from local.tokens import ALGORITHM, Signer

DISCOVERY_PATH = "/.well-known/openid-configuration"
KEYS_PATH = "/jwks.json"


class ForeignIssuerError(Exception):
    """The setting names an issuer that is not ours: our tokens must not be taken for its."""


def issuer_url(ports: Ports) -> str:
    return f"http://{HOST}:{ports.issuer}"


def require_own(setting: str | None, own: str) -> None:
    """Raise ForeignIssuerError when RESULTS_OIDC_ISSUER names another issuer than the local one."""
    if setting and setting.rstrip("/") != own:
        raise ForeignIssuerError(
            f"RESULTS_OIDC_ISSUER is {setting}, but the local issuer is {own} and signs for no other: unset it"
        )


def documents(issuer: str, signer: Signer) -> dict[str, dict[str, Any]]:
    """What is served, by path."""
    discovery = {
        "issuer": issuer,
        "jwks_uri": f"{issuer}{KEYS_PATH}",
        "id_token_signing_alg_values_supported": [ALGORITHM],
        "response_types_supported": ["id_token"],
        "subject_types_supported": ["public"],
    }
    return {DISCOVERY_PATH: discovery, KEYS_PATH: signer.public_keys(), "/healthz": {"status": "alive"}}


def handler_for(served: dict[str, dict[str, Any]]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 10

        def do_GET(self) -> None:
            document = served.get(self.path.partition("?")[0])
            body = json.dumps(document or {"error": "not-found"}).encode()
            self.send_response(200 if document else 404)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Nobody needs a line for every look at the keys."""

    return Handler


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A caller that hung up is no news; anything else is a bug and shows."""
        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]  # what socketserver gave us


def serve(home: Path, ports: Ports) -> None:
    """Serve until SIGTERM."""
    own = issuer_url(ports)
    require_own(os.environ.get("RESULTS_OIDC_ISSUER"), own)
    server = _Server((HOST, ports.issuer), handler_for(documents(own, Signer(own, home))))
    print(f"issuer {own}", flush=True)
    server.serve_forever(poll_interval=0.5)


def main() -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        serve(Path(os.environ["RESULTS_HOME"]), Ports(int(os.environ["RESULTS_PORT_BASE"])))
    except ForeignIssuerError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
