"""`results project` and `results post`: the first steps of a project, from the command line."""

import json
import time
from pathlib import Path
from typing import Annotated, Any

import typer

from local.client import PlatformClient, Rights
from local.home import Home
from local.terminal import AsJson, CommandError, console, literal, print_json, print_table, styled
from shared.http.roles import Role

app = typer.Typer(no_args_is_help=True, help="Register projects and look at them.")
Sub = Annotated[str, typer.Option(help="Who acts: the subject that the record will name.")]
VERDICT_SECONDS_MAX = 180.0
UNDECIDED = ("uploaded", "validating")


@app.command("list")
def list_(
    query: Annotated[str | None, typer.Option("--q", help="Words to search for.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=200, help="How many at most.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List the projects that the public sees."""
    asked = {"limit": str(limit)} | ({"q": query} if query else {})
    found = _client("operator").call("publisher", "GET", "/v1/projects", params=asked)["items"]
    if as_json:
        print_json(found)
        return
    print_table(
        ("id", "acronym", "title", "ends"),
        ((one["id"], one.get("acronym"), one["title"], one.get("end_date")) for one in found),
        empty="no project is there yet",
    )


@app.command()
def show(project: Annotated[str, typer.Argument(help="Project id.")], as_json: AsJson = False) -> None:
    """Show a project's state, and every result with its checks."""
    client = _client("operator")
    found = client.call("intake", "GET", f"/v1/projects/{project}", rights=Rights(role=Role.OPERATOR))
    results = _every_result(client, project)
    if as_json:
        print_json(found | {"results": results})
        return
    locked = " (locked)" if found.get("locked") else ""
    console.print(f"[bold]{literal(found['title'])}[/]  {literal(project)}  {styled(found.get('state'))}{locked}")
    print_table(
        ("result", "title", "status", "revision", "findings"),
        ((one["id"], one["title"], one["status"], one["revision"], _codes(one)) for one in results),
        empty="no results yet",
    )


@app.command()
def register(
    file: Annotated[Path, typer.Argument(help="JSON file with a project as the API takes it.", dir_okay=False)],
    project: Annotated[str | None, typer.Option("--id", help="Project id, when the file has no `id`.")] = None,
    sub: Sub = "upstream",
    as_json: AsJson = False,
) -> None:
    """Register a project, or amend it."""
    body = _read_json(file)
    name = project or body.pop("id", None)
    if not name:
        raise CommandError(f"which project? Name it with --id, or give {file} an `id`")
    done = _client(sub).call(
        "intake",
        "PUT",
        f"/v1/projects/{name}",
        rights=Rights(role=Role.UPSTREAM, na=(str(body.get("na", "")),)),
        headers={"If-Match": "*"},
        json=body,
    )
    if as_json:
        print_json(done)
        return
    console.print(f"{literal(name)}: {styled((done or {}).get('state', 'registered'))}")


def post(
    project: Annotated[str, typer.Argument(help="Project id.")],
    file: Annotated[Path, typer.Argument(help="The file to hand in.", exists=True, dir_okay=False)],
    title: Annotated[str | None, typer.Option(help="Title; the file's name when none is given.")] = None,
    description: Annotated[str, typer.Option(help="What it is, for the public.")] = "Handed in from the command line.",
    category: Annotated[str, typer.Option(help="Code of `GET /v1/vocabularies`.")] = "other",
    language: Annotated[list[str] | None, typer.Option(help="Language code. Repeat for more.")] = None,
    sub: Sub = "beneficiary",
    wait: Annotated[bool, typer.Option(help="Wait for the verdict.")] = True,
    as_json: AsJson = False,
) -> None:
    """Hand in a file and show what the checks say. Exit code 1 when they refuse it."""
    metadata = {
        "kind": "file",
        "title": title or file.stem,
        "description": description,
        "category": category,
        "languages": language or ["en"],
        "data_protection": {"confirmed": True, "by": sub},
    }
    client, rights = _client(sub), Rights(role=Role.BENEFICIARY, projects=(project,))
    with file.open("rb") as content:
        parts = [("metadata", (None, json.dumps(metadata), "application/json")), ("file", (file.name, content))]
        result = client.call("intake", "POST", f"/v1/projects/{project}/results", files=parts, rights=rights)
    if wait:
        result = _with_verdict(client, result, rights)
    if as_json:
        print_json(result)
    else:
        _print_result(result)
    if wait and result["status"] not in ("valid", "in_review", "approved"):
        raise typer.Exit(1)


def _with_verdict(client: PlatformClient, result: dict[str, Any], rights: Rights) -> dict[str, Any]:
    deadline = time.monotonic() + VERDICT_SECONDS_MAX
    while result["status"] in UNDECIDED and time.monotonic() < deadline:
        time.sleep(0.1)
        result = client.call("intake", "GET", f"/v1/results/{result['id']}", rights=rights)
    return result


def _print_result(result: dict[str, Any]) -> None:
    console.print(f"{result['id']}  revision {result['revision']}  {styled(result['status'])}")
    print_table(
        ("check", "outcome", "findings"),
        (
            (check["check"], check["outcome"], ", ".join(finding["code"] for finding in check["findings"]))
            for check in result.get("checks", ())
        ),
        empty="no checks yet",
    )


def _every_result(client: PlatformClient, project: str) -> list[dict[str, Any]]:
    """All pages of the list."""
    path, found, cursor = f"/v1/projects/{project}/results", list[dict[str, Any]](), None
    while True:
        asked = {"limit": "200"} | ({"cursor": cursor} if cursor else {})
        page = client.call("intake", "GET", path, rights=Rights(role=Role.OPERATOR), params=asked)
        found += page["items"]
        cursor = page.get("next")
        if not cursor:
            return found


def _codes(result: dict[str, Any]) -> str:
    codes = {finding["code"] for check in result.get("checks", ()) for finding in check["findings"]}
    return ", ".join(sorted(codes))


def _read_json(file: Path) -> dict[str, Any]:
    try:
        body = json.loads(file.read_text())
    except (OSError, ValueError) as error:
        raise CommandError(f"cannot read {file}: {error}") from error
    if not isinstance(body, dict):
        raise CommandError(f"{file} must hold one JSON object")
    return body


def _client(sub: str) -> PlatformClient:
    return PlatformClient(Home.current(), sub=sub)
