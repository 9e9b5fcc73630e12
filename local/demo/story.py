"""The main job, told step by step: each must come out as it is written here, else the story ends with StoryError."""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from local.demo import contents, files
from local.demo.account import Account, Line, spoken
from local.demo.client import PATIENCE_SECONDS, POLL_SECONDS, StoryError, until
from local.demo.contents import AT_THE_DOOR, PIECES, Piece
from local.demo.files import Sample
from local.demo.project import Project

UNSETTLED = ("draft", "uploaded", "validating")
COMMENT = "Please add the funding statement and the disclaimer (R44, R45)."


@dataclass(slots=True)
class Handed:
    """A piece that was handed in: its bytes, its result, and the line that shows where it stands."""

    piece: Piece
    sample: Sample
    result_id: str
    line: Line
    posted_at: float

    def settle(self, result: dict[str, Any]) -> bool:
        """Take over what the checks say; whether they have said it all."""
        if result["status"] in UNSETTLED:
            return False
        if self.line.state in UNSETTLED:
            self.line.note = f"after {spoken(time.monotonic() - self.posted_at)}" + "".join(
                f"; {code}" for code in blocking(result)
            )
        self.line.state = result["status"]
        return True


def blocking(result: dict[str, Any]) -> Iterable[str]:
    """The codes of what stands in the way of a result."""
    for check in result["checks"]:
        for finding in check["findings"]:
            if finding["severity"] == "blocking":
                yield f"{finding['code']} {finding['excerpt'] or ''}".strip()


