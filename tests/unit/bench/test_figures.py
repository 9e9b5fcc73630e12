"""What the table of the benchmarks says: percentiles by the nearest rank, ratios, and whether a target is met."""

import json
from pathlib import Path

import pytest

from bench.figures import Figure, latencies, percentile, save
from bench.large import document, recording
from local.demo.files import SIZE_BYTES_MAX


@pytest.mark.parametrize(("percent", "expected"), [(50, 50), (99, 99), (100, 100), (1, 1)])
def test_a_percentile_is_a_value_that_was_measured(percent: int, expected: int) -> None:
    assert percentile(list(range(100, 0, -1)), percent) == expected


def test_of_a_single_value_every_percentile_is_that_value() -> None:
    assert [percentile([7.0], one) for one in (1, 50, 99)] == [7.0, 7.0, 7.0]


def test_a_target_is_met_from_its_own_side() -> None:
    assert Figure(name="latency", value=60, unit="ms", target=60).is_met is True
    assert Figure(name="latency", value=61, unit="ms", target=60).is_met is False
    assert Figure(name="rate", value=59, unit="/s", target=60, better="higher").is_met is False
    assert Figure(name="for information", value=59, unit="/s").is_met is None


def test_latencies_stand_beside_the_same_percentile_of_their_reference() -> None:
    p50, p99 = latencies("verdict", [0.02, 0.03], [0.01, 0.01], "bare", p50_target=60.0)

    assert (p50.value, p50.reference, p50.ratio, p50.is_met) == (20.0, 10.0, 2.0, True)
    assert (p99.value, p99.target) == (30.0, None)


def test_the_figures_are_saved_with_the_machine(tmp_path: Path) -> None:
    save(tmp_path / "figures.json", [Figure(name="a", value=1.0, unit="s", reference=2.0)], {"cores": 2})

    saved = json.loads((tmp_path / "figures.json").read_text())

    assert saved["machine"] == {"cores": 2}
    assert (saved["figures"][0]["ratio"], saved["figures"][0]["ok"]) == (0.5, None)


@pytest.mark.parametrize("make", [document, recording])
def test_large_files_have_the_largest_size_and_new_bytes_each_time(tmp_path: Path, make: object) -> None:
    assert callable(make)
    paths = [make(tmp_path / f"{number}.bin") for number in range(2)]

    assert [path.stat().st_size for path in paths] == [SIZE_BYTES_MAX] * 2
    assert paths[0].read_bytes() != paths[1].read_bytes()
