"""Targets of decisions: which words, captions, parts, speakers or concepts are meant; and how a conflict is settled."""

from __future__ import annotations

import unicodedata
from dataclasses import replace

from pipeline.edits import anchors, parts
from pipeline.edits.ledger import Standing, State
from pipeline.edits.live_text import LiveText
from pipeline.edits.maker import Maker
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
    Words,
)
from pipeline.edits.reviewed import Reviewed
from pipeline.edits.speakers import speaker_called
from pipeline.errors import UsageError, nearest
from pipeline.run.preview import Preview
from pipeline.timing import Span, clock, format_timecode, parse_timecode
from pipeline.transcript import Cue, Part, Transcript
from pipeline.words import name_key


def locate(
    transcript: Transcript, text: str, at_ms: int | None = None, within: tuple[int, int] | None = None
) -> tuple[int, int]:
    """Find the tokens `[first, last)` that hold these words, the ones nearest to `at_ms` where there are several.

    Only among the tokens `within`, where that is given. Raises UsageError where there are none, or several and no time.
    """
    wanted = list(anchors.keys_of(text))
    begin, end = within or (0, len(transcript.tokens))
    window = anchors.Window(LiveText(transcript.tokens[begin:end]).nodes, 0, end - begin)
    places = [
        (begin + window.owner[k], begin + window.owner[k + len(wanted) - 1] + 1)
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
    """The standing of the decision whose id begins with `decision_id`. Raises UsageError unless there is exactly one."""
    found = [
        s for s in shown.replay.report.standings if decision_id and s.decision.id.startswith(decision_id)
    ]
    if len(found) != 1:
        problem = "more than one decision has" if found else "no decision has"
        raise UsageError(
            f"{problem} an id that begins with '{decision_id}'", "vignette edits list MEDIA lists them"
        )
    return found[0]


def insist(shown: Preview, standing: Standing, who: str) -> list[Decision]:
    """Settle a conflict in favour of its decision: withdraw it, and make it anew about what stands there now.

    Raises UsageError when it is no conflict, or its place can no longer be told.
    """
    decision, maker = standing.decision, Maker(shown.transcript, shown.replay, who)
    if standing.state is not State.CONFLICT:
        raise UsageError(
            f"decision {decision.id} is no conflict: it is {standing.state}",
            "vignette edits conflicts MEDIA lists those there are",
        )
    if isinstance(decision.value, Reviewed) and decision.anchor is None:
        return [maker.withdraw(decision.id), maker.reviewed()]
    if isinstance(decision.value, Reviewed):
        cues = cues_of(shown.transcript, *_tokens_now(shown, decision))
        return [maker.withdraw(decision.id), *(maker.reviewed_cue(c.first, c.last) for c in cues)]
    if isinstance(decision.value, PersonIs):
        value = decision.value
        return [maker.withdraw(decision.id), maker.person(value.id, value.name, value.role)]
    if isinstance(decision.value, Add):
        add = decision.value
        made = add_by_time(maker, shown.transcript, add.text, add.start_ms, add.end_ms, add.label)
        return [maker.withdraw(decision.id), made]
    first, last = _tokens_now(shown, decision)
    return [maker.withdraw(decision.id), _made_anew(maker, decision, first, last)]


def _tokens_now(shown: Preview, decision: Decision) -> tuple[int, int]:
    """The tokens `[first, last)` that stand where the decision's words stood. Raises UsageError where none do."""
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
            f"vignette edits undo MEDIA {decision.id}",
        )
    return place.first, place.last


def _made_anew(maker: Maker, decision: Decision, first: int, last: int) -> Decision:
    """The decision made anew about the tokens `[first, last)`."""
    value = decision.value
    match value:
        case Words() | Delete():
            made = maker.cue(first, last, CueOf())
        case SpeakerOf(speaker=name):
            made = maker.speaker(first, last, name)
        case StyleOf(style=style):
            made = maker.style(first, last, style)
        case ConceptAt():
            made = maker.concept(first, last, value.concept, value.verdict)
        case CueOf() | Split() | Merge():
            made = maker.cue(first, last, CueOf())
        case VignetteAt():
            made = maker.vignette(first, last, value)
        case _:
            made = maker.waive(first, last, "-")
    keeps_seen = isinstance(value, (SpeakerOf, StyleOf, ConceptAt, CueOf, Split, Merge, VignetteAt))
    return replace(made, value=value, seen=made.seen if keeps_seen else {}, note=decision.note)


def add_by_time(
    maker: Maker, transcript: Transcript, text: str, start_ms: int, end_ms: int, label: str = ""
) -> Decision:
    """The decision that adds a caption, in front of the first token that starts at `start_ms` or later.

    Raises UsageError where another caption is shown then that cannot give way.
    """
    span = Span(start_ms, end_ms)
    taken = next((c.span for c in transcript.captions.cues if not maker.gives_way(c, span)), None)
    if taken is not None:
        begin, end = format_timecode(taken.start_ms), format_timecode(taken.end_ms)
        raise UsageError(
            f"a caption is shown there already, from {begin} to {end}",
            "give a time when nobody speaks, or add the words to that one: vignette edits text MEDIA WORDS NEW",
        )
    tokens = transcript.tokens
    before = next((k for k, t in enumerate(tokens) if t.span.start_ms >= start_ms), len(tokens))
    return maker.add(before, text, span, label)


