"""Timing lines: the start and the end of a cue as people, other tools and machine translation write them.

SubRip and WebVTT want `00:00:01,000 --> 00:00:02,500` (WebVTT with a dot). What comes besides: frames (`00:00:01:12`),
drop-frame timecode (`00;00;01;12`, SMPTE ST 12-1), SubViewer's comma between both times, microseconds and rounding errors
(`.500000`, `,200.0000000000582`), an apostrophe for the decimal mark, no decimals, no hours, plain seconds (`12.5`, `8s`),
blanks within a time, signs of other scripts (`：`, `，`), other arrows (`-- >`, `--&gt;`, `→`). `read` gives what each means;
`is_broken` knows a line that was meant for one and cannot be read.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from pipeline.formats.readers.raw_cue import Extent
from pipeline.timing import frames_to_ms

# Signs that stand for those of ASCII, one for one, so that places in the line stay.
_SIGNS = str.maketrans(
    dict.fromkeys("：∶﹕︰ː", ":")
    | dict.fromkeys("，、﹐", ",")
    | dict.fromkeys("．。﹒", ".")
    | dict.fromkeys("；﹔", ";")
    | dict.fromkeys("’′´", "'")
    | dict.fromkeys("–—―−‐‑－", "-")
    | dict.fromkeys("＞﹥›》〉»", ">")
    | dict.fromkeys("\xa0\u2002\u2003\u2009\u200a\u200b\u200e\u200f\u202f\u3000", " ")
)
_S = r"[ \t]*"
_TIME = (
    rf"-?(?:\d{{1,6}}{_S}[:;]{_S})?\d{{1,2}}{_S}[:;]{_S}\d{{1,2}}"
    rf"(?:{_S}[.,']{_S}\d{{1,20}}(?:\.\d{{1,20}})?|{_S}[:;]{_S}\d{{1,3}})?"
    r"|-?\d{1,3}\.\d\d\.\d\d[.,]\d{1,20}"  # dots for colons
)
_SECONDS = r"\d{1,6}(?:[.,]\d{1,20}s?|s)"
_EDGE = r"[\s\ufeff]*+"
_LINE = re.compile(rf"{_EDGE}({_TIME}){_S}-->{_S}({_TIME})(?!\d)(.*)", re.ASCII | re.DOTALL)
_LINE_OF_SECONDS = re.compile(
    rf"{_EDGE}({_SECONDS}){_S}-->{_S}({_SECONDS})(?=\s|$)(.*)", re.ASCII | re.DOTALL
)
_TIME_OF_SUBVIEWER = r"\d{1,6}:\d\d:\d\d\.\d{2,3}"
_LINE_OF_SUBVIEWER = re.compile(
    rf"{_EDGE}({_TIME_OF_SUBVIEWER}){_S},{_S}({_TIME_OF_SUBVIEWER})(\s*)$", re.ASCII | re.DOTALL
)
# What becomes of the arrow. A shorter one may stand in talk: then both times must be whole.
_LONG_ARROW = r"(?:-[ \t]?-{1,3}[ \t]?(?:>|&gt;)|-[ \t]?->|={2,3}>)"
_ARROW = rf"(?:{_LONG_ARROW}|[-=]{{1,2}}(?:>|&gt;)|[→⟶➔➜⇒])"
_LINE_WITH_OTHER_ARROW = re.compile(
    rf"{_EDGE}({_TIME}){_S}{_ARROW}{_S}({_TIME})(?!\d)(.*)", re.ASCII | re.DOTALL
)
_MAX_CHARS = 100  # a longer line is text
_DIGIT = re.compile(r"\d")  # of any script
_BROKEN = re.compile(rf"{_EDGE}(?P<start>[^<>=→]*?)(?P<arrow>{_ARROW})(?P<end>[^<>]*)", re.ASCII)
_LIKE_TIME = re.compile(
    r"(?=(?:\D*\d){3})(?=(?:[^:;.,]*[:;.,]){2})[\d:;.,\s]*[^\W\d_]{0,3}[\d:;.,\s]*[^\W\d_]{0,3}"
)
_LIKE_PART_OF_TIME = re.compile(r"[\s\w:;.,?*-]{0,24}")
_PARTS = re.compile(r"(-?)(?:(\d+)[:;.])?(\d+)[:;.](\d+)(?:([.,:;'])(\d+)(?:\.\d+)?)?", re.ASCII)
# Frames a second by the largest frame number that is counted, where nothing better is known.
_RATES = ((24, Fraction(24)), (25, Fraction(25)), (30, Fraction(30)), (50, Fraction(50)), (60, Fraction(60)))
_NTSC = Fraction(1000, 1001)
# Lines as their format and its players want them.
_READABLE = {
    "srt": re.compile(r"\ufeff?\s*\d+:[0-5]?\d:[0-5]?\d[,.]\d{3}\s*-->\s*\d+:[0-5]?\d:[0-5]?\d[,.]\d{3}(?:\s.*)?", re.ASCII),
    "vtt": re.compile(
        r"\s*(?:\d{1,9}:)?[0-5]\d:[0-5]\d\.\d{3}\s*-->\s*(?:\d{1,9}:)?[0-5]\d:[0-5]\d\.\d{3}(?!\d).*", re.ASCII
    ),
}  # fmt: skip
_SRT_TIME = r"\d{2,}:[0-5]\d:[0-5]\d,\d{3}"
_VTT_TIME = r"(?:\d{2,}:)?[0-5]\d:[0-5]\d\.\d{3}"
_STRICT = {
    "srt": re.compile(rf"({_SRT_TIME}) --> ({_SRT_TIME})(?:\s+.*)?", re.ASCII),
    "vtt": re.compile(rf"({_VTT_TIME})[ \t]+-->[ \t]+({_VTT_TIME})(?:[ \t]+\S.*)?[ \t]*", re.ASCII),
}


@dataclass(frozen=True, slots=True)
class Time:
    """A time as it is written: whole milliseconds, and the frames counted beyond them (None where none are).

    `drop` is drop-frame counting, `negative` a time before the recording.
    """

    ms: int
    frames: int | None = None
    drop: bool = False
    negative: bool = False

    def at(self, rate: Fraction | None) -> int:
        """Milliseconds, the frames being `rate` a second; a time before the beginning is the beginning."""
        if self.negative:
            return 0
        if self.frames is None or rate is None:
            return self.ms
        if self.drop:
            return _drop_frame_ms(self.ms, self.frames, rate)
        return self.ms + frames_to_ms(self.frames, rate)


@dataclass(frozen=True, slots=True)
class TimingLine:
    """A timing line: its times (None for one that cannot be read), where in the line they stand, and what stands behind them."""

    start: Time | None
    end: Time | None
    times: tuple[Extent, Extent]
    settings: str


def read(line: str) -> TimingLine | None:
    """A line that gives the times of a cue, however it is written; None for any other."""
    if not _DIGIT.search(line, 0, 40) or line.isdecimal():  # a number alone is the next cue's
        return None
    plain = in_ascii(line)
    for pattern in (_LINE, _LINE_OF_SECONDS, _LINE_OF_SUBVIEWER, _LINE_WITH_OTHER_ARROW):
        if match := pattern.match(plain):
            found = TimingLine(
                _time(match[1]),
                _time(match[2]),
                (match.span(1), match.span(2)),
                line[match.start(3) :].strip(),
            )
            return found if pattern is not _LINE_WITH_OTHER_ARROW or _is_certain(match) else None
    return None


def is_broken(line: str, below_number: bool = False) -> TimingLine | None:
    """A line that was meant to give the times of a cue and cannot be read whole; None for any other.

    `below_number`: it stands where timing lines stand, so that a short arrow is enough.
    """
    if len(line) > _MAX_CHARS or not _DIGIT.search(line) or line.isdecimal():
        return None
    plain = in_ascii(line)
    match = _BROKEN.fullmatch(plain)
    if match is None or not (below_number or re.fullmatch(_LONG_ARROW, match["arrow"])):
        return None
    sides = match["start"], match["end"]
    if not (any(map(_LIKE_TIME.fullmatch, sides)) and all(map(_LIKE_PART_OF_TIME.fullmatch, sides))):
        return None
    start, end = (
        _time(side.strip()) if re.fullmatch(_TIME, side.strip(), re.ASCII) else None for side in sides
    )
    whole = (0, len(line))
    return TimingLine(start, end, (whole, whole), "")


def is_readable(line: str, kind: str) -> bool:
    """Whether players take the line for a timing line of "srt" or "vtt", and read the same times in it."""
    return bool(_READABLE[kind].fullmatch(line))


def is_strict(line: str, kind: str) -> bool:
    """Whether the line is written as "srt" or "vtt" wants it, to the letter."""
    return bool(_STRICT[kind].fullmatch(line))


def frame_rate(times: Iterable[Time], of_media: Fraction | None = None) -> tuple[Fraction | None, str]:
    """Frames a second by which a file counts, and a note about how that is known; None and "" where it counts none.

    The recording's own rate is taken where the counted frames fit it, else the least usual one that they fit.
    """
    counted = [time for time in times if time.frames is not None]
    if not counted:
        return None, ""
    most = max(time.frames or 0 for time in counted)
    if any(time.drop for time in counted):
        rate = (Fraction(60) if most >= 30 else Fraction(30)) * _NTSC
        return rate, f"its times count frames (drop-frame timecode, {float(rate):.2f} a second)"
    if of_media is not None and most < of_media:
        return (
            of_media,
            f"its times count frames; they were taken as the recording's, {float(of_media):g} a second",
        )
    rate = next((rate for limit, rate in _RATES if most < limit), Fraction(most + 1))
    return (
        rate,
        f"its times count frames; they were taken as {rate} a second, for the largest number is {most}",
    )


def in_ascii(line: str) -> str:
    """The line with digits, colons, commas, dashes and blanks of other scripts in those of ASCII, character for character."""
    if line.isascii():
        return line
    return "".join(
        str(unicodedata.decimal(c)) if not c.isascii() and c.isdecimal() else c
        for c in line.translate(_SIGNS)
    )


def _is_certain(match: re.Match[str]) -> bool:
    """Whether both times are too exact for talk: with hours and decimals or frames, or alone on the line with one of them."""
    parts = [_PARTS.fullmatch(re.sub(r"\s", "", match[n])) for n in (1, 2)]
    whole = all(p is not None and p[2] is not None and p[6] is not None for p in parts)
    exact = all(p is not None and (p[2] is not None or p[6] is not None) for p in parts)
    return whole or (exact and not match[3].strip())


def _time(text: str) -> Time:
    """The time that `_TIME` or `_SECONDS` matched."""
    compact = re.sub(r"\s", "", text)
    match = _PARTS.fullmatch(compact)
    if match is None or re.fullmatch(_SECONDS, compact, re.ASCII):
        seconds, _, fraction = compact.rstrip("s").replace(",", ".").partition(".")
        return Time(int(seconds) * 1000 + _fraction_ms(fraction))
    sign, hours, minutes, seconds, mark, fraction = match.groups()
    ms = ((int(hours or 0) * 60 + int(minutes)) * 60 + int(seconds)) * 1000
    negative = bool(sign)
    if mark in (":", ";") and len(fraction) < 3:
        return Time(ms, int(fraction), ";" in compact, negative)
    return Time(ms + _fraction_ms(fraction or "0"), negative=negative)


def _fraction_ms(fraction: str) -> int:
    return int(fraction[:3].ljust(3, "0"))


def _drop_frame_ms(ms: int, frames: int, rate: Fraction) -> int:
    """Drop-frame timecode as time: the first two frame numbers (four at 59.94) of each minute but the tenth are left out."""
    nominal = int(rate / _NTSC)
    minutes = ms // 60_000
    number = ms // 1000 * nominal + frames - nominal // 15 * (minutes - minutes // 10)
    return frames_to_ms(max(0, number), rate)
