"""Adoption: what a person changed in a whole caption file becomes decisions, which every later run keeps.

The file is compared with what we wrote last. Words come first (changed, added, deleted), because captions are made of words;
then who speaks; then every caption that is still shown otherwise. What comes out is tried before it is written down: where
the result does not yet look like the person's file, the captions concerned are decided once more, in full.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from shlex import quote
from typing import Any

from pipeline.commands.adopt import plausibility, rewrite, shown_file, tool_save
from pipeline.commands.adopt.diff import kept, on_tokens, runs
from pipeline.commands.adopt.shown_file import ShownCue
from pipeline.commands.adopt.styles import style_decisions
from pipeline.commands.adopt.trial import BaselineTrial, Trial
from pipeline.commands.adopt.word_changes import WordChanges
from pipeline.edits import journal
from pipeline.edits.journal import Contents
from pipeline.edits.maker import Maker
from pipeline.edits.model import CueOf, Decision
from pipeline.edits.token_diff import changes_within, starts
from pipeline.errors import SubtitlesError, counted
from pipeline.run import outputs
from pipeline.run.jobs import Job
from pipeline.run.preview import Preview, preview
from pipeline.run.store import Store
from pipeline.settings import Person
from pipeline.transcript import Transcript, lines_of
from pipeline.words import name_key

# At most so many rounds of decisions about captions that do not yet look like the person's. Set by hand.
MAX_CAPTION_ROUNDS = 4
# And at most so many rounds of replacing whole captions, since words moved past others cannot be mended in place. Set by hand.
MAX_REWRITES = 3


@dataclass(frozen=True, slots=True)
class Adopted:
    """The decisions that a mended file comes to; `differing` captions will not look as in the file, `notes` say why; `saved`
    says what a tool did to all of the file, which is nobody's decision.

    `complete` means that every change of the person's is in the decisions, so that the file is no longer needed.
    """

    file: Path
    decisions: tuple[Decision, ...]
    differing: int = 0
    notes: tuple[str, ...] = ()
    complete: bool = False
    saved: tuple[str, ...] = ()

    @property
    def kinds(self) -> dict[str, int]:
        """The number of decisions of each kind."""
        return dict(Counter(d.kind for d in self.decisions))

    def as_json(self) -> dict[str, Any]:
        """The same as plain values for `--json`."""
        return {
            "file": str(self.file),
            "decisions": len(self.decisions),
            "kinds": self.kinds,
            "differing": self.differing,
            "notes": list(self.notes),
            "saved": list(self.saved),
        }

    def summary(self, media: Path, dry_run: bool = False) -> str:
        """A summary in one sentence, with the next command."""
        if not self.decisions and not self.differing:
            return f"{self.file}: shows nothing that a run would not show"
        kinds = ", ".join(f"{kind} {count}" for kind, count in self.kinds.items())
        made = f"{counted(len(self.decisions), 'decision')}{f' ({kinds})' if kinds else ''}"
        left = (
            f"; {counted(self.differing, 'caption')} will look otherwise than there" if self.differing else ""
        )
        if dry_run:
            return f"{self.file}: {made} would be made{left}"
        return f"{self.file}: {made} written to {journal.journal_of(media)}{left}; vignette run {quote(str(media))} applies them"


Anyway = bool | Callable[[str], bool]
"""Whether to take a file that is hardly a mend of ours; or what asks a person, who is told why it is not."""


def adopt(job: Job, file: Path, who: str, anyway: Anyway = False, exactly: bool = False) -> Adopted:
    """Adopt a mended caption file: append the decisions it comes to to the recording's journal.

    Raises SubtitlesError for a file that cannot be read, or (unless `anyway`) is no mend of our captions: hardly a
    word in common, a large part of the words gone, most captions elsewhere. Nothing is written then. Also raises
    UsageError when the recording must be run first, JournalError. What a tool changed by merely saving the file is nobody's
    decision, unless it is to be taken `exactly`.
    """
    place = journal.journal_of(job.media)
    with journal.locked(place):  # else two at once decide the same twice
        held = journal.read(place)
        found = decide(job, file, who, held, anyway, exactly)
        written = journal.append(place, found.decisions)
    if found.complete and file.resolve().parent == job.out.resolve():
        # All of it will come out again: from now on it is ours, and the next run may write it in its own way.
        Store.of(job.out, job.name).take_over(file)
    return replace(found, decisions=written)


def decide(
    job: Job, file: Path, who: str, held: Contents, anyway: Anyway = False, exactly: bool = False
) -> Adopted:
    """Make the decisions by which a run's captions look like the file, without writing them. Raises as `adopt` does."""
    now = preview(job, held, tagging=False)
    labels = _known_labels(job, now.transcript)
    cues, notes = shown_file.read_mended(file, job.settings.language, labels)
    ours = _shown(now.transcript, cues)
    last = _last_written(job, file)
    before = None if last is None else shown_file.read_mended(last, job.settings.language, labels)[0]
    superseded = before is not None and bool(_count_differing(now.transcript, before))
    # Where a run has come between, the person mended what stood before it.
    implausible = (
        None if anyway is True else plausibility.problem(cues, before if superseded and before else ours)
    )
    if implausible and not (callable(anyway) and anyway(implausible[0])):
        raise SubtitlesError(file, *implausible)
    saved: list[str] = []
    if not exactly:
        cues, saved = tool_save.taken_back(cues, before if superseded and before else ours)
    cues, cut = plausibility.within(cues, ours, now.transcript.media.duration_ms)
    notes += cut
    if not _count_differing(now.transcript, cues) and not _differs_in_voices(now.transcript, cues):
        return Adopted(file, (), 0, tuple(notes), not notes, tuple(saved))
    if before is None or not superseded:
        trial: Trial | BaselineTrial = Trial(job, held)
    else:  # a run has come between: what the person changed is told from what they had before them
        trial = BaselineTrial(held, before)
    _settle(trial, who, cues, job.settings.people)
    differing = _count_differing(trial.look().transcript, cues)
    made, lossless = trial.decisions(), not notes
    if isinstance(trial, BaselineTrial):
        notes.append(
            "captions were written anew since this file was; only what was changed in it is taken from it"
        )
        differing += _count_conflicts(job, held, trial.made)
    return Adopted(file, made, differing, tuple(notes), lossless and not differing, tuple(saved))


