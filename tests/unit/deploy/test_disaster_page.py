"""What docs/operations/disaster.md tells to type can be typed: what it stops, starts and restores exists."""

import json
import re
import subprocess
import sys
from pathlib import Path

import typer.main
import yaml

from local.cli import app
from local.ops.platform import OperationsSettings
from shared.settings import variable
from tests.unit.deploy.cluster import OPERATIONS, ROOT, SERVICES, rendered

PAGE = (ROOT / "docs" / "operations" / "disaster.md").read_text()
TYPED = "\n".join(re.findall(r"^```\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL))


def test_what_is_stopped_is_started_again_and_everything_of_it_is_in_the_manifests() -> None:
    scaled = re.findall(r"scale deployment ([a-z ]+) --replicas=(\d)", TYPED)
    stopped = {name for names, number in scaled if number == "0" for name in names.split()}
    started = {name for names, number in scaled if number != "0" for name in names.split()}

    assert stopped == started == {*SERVICES, "archive"}
    assert stopped <= rendered("production").names("Deployment")
    assert TYPED.count("paused-replicas=0 ") == TYPED.count("paused-replicas-\n") == 1
    assert TYPED.count('"suspend": true') == TYPED.count('"suspend": false') == 1
    assert "--selector app.kubernetes.io/component=service" in TYPED


def test_jobs_are_made_of_what_is_in_the_manifests() -> None:
    jobs = set(re.findall(r"--from=cronjob/(\w+)", PAGE)) | set(re.findall(r"patch cronjob (\w+)", PAGE))

    assert jobs == rendered("production").names("CronJob") == {*OPERATIONS} - {"archive"}


def test_every_command_exists() -> None:
    known = set(getattr(typer.main.get_command(app), "commands", {}))
    named = set(re.findall(r"(?:^|`|time )results (\w+)", PAGE, re.MULTILINE))

    assert {"restore", "archive", "verify", "export"} <= named <= known


def test_every_variable_that_is_typed_is_said_in_the_same_block() -> None:
    """Somebody has a printed page, and not the shell of the installation."""
    for block in re.findall(r"^```\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL):
        used = set(re.findall(r"\$(\w+)", block))
        assert used <= set(re.findall(r"^(\w+)=", block, re.MULTILINE)), block


def test_a_restore_to_a_sequence_reaches_the_command_as_a_setting() -> None:
    """As the page pipes it: kubectl adds the variable to the Job without a cluster."""
    [assigned] = re.findall(r"kubectl set env --local -f - (\S+) -o yaml", TYPED)
    template = rendered("production").named("CronJob", "restore")["spec"]["jobTemplate"]
    job = {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "restore-1"}, "spec": template["spec"]}
    kubectl = str(Path(sys.executable).with_name("kubectl"))
    command = (kubectl, "set", "env", "--local", "-f", "-", assigned, "-o", "yaml")
    run = subprocess.run(command, input=json.dumps(job), capture_output=True, text=True, check=True)
    [container] = yaml.safe_load(run.stdout)["spec"]["template"]["spec"]["containers"]

    name, _, sequence = assigned.partition("=")
    assert {"name": name, "value": sequence} in container["env"]
    assert name in {variable(field) for field in OperationsSettings.model_fields}


def test_the_figures_are_those_that_were_measured() -> None:
    backup = (ROOT / "docs" / "operations" / "backup.md").read_text()
    measured = dict(re.findall(r"^\| (first backup|restore) \| (\d+) \|", backup, re.MULTILINE))

    assert f"backup of 10,000 results {measured['first backup']} s, restore {measured['restore']} s" in PAGE
