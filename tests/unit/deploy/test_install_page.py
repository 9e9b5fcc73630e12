"""What docs/operations/install.md tells to type can be typed: its files, commands and names exist."""

import re
from importlib.util import find_spec

import typer.main

from local.cli import app
from local.images import NAMES
from local.manifests import NAMESPACE, STORE_NAMESPACE, secret_objects
from tests.unit.deploy.cluster import K8S, ROOT, rendered

PAGE = (ROOT / "docs" / "operations" / "install.md").read_text()
CHARTS = "deploy/k8s/charts"
FROM_ITS_KEEPER = {"archive-store"}
WRITTEN_BY_THE_READER = {f"{CHARTS}/nats/users-nkeys.yaml"}


def typed() -> str:
    """Everything in blocks to be typed; $charts is what the page says it is."""
    blocks = "\n".join(re.findall(r"^```\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL))
    assert f"charts={CHARTS}\n" in blocks
    return blocks.replace("$charts", CHARTS)


def test_every_file_and_folder_that_is_named_exists() -> None:
    named = {*re.findall(r"(?<![\w/.])((?:deploy|tests|docs)/[\w./-]+)", typed())} - WRITTEN_BY_THE_READER

    assert len(named) > 10
    assert {name for name in named if not (ROOT / name).exists()} == set()
    assert {name for name in re.findall(r"`((?:charts|base|overlays|components)/[\w./-]+)`", PAGE) if name} == {
        name for name in re.findall(r"`((?:charts|base|overlays|components)/[\w./-]+)`", PAGE) if (K8S / name).exists()
    }


def test_every_module_and_command_that_is_named_exists() -> None:
    modules = set(re.findall(r"python -m ([\w.]+)", PAGE))
    commands = set(re.findall(r"^results (\w+)", typed(), re.MULTILINE))
    known = typer.main.get_command(app)

    assert "local.manifests" in modules
    assert {name for name in modules if find_spec(name) is None} == set()
    assert commands
    assert commands <= set(getattr(known, "commands", {}))


def test_namespaces_and_what_is_waited_for_are_those_of_the_manifests() -> None:
    namespaces = set(re.findall(r"(?:-n|namespace) ([a-z-]+)", typed()))
    waited = set(re.findall(r"job[ /]([a-z]+)", typed()))

    assert namespaces == {NAMESPACE, STORE_NAMESPACE, "cert-manager"}
    assert waited == rendered("production").names("Job")


def test_the_images_that_are_pushed_are_those_that_are_built() -> None:
    [pushed] = re.findall(r"for image in ([a-z ]+); do buildah push", typed())

    assert tuple(pushed.split()) == NAMES


def test_every_secret_stands_in_the_table_with_its_keys() -> None:
    table = PAGE.split("\n## 4. Secrets\n", 1)[1].split("\n\n", 1)[0]
    said: dict[str, set[str]] = {}
    for names, keys in re.findall(r"^\| (`.*?) \| (`.*?) \|", table, re.MULTILINE):
        first, *others = re.findall(r"`([\w-]+)`", names.split(" (", 1)[0])
        family = first.split("-", 1)[0]
        for name in (first, *(family + other if other.startswith("-") else other for other in others)):
            said[name] = set(re.findall(r"`([\w-]+)`", keys))
    made = {name: keys for name, keys in said.items() if name not in FROM_ITS_KEEPER}

    assert made == {one["metadata"]["name"]: set(one["stringData"]) for one in secret_objects()}


def test_the_way_of_operators_to_nats_is_one_that_its_certificate_is_for() -> None:
    [host] = re.findall(r"RESULTS_NATS_URL=tls://([a-z0-9.]+):4222", typed())

    assert host in rendered("production").named("Certificate", "nats")["spec"]["dnsNames"]
