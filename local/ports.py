"""Which port each part of a platform listens on: `base` to `base + 99`, and the store's inner ports 10,000 higher."""

import socket
from dataclasses import dataclass

HOST = "127.0.0.1"
SERVICES = {"intake": 1, "review": 2, "publisher": 3, "validator": 4}
INNER_OFFSET = 10_000


class PortTakenError(Exception):
    """Somebody listens already where a part of this platform should."""


@dataclass(frozen=True, slots=True)
class Ports:
    base: int

    def service(self, name: str) -> int:
        return self.base + SERVICES[name]

    @property
    def issuer(self) -> int:
        return self.base + 5

    @property
    def nats(self) -> int:
        return self.base + 22

    @property
    def nats_monitoring(self) -> int:
        return self.base + 23

    @property
    def master(self) -> int:
        return self.base + 30

    @property
    def filer(self) -> int:
        return self.base + 31

    @property
    def volume(self) -> int:
        return self.base + 32

    @property
    def s3(self) -> int:
        return self.base + 33

    @property
    def store_admin(self) -> int:
        return self.base + 34

    @property
    def clamd(self) -> int:
        return self.base + 44

    def everything(self) -> dict[int, str]:
        """Every port that a platform listens on, with the part that does."""
        named = {self.service(name): name for name in SERVICES} | {
            self.issuer: "issuer",
            self.nats: "nats",
            self.nats_monitoring: "nats monitoring",
            self.clamd: "clamd",
        }
        store = (self.master, self.filer, self.volume, self.s3, self.store_admin)
        return named | {port + inner: "store" for port in store for inner in (0, INNER_OFFSET)}

    def require_free(self) -> None:
        """Raise PortTakenError naming the first port on which somebody listens already."""
        for port, part in sorted(self.everything().items()):
            if not is_free(port):
                raise PortTakenError(
                    f"port {port} ({part}) is taken: stop what listens there, "
                    f"or choose other ports, for example RESULTS_PORT_BASE={self.base + 100}"
                )


def is_free(port: int) -> bool:
    """Whether we could listen on this loopback port now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True
