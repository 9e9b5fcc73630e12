"""`results archive verify`: whether an archive is whole, from its files alone, without a platform."""

from dataclasses import dataclass, field

from local.ops import segments
from local.ops.log_archive import LOG_FOLDER, OBJECTS_FOLDER, object_name, recorded
from local.ops.objects import ZONES, Inventory, digest_in, digest_of
from local.ops.runs import Run, runs
from local.ops.segments import BrokenArchiveError, SegmentName
from local.ops.vault import Vault


@dataclass(slots=True, kw_only=True)
class Checked:
    """How far the archive reaches, what it holds, and what is wrong with it."""

    position: int = 0
    files: int = 0
    events: int = 0
    deleted: int = 0
    runs: int = 0
    objects: int = 0
    complaints: list[str] = field(default_factory=list)


async def checked(vault: Vault, *, read_objects: bool) -> Checked:
    """Read every file of the chain, every run and its sets; look for every object, with `read_objects` at its bytes."""
    found, inventory, tips = Checked(), Inventory(), dict[int, str]()
    try:
        await _log(vault, found, inventory, tips)
        kept = await runs(vault)
        found.runs = len(kept)
        for run in kept:
            await _run(vault, run, tips, found)
        missing = kept[-1].missing if kept else ()
        await _objects(vault, inventory, frozenset(missing), found, read_objects=read_objects)
        if not found.files and not found.runs:
            found.complaints.append("there is no archive here: neither a log nor a run of a backup")
    except BrokenArchiveError as error:
        found.complaints.append(str(error))
    return found


async def _log(vault: Vault, found: Checked, inventory: Inventory, tips: dict[int, str]) -> None:
    names = await segments.names(vault, LOG_FOLDER)
    async for segment in segments.chain(vault, names):
        tips[segment.last] = names[found.files].digest
        found.files += 1
        found.events += len(segment.messages)
        found.deleted += segment.last - segment.after - len(segment.messages)
        found.position = segment.last
        for message in segment.messages:
            inventory.take(recorded(message))


async def _run(vault: Vault, run: Run, tips: dict[int, str], found: Checked) -> None:
    """A run may have been written while the log went on: its end is one that the chain had."""
    if run.position and tips.get(run.position) != run.tip:
        found.complaints.append(f"{run.name} ends at {run.position} with another file than the log")
    for names in run.sets.values():
        sets = [SegmentName.parse(one) for one in names]
        if sets and await vault.has(names[0]):
            async for _ in segments.chain(vault, sets):
                pass


async def _objects(
    vault: Vault, inventory: Inventory, missing: frozenset[str], found: Checked, *, read_objects: bool
) -> None:
    """What the last run told to be missing is the platform's trouble, not the archive's."""
    kept = {name async for name in vault.names(OBJECTS_FOLDER)}
    wanted = {key for zone in ZONES for key in inventory.keys(zone)} - missing
    for name in sorted({object_name(digest_of(key)) for key in wanted} - kept):
        found.complaints.append(f"{name} is named by the log and not there")
    found.objects = len(kept)
    for name in sorted(kept) if read_objects else ():
        if await digest_in(vault.read(name)) != digest_of(name):
            found.complaints.append(f"{name} holds other bytes")
