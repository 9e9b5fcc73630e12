"""The publisher as a process of its own."""

from services.publisher import app
from services.publisher.settings import PublisherSettings
from shared.runner import Service, run

SERVICE = Service(name=app.NAME, about=app.ABOUT, settings=PublisherSettings, build=app.build)

if __name__ == "__main__":
    raise SystemExit(run(SERVICE))
