"""Headers of turns: the times and names with which transcription tools begin a turn, taken off as the whole file bears out.

    Hanna Weir  0:04            00:00:04 Hanna Weir         Hanna Weir (0:04): Good evening.
    [Hanna Weir] 19:30:01       0:04                        Hanna Weir
                                Hanna Weir                  Good evening.

A time that could be spoken ("10:30 we met") is a stamp where its form comes again, the times rise, and what lies between them
can be said in that time; a name without colon is one where the pattern comes again. In doubt the words stay.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from itertools import pairwise

from pipeline.formats.readers import names, stamps
from pipeline.formats.readers.script_line import ScriptLine, spoken
from pipeline.formats.readers.stamps import Stamp
from pipeline.transcript.subtitles import Apart

# All of these were set by hand.
_MIN_AGREEING = 0.8  # the share of times that must rise, and of headers that must look like one
# Words a second that talk between two stamps comes to, with its pauses.
_SLOWEST, _FASTEST = 0.3, 8.0
_SILENT = 0.03  # fewer words than this are no talk, however long people are silent
_EARLY_MS = 10_000  # a recording's first stamp stands about here
_MAX_HEADER_CHARS = 60  # of a name and what stands between it and its time
_MIN_TITLED = 5  # so many stamped lines are no diary


_LABEL = re.compile(r"[-–]?\s*([^\W\d_][^:()\[\]\n]{0,40}):(?=\s|$)")


class _Kind(Enum):
    ALONE = auto()  # 0:04
    LEAD = auto()  # 0:04 Good evening.
    TIME_NAME = auto()  # 0:04 Hanna
    NAME_TIME = auto()  # Hanna 0:04
    NAME_TIME_TEXT = auto()  # Hanna (0:04): Good evening.


@dataclass(slots=True)
class _Found:
    """What a line may be: its stamp, the name beside it ("" without one), and where its speech begins; `at` is its place."""

    at: int
    line: ScriptLine
    kind: _Kind
    stamp: Stamp
    name: str = ""
    rest: str = ""
    wall_clock: bool = False


def mark(lines: Sequence[ScriptLine]) -> None:
    """Take times and names off the lines, and note them there."""
    open_ = [line for line in spoken(lines) if not line.dated]
    found = [f for n, line in enumerate(open_) if (f := _found_in(n, line))]
    headers = [
        h
        for kind in (_Kind.TIME_NAME, _Kind.NAME_TIME, _Kind.NAME_TIME_TEXT)
        for h in _headers(open_, [f for f in found if f.kind is kind])
    ]
    taken = {h.at for h in headers}
    for header in headers:
        _take(header, header.name)
    # What could have been a name and is none is what the stamp leads.
    rest = [f if not f.name else _without_name(f) for f in found if f.at not in taken]
    alone = _alone([f for f in rest if f and f.kind is _Kind.ALONE])
    for stamp in alone:
        _take(stamp, "")
    _take_numbers_above(open_, sorted(f.at for f in alone))
    leads = _leads(open_, [f for f in rest if f and f.kind is _Kind.LEAD], bool(headers or alone))
    dashed = len(leads) > 1 and all(re.match(r"[-–—]\s", lead.rest) for lead in leads)
    for lead in leads:
        lead.rest = lead.rest[1:].lstrip() if dashed else lead.rest
        _take(lead, "")
    rounds = sum(f.stamp.form == "(" for f in (*headers, *leads, *alone)) > 1
    _take_inside(open_, rounds or _end_in_rounds(open_))
    _labels_of_stamped(open_)
    _name_beside_stamps(open_, {f.at for f in alone})
    _repeated_in_words(open_, {f.at: f.stamp for f in alone})


def _found_in(at: int, line: ScriptLine) -> _Found | None:
    text = line.text.strip()
    if (whole := stamps.fills(text)) and whole.form != "units":
        return _Found(at, line, _Kind.ALONE, whole)
    if lead := stamps.at(text):
        rest = text[lead.end :].removeprefix(":").strip()
        name = names.bare(rest)
        kind = _Kind.TIME_NAME if names.may_be(name) else _Kind.LEAD
        return _Found(at, line, kind, lead, name if kind is _Kind.TIME_NAME else "", rest)
    head = text.removesuffix(":").rstrip()
    if (trail := stamps.trailing(head)) and trail.start <= _MAX_HEADER_CHARS:
        before = head[: trail.start].strip()
        name = names.bare(before)
        if names.may_be(name):
            wall = before.startswith("[") and trail.form == "bare"  # as Zoom does
            return _Found(at, line, _Kind.NAME_TIME, trail, name, wall_clock=wall)
    return _name_then_time(at, line, text)


def _name_then_time(at: int, line: ScriptLine, text: str) -> _Found | None:
    """ "Hanna: [00:04] Good evening." and its like."""
    place = next(
        (
            n
            for n, c in enumerate(text[:_MAX_HEADER_CHARS])
            if n and stamps.at(text, n) and _parts(c, text[n - 1])
        ),
        0,
    )
    stamp = stamps.at(text, place) if place else None
    name = names.bare(text[:place])
    rest = text[stamp.end :].removeprefix(":").strip() if stamp else ""
    if stamp is None or not rest or not names.may_be(name):
        return None
    return _Found(at, line, _Kind.NAME_TIME_TEXT, stamp, name, rest)


def _parts(first: str, before: str) -> bool:
    """Whether a stamp may begin with this character behind that one."""
    return before.isspace() or (not first.isalnum() and before not in "([{<#")


def _headers(lines: Sequence[ScriptLine], found: Sequence[_Found]) -> list[_Found]:
    """Those of one kind that are headers: together they rise, names come again or have the form of names, and speech follows."""
    said = Counter(f.name.casefold() for f in found)
    good = [f for f in found if names.is_sure(f.name) or said[f.name.casefold()] > 1]
    heads = {f.at for f in found}
    if found and found[0].kind is not _Kind.NAME_TIME_TEXT:
        led = sum(f.at + 1 in heads or f.at + 1 >= len(lines) for f in good)
        if led > (1 - _MIN_AGREEING) * len(good) + 1:
            return []
    if len(good) == 1 == len(found):
        f = good[0]
        lone = names.is_sure(f.name) and f.at + 1 < len(lines) and f.kind is not _Kind.NAME_TIME_TEXT
        return good if lone and (f.stamp.certain or f.stamp.starts_ms <= _EARLY_MS) else []
    if len(good) < 2 or not _rise(good):
        return []
    doubtful = [f for f in good if not f.stamp.certain]
    if len(doubtful) > 1 and _pace(lines, doubtful) < _SILENT:
        return []
    return sorted([*good, *_like_these(found, good)], key=lambda f: f.at)


def _like_these(found: Sequence[_Found], headers: Sequence[_Found]) -> list[_Found]:
    """The others whose name is one because the header is like all of these: its stamp looks alike, and lies between theirs."""
    places = [h.at for h in headers]
    forms, opens = {h.stamp.form for h in headers}, all(h.line.opens for h in headers)
    alike = []
    for other in found:
        n = bisect_left(places, other.at)
        if places[n : n + 1] == [other.at] or forms != {other.stamp.form} or opens > other.line.opens:
            continue
        before, after = headers[max(0, n - 1) : n], headers[n : n + 1]
        rising = [f.stamp.starts_ms for f in (*before, other, *after)]
        if rising == sorted(rising) and not (after and after[0].at == other.at + 1):
            alike.append(other)
    return alike


def _rise(found: Sequence[_Found]) -> bool:
    """Whether the times rise from first to last, and hardly ever fall."""
    times = [f.stamp.starts_ms for f in found]
    rising = sum(a <= b for a, b in pairwise(times))
    return times[-1] > times[0] and rising >= _MIN_AGREEING * (len(times) - 1)


def _without_name(found: _Found) -> _Found | None:
    """A line whose supposed name is none: its stamp may still lead its speech; None where it does not stand in front."""
    if found.kind is not _Kind.TIME_NAME:
        return None
    return _Found(found.at, found.line, _Kind.LEAD, found.stamp, "", found.rest)


def _alone(found: Sequence[_Found]) -> list[_Found]:
    if len(found) > 1 and _rise(found):
        return [f for f in found if f.stamp.form != "hour"]
    return [
        f
        for f in found
        if (f.stamp.certain or f.stamp.form == "(" or f.stamp.starts_ms <= _EARLY_MS)
        and f.stamp.form != "hour"
    ]


def _take_numbers_above(lines: Sequence[ScriptLine], alone: Sequence[int]) -> None:
    """Set apart the numbers of cues, each on a line of its own above the cue's time."""
    above = [lines[n - 1] for n in alone if n and lines[n - 1].text.strip().isdigit()]
    counted = [int(line.text) for line in above]
    if len(above) > 1 and len(above) == len(alone) and all(b == a + 1 for a, b in pairwise(counted)):
        for line in above:
            line.apart = Apart.COLUMN


