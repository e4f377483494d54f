"""Adoption of codings: what a researcher coded in another program becomes decisions about concepts.

A passage is found again by its words and its time, its code by its GUID (programs keep ours) or its name. What does not match
is told, one by one. Codes that are missing there are decisions only where that is asked for: a program may have lost them.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from shlex import quote
from typing import Any

from pipeline.commands.adopt.coded_words import Words, divided
from pipeline.concepts import codebook
from pipeline.edits import journal, tags
from pipeline.edits.maker import Maker
from pipeline.edits.model import Decision
from pipeline.errors import DocumentError, counted
from pipeline.formats.document.fields import clean
from pipeline.run.jobs import Job
from pipeline.run.preview import preview
from pipeline.search import refi_reader
from pipeline.search.refi_qda import ORIGIN
from pipeline.search.refi_reader import Passage, ReadCode, ReadProject, ReadSource, stem_of
from pipeline.search.refi_text import guid_of
from pipeline.timing import clock
from pipeline.transcript import ConceptTag, Transcript
from pipeline.words import letters_of, name_key

SUFFIXES = (".qdpx", ".qde")
# So much of a passage is told of one that was not found.
_MOST_CHARS_TOLD = 60
_MOST_NAME_CHARS = 80  # of a program's or a person's name in the journal
# What we export beside concepts, by the code above it: parts of the video and quotes.
_OURS_BESIDE = ("kinds", "quotes")


@dataclass(frozen=True, slots=True)
class Unmatched:
    """A coding that came to nothing: its code, its words, and why."""

    code: str
    text: str
    problem: str

    def __str__(self) -> str:
        return f'{self.code}: "{self.text}" - {self.problem}' if self.text else f"{self.code}: {self.problem}"


@dataclass(frozen=True, slots=True)
class AdoptedCodings:
    """The decisions that a project's codings come to; `already` of them were so before, `missing` tags of ours are not in it."""

    file: Path
    decisions: tuple[Decision, ...]
    codings: int = 0
    already: int = 0
    missing: int = 0
    unmatched: tuple[Unmatched, ...] = ()
    notes: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The same as plain values for `--json`."""
        return {
            "file": str(self.file),
            "decisions": len(self.decisions),
            "kinds": dict(Counter(d.kind for d in self.decisions)),
            "codings": self.codings,
            "already": self.already,
            "missing": self.missing,
            "unmatched": [{"code": u.code, "text": u.text, "problem": u.problem} for u in self.unmatched],
            "notes": list(self.notes),
        }

    def lines(self, media: Path, dry_run: bool) -> list[str]:
        """What came of it, in lines."""
        made = counted(len(self.decisions), "decision")
        where = f"{made} would be made" if dry_run else f"{made} written to {journal.journal_of(media)}"
        lines = [
            f"{self.file}: {counted(self.codings, 'coding')}, {self.already} of them so already; {where}"
        ]
        if self.decisions and not dry_run:
            place = quote(str(media))
            lines.append(
                f"  'vignette run {place}' applies them, 'vignette edits undo {place}' takes them back at once"
            )
        if self.unmatched:
            lines.append(f"{counted(len(self.unmatched), 'coding')} not matched:")
            lines += [f"  {u}" for u in self.unmatched]
        return [*lines, *(f"  note: {note}" for note in self.notes)]


def adopt(job: Job, file: Path, who: str, exactly: bool = False) -> AdoptedCodings:
    """Adopt a project's codings of a recording: append the decisions to its journal as one act.

    `exactly` has tags rejected that the project does not hold. Raises DocumentError for a project that cannot be read or is of
    other recordings, NotCaptioned, JournalError.
    """
    place = journal.journal_of(job.media)
    with journal.locked(place):
        found = decide(job, file, who, exactly)
        written = journal.append(place, found.decisions)
    return replace(found, decisions=written)


def decide(job: Job, file: Path, who: str, exactly: bool = False) -> AdoptedCodings:
    """Make the decisions without writing them. Raises as `adopt` does."""
    project = refi_reader.read(file)
    shown = preview(job, tagging=True)
    source, notes = _source_of(job.name, project, file)
    return _Matching(shown.transcript, Maker(shown.transcript, shown.replay, who)).result(
        file, source, project, notes, exactly
    )


def _source_of(name: str, project: ReadProject, file: Path) -> tuple[ReadSource, list[str]]:
    """The codings of a recording, of all sources that are it; or of the only one that is coded, with a note."""
    guids = {guid_of(kind, f"{name}.json") for kind in ("source", "transcript")}
    key = name_key(name)
    own = [
        s for s in project.sources
        if s.guids & guids or any(key in (name_key(stem_of(n)), name_key(n)) for n in s.names)
    ]  # fmt: skip
    coded = [s for s in project.sources if s.passages]
    notes = []
    if not own and len(coded) == 1:
        own = coded
        notes.append(
            f"the project's only coded source is called '{_named(own[0])}'; it is taken for this recording"
        )
    if not own:
        there = ", ".join(f"'{_named(s)}'" for s in (coded or project.sources)[:5]) or "none"
        problem = f"codes no source called '{name}' (coded are: {there})"
        raise DocumentError(
            file, problem, "name the recording that it is about, or rename the source in its program"
        )
    passages = tuple(p for s in own for p in s.passages)
    notes += [p for s in own for p in s.problems]
    return ReadSource((name,), frozenset(), passages), notes


def _named(source: ReadSource) -> str:
    return next(iter(source.names), "without a name")


class _Matching:
    """Finds codings in a transcript, and makes decisions of them."""

    def __init__(self, transcript: Transcript, maker: Maker) -> None:
        self.transcript, self.maker = transcript, maker
        people = [n for s in transcript.voices.speakers for n in (s.name, s.id)]
        self.words = Words(transcript.tokens, people)
        self.bounds = [(u.first, u.last) for u in transcript.voices.utterances]
        self.codes = _Codes()
        self.decisions: list[Decision] = []
        self.unmatched: list[Unmatched] = []
        self.met: set[ConceptTag] = set()
        self.added: dict[str, list[tuple[int, int]]] = defaultdict(list)
        self.already = 0
        self.beside = 0
        self.gone = 0

    def result(
        self, file: Path, source: ReadSource, project: ReadProject, notes: list[str], exactly: bool
    ) -> AdoptedCodings:
        for passage in source.passages:
            self.take(passage, project)
        missing = self.missing()
        if exactly:
            self.decisions += [self.maker.concept(t.first, t.last, t.concept, "rejected") for t in missing]
        elif missing:
            verb = "is" if len(missing) == 1 else "are"
            notes.append(
                f"{counted(len(missing), 'tag')} of ours {verb} not in the project; --exactly rejects them"
            )
        if self.beside:
            notes.append(
                f"{counted(self.beside, 'coding')} of parts of the video and quotes left out: edit those here"
            )
        if self.gone:
            notes.append(
                f"{counted(self.gone, 'coding')} of the machine's left out that no longer stand here"
            )
        return AdoptedCodings(
            file, tuple(self.decisions), len(source.passages), self.already, len(missing), tuple(self.unmatched),
            tuple(notes),
        )  # fmt: skip

    def take(self, passage: Passage, project: ReadProject) -> None:
        """A coding as decisions, one for each utterance that it reaches over."""
        if self.codes.is_beside(passage.code):
            self.beside += 1
            return
        concept = self.codes.concept(passage.code)
        place = self.words.place(passage)
        if concept is None or place.problem:
            problem = place.problem if concept else self.codes.problem(passage.code)
            self.unmatched.append(Unmatched(_code(passage), _told(passage), problem))
            return
        added, known = 0, 0
        for first, last in divided(place, self.bounds, self.transcript.tokens):
            held = tags.tagged(self.transcript.concepts, concept, first, last)
            self.met.update(held)
            known += bool(held)
            if not held and passage.who != ORIGIN and not self.decided(concept, first, last):
                made = self.maker.concept(first, last, concept, "added")
                by = f", coded by {passage.who[:_MOST_NAME_CHARS]}" if passage.who else ""
                note = f"{project.origin[:_MOST_NAME_CHARS] or 'REFI-QDA'}{by}"
                self.decisions.append(replace(made, note=note))
                added += 1
        if known and not added:
            self.already += 1
        elif not added and passage.who == ORIGIN:
            self.gone += 1

    def decided(self, concept: str, first: int, last: int) -> bool:
        """Whether another coding of the project says so of some of these words already."""
        if any(f < last and first < e for f, e in self.added[concept]):
            return True
        self.added[concept].append((first, last))
        return False

    def missing(self) -> Sequence[ConceptTag]:
        """Our tags that no coding meets; none where the project has no tag of ours at all: it was not made of our export."""
        if not self.met:
            return ()
        return [t for t in self.transcript.concepts.tags if t not in self.met]


class _Codes:
    """The concepts by what another program may call them."""

    def __init__(self) -> None:
        self._by_guid: dict[str, str] = {}
        self._by_name: dict[str, str] = {}
        self._above: set[str] = set()
        for code in codebook.load().codes.values():
            if not code.broader:
                self._above |= {guid_of("code", code.id), letters_of(code.label), letters_of(code.id)}
                continue
            self._by_guid[guid_of("code", code.id)] = code.id
            for name in (f"{code.label} ({code.id})", code.label, code.id):
                if letters_of(name):
                    self._by_name[letters_of(name)] = code.id
        self._beside = {guid_of(kind) for kind in _OURS_BESIDE}

    def concept(self, code: ReadCode) -> str | None:
        """The concept that a code is, None for one of the researcher's own."""
        return self._by_guid.get(code.guid) or self._by_name.get(letters_of(code.name))

    def problem(self, code: ReadCode) -> str:
        """Why a code is no concept, in words."""
        if code.guid in self._above or letters_of(code.name) in self._above:
            return "stands above concepts: code it with one of those below it"
        return "is no concept of the lexicon"

    def is_beside(self, code: ReadCode) -> bool:
        """Whether a code is one of ours that is no concept."""
        return bool(code.above & self._beside) or code.guid in self._beside


def _code(passage: Passage) -> str:
    return clean(passage.code.name) or "a code without a name"


def _told(passage: Passage) -> str:
    """A passage in a few words, or its time."""
    text = " ".join(clean(passage.text).split())
    if not text:
        return f"at {clock(passage.start_ms)}" if passage.start_ms is not None else ""
    return text if len(text) <= _MOST_CHARS_TOLD else f"{text[:_MOST_CHARS_TOLD]}..."
