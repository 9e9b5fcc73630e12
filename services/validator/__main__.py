"""The validator as a process of its own."""

from services.validator import app
from services.validator.settings import ValidatorSettings
from shared.runner import Service, run

SERVICE = Service(
    name=app.SERVICE,
    about="Judges every posted file: size, format, malware, personal data. Appends verdicts, keeps what passed.",
    settings=ValidatorSettings,
    build=app.build,
)

if __name__ == "__main__":
    raise SystemExit(run(SERVICE))
