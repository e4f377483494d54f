"""One recording under review: as it stands with all decisions over it, and the only door through which the page decides.

Every look has a revision, a digest of the journal and of what is shown. Whoever decides says which revision they saw; where
that is not how things stand, nothing is written. What they decided themselves a moment before about other captions is no matter
(`apart`): a look at a long film takes seconds, and nobody who corrects one caption after the other waits for it.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline import edits
from pipeline.commands.decide import suggested
from pipeline.commands.decide.desk import Desk
from pipeline.edits.journal import Contents
from pipeline.edits.journal import digest_of as journal_digest
from pipeline.edits.model import Decision
from pipeline.errors import DocumentError, JournalChanged, NotCaptioned, VignetteError
from pipeline.formats.document.suggestions import Suggested
from pipeline.review.apart import are_apart
from pipeline.review.auditing import Auditor
from pipeline.review.remake import Remaker
from pipeline.run.batch import REPLAYED
from pipeline.run.jobs import Job, sidecar_of
from pipeline.run.preview import Preview, preview
from pipeline.run.store import Store
from pipeline.transcript import Transcript


@dataclass(frozen=True)
class Look:
    """A recording as it stands: what is shown, the journal it was made with, and the revision that names both."""

    shown: Preview
    journal: str
    revision: str
    applied: bool

    @property
    def transcript(self) -> Transcript:
        return self.shown.transcript


# So many looks are remembered as pages have them before them: the last, and the one that a page shows until it has that. Chosen.
MAX_LOOKS = 2

Stamps = tuple[tuple[str, int, int], ...]
Key = tuple[str, Stamps, Stamps]
Act = Callable[[Desk], Sequence[Decision] | Iterator[Sequence[Decision]]]
"""Makes the decisions of one thing that a person does, or one step of them after the other; writes nothing."""


class Sitting:
    """One recording under review."""

    def __init__(self, id: str, job: Job, remaker: Remaker, auditor: Auditor | None = None) -> None:
        self.id, self.job, self.remaker, self.auditor = id, job, remaker, auditor
        # The one is held while a look is taken, for seconds; the other while a line is written.
        self._looking, self._writing = threading.RLock(), threading.Lock()
        self._seen: tuple[tuple[Key, Look], ...] = ()  # the last look comes last
        self._tagged: tuple[str, Preview] | None = None
        self._suggested: tuple[object, tuple[Suggested, ...]] | None = None

    @property
    def journal(self) -> Path:
        return edits.journal_of(self.job.media)

    def look(self) -> Look:
        """The recording as it stands. Raises NotCaptioned, JournalError, and what reading its inputs raises."""
        with self._looking:
            key = self.key()
            if not self._seen or self._seen[-1][0] != key:
                look = self._looked(key[0])
                before = [held for held in self._seen if held[1].revision != look.revision]
                self._seen = (*before, (key, look))[-MAX_LOOKS:]
            return self._seen[-1][1]

    def tagged(self) -> Preview:
        """The recording as it stands with its concepts, which are found anew where words were changed. Raises as `look` does."""
        with self._looking:
            seen = self.look()
            if self._tagged is None or self._tagged[0] != seen.revision:
                contents = seen.shown.replay.contents
                self._tagged = (seen.revision, preview(self.job, contents, tagging=True))
            return self._tagged[1]

    def suggestions(self) -> tuple[Suggested, ...]:
        """What the second ear suggested in the last run; none where it did not listen."""
        with self._looking:
            key = _stamp(self.job.out / f"{self.job.name}.json")
            if self._suggested is None or self._suggested[0] != key:
                try:
                    found = suggested.suggested(self.job)
                except (NotCaptioned, DocumentError):
                    found = ()
                self._suggested = (key, found)
            return self._suggested[1]

    def desk(self, who: str, look: Look | None = None, tagging: bool = False) -> Desk:
        """The recording as it stands, before one person; with its concepts where they are asked for."""
        shown = (look or self.look()).shown if not tagging else self.tagged()
        return Desk(shown, who, self.job)

    def decide(
        self, who: str, revision: str, act: Act, tagging: bool = False, apart: bool = False
    ) -> tuple[Decision, ...]:
        """Have `who` decide about what they saw; on the disk when this returns, and the outputs are made anew soon. An act that
        holds `apart` from others may be about an earlier look, if only they decided since, and about other captions.

        Raises JournalChanged where the revision is no longer how things stand, UsageError for what cannot be, JournalError.
        """
        seen = None if tagging else self._before(revision, apart)
        if seen is None:
            with self._looking:
                seen = self.look()
                if seen.revision != revision:
                    raise self._is_another()
                desk = self.desk(who, seen, tagging)
        else:
            desk = self.desk(who, seen)
        written = self._written(act(desk), seen, who, apart)
        if written:
            self.remaker.soon(self.job)
        return written

    def _is_another(self) -> JournalChanged:
        return JournalChanged(self.journal, "is not what the page showed", "look again, then decide")

    def _before(self, revision: str, apart: bool) -> Look | None:
        """What the person had before them, where neither the journal nor the files that it is about changed since: a run that is
        making artefacts anew meanwhile makes nobody wait. For an act `apart` the journal may have grown."""
        for key, look in reversed(self._seen):
            if look.revision == revision and key[1] == self._beside():
                return look if apart or key[0] == journal_digest(self.journal) else None
        return None

    def _written(
        self, made: Sequence[Decision] | Iterator[Sequence[Decision]], seen: Look, who: str, apart: bool
    ) -> tuple[Decision, ...]:
        """Append what an act comes to, each step as soon as it is made, all of them one act; on the disk when this returns."""
        written: tuple[Decision, ...] = ()
        for step in made if isinstance(made, Iterator) else (made,):
            name = written[0].group or written[0].id if written else ""
            try:
                with self._writing:
                    journal = journal_digest(self.journal)
                    now = edits.read(self.journal)
                    since = self._since(seen, now, written)
                    if since and not (
                        apart and all(d.who == who for d in since) and are_apart(step, since, seen.shown, now)
                    ):
                        raise self._is_another()
                    written += edits.append(self.journal, step, expected=journal, act=name)
            except JournalChanged:
                if not written:
                    raise
                break  # what was saved is saved; the rest was made of how things stood before
        return written

    def _since(self, seen: Look, now: Contents, own: Sequence[Decision]) -> tuple[Decision, ...]:
        """What the journal holds `now` that was not seen, less what the act at hand wrote. Raises JournalChanged where it holds
        no longer all that was seen."""
        then = seen.shown.replay.contents
        known = {d.id for d in (*then.decisions, *own)}
        if now.strange != then.strange or not known <= {d.id for d in now.decisions}:
            raise self._is_another()
        return tuple(d for d in now.decisions if d.id not in known)

    @property
    def is_open(self) -> bool:
        """Whether the recording was looked at, and what was seen is still held."""
        return bool(self._seen)

    def rest(self) -> None:
        """Let go of what was seen, which is read again at the next look: a film takes some 50 MB."""
        with self._looking:
            self._seen = ()

    def state(self) -> str:
        """Whether the outputs are as the decisions say: "up to date", "stale", "not captioned"."""
        try:
            return "up to date" if self.look().applied else "stale"
        except NotCaptioned:
            return "not captioned"

    def _looked(self, journal: str) -> Look:
        contents = edits.read(self.journal)
        # Without concepts, which take a second to find in a long film; whoever asks for them gets `tagged`.
        shown = preview(self.job, contents, tagging=False)
        store = Store.of(self.job.out, self.job.name)
        replayed = store.load(REPLAYED, list[str], {}).result or []
        applied = (
            not shown.outdated and replayed == [d.id for d in contents.decisions] and bool(store.written())
        )
        return Look(shown, journal, _revision(journal, shown.transcript), applied)

    def key(self) -> Key:
        """The journal, and the files that the look is made of: the recording and what lies beside it, and the artefacts."""
        folder = Store.of(self.job.out, self.job.name).folder
        return journal_digest(self.journal), self._beside(), _stamps(folder.glob("*.json"))

    def _beside(self) -> Stamps:
        beside = (self.job.media, sidecar_of(self.job.media), self.job.subtitles)
        return _stamps(p for p in beside if p is not None)


def _stamps(paths: Iterable[Path]) -> Stamps:
    """The files that are there, by name, time and size."""
    found = ((str(path), _stamp(path)) for path in paths)
    return tuple(sorted((name, *stamp) for name, stamp in found if stamp is not None))


def _stamp(path: Path) -> tuple[int, int] | None:
    """A file's time and size, None where there is none."""
    try:
        state = path.stat()
    except OSError:
        return None
    return state.st_mtime_ns, state.st_size


def _revision(journal: str, shown: Transcript) -> str:
    facts = (journal, [t.text for t in shown.tokens], shown.captions.cues, shown.voices.speakers)
    return hashlib.sha256(repr(facts).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def problem_of(error: VignetteError) -> str:
    """An error in one sentence for the page."""
    return str(error.facts()["message"])