def _leads(lines: Sequence[ScriptLine], found: Sequence[_Found], others: bool) -> list[_Found]:
    """The stamps with which speech begins: those that nobody says, and of the others those that the file bears out."""
    rounds = [f for f in found if f.stamp.form == "("]
    verse = len(rounds) < 2 and not any(f.stamp.starts_ms <= _EARLY_MS for f in rounds)  # "(3:16)"
    sure = [f for f in found if f.stamp.certain or (f.stamp.form == "(" and not verse)]
    doubtful = [f for f in found if not f.stamp.certain and f.stamp.form != "("]
    glued = [f for f in doubtful if f.stamp.form == "bareglued"]
    if glued and len(doubtful) > 1 and _rise(doubtful):
        return [*sure, *doubtful]
    if others or sure or len(doubtful) < 2 or not _rise(doubtful) or not _is_talk(lines, doubtful):
        return sure
    return [*sure, *doubtful]


def _is_talk(lines: Sequence[ScriptLine], found: Sequence[_Found]) -> bool:
    """Whether the words around bare times can be said in that time: "10:30 we met. 11:15 we ate" cannot be a recording."""
    first, pace = found[0], _pace(lines, found)
    if pace > _FASTEST:
        return False
    if first.stamp.starts_ms <= _EARLY_MS:
        return pace >= _SLOWEST or len(found) >= _MIN_AGREEING * len(lines)
    before = _words(lines[: first.at]) * 1000 / first.stamp.starts_ms
    titled = len(found) >= max(_MIN_TITLED, _MIN_AGREEING * len(lines))
    return pace >= _SLOWEST and (_SLOWEST <= before <= _FASTEST or titled)


