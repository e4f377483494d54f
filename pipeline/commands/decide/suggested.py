"""Suggested readings: what a second ear heard otherwise, taken over as decisions.

They are read from the transcript that the last run wrote, so that what they are called stays until the next run, however many
of them are taken before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.commands.decide import targets
from pipeline.commands.decide.desk import Desk
from pipeline.edits.model import Decision
from pipeline.errors import NotCaptioned, UsageError, counted, nearest
from pipeline.formats.document.suggestions import Suggested, suggestions_in
from pipeline.run.jobs import Job
from pipeline.timing import Span, clock
from pipeline.transcript import Suggestion, TextSource

# Words are looked for where they were written, at most so far from there. Set by hand.
REACH_MS = 5000
# A suggestion of now is the same as one of the last run up to so much; words move a little when others are corrected.
SAME_MS = 500


def suggested(job: Job) -> tuple[Suggested, ...]:
    """The suggested readings of the last run, in order of time. Raises NotCaptioned, DocumentError."""
    path = job.out / f"{job.name}.json"
    if not path.is_file():
        raise NotCaptioned(job.media, "was not captioned yet", f"vignette run {job.media}, then try again")
    return suggestions_in(path)


def chosen(
    found: Sequence[Suggested], ids: Sequence[str], all_: bool, above: float, media: Path
) -> tuple[Suggested, ...]:
    """The suggestions with these ids, or all above a confidence. Raises UsageError for an id that there is not."""
    if all_:
        return tuple(s for s in found if s.confidence >= above)
    known = {s.id: s for s in found}
    for wanted in ids:
        if wanted not in known:
            near = nearest(wanted, known)
            there = f"did you mean {near[0]}?" if near else f"vignette edits take {media} lists what there is"
            raise UsageError(f"there is no suggestion '{wanted}'", there)
    return tuple(known[i] for i in dict.fromkeys(ids))


@dataclass(frozen=True, slots=True)
class Taken:
    """The decisions that suggestions come to, and why others come to none."""

    decisions: tuple[Decision, ...]
    notes: tuple[str, ...] = ()


def take(desk: Desk, wanted: Sequence[Suggested]) -> Taken:
    """Decisions by which words read as suggested: other words, further words, or a caption for speech without text."""
    decisions: list[Decision] = []
    notes: list[str] = []
    for one in wanted:
        try:
            made = _decisions(desk, one)
        except UsageError as error:
            notes.append(f"{one.id} at {clock(one.span.start_ms)} is left out: {error.problem}")
            continue
        if not made:
            notes.append(f"{one.id} at {clock(one.span.start_ms)}: it is so already")
        decisions += made
    return Taken(tuple(decisions), tuple(notes))


def place(desk: Desk, one: Suggested) -> tuple[int, int] | None:
    """The tokens `[first, last)` that a suggestion is about as the text stands, none of them (`first == last`) for words to be
    put in; None where it is so already, or what it was about is gone."""
    there = next((s for s in desk.transcript.verification.suggestions if _is_same(s, one)), None)
    if there is not None:
        return there.first, there.last
    if one.is_caption or not one.text.split():
        return None if _reads_already(desk, one) else (desk.at(one.span.middle_ms),) * 2
    return _near(desk, one.text, one.span)


def _is_same(here: Suggestion, one: Suggested) -> bool:
    """Whether the recording as it stands suggests it too: that knows between which words it belongs."""
    near = abs(here.span.start_ms - one.span.start_ms) <= SAME_MS
    return near and here.text == one.suggestion and (here.first < here.last) == bool(one.text.split())


def _decisions(desk: Desk, one: Suggested) -> list[Decision]:
    at = place(desk, one)
    if one.is_caption and at is not None:
        end_ms = min(one.span.end_ms, desk.transcript.media.duration_ms)
        return [targets.add_by_time(desk.maker, desk.transcript, one.suggestion, one.span.start_ms, end_ms)]
    if at is None:
        if not one.text.split() or _near(desk, one.suggestion, one.span) is not None:
            return []
        raise UsageError(f"'{one.text}' is not written there any more", "look at it by hand")
    return desk.maker.words(*at, one.suggestion) if one.text.split() else _inserted(desk, one, at[0])


def _inserted(desk: Desk, one: Suggested, at: int) -> list[Decision]:
    """Further words between those written: with the word before them (behind them at the start), which is anchored."""
    tokens = desk.transcript.tokens
    if at:
        return desk.maker.words(at - 1, at, f"{tokens[at - 1].text} {one.suggestion}")
    if not tokens:
        raise UsageError("there are no words that it could stand beside", "look at it by hand")
    return desk.maker.words(0, 1, f"{one.suggestion} {tokens[0].text}")


def _reads_already(desk: Desk, one: Suggested) -> bool:
    """Whether somebody wrote the suggested words there since."""
    there = _near(desk, one.suggestion, one.span)
    if there is None:
        return False
    return all(t.text_source is TextSource.HUMAN for t in desk.transcript.tokens[there[0] : there[1]])


def _near(desk: Desk, words: str, span: Span) -> tuple[int, int] | None:
    """The tokens that hold these words nearest to a time; None where none are near."""
    first, last = desk.around(span.start_ms, REACH_MS)
    behind = min(len(desk.transcript.tokens), last + len(words.split()))
    try:
        found = targets.locate(desk.transcript, words, span.start_ms, (first, behind))
    except UsageError:
        return None
    start_ms = desk.transcript.tokens[found[0]].span.start_ms
    return found if abs(start_ms - span.start_ms) <= REACH_MS else None


def listed(found: Sequence[Suggested], media: Path) -> list[str]:
    """The suggestions in lines for a person."""
    if not found:
        return [f"{media}: nothing is suggested"]
    lines = [f"{media}: {counted(len(found), 'reading is', 'readings are')} suggested"]
    for s in found:
        was = f'"{s.text}" could read ' if s.text.split() else "missing: "
        lines.append(f'  {s.id:<5}{clock(s.span.start_ms):>8}  {s.confidence:.2f}  {was}"{s.suggestion}"')
    lines.append(f"take some: vignette edits take {media} {found[0].id}, or --all --above 0.9")
    return lines
