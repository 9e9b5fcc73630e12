"""Readiness names what is missing, within its deadlines, and does not hammer what it asks."""

import asyncio

from shared.health import Line, NotReadyError, Readiness


async def test_each_dependency_has_its_own_line_and_reason() -> None:
    readiness = Readiness()

    async def well() -> str | None:
        return "position 12 of 12"

    async def away() -> str | None:
        raise NotReadyError("the object store does not answer on 127.0.0.1:8333")

    async def broken() -> str | None:
        raise KeyError("/secret/path")

    readiness.add("log", well)
    readiness.add("store", away)
    readiness.add("clamd", broken)
    report = await readiness.report()

    assert not report.ready
    assert report.lines == (
        Line(name="log", ok=True, reason="position 12 of 12"),
        Line(name="store", ok=False, reason="the object store does not answer on 127.0.0.1:8333"),
        Line(name="clamd", ok=False, reason="check failed: KeyError"),
    )


async def test_a_check_that_hangs_is_cut_off_at_its_deadline() -> None:
    readiness = Readiness()

    async def hangs() -> str | None:
        await asyncio.sleep(60)
        return None

    readiness.add("nats", hangs, deadline_seconds=0.02)
    report = await readiness.report()

    assert report.lines[0].reason == "no answer within 0.02 s"


async def test_many_probes_run_the_checks_once() -> None:
    readiness, runs = Readiness(fresh_seconds=60), 0

    async def counted() -> str | None:
        nonlocal runs
        runs += 1
        await asyncio.sleep(0.01)
        return None

    readiness.add("nats", counted)
    reports = await asyncio.gather(*(readiness.report() for _ in range(50)))

    assert all(report.ready for report in reports)
    assert runs == 1


async def test_results_are_refreshed_after_their_time() -> None:
    readiness, answers = Readiness(fresh_seconds=0.01), [NotReadyError("starting"), None]

    async def recovers() -> str | None:
        answer = answers.pop(0)
        if answer is not None:
            raise answer
        return None

    readiness.add("nats", recovers)
    assert not (await readiness.report()).ready
    await asyncio.sleep(0.02)
    assert (await readiness.report()).ready


async def test_a_stopping_process_is_not_ready() -> None:
    readiness = Readiness()
    assert (await readiness.report()).ready

    readiness.stop()

    assert (await readiness.report()).lines[0].reason == "stopping"
