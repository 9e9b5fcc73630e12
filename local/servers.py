"""The embedded servers, for the platform and for tests: real programs on loopback ports, with their real limits."""

from local.clamav import ClamdServer
from local.credentials import Credentials
from local.nats_server import NatsCluster, NatsServer
from local.ports import Ports
from local.seaweed import SeaweedServer

__all__ = ["ClamdServer", "Credentials", "NatsCluster", "NatsServer", "Ports", "SeaweedServer"]