def _settle(
    trial: Trial | BaselineTrial, who: str, cues: Sequence[ShownCue], people: Sequence[Person]
) -> None:
    """Add decisions to the trial until it looks like the cues: about words, then speakers, then captions."""
    result = trial.look()
    transcript = result.transcript
    word_changes = WordChanges(transcript, cues)
    found = changes_within([s.texts for s in _shown(transcript, cues)], [c.texts for c in cues])
    for change in on_tokens(found, word_changes.owner):
        word_changes.note(change)
    trial.take(word_changes.decide(who))
    if isinstance(trial, Trial):  # a baseline's names are its captions', whoever is heard
        gone = [(first, last) for first, (last, text) in word_changes.rewritten.items() if not text]
        trial.take(Maker(transcript, result.replay, who).names_kept(gone))
    trial.take(_speaker_decisions(trial.look(), who, cues, people))
    _settle_styles(trial, who, cues)
    _settle_captions(trial, who, cues)
    for _ in range(MAX_REWRITES):
        result = trial.look()
        ours = _shown(result.transcript, cues)
        new, moved = rewrite.rewritten(result.transcript, ours, cues, who)
        if not new:
            break
        trial.take(new)
        if isinstance(trial, Trial):  # the label that an added caption bears names nobody
            trial.take(Maker(result.transcript, result.replay, who).names_kept(moved))
        _settle_styles(trial, who, cues)
        _settle_captions(trial, who, cues)


def _settle_styles(trial: Trial | BaselineTrial, who: str, cues: Sequence[ShownCue]) -> None:
    """Add decisions about how words look; they move no word."""
    result = trial.look()
    trial.take(style_decisions(result, who, cues, _token_ranges(result.transcript, cues)))


