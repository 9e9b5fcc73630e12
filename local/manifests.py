"""Write what the manifests in `deploy/k8s` share with the local platform: NATS users, S3 policies, clamd's limits.

`python -m local.manifests` writes; `--check` says what differs and fails. A test calls the latter. `secrets` prints
Secrets with new passwords and keys for a trial, to be piped into `kubectl apply -f -`.
"""

import argparse
import base64
import json
import secrets
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from local.clamav import LIMITS
from local.credentials import Credentials
from local.nkeys_of_users import new_seed, public_half
from local.ports import Ports
from local.seaweed import SeaweedServer
from shared.messaging.permissions import UPSTREAM_PREFIX, USERS, permissions
from shared.storage.zones import USERS as STORE_USERS
from shared.storage.zones import policy

FOLDER = Path(__file__).parent.parent / "deploy" / "k8s"
NAMESPACE = "results"
STORE_NAMESPACE = "object-store"
STORE_CONFIG = "seaweedfs_s3_config"
SEED_KEY = "nkey-seed"
COMMAND = "python -m local.manifests"
CLAMD = LIMITS | {
    "Foreground": "yes",
    "DatabaseDirectory": "/var/lib/clamav",
    "TemporaryDirectory": "/tmp",  # noqa: S108  # an emptyDir of the container's own
    "LocalSocket": "/run/clamd/clamd.sock",
    "LocalSocketMode": "600",
    "FixStaleSocket": "yes",
}


def documents() -> dict[str, str]:
    """Return every generated file by its path under `deploy/k8s`."""
    return {
        "base/clamav/clamd.conf": clamd_conf(),
        "charts/nats/users.yaml": nats_users(USERS),
        **{f"s3-policies/{user}.json": json.dumps(policy(user), indent=2) + "\n" for user in STORE_USERS},
    }


def clamd_conf() -> str:
    """Return the configuration of the sidecar: the limits of the local clamd, the paths of the pod."""
    lines = [f"# Written by `{COMMAND}` from local/clamav.py.", *(f"{name} {value}" for name, value in CLAMD.items())]
    return "\n".join(lines) + "\n"


def nats_users(users: Iterable[str], nkeys: Mapping[str, str] | None = None) -> str:
    """Return values for NATS' chart: each user with its permissions, and its password from a Secret.

    The chart writes `<< $NAME >>` without quotes, which nats-server replaces from its environment. A user in `nkeys`
    has the public half of its nkey there instead, so that the server holds no secret of it.
    """
    public, users = nkeys or {}, tuple(users)
    lines = [f"# Written by `{COMMAND}` from shared/messaging/permissions.py."]
    if by_password := [user for user in users if user not in public]:
        lines += ["container:", "  env:"]
    for user in by_password:
        lines += [f"    {_variable(user)}:", f"      valueFrom: {{secretKeyRef: {{name: nats-{user}, key: password}}}}"]
    lines += ["config:", "  merge:", "    authorization:", "      users:"]
    for user in users:
        lines += _nats_user(user, public.get(user))
    return "\n".join(lines) + "\n"


def _nats_user(user: str, nkey: str | None) -> Iterator[str]:
    allowed = permissions(user)
    if nkey is not None:
        yield f"        # {user}"
        yield f"        - nkey: {nkey}"
    else:
        yield f"        - user: {user}"
        yield f"          password: << ${_variable(user)} >>"
    yield "          permissions:"
    for kind in ("publish", "subscribe"):
        yield f"            {kind}:"
        yield "              allow:"
        yield from (f"                - {json.dumps(subject)}" for subject in getattr(allowed, kind))


def public_nkeys(secret_list: Mapping[str, Any]) -> dict[str, str]:
    """Return the public half by user, of the seeds in a list of Secrets as this command or `kubectl get` prints it."""
    found = {}
    for one in secret_list["items"]:
        name, encoded = str(one["metadata"]["name"]), one.get("data", {}).get(SEED_KEY)
        seed = one.get("stringData", {}).get(SEED_KEY) or (encoded and base64.b64decode(encoded).decode())
        if seed and name.startswith("nats-"):
            found[name.removeprefix("nats-")] = public_half(seed.strip())
    return found


def _variable(user: str) -> str:
    return f"{user.upper().replace('-', '_')}_PASSWORD"


def secret_objects(upstream: Iterable[str] = (), *, nkeys: bool = False) -> list[dict[str, Any]]:
    """Return the Secrets that the manifests refer to, each with a password or key made now.

    With `nkeys` NATS' users have the seed of an nkey instead of a password.
    """
    users = (*USERS, *(f"{UPSTREAM_PREFIX}{source}" for source in upstream))
    made = Credentials({"nats": {user: _password() for user in users}})
    made.complete()
    store = SeaweedServer(FOLDER, Ports(0), made)
    return [
        *(
            _secret(f"nats-{user}", {SEED_KEY: new_seed()} if nkeys else {"password": made.nats[user]})
            for user in users
        ),
        *(_secret(f"s3-{user}", {"access-key": key, "secret-key": text}) for user, (key, text) in made.store.items()),
        _secret("seaweedfs-s3", {STORE_CONFIG: json.dumps(store.configuration())}, namespace=STORE_NAMESPACE),
    ]


def _password() -> str:
    """A letter first: nats-server reads what looks like a number in its environment as a number."""
    return f"p{secrets.token_hex(24)}"


def _secret(name: str, content: Mapping[str, str], *, namespace: str = NAMESPACE) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": name, "namespace": namespace},
        "type": "Opaque",
        "stringData": dict(content),
    }


def _public_nkeys_of(file: str | None) -> dict[str, str]:
    if not file:
        return {}
    return public_nkeys(json.loads(sys.stdin.read() if file == "-" else Path(file).read_text()))


def differing() -> list[str]:
    """Return the names of the files that are not what the code says."""
    return [name for name, text in documents().items() if not _is(FOLDER / name, text)]


def _is(path: Path, text: str) -> bool:
    return path.exists() and path.read_text() == text


def main() -> None:
    """Write the files, compare them with `--check`, or print `nats-users` or `secrets`."""
    parser = argparse.ArgumentParser(prog=COMMAND, description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("what", nargs="?", choices=("files", "nats-users", "secrets"), default="files")
    parser.add_argument("--check", action="store_true", help="compare the files, write nothing")
    parser.add_argument(
        "--nkeys",
        nargs="?",
        const="",
        metavar="FILE",
        help="secrets: seeds, no passwords; nats-users: public halves of the seeds in FILE (- is stdin)",
    )
    parser.add_argument("--upstream", action="append", default=[], metavar="SOURCE", help="one more system on NATS")
    asked = parser.parse_args()
    if asked.what == "secrets":
        print(
            json.dumps(
                {
                    "apiVersion": "v1",
                    "kind": "List",
                    "items": secret_objects(asked.upstream, nkeys=asked.nkeys is not None),
                },
                indent=2,
            )
        )
    elif asked.what == "nats-users":
        users = (*USERS, *(f"{UPSTREAM_PREFIX}{source}" for source in asked.upstream))
        print(nats_users(users, _public_nkeys_of(asked.nkeys)), end="")
    elif asked.check:
        if found := differing():
            sys.exit(f"deploy/k8s differs from the code: {', '.join(found)}. Run `{COMMAND}`.")
    else:
        for name, text in documents().items():
            (FOLDER / name).parent.mkdir(parents=True, exist_ok=True)
            (FOLDER / name).write_text(text)


if __name__ == "__main__":
    main()
