"""A file that was judged lately is not scanned again, is copied all the same, and never lets other bytes through."""

from pathlib import Path

from local.port_ranges import reserved_ports
from local.servers import ClamdServer
from tests.integration.validator.engines import NumberedSignatures
from tests.integration.validator.platform import Intake, Servers, validator_of

WORDS = b"words that come twice"


async def test_the_same_file_again_passes_from_memory_with_bytes_of_its_own(
    servers: Servers, intake: Intake, tmp_path: Path
) -> None:
    signatures = NumberedSignatures(tmp_path / "clamd" / "signatures")
    with reserved_ports() as ports, ClamdServer(tmp_path / "clamd", ports, signatures=signatures) as server:
        async with validator_of(servers, tmp_path / "state", clamd_address=server.address):
            first = await intake.verdict(await intake.post("a.txt", WORDS))
            again = await intake.verdict(await intake.post("a.txt", WORDS))
            false = await intake.verdict(await intake.post("a.txt", WORDS, stored=b"words that are others"))

    assert (first.outcome, again.outcome, again.signatures) == ("passed", "passed", "100")
    engines = {check.check: "same bytes as at" in check.engine for check in again.checks}
    assert {name for name, remembered in engines.items() if remembered} == {"format", "malware", "personal-data"}
    assert not any("same bytes" in check.engine for check in first.checks)
    assert again.object_key != first.object_key
    assert await intake.kept(again.object_key) == WORDS
    assert (false.outcome, false.in_clean, await intake.kept(false.object_key)) == ("error", False, None)