def _settle_captions(trial: Trial | BaselineTrial, who: str, cues: Sequence[ShownCue]) -> None:
    """Add decisions about captions until they look like the person's, or no more decision helps."""
    tried: dict[tuple[int, int], int] = {}
    for _ in range(MAX_CAPTION_ROUNDS):
        new = _caption_decisions(trial.look(), who, cues, tried)
        if not new:
            break
        trial.take(new)


def _last_written(job: Job, file: Path) -> Path | None:
    """The copy of what we wrote last under this file's name, else of an output of its format; None without one."""
    store = Store.of(job.out, job.name)
    names = [
        file.name,
        *(n for n in sorted(store.written()) if outputs.end_of(Path(n)) == outputs.end_of(file)),
    ]
    found = (store.last_written(name) for name in names)
    return next((path for path in found if path is not None), None)


def _count_conflicts(job: Job, held: Contents, made: Sequence[Decision]) -> int:
    """The number of decisions in `made` that a run would list as conflicts."""
    contents = Contents((*held.decisions, *made), held.strange)
    mine = {d.id for d in made}
    report = preview(job, contents, tagging=False).replay.report
    return sum(s.decision.id in mine for s in report.conflicts)


def _known_labels(job: Job, transcript: Transcript) -> set[str]:
    """Every name that can be a speaker label: of the captions, the speakers, the roster, each also by its first word."""
    names = {label for cue in transcript.captions.cues for _, label in cue.labels}
    names |= {s.name for s in transcript.voices.speakers}
    names |= {n for p in job.settings.people for n in (p.name, *p.also_known_as)}
    return names | {name.split()[0] for name in names if name.split()}


def _voices(transcript: Transcript) -> list[str]:
    """The name of every token's speaker, "" where nobody knows it."""
    names = {s.id: s.name for s in transcript.voices.speakers}
    found = [""] * len(transcript.tokens)
    for utterance in transcript.voices.utterances:
        for index in range(utterance.first, utterance.last):
            found[index] = names.get(utterance.speaker or "", "")
    return found


def _shown(transcript: Transcript, cues: Sequence[ShownCue]) -> list[ShownCue]:
    """The transcript's captions as they are shown in a file of the format of `cues`."""
    voices, has_classes = _voices(transcript), all(cue.has_classes for cue in cues)
    return [shown_file.shown(cue, transcript, voices, has_classes) for cue in transcript.captions.cues]


def _token_ranges(transcript: Transcript, cues: Sequence[ShownCue]) -> list[tuple[int, int] | None]:
    """Which tokens `[first, last)` each of their cues shows; None where those do not stand together."""
    tokens = transcript.tokens
    shown = [[i for line in lines_of(cue, tokens) for i in line] for cue in transcript.captions.cues]
    owner = [i for cue in shown for i in cue for _ in tokens[i].text.split()]
    texts = [[word for i in cue for word in tokens[i].text.split()] for cue in shown]
    theirs = [c.texts for c in cues]
    ours_of = {k: owner[at] for k, at in kept(texts, theirs).items()}  # their word -> our token
    begins = starts(theirs)
    found: list[tuple[int, int] | None] = []
    for number in range(len(cues)):
        held = [ours_of.get(k) for k in range(begins[number], begins[number + 1])]
        known = [t for t in held if t is not None]
        stretches = runs(known, tokens)
        found.append(stretches[0] if len(stretches) == 1 and len(known) == len(held) else None)
    return found


def _speaker_decisions(
    result: Preview, who: str, cues: Sequence[ShownCue], people: Sequence[Person]
) -> list[Decision]:
    """Decisions about who speaks, for words whose label or voice was changed."""
    transcript = result.transcript
    maker, voices = Maker(transcript, result.replay, who), _voices(transcript)
    labels = {at: name for cue in transcript.captions.cues for at, name in cue.labels}
    decisions = []
    for cue, place in zip(cues, _token_ranges(transcript, cues), strict=True):
        if place is None:
            continue
        tokens = [t for t in range(*place) for _ in transcript.tokens[t].text.split()]
        for k, word in enumerate(cue.words):
            at = tokens[k]
            first_of_voice = k == 0 or cue.words[k - 1].voice != word.voice
            new_label = word.label and word.label.casefold() != labels.get(at, "").casefold()
            new_voice = word.voice and first_of_voice and word.voice != voices[at]
            if not new_label and not new_voice:
                continue
            name = word.voice if new_voice else _name_of_label(word.label, transcript, people)
            end = next((j for j in range(k + 1, len(tokens)) if _is_turn_start(cue, j)), len(tokens))
            last = tokens[end] if end < len(tokens) else place[1]
            if any(v != name for v in voices[at:last]):
                decisions.append(maker.speaker(at, last, name))
    return decisions


