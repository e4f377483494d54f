"""From what a person says on the command line to decisions: which words are meant, and how a conflict is settled."""

from __future__ import annotations

from dataclasses import replace

from pipeline.edits import anchors, parts
from pipeline.edits.conflicts import Standing, State
from pipeline.edits.making import Maker
from pipeline.edits.model import (
    Add,
    ConceptAt,
    CueOf,
    Decision,
    Delete,
    Merge,
    PersonIs,
    Reviewed,
    SpeakerOf,
    Split,
    VignetteAt,
    Words,
)
from pipeline.edits.preview import Preview
from pipeline.edits.words import LiveText
from pipeline.errors import UsageError
from pipeline.timing import Span, clock, parse_timecode
from pipeline.transcript import Cue, Part, Transcript


def locate(transcript: Transcript, text: str, at_ms: int | None = None) -> tuple[int, int]:
    """The tokens that hold these words, the ones nearest to a time where there are several. Raises UsageError."""
    wanted = list(anchors.keys_of(text))
    window = anchors.Window(LiveText(transcript.tokens).nodes, 0, len(transcript.tokens))
    places = [
        (window.owner[k], window.owner[k + len(wanted) - 1] + 1)
        for k in range(len(window.words) - len(wanted) + 1)
        if wanted and window.words[k : k + len(wanted)] == wanted
    ]
    if not places:
        raise UsageError(f"nobody says '{text}' there", "give the words as the transcript has them")
    if at_ms is not None:
        return min(places, key=lambda p: abs(transcript.tokens[p[0]].span.start_ms - at_ms))
    if len(places) > 1:
        times = ", ".join(clock(transcript.tokens[first].span.start_ms) for first, _ in places[:5])
        more = f" and {len(places) - 5} more" if len(places) > 5 else ""
        raise UsageError(
            f"'{text}' is said {len(places)} times, at {times}{more}", "say which with --at TIME"
        )
    return places[0]


def standing_of(shown: Preview, decision_id: str) -> Standing:
    """What became of the decision whose id begins so. Raises UsageError."""
    found = [
        s for s in shown.replay.report.standings if decision_id and s.decision.id.startswith(decision_id)
    ]
    if len(found) != 1:
        problem = "more than one decision has" if found else "no decision has"
        raise UsageError(
            f"{problem} an id that begins with '{decision_id}'", "vignette decisions MEDIA lists them"
        )
    return found[0]


def insist(shown: Preview, standing: Standing, who: str) -> list[Decision]:
    """The conflicting decision once more, about what stands there now and knowing it; the old one is withdrawn.

    Raises UsageError when it is no conflict, or its place can no longer be told.
    """
    decision, maker = standing.decision, Maker(shown.transcript, shown.replay, who)
    if standing.state is not State.CONFLICT:
        raise UsageError(f"decision {decision.id} is no conflict: it is {standing.state}")
    if isinstance(decision.value, Reviewed) and decision.anchor is None:
        return [maker.withdraw(decision.id), maker.reviewed()]
    if isinstance(decision.value, PersonIs):
        value = decision.value
        return [maker.withdraw(decision.id), maker.person(value.id, value.name, value.role)]
    if isinstance(decision.value, Add):
        add = decision.value
        made = add_by_time(maker, shown.transcript, add.text, add.start_ms, add.end_ms, add.label)
        return [maker.withdraw(decision.id), made]
    first, last = _place_now(shown, decision)
    return [maker.withdraw(decision.id), _once_more(maker, decision, first, last)]


def _place_now(shown: Preview, decision: Decision) -> tuple[int, int]:
    """The tokens that stand where the decision's words stood."""
    settled = shown.replay.place_of(decision)
    if settled is not None:
        return settled
    assert decision.anchor is not None
    nodes = LiveText(shown.transcript.tokens).nodes
    place = anchors.find(nodes, decision.anchor)
    if isinstance(place, anchors.Missing) and place.why == "the passage is gone":
        place = anchors.find_passage(nodes, decision.anchor)
    if place.last <= place.first:
        raise UsageError(
            f"nothing is left where decision {decision.id} was made",
            f"vignette decide MEDIA --drop {decision.id}",
        )
    return place.first, place.last


def _once_more(maker: Maker, decision: Decision, first: int, last: int) -> Decision:
    """The same wish about the tokens `[first, last)`."""
    value = decision.value
    match value:
        case Words() | Delete():
            made = maker.cue(first, last, CueOf())
        case SpeakerOf(speaker=name):
            made = maker.speaker(first, last, name)
        case ConceptAt():
            made = maker.concept(first, last, value.concept, value.verdict)
        case CueOf() | Split() | Merge():
            made = maker.cue(first, last, CueOf())
        case VignetteAt():
            made = maker.vignette(first, last, value)
        case _:
            made = maker.waive(first, last, "-")
    keeps_seen = isinstance(value, (SpeakerOf, ConceptAt, CueOf, Split, Merge, VignetteAt))
    return replace(made, value=value, seen=made.seen if keeps_seen else {}, note=decision.note)


