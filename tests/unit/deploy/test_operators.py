"""What operators read (KEDA, cert-manager, Prometheus): as their CustomResourceDefinitions describe it, and no more.

The models are made from the definitions; they drop what they do not know, so what comes back must be what went in.
"""

from typing import Any

import pytest
from cloudcoil.models.cert_manager import v1 as cert_manager
from cloudcoil.models.keda import v1alpha1 as keda
from cloudcoil.models.prometheus_operator import v1 as prometheus
from pydantic import ValidationError

from tests.unit.deploy.cluster import OVERLAYS, Object, rendered

MODELS: dict[tuple[str, str], Any] = {
    ("keda.sh/v1alpha1", "ScaledObject"): keda.ScaledObject,
    ("cert-manager.io/v1", "Certificate"): cert_manager.Certificate,
    ("cert-manager.io/v1", "Issuer"): cert_manager.Issuer,
    ("monitoring.coreos.com/v1", "PodMonitor"): prometheus.PodMonitor,
    ("monitoring.coreos.com/v1", "PrometheusRule"): prometheus.PrometheusRule,
    ("monitoring.coreos.com/v1", "ServiceMonitor"): prometheus.ServiceMonitor,
}
GROUPS = {group for group, _ in MODELS}


def of_operators() -> list[Object]:
    """From all overlays; what is the same in several is here once."""
    distinct = {repr(one): one for overlay in OVERLAYS for one in rendered(overlay).objects}
    return [one for one in distinct.values() if one["apiVersion"] in GROUPS]


def understood(one: Object) -> Any:
    model = MODELS[one["apiVersion"], one["kind"]]
    return model.model_validate(one).model_dump(mode="json", by_alias=True, exclude_unset=True)


def test_every_object_of_an_operator_is_as_its_definition_describes_it() -> None:
    found = of_operators()

    assert {(one["apiVersion"], one["kind"]) for one in found} == MODELS.keys()
    for one in found:
        assert understood(one) == one, one["metadata"]["name"]


def test_a_misspelt_field_and_a_wrong_type_are_seen() -> None:
    scaled = rendered("production").named("ScaledObject", "validator")
    misspelt = {**scaled, "spec": {**scaled["spec"], "minReplicasCount": 1}}
    wrong = {**scaled, "spec": {**scaled["spec"], "minReplicaCount": "one"}}

    assert understood(misspelt) != misspelt
    with pytest.raises(ValidationError):
        understood(wrong)