# What stands for a part that is not there yet.
NEW_PART = "new"


def part_decided(maker: Maker, which: str, value: VignetteAt) -> Decision:
    """The decision about the part that `which` names by id, title or a time in it, or about a further one ("new").

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
    """The part with this id, title, or time in it. Raises UsageError unless there is exactly one."""
    held, wanted = shown.parts.parts, name_key(which)
    found = [p for p in held if p.id == wanted] or [p for p in held if name_key(p.title) == wanted]
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
        raise UsageError(
            "no caption shows these words", "say when they are said: vignette edits time MEDIA WORDS FROM-TO"
        )
    return sorted(found, key=lambda c: c.first)


def shown_from_to(maker: Maker, first: int, last: int, start_ms: int | None, end_ms: int | None) -> Decision:
    """The decision about when the caption with these words is shown; words that no caption shows become one.

    A time that is None stays as it is. Raises UsageError.
    """
    touching = [c for c in maker.transcript.captions.cues if c.first < last and first < c.last]
    if len(touching) > 1:
        raise UsageError(
            "these words stand in more than one caption",
            "name words of one, or join them: vignette edits join MEDIA WORDS",
        )
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
    """The decision that splits a caption in front of token `at`. Raises UsageError where one begins there already."""
    if not any(c.first < at < c.last for c in maker.transcript.captions.cues):
        raise UsageError("a caption begins with these words already", "name the words that shall begin one")
    return maker.split(at)


def merged(maker: Maker, first: int, last: int) -> Decision:
    """The decision that merges the captions with these words; where that is one caption, it and the next. Raises UsageError."""
    cues = cues_of(maker.transcript, first, last)
    if len(cues) == 1:
        behind = [c for c in maker.transcript.captions.cues if c.first >= cues[0].last]
        if not behind:
            raise UsageError("no caption follows the one with these words", "name words of both")
        cues.append(min(behind, key=lambda c: c.first))
    return maker.merge(cues[0].first, cues[-1].last)


def with_outer_punctuation(there: str, named: str, become: str) -> str:
    """The replacement `become` with outer punctuation: that of the words `there`, unless `named` or `become` has some."""
    if not become.split():
        return become
    before, behind = _outer_punctuation(there)
    named_before, named_behind = _outer_punctuation(named)
    new_before, new_behind = _outer_punctuation(become)
    keeps_before, keeps_behind = not (named_before or new_before), not (named_behind or new_behind)
    return f"{before if keeps_before else ''}{become.strip()}{behind if keeps_behind else ''}"


def _outer_punctuation(text: str) -> tuple[str, str]:
    """The punctuation and symbols before the first word and behind the last; none of a text that is nothing else."""
    signs = [unicodedata.category(c)[0] in "PS" for c in text.strip()]
    if all(signs):
        return "", ""
    text = text.strip()
    return text[: signs.index(False)], text[len(text) - signs[::-1].index(False) :]


def person(shown: Transcript, wanted: str) -> str:
    """The id of the speaker with this id or name. Raises UsageError."""
    found = speaker_called(shown.voices, wanted)
    if found is None:
        names = {s.id: f"{s.id} ({s.name})" if s.name else s.id for s in shown.voices.speakers}
        written = {s.id: {s.id, s.name, *s.name.split()} for s in shown.voices.speakers}
        near = set(nearest(wanted, sorted(set().union(*written.values())), most=3))
        chosen = [i for i in names if written[i] & near] or list(names)
        raise UsageError(
            f"there is no speaker '{wanted}'",
            f"there is {', '.join(names[i] for i in chosen)}" if chosen else "nobody is heard in it",
        )
    return found


def check_person_meant(shown: Transcript, wanted: str) -> None:
    """Raise UsageError for a name that nobody has and that is so like another's that it is likelier a slip."""
    if speaker_called(shown.voices, wanted) is not None:
        return
    near = nearest(wanted, [s.name for s in shown.voices.speakers if s.name], likeness=0.75)
    if near:
        raise UsageError(
            f"there is no speaker '{wanted}'", f"did you mean {near[0]}? --new says that it is somebody else"
        )


def concept(shown: Transcript, wanted: str) -> str:
    """The id of a concept of the lexicon, or of the recording's tags. Raises UsageError, LexiconError."""
    from pipeline.concepts import lexicon
    from pipeline.files import data_file

    known = {c.id for c in lexicon.load_lazily(data_file("concepts.toml")).concepts}
    known |= {tag.concept for tag in shown.concepts.tags}
    plain = name_key(wanted)
    if plain not in known:
        near = nearest(plain, sorted(known), most=3)
        remedy = f"did you mean {' or '.join(near)}?" if near else "vignette concepts list shows them"
        raise UsageError(f"there is no concept '{wanted}'", remedy)
    return plain


def check_within(shown: Transcript, span: tuple[int | None, int | None], option: str) -> None:
    """Raise UsageError for a time in milliseconds behind the end of the recording; `option` is named in it."""
    duration_ms = shown.media.duration_ms
    behind = next((t for t in span if t is not None and t > duration_ms), None)
    if behind is not None:
        raise UsageError(
            f"{option}: {clock(behind)} is behind the end of the recording",
            f"it ends at {clock(duration_ms)}",
        )