def _pace(lines: Sequence[ScriptLine], found: Sequence[_Found]) -> float:
    """Words a second from the first of these stamps to the last."""
    first, last = found[0], found[-1]
    between_ms = max(1, last.stamp.starts_ms - first.stamp.starts_ms)
    return (_words(lines[first.at : last.at]) - (last.at - first.at)) * 1000 / between_ms


def _words(lines: Sequence[ScriptLine]) -> int:
    return sum(len(line.text.split()) for line in lines)


def _take(found: _Found, name: str) -> None:
    line = found.line
    line.stamps.append(found.stamp.text)
    line.starts_ms = None if found.wall_clock or found.stamp.form == "hour" else found.stamp.starts_ms
    line.name, line.begins = name, True
    line.text = found.rest if found.kind in (_Kind.LEAD, _Kind.NAME_TIME_TEXT) else ""


def _end_in_rounds(lines: Sequence[ScriptLine]) -> bool:
    """Whether half of the lines and more end with a time in round brackets, and these rise."""
    ends = [s for line in lines if line.text and (s := stamps.trailing(line.text)) and s.form == "("]
    rising = all(a.starts_ms <= b.starts_ms for a, b in pairwise(ends))
    return len(ends) > 1 and rising and 2 * len(ends) >= len(lines)


def _take_inside(lines: Sequence[ScriptLine], rounds: bool) -> None:
    """Take off stamps in the midst of speech; one at a line's end tells when the next line begins."""
    for n, line in enumerate(lines):
        for stamp in reversed(stamps.inside(line.text, rounds)):
            ends = not line.text[stamp.end :].strip()
            line.text = f"{line.text[: stamp.start].rstrip()} {line.text[stamp.end :].lstrip()}".strip()
            line.stamps.append(stamp.text)
            after = lines[n + 1] if n + 1 < len(lines) else None
            if ends and after is not None and after.starts_ms is None:
                after.starts_ms = stamp.ends_ms or stamp.starts_ms


def _labels_of_stamped(lines: Sequence[ScriptLine]) -> None:
    """Take off the labels of stamped lines where nearly all of these have one: it then is the tool that writes them."""
    stamped = [line for line in lines if line.stamps and not line.name and line.text]
    labels = [(line, m) for line in stamped if (m := _LABEL.match(line.text)) and names.may_be(m[1].strip())]
    again = Counter(m[1].strip().casefold() for _, m in labels)
    elsewhere = any(_LABEL.match(line.text) for line in lines if line.text and not line.stamps)
    if elsewhere or len(labels) < 2 or len(labels) < _MIN_AGREEING * len(stamped):
        return  # labels elsewhere are learnt with these, by `labels`
    always = len(labels) == len(stamped)
    for line, match in labels:
        name = match[1].strip()
        if (
            again[name.casefold()] > 1
            or (always and names.is_sure(name))
            or (" " in name and names.is_sure(name))
        ):
            line.name, line.begins, line.text = name, True, line.text[match.end() :].strip()


def _name_beside_stamps(lines: Sequence[ScriptLine], alone: set[int]) -> None:
    """Names on a line of their own below or above a stamp on a line of its own."""
    for step in (1, -1):
        beside = [n + step for n in sorted(alone) if _is_name_beside(lines, alone, n, step)]
        if len(beside) > 1 and len(beside) >= _MIN_AGREEING * len(alone):
            for n in beside:
                _take_name(lines[n])
            return


def _is_name_beside(lines: Sequence[ScriptLine], alone: set[int], stamp: int, step: int) -> bool:
    name, text = stamp + step, max(stamp, stamp + step) + 1
    if not (name >= 0 and text < len(lines)) or name in alone or text in alone or lines[name].begins:
        return False
    if step < 0 and text + 1 in alone:  # then it is the only line between two stamps, and no name
        return False
    return names.is_sure(names.bare(lines[name].text))


def _take_name(line: ScriptLine) -> None:
    line.name, line.begins, line.text = names.bare(line.text), True, ""


def _repeated_in_words(lines: Sequence[ScriptLine], alone: dict[int, Stamp]) -> None:
    """A line "1 minute, 5 seconds" beside the stamp 1:05 says it again to those who cannot see."""
    for n, line in enumerate(lines):
        again = stamps.fills(line.text) if line.text else None
        near = [alone[m] for m in (n - 1, n + 1) if m in alone]
        if again and again.form == "units" and any(s.starts_ms == again.starts_ms for s in near):
            line.stamps.append(again.text)
            line.begins, line.text = True, ""
