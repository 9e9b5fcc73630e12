"""What changed between two submissions of a project, and what of the agreement was delivered. Pure."""

from collections.abc import Iterable, Sequence

from services.review.answers import (
    Changes,
    Coverage,
    FieldChange,
    LanguageCoverage,
    PlannedCoverage,
    ResultChange,
)
from services.review.domain.rounds import manifest_of
from shared.contracts.project import ProjectDescription
from shared.contracts.result import ManifestEntry, ResultState
from shared.messaging.events import ProjectLog
from shared.view import ProjectView

_DESCRIBED = (
    "kind", "title", "description", "category", "languages", "work_package", "publish", "withhold_reason",
    "data_protection", "url",
)  # fmt: skip
_CONTENT = ("name", "size", "sha256")


def changes_between(before: ProjectLog | None, now: ProjectLog, since_round: int | None) -> Changes:
    """Compare two submissions by their manifests; metadata as each was submitted."""
    if before is None:
        return Changes()
    old, new = _submitted(before), _submitted(now)
    found = [
        change
        for result_id in dict.fromkeys((*new, *old))
        if (change := _change(old.get(result_id), new.get(result_id))) is not None
    ]
    return Changes(
        since_round=since_round,
        results=tuple(found),
        unchanged=len(new) - sum(one.change != "removed" for one in found),
    )


def coverage(description: ProjectDescription, results: Sequence[ResultState]) -> Coverage:
    """R41 and R6: which agreed languages and planned results something was delivered for."""
    return Coverage(
        languages=tuple(
            LanguageCoverage(language=language, covered=bool(ids), results=ids)
            for language in description.languages
            for ids in [_ids(one for one in results if language in one.languages)]
        ),
        planned_results=tuple(
            PlannedCoverage(
                work_package=package.number,
                title=package.title,
                planned_results=package.planned_results,
                covered=bool(ids),
                results=ids,
            )
            for package in description.work_packages
            if package.planned_results
            for ids in [_ids(one for one in results if one.work_package == package.number)]
        ),
    )


def _ids(results: Iterable[ResultState]) -> tuple[str, ...]:
    return tuple(one.id for one in results)


def _submitted(project: ProjectLog) -> dict[str, tuple[ManifestEntry, ResultState]]:
    """What a submission held, with the metadata of then: the lock keeps it until the round ends."""
    return {
        entry.result_id: (entry, state)
        for entry in manifest_of(ProjectView(project))
        if (state := project.state("intake", "result", ResultState, entry.result_id)) is not None
    }


def _change(
    old: tuple[ManifestEntry, ResultState] | None, new: tuple[ManifestEntry, ResultState] | None
) -> ResultChange | None:
    if old is None or new is None:
        entry, state = new or old  # type: ignore[misc]  # one of the two manifests named it
        return ResultChange(result_id=entry.result_id, title=state.title, change="added" if new else "removed")
    if old[0].sequence == new[0].sequence:
        return None
    fields = _differences(old[1], new[1])
    content = old[0].sha256 != new[0].sha256
    if not fields:
        return None
    return ResultChange(
        result_id=new[0].result_id, title=new[1].title, change="changed", content=content, fields=fields
    )


def _differences(old: ResultState, new: ResultState) -> tuple[FieldChange, ...]:
    before = old.model_dump(mode="json")
    after = new.model_dump(mode="json")
    described = [(name, before[name], after[name]) for name in _DESCRIBED]
    content = [(f"file.{name}", before["file"][name], after["file"][name]) for name in _CONTENT]
    return tuple(
        FieldChange(field=name, before=was, after=is_) for name, was, is_ in (*described, *content) if was != is_
    )
