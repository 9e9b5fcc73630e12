"""Make the streams, buckets and consumers, as the operator: `python -m shared.messaging.provision`.

It stands in `shared` so that every image holds it: in Kubernetes a Job runs it from the image of a service. On one
machine the platform and `results provision` do the same. Running it again changes nothing; what stands there otherwise
than declared is named and left alone, or changed with `--apply`.
"""

import asyncio
import sys

import structlog

from shared.messaging.connection import Credentials, connect
from shared.messaging.streams import DriftError
from shared.messaging.upgrade import provision
from shared.settings import LogSettings, NatsSettings, ReplicasSettings, SettingsError, load
from shared.telemetry import configure

APPLY = "--apply"
EXIT_SETTINGS = 2
EXIT_FAILED = 3

log = structlog.get_logger(__name__)


class ProvisionSettings(NatsSettings, ReplicasSettings, LogSettings):
    """Everything that provisioning reads from its environment; the NATS user is the operator."""


async def provision_as(credentials: Credentials, *, replicas: int = 1, apply: bool = False) -> list[str]:
    """Create what is missing, with `apply` change the rest; a line per thing. DriftError as `provision` says."""
    connection = await connect(credentials, name="provision")
    try:
        return await provision(connection.js, replicas=replicas, apply=apply)
    finally:
        await connection.close()


def main() -> int:
    """Provision once; `--apply` may be the argument. The exit code is 0, 2 for wrong settings, 3 when it failed."""
    arguments = sys.argv[1:]
    if arguments not in ([], [APPLY]):
        sys.stderr.write(f"cannot provision: the only argument is {APPLY}\n")
        return EXIT_SETTINGS
    try:
        settings = load(ProvisionSettings)
    except SettingsError as error:
        sys.stderr.write(f"cannot provision, the settings are wrong:\n{error}\n")
        return EXIT_SETTINGS
    configure("provision", log_format=settings.log_format, level=settings.log_level)
    credentials = Credentials.of(settings)
    try:
        done = asyncio.run(provision_as(credentials, replicas=settings.replicas, apply=bool(arguments)))
    except DriftError as error:
        log.critical("drift", difference=str(error))
        return EXIT_FAILED
    except Exception:
        log.exception("broken")
        return EXIT_FAILED
    for line in done:
        log.info("provisioned", what=line)
    log.info("everything_stands_as_declared")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
