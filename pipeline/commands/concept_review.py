"""The tags that a person should look at next, and how far people and the machine agree on those that were looked at."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from itertools import combinations
from pathlib import Path
from typing import Any

from pipeline import edits
from pipeline.concepts import codebook
from pipeline.concepts.agreement import Agreement, Judgement, agreement
from pipeline.edits.ledger import withdrawals
from pipeline.edits.model import ConceptAt, Decision, Withdraw
from pipeline.edits.reviewed import Reviewed
from pipeline.errors import DocumentError, IndexFileError
from pipeline.files import MEDIA_FOLDER, read_regular
from pipeline.formats.document import reader
from pipeline.formats.document.reader import Document, Spoken
from pipeline.timing import clock

MACHINE = "Vignette"


@dataclass(frozen=True, slots=True)
class Question:
    """A tag to be looked at: `alike` counts the tags that the same rule gave, which the answer speaks for too."""

    video: str
    utterance: str
    start_ms: int
    text: str
    concept: str
    evidence: str
    rule: str
    confidence: float
    alike: int

    def as_json(self) -> dict[str, Any]:
        """The question as plain JSON values."""
        return asdict(self)

    def __str__(self) -> str:
        alike = f"; the rule gave {self.alike} tags" if self.alike > 1 else ""
        return (
            f'{self.video} {clock(self.start_ms)}  is this {self.concept}? "{self.evidence}" ({self.confidence:.2f}{alike})\n'
            f"    {self.text}"
        )


def questions(folder: Path, limit: int = 10, media: Path = MEDIA_FOLDER) -> list[Question]:
    """The tags whose answer teaches most, most first. Raises IndexFileError where the folder holds no transcript.

    Uncertainty sampling: a tag near an even chance tells more than a sure one, and one answer speaks for all tags of its rule,
    so that a rule's second tag is asked about later. What a person decided (`media` has the journals) is never asked.
    """
    documents_found = documents(folder)
    decided = _decided(documents_found, media)
    found = [
        Question(
            document.name, spoken.id, spoken.start_ms, spoken.text, tag.concept,
            spoken.text[tag.start_char : tag.end_char], tag.rule, tag.confidence, 0,
        )
        for document in documents_found
        for spoken in document.utterances
        for tag in spoken.tags
        if tag.confidence < 1 and (f"{document.name}#{spoken.id}", tag.concept) not in decided
    ]  # fmt: skip
    by_rule: dict[tuple[str, str], list[Question]] = defaultdict(list)
    for question in found:
        by_rule[question.concept, question.rule].append(question)
    worth: list[tuple[float, Question]] = []
    for alike in by_rule.values():
        alike.sort(key=lambda q: abs(q.confidence - 0.5))
        for place, question in enumerate(alike):
            chance = question.confidence * (1 - question.confidence)
            asked = Question(**{**asdict(question), "alike": len(alike)})
            worth.append((chance * len(alike) ** 0.5 / (place + 1) ** 2, asked))
    worth.sort(key=lambda pair: (-pair[0], pair[1].video, pair[1].start_ms))
    return [question for _, question in worth[:limit]]


def documents(folder: Path) -> list[Document]:
    """The transcripts of a folder that can be read. Raises IndexFileError where there is none."""
    found: list[Document] = []
    for path in reader.find(folder) if folder.is_dir() else ():
        try:
            found.append(reader.parse(read_regular(path), path))
        except (DocumentError, OSError):
            continue  # `vignette index` says what is wrong with it
    if not found:
        raise IndexFileError(folder, "holds no transcript", "name the folder with --transcripts")
    return found


@dataclass
class _Readings:
    """What each person read and said of one or more recordings, and what the machine had said before them."""

    read: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    said: dict[str, dict[Judgement, bool]] = field(default_factory=lambda: defaultdict(dict))
    machine: set[Judgement] = field(default_factory=set)

    def add(self, document: Document, decisions: Sequence[Decision]) -> None:
        names = {spoken.id: f"{document.name}#{spoken.id}" for spoken in document.utterances}
        self.machine |= {(names[s.id], tag.concept) for s in document.utterances for tag in s.tags}
        for decision in decisions:
            for spoken in _about(document, decision):
                self.read[decision.who].add(names[spoken.id])
                if isinstance(decision.value, ConceptAt):
                    judgement, verdict = (names[spoken.id], decision.value.concept), decision.value.verdict
                    self.said[decision.who][judgement] = verdict != "rejected"
                    (self.machine.discard if verdict == "added" else self.machine.add)(judgement)

    def of(self, who: str) -> set[Judgement]:
        """The tags as this person left them: the machine's, but for what they said otherwise."""
        said = self.said[who]
        return {j for j in self.machine if said.get(j, True)} | {j for j, given in said.items() if given}


def _about(document: Document, decision: Decision) -> Iterable[Spoken]:
    """The utterances that somebody read who decided this: those of the decision's words, all where the video was watched."""
    if isinstance(decision.value, Reviewed) and decision.value.of == "video":
        return document.utterances
    if decision.anchor is None or not isinstance(decision.value, (ConceptAt, Reviewed)):
        return ()
    anchor = decision.anchor
    during = [s for s in document.utterances if s.start_ms < anchor.end_ms and anchor.start_ms < s.end_ms]
    if isinstance(decision.value, Reviewed) or len(during) < 2:
        return during
    holds = [s for s in during if anchor.text in s.text]  # people speak at once
    return (holds or during)[:1]


def standing(decisions: Sequence[Decision]) -> Iterator[Decision]:
    """The decisions that nobody withdrew, withdrawals left out."""
    gone = withdrawals(decisions)
    return (d for d in decisions if d.id not in gone and not isinstance(d.value, Withdraw))


def _readings(found: Iterable[Document], media: Path) -> _Readings:
    readings = _Readings()
    for document in found:
        journal = edits.journal_of(media / f"{document.name}.mp4")
        readings.add(document, list(standing(edits.read(journal).decisions)))
    return readings


def _decided(found: Iterable[Document], media: Path) -> set[Judgement]:
    """What any person decided about."""
    return {judgement for said in _readings(found, media).said.values() for judgement in said}


def agreements(folder: Path, media: Path) -> list[Agreement]:
    """How far the machine and each person agree, and each two people, by the journals beside the recordings in `media`.

    A person has read an utterance when they decided about a concept in it, or marked it or the whole video as reviewed; what
    they left as it was, they agree with. Raises IndexFileError, JournalError.
    """
    readings = _readings(documents(folder), media)
    concepts = len([c for c in codebook.load().codes.values() if c.broader]) or 1
    people = sorted(readings.read)
    found = [
        agreement((MACHINE, who), readings.machine, readings.of(who), readings.read[who], concepts)
        for who in people
    ]
    for one, other in combinations(people, 2):
        if both := readings.read[one] & readings.read[other]:
            found.append(agreement((one, other), readings.of(one), readings.of(other), both, concepts))
    return found
