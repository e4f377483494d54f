"""Time stamps of scripts: every way in which transcription tools write a time, read in one place.

A time is `[h:]mm:ss[.fff]`, `hh:mm:ss:ff` (frames), `hh:mm:ss-d` (tenths, f4), `12.5s` or "1 minute 5 seconds", alone or as a
range; it may stand in `[]`, `()`, `{}`, `<>` or between two `#`. Some forms nobody writes for speech; a bare "10:30" or one in
round brackets may well be spoken, and only the whole file tells (see `headers`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from pipeline.timing import parse_timecode

_CLOCK = r"\d{1,3}:[0-5]\d(?::[0-5]\d)?(?:[.,]\d{1,6})?"
_FRAMES = r"\d{1,2}[:;][0-5]\d[:;][0-5]\d[:;]\d{2}"
_TENTHS = r"\d{1,2}:[0-5]\d:[0-5]\d-\d"
_SECONDS = r"\d{1,6}(?:\.\d{1,6})?\s?s(?:ec)?"
_UNIT = r"(?:h|hrs?|hours?|m|min|minutes?|s|sec|seconds?)"
_LONG_UNITS = r"\d{1,3} (?:hours?|minutes?|seconds?)(?:,? (?:and )?\d{1,2} (?:minutes?|seconds?)){0,2}"
_SHORT_UNITS = r"(?:\d{1,2}h ?)?\d{1,2}m ?\d{1,2}(?:\.\d+)?s"
_TIME = rf"(?:{_TENTHS}|{_FRAMES}|{_CLOCK})(?!\d|[:;]\d)"
# Times that are one only in a range in brackets: "(3 s)" alone is a pause.
_LOOSE_TIME = rf"(?:{_TIME}|{_SHORT_UNITS}|{_SECONDS})"
_TO = r"\s*(?:-{1,2}>|→|[-–—]|\bto\b|[,|/]|\t)\s*"
_RANGE = rf"(?:{_LOOSE_TIME}{_TO}{_LOOSE_TIME}|{_TIME}|{_SHORT_UNITS})"
# The hour of the day, which is no time of the recording.
_HOUR = r"(?:\d{4}-\d\d-\d\d[ ,T]+|\d{1,2}[./]\d{1,2}[./]\d{2,4}[ ,]+)?\d{1,2}:[0-5]\d(?::[0-5]\d)?\s?[ap]\.?m\.?(?!\w)"
_DATED = r"(?:\d{4}-\d\d-\d\d[ ,T]+|\d{1,2}[./]\d{1,2}[./]\d{2,4}[ ,]+)\d{1,2}:[0-5]\d(?::[0-5]\d)?"
_WRAPPED = rf"\[\s*{_RANGE}\s*\]|\{{\s*{_RANGE}\s*\}}|<\s*{_RANGE}\s*>|#\s?{_TIME}(?:{_TO}{_TIME})?\s?#"
_ROUND = rf"\(\s*{_RANGE}\s*\)"
_BARE = rf"@?(?:{_TIME}{_TO}{_TIME}|{_TIME})(?!\s?[ap]\.?m\b)"
# YouTube's panel, copied, says a time twice: "0:022 secondsabout trust".
_SAID_TWICE = rf"(?P<first>\d{{1,2}}:[0-5]\d(?::[0-5]\d)?)\s*{_LONG_UNITS}"

_ANY = re.compile(
    rf"(?P<hour>\[(?:{_HOUR}|{_DATED})\]|\((?:{_HOUR}|{_DATED})\))|(?P<wrapped>{_WRAPPED})|(?P<round>{_ROUND})"
    rf"|(?P<twice>{_SAID_TWICE})|(?P<bare>{_BARE})",
    re.I,
)
_BARE_ALONE = re.compile(rf"(?P<bare>{_BARE})", re.I)
_UNITS_ALONE = re.compile(rf"(?:{_LONG_UNITS}|{_SHORT_UNITS})", re.I)
_LAST = re.compile(rf"(?<!\S)(?:{_LONG_UNITS}|(?P<hour>{_HOUR}))\s*$", re.I)
_INSIDE = re.compile(rf"(?P<wrapped>{_WRAPPED})|(?P<round>{_ROUND})", re.I)
_ONE_TIME = re.compile(_LOOSE_TIME + "|" + _LONG_UNITS, re.I)
# Hours, frames, decimals, an arrow: what a bare time has that nobody writes for speech.
_NEVER_SAID = re.compile(r"\d[:;]\d\d[:;]\d\d|:\d\d[.,]\d|>|→")
_AMOUNT = re.compile(rf"(\d+(?:\.\d+)?)\s?({_UNIT})\b", re.I)
_UNIT_MS = {"h": 3_600_000, "m": 60_000, "s": 1000}
_USUAL_FRAMES = 25  # a second; only the order of a part of a second depends on it


@dataclass(frozen=True, slots=True)
class Stamp:
    """A time at `[start, end)` of a line: what is written, when it begins and ends, and whether nobody could say it.

    `form` tells stamps of one look: the bracket they stand in, "bare", "bareglued" (run into its text), "twice", "units", or
    "hour", which is an hour of the day and no time of the recording.
    """

    start: int
    end: int
    text: str
    starts_ms: int
    ends_ms: int | None
    certain: bool
    form: str


def at(text: str, place: int = 0) -> Stamp | None:
    """The stamp with which the text goes on at this place, whether it is one beyond doubt or not."""
    match = _ANY.match(text, place)
    if match and match["twice"] and not _says_the_same(match):
        return _stamp(bare) if (bare := _BARE_ALONE.match(text, place)) and _is_apart(bare) else None
    return _stamp(match) if match and _is_apart(match) else None


def fills(text: str) -> Stamp | None:
    """The stamp that is all of the text, but for white space and a colon or dash around it."""
    bare = text.strip().strip("-–—•|").strip()
    bare = bare.removesuffix(":").rstrip()
    match = _ANY.fullmatch(bare) or _UNITS_ALONE.fullmatch(bare)
    return _stamp(match) if match else None


def trailing(text: str) -> Stamp | None:
    """The stamp with which the text ends, or the hour ("7:30 PM")."""
    end = len(text.rstrip())
    for match in _ANY.finditer(text):
        if match.end() == end and (not match.start() or not text[match.start() - 1].isalnum()):
            return _stamp(match)
    last = _LAST.search(text)
    return _stamp(last) if last else None


def inside(text: str, rounds: bool) -> list[Stamp]:
    """The stamps anywhere in the text that nobody could say; with `rounds` also any in round brackets."""
    found = [_stamp(m) for m in _INSIDE.finditer(text)]
    return [stamp for stamp in found if stamp.certain or rounds]


def _says_the_same(match: re.Match[str]) -> bool:
    """Whether the words behind a time say that time again: "1:05" and "1 minute, 5 seconds"."""
    return ms_of(match["first"]) == ms_of(match["twice"][len(match["first"]) :])


def _is_apart(match: re.Match[str]) -> bool:
    """Whether a bare time ends where no word goes on: "0:02about" is a stamp run into its text, "10:30's" is none."""
    return match.groupdict().get("bare") is None or not re.match(
        r"['’%°/]|[-–]\d", match.string[match.end() :]
    )


def _stamp(match: re.Match[str]) -> Stamp:
    groups = match.groupdict()
    kind = next((k for k in ("hour", "wrapped", "round", "twice", "bare") if groups.get(k)), "units")
    text = match[0]
    times = [t for m in _ONE_TIME.finditer(groups.get("first") or text) if (t := ms_of(m[0])) is not None]
    ends = times[1] if len(times) > 1 and times[1] >= times[0] else None
    glued = kind == "bare" and match.string[match.end() : match.end() + 1].isalpha()
    certain = kind in ("wrapped", "twice") or (kind in ("bare", "round") and bool(_NEVER_SAID.search(text)))
    certain = certain or (kind == "hour" and text[0] == "[")
    form = {"wrapped": text[0], "round": "("}.get(kind, kind) + ("glued" if glued else "")
    return Stamp(match.start(), match.end(), text.strip(), times[0] if times else 0, ends, certain, form)


def ms_of(text: str) -> int | None:
    """The milliseconds of one time in any of the forms; None for a time that cannot be."""
    text = text.strip()
    if re.fullmatch(_TENTHS, text):
        return parse_timecode(text[:-2]) + 100 * int(text[-1])
    if re.fullmatch(_FRAMES, text):
        hours, minutes, seconds, frames = (int(n) for n in re.split("[:;]", text))
        return ((hours * 60 + minutes) * 60 + seconds) * 1000 + frames * 1000 // _USUAL_FRAMES
    if ":" in text:
        return _of_clock(text)
    amounts = _AMOUNT.findall(text)
    return round(sum(float(n) * _UNIT_MS[unit[0].lower()] for n, unit in amounts)) if amounts else None


def _of_clock(text: str) -> int | None:
    """As `parse_timecode`, but minutes may go on beyond 59 ("102:15"), and decimals beyond milliseconds."""
    whole, mark, decimals = text.replace(",", ".").partition(".")
    parts = [int(n) for n in whole.split(":")]
    if len(parts) == 3 and parts[1] > 59:
        return None
    seconds = 0
    for part in parts:
        seconds = seconds * 60 + part
    return seconds * 1000 + (int(decimals.ljust(3, "0")[:3]) if mark else 0)
