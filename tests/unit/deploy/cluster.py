"""The rendered manifests of one overlay, and questions to them."""

import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[3]
K8S = ROOT / "deploy" / "k8s"
OVERLAYS = ("local", "staging", "production", "three-zones", "gateway")
SERVICES = ("intake", "validator", "review", "publisher")
OPERATIONS = ("archive", "backup", "restore")
WORKLOADS = ("Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob")
NAME = "app.kubernetes.io/name"

Object = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Container:
    """One container with the pod that it runs in. `is_helper`: it ends before the service starts."""

    workload: str
    name: str
    spec: Object
    is_helper: bool


@dataclass(frozen=True, slots=True)
class Cluster:
    overlay: str
    objects: tuple[Object, ...]

    def of_kind(self, *kinds: str) -> list[Object]:
        return [one for one in self.objects if one["kind"] in kinds]

    def named(self, kind: str, name: str) -> Object:
        found = [one for one in self.of_kind(kind) if one["metadata"]["name"] == name]
        assert len(found) == 1, f"{self.overlay}: {len(found)} objects {kind} {name}"
        return found[0]

    def names(self, *kinds: str) -> set[str]:
        return {one["metadata"]["name"] for one in self.of_kind(*kinds)}

    def workloads(self) -> list[Object]:
        return self.of_kind(*WORKLOADS)

    def containers(self) -> Iterator[Container]:
        for workload in self.workloads():
            name, pod = workload["metadata"]["name"], pod_of(workload)
            for spec in pod.get("initContainers", ()):
                yield Container(name, spec["name"], spec, is_helper=spec.get("restartPolicy") != "Always")
            for spec in pod["containers"]:
                yield Container(name, spec["name"], spec, is_helper=workload["kind"] in ("Job", "CronJob"))

    def selected(self, labels: Object) -> list[Object]:
        """The workloads whose pods a matchLabels selector takes."""
        return [one for one in self.workloads() if labels.items() <= labels_of(one).items()]

    def environment(self, container: Container, secret: str = "placeholder") -> dict[str, str]:
        """What the container's process finds in its environment; every value from a Secret is `secret`."""
        found: dict[str, str] = {}
        for source in container.spec.get("envFrom", ()):
            found |= self.named("ConfigMap", source["configMapRef"]["name"])["data"]
        for variable in container.spec.get("env", ()):
            found[variable["name"]] = self._value(variable, secret)
        return found

    def _value(self, variable: Object, secret: str) -> str:
        if "value" in variable:
            value = variable["value"]
            assert isinstance(value, str)
            return value
        if "secretKeyRef" in variable["valueFrom"]:
            return secret
        reference = variable["valueFrom"]["configMapKeyRef"]
        text: str = self.named("ConfigMap", reference["name"])["data"][reference["key"]]
        return text


def pod_of(workload: Object) -> Any:
    return _template(workload)["spec"]


def labels_of(workload: Object) -> dict[str, str]:
    labels: dict[str, str] = _template(workload)["metadata"]["labels"]
    return labels


def _template(workload: Object) -> Any:
    spec = workload["spec"]
    return (spec["jobTemplate"]["spec"] if workload["kind"] == "CronJob" else spec)["template"]


@cache
def rendered(overlay: str) -> Cluster:
    kubectl = Path(sys.executable).with_name("kubectl")
    run = subprocess.run(
        [str(kubectl), "kustomize", str(K8S / "overlays" / overlay)], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    assert run.stderr == "", "kustomize warns"
    return Cluster(overlay, tuple(yaml.safe_load_all(run.stdout)))


def components(overlay: str) -> set[str]:
    """The components that an overlay brings, those of the overlay under it included; a gateway replaces the ingress."""
    folder = K8S / "overlays" / overlay
    content = yaml.safe_load((folder / "kustomization.yaml").read_text())
    found = {Path(path).name for path in content.get("components", ())}
    for path in content["resources"]:
        if (folder / path).resolve().parent == K8S / "overlays":
            found |= components(Path(path).name)
    return found - {"ingress"} if "gateway" in found else found


def values(path: str) -> Any:
    """The values for an upstream chart."""
    return yaml.safe_load((K8S / "charts" / path).read_text())
