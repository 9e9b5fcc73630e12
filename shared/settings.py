"""Settings: parts that services compose, read from the environment once, reported all at once when wrong.

A service's settings class inherits the parts that it needs, so that `settings` itself is a `NatsSettings`, an
`S3Settings` and so on. Every field names its unit in `json_schema_extra`, where it has one.
"""

import json
import re
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    FilePath,
    SecretStr,
    TypeAdapter,
    ValidationError,
    ValidationInfo,
)
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

PREFIX = "RESULTS_"
_LIST = TypeAdapter(list[str])
_SEED = re.compile(r"\bSU[A-Z2-7]{56}\b")


class SettingsError(Exception):
    """The environment does not describe a service that could run. The message lists every fault, one a line."""


def _json_list(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return _LIST.validate_json(value)
    except ValidationError as error:
        raise ValueError('must be a JSON list of texts, for example ["a","b"]') from error


def _web_address(value: str) -> str:
    if not re.fullmatch(r"https?://[^\s/?#@]+(/[^\s?#]*)?", value):
        raise ValueError("must be an http or https address without credentials, query or fragment")
    return value.rstrip("/")


def _nats_servers(value: str) -> str:
    if not all(re.fullmatch(r"(nats|tls|ws|wss)://[^\s/@]+", server) for server in value.split(",")):
        raise ValueError("must be nats://host:port (or tls, ws, wss), several separated by commas, without credentials")
    return value


def _nkey_seed(seed: SecretStr | None) -> SecretStr | None:
    if seed is not None and not _SEED.fullmatch(seed.get_secret_value().strip()):
        raise ValueError("must be the seed of a user's nkey: SU and 56 letters and digits")
    return seed


def _nkey_file(path: Path | None) -> Path | None:
    if path is not None and _seed_in(path) is None:
        raise ValueError("must hold the seed of a user's nkey: SU and 56 letters and digits")
    return path


def _seed_in(path: Path) -> SecretStr | None:
    """The seed that a file holds, alone or between the lines that the tools of NATS put around it."""
    found = _SEED.search(path.read_text(errors="replace"))
    return SecretStr(found[0]) if found else None


def _one_way_to_sign_in(password: SecretStr | None, found: ValidationInfo) -> SecretStr | None:
    ways = [password, *(found.data.get(name) for name in ("nats_nkey_seed", "nats_nkey_seed_file"))]
    if {"nats_nkey_seed", "nats_nkey_seed_file"} <= found.data.keys() and sum(one is not None for one in ways) != 1:
        raise ValueError("give one of RESULTS_NATS_PASSWORD, RESULTS_NATS_NKEY_SEED and RESULTS_NATS_NKEY_SEED_FILE")
    return password


def _host_and_port(value: str) -> str:
    if not re.fullmatch(r"(\[[0-9a-fA-F:]+\]|[A-Za-z0-9._-]+):\d{1,5}", value):
        raise ValueError("must be host:port, without http:// before it")
    return value


def _time_zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (OSError, ValueError, KeyError) as error:
        raise ValueError("must be a time zone of the IANA list, for example Europe/Riga") from error
    return value


TextList = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_json_list)]
WebAddress = Annotated[str, AfterValidator(_web_address)]
NonEmptySecret = Annotated[SecretStr, Field(min_length=1)]


class Settings(BaseSettings):
    """What every part has in common: the prefix, immutability, and that other variables are not looked at."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore")


class NatsSettings(Settings):
    nats_url: Annotated[str, AfterValidator(_nats_servers)] = Field(
        description="Address of the NATS servers, several separated by commas."
    )
    nats_user: str = Field(
        min_length=1, description="User of this service on NATS; its private inbox is named after it."
    )
    nats_nkey_seed: Annotated[SecretStr | None, AfterValidator(_nkey_seed)] = Field(
        default=None, description="Seed of the user's nkey (SU...), instead of a password."
    )
    nats_nkey_seed_file: Annotated[FilePath | None, AfterValidator(_nkey_file)] = Field(
        default=None, description="File that holds the seed of the user's nkey, instead of a password."
    )
    nats_password: Annotated[NonEmptySecret | None, AfterValidator(_one_way_to_sign_in)] = Field(
        default=None, validate_default=True, description="Password of the NATS user, unless it has an nkey."
    )

    @property
    def nkey_seed(self) -> SecretStr | None:
        """The seed of the user's nkey, wherever it was given; None when there is a password."""
        return _seed_in(self.nats_nkey_seed_file) if self.nats_nkey_seed_file else self.nats_nkey_seed


class S3Settings(Settings):
    s3_endpoint: Annotated[str, AfterValidator(_host_and_port)] = Field(
        description="Object store, as host:port of its S3 interface."
    )
    s3_secure: bool = Field(default=False, description="Speak TLS with the object store.")
    s3_access_key: str = Field(min_length=1, description="Access key of this service; its policy hangs on it.")
    s3_secret_key: NonEmptySecret = Field(description="Secret of the access key.")