def add_by_time(
    maker: Maker, transcript: Transcript, text: str, start_ms: int, end_ms: int, label: str = ""
) -> Decision:
    """A caption added where its time says."""
    tokens = transcript.tokens
    before = next((k for k, t in enumerate(tokens) if t.span.start_ms >= start_ms), len(tokens))
    return maker.add(before, text, Span(start_ms, end_ms), label)


NEW_PART = "new"


def part_decided(maker: Maker, which: str, value: VignetteAt) -> Decision:
    """What is decided about the part of this id or title, or at this time; about one more where it is "new".

    Raises UsageError where no such part is, or it cannot be as it is wanted.
    """
    shown = maker.transcript
    part = None if which == NEW_PART else _part_called(shown, which)
    sheet = parts.PartSheet(shown.parts, shown.tokens, shown.voices)
    if value.start_ms is not None:
        value = replace(value, start_ms=sheet.snapped(value.start_ms))
    begins_ms = value.start_ms if part is None else part.span.start_ms
    first, last = parts.words_at(shown.tokens, begins_ms or 0)
    made = maker.vignette(first, last, value, part)
    change = sheet.change(value, shown.tokens[first].span.start_ms, made.seen)
    if part is None and change.at is not None:
        near = parts.described(shown.parts.parts[change.at])
        raise UsageError(f"{near} begins there already", "say of that one what it is")
    if change.problem:
        raise UsageError(f"that cannot be: {change.problem}", "vignette sheet shows where the parts begin")
    return made


def _part_called(shown: Transcript, which: str) -> Part:
    held, wanted = shown.parts.parts, which.strip().casefold()
    found = [p for p in held if p.id == wanted] or [p for p in held if p.title.casefold() == wanted]
    if not found:
        try:
            at_ms = parse_timecode(which)
        except ValueError:
            at_ms = -1
        found = [p for p in held if p.span.start_ms <= at_ms < p.span.end_ms]
    if len(found) != 1:
        problem = f"more than one part is '{which}'" if found else f"there is no part '{which}'"
        names = ", ".join(parts.described(p) for p in found or held)
        raise UsageError(problem, f"choose of these: {names}" if names else "nothing is said in it")
    return found[0]


def cues_of(transcript: Transcript, first: int, last: int) -> list[Cue]:
    """The captions that show any of the tokens `[first, last)`, in reading order. Raises UsageError when none does."""
    found = [c for c in transcript.captions.cues if c.first < last and first < c.last]
    if not found:
        raise UsageError("no caption shows these words", "say when they are said: --said FROM-TO")
    return sorted(found, key=lambda c: c.first)


def shown_from_to(maker: Maker, first: int, last: int, start_ms: int | None, end_ms: int | None) -> Decision:
    """The caption with these words is shown then; words that none shows come to be one. Raises UsageError."""
    touching = [c for c in maker.transcript.captions.cues if c.first < last and first < c.last]
    if len(touching) > 1:
        raise UsageError("these words stand in more than one caption", "name words of one, or --merge them")
    if touching:
        first, last = touching[0].first, touching[0].last
        span = touching[0].span
        begins, ends = (
            (span.start_ms if start_ms is None else start_ms),
            (span.end_ms if end_ms is None else end_ms),
        )
        if ends <= begins:
            raise UsageError("the caption would end before it starts", "give both times")
    elif start_ms is None or end_ms is None:
        raise UsageError("no caption shows these words yet", "give both times")
    return maker.cue(first, last, CueOf(start_ms, end_ms))


def split_before(maker: Maker, at: int) -> Decision:
    """The caption is divided in front of token `at`. Raises UsageError where one begins there already."""
    if not any(c.first < at < c.last for c in maker.transcript.captions.cues):
        raise UsageError("a caption begins with these words already", "name the words that shall begin one")
    return maker.split(at)


def merged(maker: Maker, first: int, last: int) -> Decision:
    """The captions with these words are one; where that is one already, it and the next. Raises UsageError."""
    cues = cues_of(maker.transcript, first, last)
    if len(cues) == 1:
        behind = [c for c in maker.transcript.captions.cues if c.first >= cues[0].last]
        if not behind:
            raise UsageError("no caption follows the one with these words", "name words of both")
        cues.append(min(behind, key=lambda c: c.first))
    return maker.merge(cues[0].first, cues[-1].last)