class Story:
    def __init__(self, project: Project, account: Account, folder: Path) -> None:
        self.project, self.account, self.folder = project, account, folder
        self.samples: dict[str, Sample] = {}
        self.handed: list[Handed] = []
        self.turned_away: list[Line] = []

    def tell(self) -> None:
        """The whole story, in order."""
        self.make_files()
        self.register()
        self.hand_in()
        self.submit_too_early()
        self.mend()
        self.submit()
        self.review()
        self.publish()
        self.compare()

    def make_files(self) -> None:
        self.account.chapter("Real files are made on the spot")
        for piece in (*PIECES, *AT_THE_DOOR):
            self.samples[piece.name] = piece.make(self.folder / piece.name)
        kinds = sorted({Path(name).suffix.removeprefix(".") for name in self.samples})
        self.account.did(f"{len(self.samples)} files of {len(kinds)} formats: {', '.join(kinds)}")

    def register(self) -> None:
        self.account.chapter("The agency's system registers the project; its website is public at once")
        self.project.register(ended=False)
        state = self.project.read()["state"]
        self.must(state == "ongoing", f"a running project must be ongoing, not {state}")
        self.account.did(f"project {self.project.id} is registered and {state}")
        seconds = self.project.set_website(contents.WEBSITE)
        self.account.did(f"the website {contents.WEBSITE} was set, and public", seconds=seconds)

    def hand_in(self) -> None:
        self.account.chapter("Results come in: small ones as they are, the large one in pieces")
        for piece in AT_THE_DOOR:
            self._turn_away(piece)
        half = len(PIECES) // 2
        for number, piece in enumerate(PIECES):
            if self.samples[piece.name].size == files.SIZE_BYTES_MAX:
                self._hand_in(piece, self._upload(piece))
            else:
                person = self.project.cast.upstream if number < half else self.project.cast.beneficiary
                self._hand_in(piece, self.project.post(person, piece, self.samples[piece.name]))
        self._settle(self.handed)
        for one in self.handed:
            told = f"{one.piece.name} must be {one.piece.status}, not {one.line.state}: {one.line.note}"
            self.must(one.line.state == one.piece.status, told)

    def submit_too_early(self) -> None:
        self.account.chapter("The coordinator submits too early")
        problem = self.project.submit_refused("project-not-ended")
        self.account.refused("the project still runs", problem)
        self.project.register(ended=True)
        state = self.project.read()["state"]
        self.must(state == "ended", f"after its last day a project must be ended, not {state}")
        self.account.did(f"an amendment moves the end to yesterday; the project is {state}")
        problem = self.project.submit_refused("results-not-valid")
        unfit = [one for one in self.handed if one.piece.status != "valid"]
        self.must(len(problem["errors"]) == len(unfit), f"{len(unfit)} results must be listed: {problem['errors']}")
        self.account.refused(f"{len(unfit)} results are not fit", problem)

    def mend(self) -> None:
        self.account.chapter("The project mends what was found")
        for one in self.handed:
            if one.piece.fate == "deleted":
                self.project.delete(one.result_id)
                self.account.did(f"{one.piece.name} ({one.line.state}) is deleted")
                one.line.state = "deleted"
        survey = self._find("survey.xlsx")
        sample = files.xlsx(survey.sample.path, contents.COUNTRIES)
        self._replace(survey, sample, "survey.xlsx without the list of participants")

    def submit(self) -> None:
        self.account.chapter("Submitted: the project is locked")
        submission = self.project.submit()
        self.account.did(f"round {submission['round']} with {len(submission['manifest'])} results is under review")
        late = self.samples["poster.png"]
        problem = self.project.post_refused(self.project.cast.beneficiary, PIECES[3], late, 409, "project-locked")
        self.account.refused("another file meanwhile", problem)

    def review(self) -> None:
        self.account.chapter("The agency's officer reviews, asks for a change, and approves")
        course, live = self._find("course.docx"), self._live()
        self.project.claim()
        self.account.did("the officer has taken the round")
        for one in live:
            if one is not course:
                self.project.decide(one.result_id)
        self.project.decide(course.result_id, decision="request_changes", comment=COMMENT)
        self.project.close(decision="request_changes", comment="One result needs a change.")
        self.account.did(f"{len(live) - 1} results approved, course.docx returned: {COMMENT}")
        told = self.project.result(course.result_id)
        self.must(told["status"] == "changes_requested" and COMMENT in str(told), f"the comment must arrive: {told}")
        text = ["Course of four lessons", *contents.LESSONS, contents.STATEMENT]
        self._replace(course, files.docx(course.sample.path, text), "course.docx with the funding statement")
        self.project.submit()
        self.project.claim()
        self.project.decide(course.result_id)
        self.project.close()
        self.account.did("round 2 is approved")
        self._must_all("approved")
        self._must_not_be_public(live, "before the final report is approved")
        self.account.did(f"{len(live)} results are approved, and none is public: the final report is not approved yet")

    def publish(self) -> None:
        self.account.chapter("The final report is approved: the results become public")
        public = [one for one in self._live() if one.piece.fate == "public"]
        began = time.monotonic()
        self.project.approve_report()
        for one in public:
            until(partial(self._is_public, one), f"{one.piece.name} becomes public", 20)
            one.line.state = "public"
            one.line.note = f"after {spoken(time.monotonic() - began)}"
        self.account.did(f"{len(public)} results are public", seconds=time.monotonic() - began)
        withheld = [one for one in self._live() if one.piece.fate == "withheld"]
        for one in withheld:
            until(lambda one=one: self.project.result(one.result_id)["status"] == "withheld", "it is withheld", 10)  # type: ignore[misc]
            one.line.state, one.line.note = "withheld", "approved, and not to be published"
        self._must_not_be_public([one for one in self.handed if one.piece.fate != "public"], "ever")
        self.account.did("what is withheld, deleted or was refused cannot be found by anybody")

    def compare(self) -> None:
        self.account.chapter("Public bytes against the originals")
        for one in self._live():
            if one.piece.fate == "public":
                digest = self.project.public_digest(one.result_id)
                self.must(digest == one.sample.sha256, f"{one.piece.name}: the public bytes are others: {digest}")
                one.line.note = f"sha256 {digest[:12]}…, the same as the original"
                self.account.did(f"{one.piece.name}: sha256 {digest[:16]}…, byte for byte the original")

    def must(self, fact: bool, otherwise: str) -> None:
        if not fact:
            raise StoryError(otherwise)

    @property
    def lines(self) -> list[Line]:
        """What became of each file."""
        return [*(one.line for one in self.handed), *self.turned_away]

    def _turn_away(self, piece: Piece) -> None:
        sample, person = self.samples[piece.name], self.project.cast.beneficiary
        status = 413 if piece.code == "file-too-large" else 415
        problem = self.project.post_refused(person, piece, sample, status, piece.code)
        self.account.refused(f"{piece.name} ({sample.size:,} bytes)", problem)
        self.turned_away.append(Line(piece.name, sample.size, "refused", f"{status} {piece.code}; nothing was kept"))

    def _upload(self, piece: Piece) -> dict[str, Any]:
        """Send a large file, lose the connection in the middle, ask how far it came, and go on there."""
        sample = self.samples[piece.name]
        began, half = time.monotonic(), sample.size // 2
        told = self.project.start_upload(sample)
        with self.account.sending(piece.name, sample.size) as report:
            come = self.project.send(told, sample, 0, half, report)
            self.must(come == half, f"after {half} bytes the platform must have {half}, not {come}")
            self.project.send(told, sample, come, sample.size, report)
        created = self.project.post_uploaded(told, piece)
        self.must(created["file"]["sha256"] == sample.sha256, "the digest of the upload must be that of the file")
        self.account.did(
            f"{piece.name}: exactly {sample.size:,} bytes, stopped at {come:,} and continued",
            seconds=time.monotonic() - began,
        )
        return created

    def _hand_in(self, piece: Piece, created: dict[str, Any]) -> None:
        sample = self.samples[piece.name]
        line = Line(piece.name, sample.size, "validating")
        self.handed.append(Handed(piece, sample, created["id"], line, time.monotonic()))

    def _settle(self, waiting: Iterable[Handed]) -> None:
        left, deadline = list(waiting), time.monotonic() + PATIENCE_SECONDS
        with self.account.watching([one.line for one in left]):
            while left := [one for one in left if not one.settle(self.project.result(one.result_id))]:
                self.must(time.monotonic() < deadline, f"still not checked: {[one.piece.name for one in left]}")
                time.sleep(POLL_SECONDS)

    def _replace(self, one: Handed, sample: Sample, what: str) -> None:
        one.sample, one.line.size, one.posted_at, one.line.state = sample, sample.size, time.monotonic(), "validating"
        self.project.replace(one.result_id, sample)
        until(lambda: one.settle(self.project.result(one.result_id)), f"{what} is checked")
        self.must(one.line.state == "valid", f"{what} must be valid, not {one.line.state}: {one.line.note}")
        self.account.did(f"{what} is revision 2, checked and valid", seconds=time.monotonic() - one.posted_at)

    def _find(self, name: str) -> Handed:
        return next(one for one in self.handed if one.piece.name == name)

    def _live(self) -> list[Handed]:
        return [one for one in self.handed if one.piece.fate != "deleted"]

    def _is_public(self, one: Handed) -> bool:
        return self.project.public_status(one.result_id) == 200

    def _must_all(self, status: str) -> None:
        for one in self._live():
            found = self.project.result(one.result_id)["status"]
            self.must(found == status, f"{one.piece.name} must be {status}, not {found}")
            one.line.state = status

    def _must_not_be_public(self, those: Iterable[Handed], when: str) -> None:
        for one in those:
            status = self.project.public_status(one.result_id)
            self.must(status == 404, f"{one.piece.name} must not be public {when}, but was answered {status}")
