"""Intake as a process of its own."""

from services.intake import app
from services.intake.settings import IntakeSettings
from shared.runner import Service, run

SERVICE = Service(
    name=app.SERVICE,
    about="Takes in projects, results and events of upstream systems; decides who may add what and when.",
    settings=IntakeSettings,
    build=app.build,
)

if __name__ == "__main__":
    raise SystemExit(run(SERVICE))