def _is_turn_start(cue: ShownCue, k: int) -> bool:
    """Whether another speaker begins with word `k`, by its label, its dash or its voice."""
    word = cue.words[k]
    return bool(word.label) or word.dash or word.voice != cue.words[k - 1].voice


def _name_of_label(label: str, transcript: Transcript, people: Sequence[Person]) -> str:
    """The full name that a label stands for: a speaker's, or that of a person of the roster, else the label as a new name."""
    plain = name_key(label)
    for speaker in transcript.voices.speakers:
        if plain in (name_key(speaker.name), *name_key(speaker.name).split()[:1]):
            return speaker.name
    for person in people:
        if plain in (name_key(n) for n in (person.name, *person.also_known_as, person.name.split()[0])):
            return person.name
    return label.title() if label.isupper() else label


def _caption_decisions(
    result: Preview, who: str, cues: Sequence[ShownCue], tried: dict[tuple[int, int], int]
) -> list[Decision]:
    """Decisions about captions that do not look like theirs; on the second try of a caption about all that it shows.

    `tried` counts the tries by token range, and is updated.
    """
    transcript = result.transcript
    maker = Maker(transcript, result.replay, who)
    shown = zip(transcript.captions.cues, _shown(transcript, cues), strict=True)
    ours = {(c.first, c.last): s for c, s in shown}
    decisions = []
    for cue, place in zip(cues, _token_ranges(transcript, cues), strict=True):
        if place is None or (place in ours and ours[place].looks_like(cue)) or tried.get(place, 0) > 1:
            continue
        same = ours.get(place) if place not in tried else None
        tried[place] = tried.get(place, 0) + 1
        decisions.append(maker.cue(*place, _cue_change(cue, same)))
    return decisions


def _cue_change(cue: ShownCue, same: ShownCue | None) -> CueOf:
    """The decision by which our cue `same` of the same words looks like theirs; all that is shown where there is none."""
    start = None if same and same.span.start_ms == cue.span.start_ms else cue.span.start_ms
    end = None if same and same.span.end_ms == cue.span.end_ms else cue.span.end_ms
    settings = None if same and same.place == cue.place else cue.settings
    if same and same.layout == cue.layout:
        return CueOf(start, end, settings=settings)
    breaks, count = [], 0
    for line in cue.lines[:-1]:
        count += len(line)
        breaks.append(count)
    shown = list(enumerate(cue.words))
    labels = tuple((k, w.label) for k, w in shown if w.label)
    return CueOf(start, end, tuple(breaks), labels, tuple(k for k, w in shown if w.dash), settings)


def _differs_in_voices(transcript: Transcript, cues: Sequence[ShownCue]) -> bool:
    """Whether their WebVTT voice markup names other speakers than ours."""
    ours = {(c.span, tuple(w.voice for w in c.words)) for c in _shown(transcript, cues)}
    theirs = {(c.span, tuple(w.voice for w in c.words)) for c in cues if any(w.voice for w in c.words)}
    return not theirs <= ours


def _count_differing(transcript: Transcript, cues: Sequence[ShownCue]) -> int:
    """The number of captions that only one side shows, the larger of both sides' counts."""
    ours = Counter((c.span, c.place, c.layout, c.styles) for c in _shown(transcript, cues))
    theirs = Counter((c.span, c.place, c.layout, c.styles) for c in cues)
    return max((ours - theirs).total(), (theirs - ours).total())
