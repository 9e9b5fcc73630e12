"""Settings are read once, refused all at once, and never shown with their secrets."""

from pathlib import Path

import pytest

from shared.settings import (
    HttpSettings,
    LogSettings,
    NatsSettings,
    OidcSettings,
    ReportSettings,
    S3Settings,
    SettingsError,
    TimeZoneSettings,
    UploadSettings,
    load,
    masked,
    reference,
)


class ServiceSettings(
    NatsSettings, S3Settings, HttpSettings, OidcSettings, LogSettings, ReportSettings, TimeZoneSettings, UploadSettings
):
    """Most parts together, as a service composes them."""


COMPLETE = {
    "RESULTS_NATS_URL": "nats://127.0.0.1:4222",
    "RESULTS_NATS_USER": "intake",
    "RESULTS_NATS_PASSWORD": "hush-nats",
    "RESULTS_S3_ENDPOINT": "127.0.0.1:8333",
    "RESULTS_S3_ACCESS_KEY": "intake",
    "RESULTS_S3_SECRET_KEY": "hush-s3",
    "RESULTS_OIDC_ISSUER": "http://127.0.0.1:8105/",
    "RESULTS_HTTP_PORT": "8101",
}


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name, value in COMPLETE.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def test_a_complete_environment_gives_settings_with_defaults(environment: pytest.MonkeyPatch) -> None:
    settings = load(ServiceSettings)

    assert isinstance(settings, NatsSettings)
    assert settings.oidc_issuer == "http://127.0.0.1:8105"
    assert settings.upload_bytes_max == 104_857_600
    assert settings.report_sources == ()


def test_reports_cannot_be_handed_in_here_before_there_is_a_way_to(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("RESULTS_REPORT_SOURCE", "here")

    with pytest.raises(SettingsError, match=r"RESULTS_REPORT_SOURCE.*use `elsewhere`"):
        load(ServiceSettings)


def test_every_fault_is_named_at_once_with_its_variable_and_unit(environment: pytest.MonkeyPatch) -> None:
    environment.delenv("RESULTS_NATS_URL")
    environment.setenv("RESULTS_HTTP_PORT", "http")
    environment.setenv("RESULTS_UPLOAD_BYTES_MAX", "-1")
    environment.setenv("RESULTS_REPORT_SOURCES", "bm")
    environment.setenv("RESULTS_S3_ENDPOINT", "http://s3:8333")
    environment.setenv("RESULTS_TIME_ZONE", "Riga")

    with pytest.raises(SettingsError) as raised:
        load(ServiceSettings)

    lines = str(raised.value).splitlines()
    assert len(lines) == 6
    message = str(raised.value)
    assert "RESULTS_NATS_URL: is not set" in message
    assert "RESULTS_REPORT_SOURCES: must be a JSON list" in message
    assert "Unit: bytes" in next(line for line in lines if "UPLOAD_BYTES_MAX" in line)


def test_a_fault_never_repeats_the_value(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("RESULTS_NATS_URL", "nats://intake:hush-in-url@127.0.0.1:4222")

    with pytest.raises(SettingsError) as raised:
        load(ServiceSettings)

    assert "hush" not in str(raised.value)
    assert raised.value.__cause__ is None


def test_lists_are_json(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("RESULTS_REPORT_SOURCES", '["bm","other"]')

    assert load(ServiceSettings).report_sources == ("bm", "other")


def test_masked_values_hold_no_secret(environment: pytest.MonkeyPatch) -> None:
    shown = masked(load(ServiceSettings))

    assert shown["RESULTS_NATS_USER"] == "intake"
    assert "hush" not in str(shown)


def test_the_reference_lists_each_field_with_default_and_description() -> None:
    rows = {name: (default, text) for name, default, text in reference(ServiceSettings)}

    assert rows["RESULTS_NATS_URL"][0] == "required"
    assert rows["RESULTS_UPLOAD_BYTES_MAX"] == (
        "104857600",
        "Largest size of one result, measured while it arrives (R30). Unit: bytes.",
    )
    assert all(text.strip() for _, text in rows.values())


SEED = "SU" + "A" * 56


def test_an_nkey_stands_instead_of_a_password(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    environment.delenv("RESULTS_NATS_PASSWORD")
    environment.setenv("RESULTS_NATS_NKEY_SEED", SEED)
    given = load(ServiceSettings)
    file = tmp_path / "intake.nk"
    file.write_text(f"{SEED}\n")
    environment.delenv("RESULTS_NATS_NKEY_SEED")
    environment.setenv("RESULTS_NATS_NKEY_SEED_FILE", str(file))
    read = load(ServiceSettings)

    assert given.nkey_seed == read.nkey_seed
    assert SEED not in str(masked(given)) + str(masked(read))


@pytest.mark.parametrize(
    "changes",
    [
        {"RESULTS_NATS_PASSWORD": None},
        {"RESULTS_NATS_NKEY_SEED": SEED},
        {"RESULTS_NATS_PASSWORD": None, "RESULTS_NATS_NKEY_SEED": "SUhush"},
        {"RESULTS_NATS_PASSWORD": None, "RESULTS_NATS_NKEY_SEED": SEED.replace("SU", "SA")},
        {"RESULTS_NATS_PASSWORD": None, "RESULTS_NATS_NKEY_SEED_FILE": "/nowhere"},
        {"RESULTS_NATS_PASSWORD": None, "RESULTS_NATS_NKEY_SEED_FILE": __file__ + "c"},
    ],
)
def test_there_is_exactly_one_way_to_sign_in_to_nats(
    environment: pytest.MonkeyPatch, changes: dict[str, str | None]
) -> None:
    environment.delenv("RESULTS_S3_ENDPOINT")
    for name, value in changes.items():
        environment.delenv(name, raising=False)
        if value is not None:
            environment.setenv(name, value)

    with pytest.raises(SettingsError, match="RESULTS_NATS_") as refused:
        load(ServiceSettings)

    assert "RESULTS_S3_ENDPOINT" in str(refused.value)
    assert SEED not in str(refused.value)
    assert "hush" not in str(refused.value)
