"""A full disk, a policy with a fault, objects that change: delayed or refused, and nothing passes by mistake."""

import asyncio
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from services.validator import policy
from shared.storage.zones import INCOMING
from tests.integration.validator.platform import Intake, Servers, validator_of
from tests.integration.validator.process import ROOT, environment, process

MEBIBYTE = 1 << 20


async def test_a_spool_that_takes_no_more_bytes_delays_and_loses_nothing(
    servers: Servers, intake: Intake, tmp_path: Path
) -> None:
    data = b"words that need room\n" * 200_000
    async with process(servers, tmp_path / "state") as validator:
        before = resource.prlimit(validator.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(validator.pid, resource.RLIMIT_FSIZE, (MEBIBYTE, before[1]))
        large = await intake.post("large.txt", data)
        small = await intake.post("small.txt", b"words that fit")
        fitting = await intake.verdict(small)
        await asyncio.sleep(1.5)
        waiting = await intake.verdicts(large)
        resource.prlimit(validator.pid, resource.RLIMIT_FSIZE, before)
        verdict = await intake.verdict(large, seconds=40)
        left = list((tmp_path / "state" / "spool").iterdir())

    assert fitting.outcome == "passed"
    assert waiting == [], "no verdict is made up"
    assert left == [], "a file that did not fit is not left lying"
    assert (verdict.outcome, verdict.in_clean) == ("passed", True)
    assert await intake.kept(verdict.object_key) == data


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (('severity = "blocking"', 'severity = "fatal"'), "[findings.file-too-large]"),
        (('version = "', "version = "), "at line"),
    ],
)
def test_a_policy_with_a_fault_keeps_the_service_from_starting(
    change: tuple[str, str], told: str, servers: Servers, tmp_path: Path
) -> None:
    path = tmp_path / "own-policy.toml"
    path.write_text(policy.BUILT_IN.read_text(encoding="utf-8").replace(*change, 1), encoding="utf-8")
    settings = environment(servers, tmp_path / "state", 1) | {"RESULTS_VALIDATOR_POLICY": str(path)}

    ended = subprocess.run(
        [sys.executable, "-m", "services.validator"],
        cwd=ROOT,
        env=settings | {"HOME": os.environ.get("HOME", "/")},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    said = ended.stdout + ended.stderr
    assert ended.returncode == 3
    assert str(path) in said
    assert told in said


async def test_an_object_that_changes_after_its_verdict_changes_nothing_in_the_clean_zone(
    servers: Servers, intake: Intake, tmp_path: Path
) -> None:
    async with validator_of(servers, tmp_path):
        result = await intake.post("a.txt", b"good words")
        verdict = await intake.verdict(result)
        await intake.store.put_bytes(INCOMING, verdict.object_key, b"evil words")
        again = await intake.verdict(await intake.post("a.txt", b"good words", stored=b"evil words"))

    assert await intake.kept(verdict.object_key) == b"good words"
    assert (again.outcome, again.in_clean) == ("error", False)
