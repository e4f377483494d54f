"""What became of decisions, judged from the journal's lines and from what came out: words, captions, names, parts, tags.

Of the replay itself only the list of decisions that need a person is read, which is part of what comes out.
"""

from __future__ import annotations

import json
import random
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from pipeline.commands.quotes import quotes_in
from pipeline.commands.waive import waivers_for
from pipeline.edits import journal_of
from pipeline.edits.model import (
    Add,
    ConceptAt,
    CueOf,
    Decision,
    Delete,
    Merge,
    PersonIs,
    SpeakerOf,
    Split,
    StyleOf,
    VignetteAt,
    Waive,
    Withdraw,
    Words,
    WordTime,
)
from pipeline.edits.quote import Quote
from pipeline.edits.reviewed import Reviewed
from pipeline.settings import CaptionSettings
from pipeline.transcript import Aligned, Transcript
from tests.support.edit_makers import Made, demo_aligned, reheard
from tests.support.edit_shown import SAME_PART_MS, Case, Shown, is_shown, part_begins
from tests.support.edit_truth import meets, new_text, place_in, reading, seen_by, wanted_by, write

# What changes under a journal -> the machine's side then: words and times, caption settings, whether the lexicon finds anything.
CHANGES = {
    "nothing": lambda rng: (demo_aligned(), None, True),
    "recognizer (8 % of words)": lambda rng: (reheard(rng, demo_aligned()), None, True),
    "recognizer (25 % of words)": lambda rng: (reheard(rng, demo_aligned(), 0.25), None, True),
    "alignment (350 ms)": lambda rng: (reheard(rng, demo_aligned(), 0, 350), None, True),
    "profile": lambda rng: (
        demo_aligned(),
        CaptionSettings(profile="bbc", max_line_chars=28, recue=True),
        True,
    ),
    "lexicon (finds nothing)": lambda rng: (demo_aligned(), None, False),
}
FATES = ("kept", "overtaken", "waiting", "flagged", "lost")
TEXT = (Words, Delete, Add)
CAPTIONS = (CueOf, Split, Merge, Add)


def changed(name: str, rng: random.Random) -> tuple[Aligned, CaptionSettings | None, bool]:
    """The machine's side after a change."""
    return CHANGES[name](rng)


def fates(made: Made, machine: Transcript | None = None) -> list[tuple[Decision, str]]:
    """Every decision of a journal and what became of it in what was made, as `judged` has it."""
    decisions = made.replay.contents.decisions
    named = {s.decision.id for s in made.replay.report.conflicts}
    return judged(decisions, shown(made.transcript, decisions), named, machine)


def shown(transcript: Transcript, decisions: Iterable[Decision]) -> Shown:
    """A result as a person gets it, the accepted findings as a check of its captions reads them beside the recording."""
    with tempfile.TemporaryDirectory() as folder:
        media = Path(folder) / "talk.mp4"
        lines = [json.dumps(d.to_json()) + "\n" for d in decisions]
        journal_of(media).write_text("".join(lines), encoding="utf-8")
        waivers = waivers_for(Path(folder) / "talk.en.srt", media)
        quotes = quotes_in(Path(folder))
    return Shown(
        transcript,
        frozenset((w.rule, w.words, w.who) for w in waivers),
        frozenset((q.memo, q.collection, q.words, q.who) for q in quotes),
    )


def judged(
    decisions: Iterable[Decision],
    result: Shown,
    named: Iterable[str] = (),
    machine: Transcript | None = None,
) -> list[tuple[Decision, str]]:
    """Every decision and its fate, one of `FATES`: `named` are the ids that a person was told of, `machine` is the result
    without any decision.

    Lost is what the result shows nothing of, while nobody decided otherwise about the same words later, and nobody is told.
    """
    judge = Judge(decisions, result, named, machine)
    return [(d, judge.fate(d)) for d in judge.decisions]


