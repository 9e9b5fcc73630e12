"""An engine that passes everything: it speaks clamd's language and finds no virus in anything."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class _Handler(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        match self.rfile.read(1):
            case b"n":
                is_ping = self.rfile.readline().startswith(b"PING")
                self.wfile.write(b"PONG\n" if is_ping else b"ClamAV 0.0.1/1/Tue Nov 24 09:11:52 2026\n")
            case b"z":
                self.rfile.read(len("INSTREAM\0"))
                while size := int.from_bytes(self.rfile.read(4)):
                    self.rfile.read(size)
                self.wfile.write(b"stream: OK\0")


@contextmanager
def liar(path: Path) -> Iterator[None]:
    """Listens in clamd's place until left."""
    with socketserver.ThreadingUnixStreamServer(str(path), _Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()
            path.unlink()