class HttpSettings(Settings):
    http_host: str = Field(default="127.0.0.1", description="Address to listen on.")
    http_port: int = Field(ge=1, le=65535, description="Port to listen on.")
    http_admin_port: int | None = Field(
        default=None,
        ge=1,
        le=65535,
        description=(
            "Port for /metrics and the detail of /readyz, for an address that no ingress exposes. "
            "When absent both are on the main port."
        ),
    )
    http_leave_seconds: float = Field(
        default=0.0,
        ge=0,
        le=120,
        description=(
            "How long to serve on after SIGTERM, no longer ready and closing each connection with its answer, "
            "until no proxy sends more."
        ),
        json_schema_extra={"unit": "seconds"},
    )
    http_drain_seconds: float = Field(
        default=15.0,
        gt=0,
        le=600,
        description="How long running requests may take to end after that.",
        json_schema_extra={"unit": "seconds"},
    )


class OidcSettings(Settings):
    oidc_issuer: WebAddress = Field(description="OpenID Connect issuer whose tokens are accepted.")
    oidc_audience: str = Field(
        default="results-platform", min_length=1, description="Value that `aud` of a token must hold."
    )


class LogSettings(Settings):
    log_format: Literal["json", "console"] = Field(default="json", description="json for machines, console for people.")
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="Least severity that is logged."
    )


class StateSettings(Settings):
    state_dir: Path = Field(
        description="Folder of this service alone: read model, spools, temporary files. May be deleted while stopped."
    )


class UploadSettings(Settings):
    upload_bytes_max: int = Field(
        default=104_857_600,
        gt=0,
        description="Largest size of one result, measured while it arrives (R30).",
        json_schema_extra={"unit": "bytes"},
    )


def _elsewhere_for_now(source: str) -> str:
    """With `here` a decision needs a report that was handed in, and nothing hands one in yet: it could never come."""
    if source == "here":
        raise ValueError("`here` needs the report module, which this version does not have: use `elsewhere`")
    return source


class ReportSettings(Settings):
    report_source: Annotated[Literal["elsewhere", "here"], AfterValidator(_elsewhere_for_now)] = Field(
        default="elsewhere",
        description=(
            "Where final reports are handed in; elsewhere: a decision needs no `submitted` event. "
            "`here` is refused until there is a report module."
        ),
    )
    report_sources: TextList = Field(
        default=(), description="JSON list of upstream sources whose approval of a final report is trusted."
    )


class ClamdSettings(Settings):
    clamd_address: str = Field(min_length=1, description="clamd, as the path of its socket or host:port.")


class PublicSettings(Settings):
    public_url: WebAddress = Field(description="Base address under which the public reaches the publisher.")


class TimeZoneSettings(Settings):
    time_zone: Annotated[str, AfterValidator(_time_zone)] = Field(
        default="Europe/Riga", description="Time zone in which a project's dates begin and end."
    )


class ReplicasSettings(Settings):
    replicas: int = Field(default=1, ge=1, le=5, description="Copies of each stream: 1 on one machine, 3 in a cluster.")


class FetchSettings(Settings):
    fetch_hosts: TextList = Field(
        default=(), description="JSON list of hosts from which a posted result may be fetched by `url`."
    )


S = TypeVar("S", bound=Settings)


def load(kind: type[S]) -> S:
    """Read the settings of `kind` from the environment.

    Raises SettingsError that names every fault by its variable; values are not repeated, they may be secrets.
    """
    try:
        return kind()
    except ValidationError as error:
        lines = [_fault(kind, fault["loc"], fault["msg"]) for fault in error.errors(include_url=False)]
        raise SettingsError("\n".join(lines)) from None


def _fault(kind: type[Settings], location: tuple[int | str, ...], message: str) -> str:
    name = str(location[0]) if location else ""
    field = kind.model_fields.get(name)
    reason = "is not set" if message == "Field required" else message.removeprefix("Value error, ")
    about = f" ({field.description}{_unit(field)})" if field is not None else ""
    return f"{variable(name)}: {reason}{about}"


def _unit(field: FieldInfo) -> str:
    extra = field.json_schema_extra
    return f" Unit: {extra['unit']}." if isinstance(extra, dict) and "unit" in extra else ""


def variable(field_name: str) -> str:
    """The environment variable that sets a field."""
    return f"{PREFIX}{field_name.upper()}"


def masked(settings: Settings) -> dict[str, Any]:
    """All values as they may be logged: secrets are stars."""
    return {
        variable(name): str(value) if isinstance(value, SecretStr | Path) else value
        for name, value in ((name, getattr(settings, name)) for name in type(settings).model_fields)
    }


def reference(kind: type[Settings]) -> list[tuple[str, str, str]]:
    """(variable, default, description with unit) of every field, for `--help` and the generated page."""
    return [(variable(name), _default(field), f"{field.description}{_unit(field)}") for name, field in _fields(kind)]


def _fields(kind: type[Settings]) -> list[tuple[str, FieldInfo]]:
    return sorted(kind.model_fields.items())


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    if field.default is None:
        return "none"
    return json.dumps(field.default).strip('"')