class Judge:
    """Tells what became of each decision of a journal."""

    def __init__(
        self, decisions: Iterable[Decision], result: Shown, named: Iterable[str], machine: Transcript | None
    ) -> None:
        self.decisions = sorted(decisions, key=lambda d: (d.at, d.id))
        self.result, self.named = result, frozenset(named)
        self.machine = None if machine is None else Shown(machine)
        self.gone = withdrawn(self.decisions)
        self.standing = [d for d in self.decisions if d.id not in self.gone and d.id not in self.named]

    def fate(self, decision: Decision) -> str:
        if decision.id in self.gone:
            return "overtaken"
        if decision.id in self.named:
            return "flagged"
        if isinstance(decision.value, Withdraw):
            return self._withdrawal(decision.value.id)
        case = self.case(decision)
        if is_shown(case, self.result):
            return "overtaken" if _is_rewritten(case) else "kept"
        return "overtaken" if self._is_overtaken(case) else "lost"

    def case(self, decision: Decision) -> Case:
        """A decision with what later ones made of its place."""
        later = [d for d in self.standing if (d.at, d.id) > (decision.at, decision.id)]
        case = Case(decision, wanted_by(decision), later=later)
        for other in later:
            _go_on(case, other)
        return case

    def _withdrawal(self, name: str) -> str:
        """What was withdrawn shows no more, unless the machine says so by itself, or another decision does."""
        target = next((d for d in self.decisions if d.id == name), None)
        if target is None:
            return "waiting"
        if isinstance(target.value, Withdraw) or (
            isinstance(target.value, Reviewed) and target.value.of == "cue"
        ):
            return "kept"
        if not _shows(self.case(target), self.result):
            return "kept"
        by_itself = self.machine is not None and _shows(Case(target, wanted_by(target)), self.machine)
        return "kept" if by_itself or any(_is_beside(target, o) for o in self.standing) else "lost"

    def _is_overtaken(self, case: Case) -> bool:
        """Whether a later decision about the same words, person or part may be why the result does not show it."""
        value = case.decision.value
        match value:
            case PersonIs():
                return any(_is_same_person(case.decision, o) for o in case.later)
            case VignetteAt():
                return any(_is_same_part(case.decision, o) for o in case.later)
            case Reviewed(of="video"):
                reviews = [o for o in case.later if isinstance(o.value, Reviewed) and o.value.of == "video"]
                return self.result.transcript.reviewer in {o.who for o in reviews}
            case ConceptAt(concept=concept):
                return bool(case.rewritten) or any(o.value.concept == concept for o in case.met_by(ConceptAt))
            case SpeakerOf():
                return bool(case.rewritten or case.met_by(SpeakerOf))
            case StyleOf():
                return bool(case.rewritten or case.met_by(StyleOf))
            case WordTime():
                return bool(case.rewritten or case.met_by(WordTime))
            case CueOf() | Split() | Merge() | Add():
                return bool(case.rewritten or case.met_by(*CAPTIONS))
            case Waive() | Quote():
                return False  # it is accepted whatever its words read later
        return bool(case.rewritten)


def withdrawn(decisions: Sequence[Decision]) -> frozenset[str]:
    """The ids of decisions that a later one withdraws which is not itself withdrawn later."""
    gone: set[str] = set()
    for decision in reversed(decisions):
        if isinstance(decision.value, Withdraw) and decision.id not in gone:
            gone.add(decision.value.id)
    return frozenset(gone)


def _is_rewritten(case: Case) -> bool:
    """Whether nothing is left of the words that a decision put there."""
    put = new_text(case.decision)
    return bool(case.rewritten and put and case.strip) and not {*put} & {*case.strip.text}


def _shows(case: Case, result: Shown) -> bool:
    """Whether a result shows anything of a decision: of a caption that was added, its words in whatever caption."""
    if isinstance(case.decision.value, Add) and case.strip is not None:
        return bool(case.strip.text) and reading(result.words, case.strip) is not None
    return is_shown(case, result)


def _go_on(case: Case, other: Decision) -> None:
    """Take a later decision into account."""
    there = seen_by(other)
    if case.strip is None or there is None:
        return
    place = place_in(case.strip, there)
    if new_text(other) is not None:
        old = seen_by(case.decision)
        again = old is not None and other.who == case.decision.who and place_in(old, there)
        if write(case.strip, other) or (again and old is not None and meets(old, again) and place is None):
            case.rewritten.append(other)
    if place is not None and meets(case.strip, place) and not isinstance(other.value, Add):
        case.met.append((other, frozenset(case.strip.own[slice(*place)]) - {-1}))


def _is_same_person(decision: Decision, other: Decision) -> bool:
    one, two = decision.value, other.value
    if not isinstance(one, PersonIs) or not isinstance(two, PersonIs):
        return False
    return one.id == two.id or (one.name is not None and other.seen.get("name") == one.name)


def _is_same_part(decision: Decision, other: Decision) -> bool:
    """Whether a later decision is about a part that begins where this one wanted or saw one."""
    one, two = decision.value, other.value
    if not isinstance(one, VignetteAt) or not isinstance(two, VignetteAt):
        return False
    ours = [part_begins(decision), *([] if one.start_ms is None else [one.start_ms])]
    theirs = [part_begins(other), *([] if two.start_ms is None else [two.start_ms])]
    return any(abs(a - b) <= SAME_PART_MS for a in ours for b in theirs)


def _is_beside(one: Decision, other: Decision) -> bool:
    """Whether another decision says such a thing, too, of some of the same words, the same person or the same part."""
    family = next((k for k in (TEXT, CAPTIONS) if isinstance(one.value, k)), type(one.value))
    if one.id == other.id or not isinstance(other.value, family):
        return False
    if _is_same_person(one, other) or _is_same_part(one, other):
        return True
    if isinstance(one.value, Reviewed) and isinstance(other.value, Reviewed) and one.who == other.who:
        return True
    there = seen_by(other)
    for strip in (seen_by(one), wanted_by(one)):
        place = None if strip is None or there is None else place_in(strip, there)
        if strip is not None and place is not None and meets(strip, place):
            return True
    return False
