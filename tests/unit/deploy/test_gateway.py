"""The Gateway API in place of an Ingress: as its resources are described, and leading where the Ingress leads."""

import json
import re
from pathlib import Path
from typing import Any

import jsonschema

from services.intake.api.rounds import EVENT_STREAM
from tests.unit.deploy.cluster import Cluster, Object, rendered

SCHEMA = Path(__file__).with_name("gateway-api.schema.json")
SECONDS = {"h": 3600, "m": 60, "s": 1}
# 100 MB over half a megabit a second.
SLOWEST_UPLOAD_SECONDS = 1600


def gateway() -> Cluster:
    return rendered("gateway")


def listeners() -> dict[str, Any]:
    return {one["name"]: one for one in gateway().named("Gateway", "results")["spec"]["listeners"]}


def routes() -> list[Object]:
    """Those that lead to a service."""
    return [one for one in gateway().of_kind("HTTPRoute") if "hostnames" in one["spec"]]


def seconds(duration: str) -> int:
    return sum(int(number) * SECONDS[unit] for number, unit in re.findall(r"(\d+)([hms])", duration))


def test_every_object_is_as_the_gateway_api_describes_it() -> None:
    schema = json.loads(SCHEMA.read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    objects = gateway().of_kind("Gateway", "HTTPRoute")

    assert len(objects) == 5
    for one in objects:
        jsonschema.Draft202012Validator(schema).validate(one)


def test_it_is_production_but_for_the_way_in() -> None:
    gone = {(one["kind"], one["metadata"]["name"]) for one in rendered("production").objects}
    came = {(one["kind"], one["metadata"]["name"]) for one in gateway().objects}

    assert gone - came == {*(("Ingress", name) for name in ("intake", "review", "publisher"))} | {
        ("NetworkPolicy", "from-ingress")
    }
    assert {kind for kind, _ in came - gone} == {"Gateway", "HTTPRoute", "NetworkPolicy"}


def test_it_serves_the_names_of_the_ingress_with_the_same_certificates() -> None:
    by_ingress = {
        (tls["hosts"][0], tls["secretName"], rule["host"], rule["http"]["paths"][0]["backend"]["service"]["name"])
        for one in rendered("production").of_kind("Ingress")
        for tls, rule in zip(one["spec"]["tls"], one["spec"]["rules"], strict=True)
    }
    by_gateway = set()
    for route in routes():
        [parent], [host] = route["spec"]["parentRefs"], route["spec"]["hostnames"]
        listener = listeners()[parent["sectionName"]]
        [certificate] = listener["tls"]["certificateRefs"]
        for rule in route["spec"]["rules"]:
            [backend] = rule["backendRefs"]
            by_gateway.add((listener["hostname"], certificate["name"], host, backend["name"]))

    assert by_gateway == by_ingress


def test_routes_lead_to_the_port_for_people() -> None:
    for route in routes():
        for rule in route["spec"]["rules"]:
            [backend] = rule["backendRefs"]
            ports = gateway().named("Service", backend["name"])["spec"]["ports"]
            assert [port["name"] for port in ports if port["port"] == backend["port"]] == ["http"]


def test_what_comes_without_tls_is_only_sent_to_where_there_is_tls() -> None:
    plain = {name for name, one in listeners().items() if one["protocol"] == "HTTP"}
    [redirect] = [one for one in gateway().of_kind("HTTPRoute") if one not in routes()]

    assert {one["sectionName"] for one in redirect["spec"]["parentRefs"]} == plain == {"plain"}
    assert [rule["filters"][0]["requestRedirect"]["scheme"] for rule in redirect["spec"]["rules"]] == ["https"]
    assert all(one["protocol"] == "HTTPS" for name, one in listeners().items() if name not in plain)


def test_the_slowest_upload_is_not_cut_off_and_an_event_stream_lasts_an_hour() -> None:
    limits = [
        (seconds(rule["timeouts"]["request"]), [header["value"] for header in match.get("headers", ())])
        for route in routes()
        for rule in route["spec"]["rules"]
        for match in rule["matches"]
    ]

    assert min(limit for limit, _ in limits) > SLOWEST_UPLOAD_SECONDS
    assert [limit for limit, headers in limits if headers == [EVENT_STREAM]] == [3600]


def test_every_route_takes_whatever_its_host_is_asked_for() -> None:
    for route in routes():
        assert {"path": {"type": "PathPrefix", "value": "/"}} in route["spec"]["rules"][-1]["matches"]
