"""The main job, told step by step: each must come out as it is written here, else the story ends with StoryError."""

import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from local.demo import contents, files
from local.demo.account import Account, Line, spoken
from local.demo.client import PATIENCE_SECONDS, POLL_SECONDS, StoryError, until
from local.demo.contents import AT_THE_DOOR, LARGE, PIECES, Piece
from local.demo.files import Sample
from local.demo.handed import Handed
from local.demo.project import Project

COMMENT = "Please add the funding statement and the disclaimer (R44, R45)."


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
        for piece in (*PIECES, LARGE, *AT_THE_DOOR):
            self.samples[piece.name] = piece.make(self.folder / piece.name)
        kinds = sorted({Path(name).suffix.removeprefix(".") for name in self.samples})
        self.account.did(f"{len(self.samples)} files of {len(kinds)} kinds: {', '.join(kinds)}")

    def register(self) -> None:
        self.account.chapter("The agency's system registers the project; its website is public at once")
        self.project.register(ended=False)
        self._must_be(self.project.read()["state"], "ongoing", "a running project")
        self.account.did(f"project {self.project.id} is registered and ongoing")
        seconds = self.project.set_website(contents.WEBSITE)
        self.account.did(f"the website {contents.WEBSITE} is set and public", seconds=seconds)

    def hand_in(self) -> None:
        self.account.chapter("Results come in and are checked")
        for piece in AT_THE_DOOR:
            self._turn_away(piece)
        half = len(PIECES) // 2
        for number, piece in enumerate(PIECES):
            person = self.project.cast.upstream if number < half else self.project.cast.beneficiary
            self._hand_in(piece, self.project.post(person, piece, self.samples[piece.name]))
        self.account.did(f"{half} files are posted by the agency's system, {len(PIECES) - half} by the beneficiary")
        self._watch(self.handed, self._is_checked)
        self._hand_in(LARGE, self._upload())
        self._watch(self.handed[-1:], self._is_checked)
        for one in self.handed:
            self._must_be(one.line.state, one.piece.status, one.piece.name)

    def submit_too_early(self) -> None:
        self.account.chapter("The coordinator submits too early")
        self.account.refused("while the project still runs", self.project.submit_refused("project-not-ended"))
        self.project.register(ended=True)
        self._must_be(self.project.read()["state"], "ended", "after its last day a project")
        self.account.did("an amendment moves the end to yesterday; the project has ended")
        problem = self.project.submit_refused("results-not-valid")
        unfit = [one for one in self.handed if one.piece.status != "valid"]
        self._must_be(len(problem["errors"]), len(unfit), "the number of results that are listed as not ready")
        self.account.refused(f"with {', '.join(one.piece.name for one in unfit)} among the results", problem)

    def mend(self) -> None:
        self.account.chapter("The project mends what was found")
        for one in self.handed:
            if one.piece.fate == "deleted":
                self.project.delete(one.result_id)
                self.account.did(f"{one.piece.name} ({one.line.state}) is deleted")
                one.enter("deleted", f"it was {one.line.state}")
        survey = self._find("survey.xlsx")
        sample = files.xlsx(survey.sample.path, contents.COUNTRIES)
        self._replace(survey, sample, "survey.xlsx without the list of participants")

    def submit(self) -> None:
        self.account.chapter("Submitted: the project is locked")
        submission = self.project.submit()
        self.account.did(f"round {submission['round']} with {len(submission['manifest'])} results is under review")
        piece, person = PIECES[0], self.project.cast.beneficiary
        problem = self.project.post_refused(person, piece, self.samples[piece.name], 409, "project-locked")
        self.account.refused("another file meanwhile", problem)

    def review(self) -> None:
        self.account.chapter("The agency's officer reviews, asks for a change, and approves")
        course, live = self._find("course.docx"), self._live()
        self.project.claim()
        self.account.did("the officer takes the round")
        for one in live:
            if one is not course:
                self.project.decide(one.result_id)
        self.project.decide(course.result_id, decision="request_changes", comment=COMMENT)
        self.project.close(decision="request_changes", comment="One result needs a change.")
        self.account.did(f"{len(live) - 1} results are approved, course.docx comes back: “{COMMENT}”")
        told = self.project.result(course.result_id)
        self._must_be(told["status"], "changes_requested", "course.docx")
        self._must_be(COMMENT in str(told), True, "that the comment reaches the project")
        text = ["Course of four lessons", *contents.LESSONS, contents.STATEMENT]
        self._replace(course, files.docx(course.sample.path, text), "course.docx with the funding statement")
        self._second_round(course)
        self._must_not_be_public(live, "before the final report is approved")
        self.account.did(f"all {len(live)} results are approved, none is public: the final report is not approved yet")

    def publish(self) -> None:
        self.account.chapter("The final report is approved: the results become public")
        began = time.monotonic()
        self.project.approve_report()
        for one in self._live():
            one.since = began
        self._watch(self._live(), self._is_settled_for_good)
        self._must_not_be_public([one for one in self.handed if one.piece.fate != "public"], "ever")
        self.account.did("what is withheld or deleted is found by nobody")

    def compare(self) -> None:
        self.account.chapter("Public bytes against the originals")
        public = [one for one in self._live() if one.piece.fate == "public"]
        for one in public:
            digest = self.project.public_digest(one.result_id)
            self._must_be(digest, one.sample.sha256, f"the sha256 of the public {one.piece.name}")
            one.line.note = f"sha256 {digest[:12]}… as the original"
        size = sum(one.sample.size for one in public)
        self.account.did(f"{len(public)} files ({size:,} bytes) are byte for byte what was handed in")

    @property
    def lines(self) -> list[Line]:
        """What became of each file."""
        return [*(one.line for one in self.handed), *self.turned_away]

    def _turn_away(self, piece: Piece) -> None:
        sample, person = self.samples[piece.name], self.project.cast.beneficiary
        status = 413 if piece.code == "file-too-large" else 415
        problem = self.project.post_refused(person, piece, sample, status, piece.code)
        self.account.refused(f"{piece.name} of {sample.size:,} bytes", problem)
        self.turned_away.append(Line(piece.name, sample.size, "refused", f"{status} {piece.code}, nothing kept"))

    def _upload(self) -> dict[str, Any]:
        """Send the large file, lose the connection in the middle, ask how far it came, and go on there."""
        sample = self.samples[LARGE.name]
        began, half = time.monotonic(), sample.size // 2
        told = self.project.start_upload(sample)
        with self.account.sending(LARGE.name, sample.size) as report:
            come = self.project.send(told, sample, 0, half, report)
            self._must_be(come, half, "what the platform has of the upload")
            self.project.send(told, sample, come, sample.size, report)
        created = self.project.post_uploaded(told, LARGE)
        self._must_be(created["file"]["sha256"], sample.sha256, "the digest of the upload")
        how = f"{LARGE.name} of exactly {sample.size:,} bytes is uploaded, interrupted at {come:,} and continued"
        self.account.did(how, seconds=time.monotonic() - began)
        return created

    def _hand_in(self, piece: Piece, created: dict[str, Any]) -> None:
        sample = self.samples[piece.name]
        line = Line(piece.name, sample.size, "validating")
        self.handed.append(Handed(piece, sample, created["id"], line, time.monotonic()))

    def _watch(self, those: Iterable[Handed], is_done: Callable[[Handed], bool]) -> None:
        """Show them until all are done."""
        left, deadline = list(those), time.monotonic() + PATIENCE_SECONDS
        with self.account.watching([one.line for one in left]):
            while left := [one for one in left if not is_done(one)]:
                if time.monotonic() > deadline:
                    raise StoryError(
                        f"nothing moves any more: {[f'{one.piece.name} {one.line.state}' for one in left]}"
                    )
                time.sleep(POLL_SECONDS)

    def _is_checked(self, one: Handed) -> bool:
        return one.settle(self.project.result(one.result_id))

    def _is_settled_for_good(self, one: Handed) -> bool:
        if one.piece.fate == "public" and self.project.public_status(one.result_id) == 200:
            one.enter("public", f"after {spoken(one.waited)}")
        elif self.project.result(one.result_id)["status"] == "withheld":
            one.enter("withheld", "approved, and not to be published")
        return one.line.state == one.piece.fate

    def _replace(self, one: Handed, sample: Sample, what: str) -> None:
        one.mended(sample)
        self.project.replace(one.result_id, sample)
        until(lambda: self._is_checked(one), f"{what} is checked")
        self._must_be(one.line.state, "valid", what)
        self.account.did(f"{what} is revision 2, checked and valid", seconds=one.waited)

    def _second_round(self, changed: Handed) -> None:
        number = self.project.submit()["round"]
        self.project.claim()
        self.project.decide(changed.result_id)
        self.project.close()
        for one in self._live():
            self._must_be(self.project.result(one.result_id)["status"], "approved", one.piece.name)
            one.enter("approved")
        self.account.did(f"round {number} is submitted and approved")

    def _find(self, name: str) -> Handed:
        return next(one for one in self.handed if one.piece.name == name)

    def _live(self) -> list[Handed]:
        return [one for one in self.handed if one.piece.fate != "deleted"]

    def _must_not_be_public(self, those: Iterable[Handed], when: str) -> None:
        for one in those:
            self._must_be(self.project.public_status(one.result_id), 404, f"the answer for {one.piece.name} {when}")

    @staticmethod
    def _must_be(found: object, wanted: object, what: str) -> None:
        if found != wanted:
            raise StoryError(f"{what} must be {wanted}, not {found}")
