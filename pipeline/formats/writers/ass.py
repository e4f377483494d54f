"""Advanced SubStation Alpha (ASS): a dialogue line for each caption, its speaker in the field Name and as a style to change.

The format: http://www.tcax.org/docs/ass-specs.htm. Braces of the text are written `\\{`, as libass (mpv, VLC, ffmpeg) reads them;
a backslash in front of a letter is parted from it by a word joiner, which nobody sees.
"""

from __future__ import annotations

from pipeline.errors import counted
from pipeline.formats import position
from pipeline.formats.document.captions import Captioned
from pipeline.formats.document.shown import shown, speakers_of
from pipeline.formats.markup import ORIGIN, WORD_JOINER
from pipeline.formats.writers.exported import Exported, names_apart
from pipeline.formats.writers.render import Piece, RenderedCue, clean, clean_piece
from pipeline.timing import Span, format_timecode
from pipeline.transcript import styling

_STYLE_FIELDS = (
    "Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, Underline, StrikeOut, "
    "ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, MarginV, Encoding"
)
# White on a black edge, below in the middle, for a picture of 1920 x 1080: 54 pixels are a twentieth of its height.
_LOOK = "Arial,54,&H00FFFFFF,&H000000FF,&H00000000,&H80000000,0,0,0,0,100,100,0,0,1,3,0,2,96,96,54,1"
_EVENT_FIELDS = "Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text"
_ON, _OFF = {"b": r"\b1", "i": r"\i1", "u": r"\u1"}, {"b": r"\b0", "i": r"\i0", "u": r"\u0"}


def dumps(read: Captioned) -> Exported:
    """The captions as ASS, with a style for each speaker."""
    cues = [c for c in shown(read) if c.span and any(clean(p.text) for line in c.pieces for p in line)]
    people = sorted({name for cue in cues for name in speakers_of(cue)})
    fields = dict(zip(people, names_apart(map(_field, people)), strict=True))
    styles = dict(zip(people, names_apart(["Default", *fields.values()])[1:], strict=True))
    document = read.document
    head = [
        "[Script Info]", f"; {ORIGIN}: {clean(document.grade)}".rstrip(": "), f"Title: {clean(document.title or document.name)}",
        "ScriptType: v4.00+", "WrapStyle: 2", "ScaledBorderAndShadow: yes", "PlayResX: 1920", "PlayResY: 1080", "",
        "[V4+ Styles]", f"Format: {_STYLE_FIELDS}",
        *(f"Style: {name},{_LOOK}" for name in ("Default", *styles.values())), "",
        "[Events]", f"Format: {_EVENT_FIELDS}",
    ]  # fmt: skip
    notes = []
    if several := sum(len(speakers_of(cue)) > 1 for cue in cues):
        notes.append(
            f"{counted(several, 'caption')} with several speakers, who are told apart by its text alone"
        )
    events = [_event(cue, styles, fields) for cue in cues]
    return Exported(("\n".join((*head, *events)) + "\n").encode(), tuple(notes))


def _field(name: str) -> str:
    """A name as a field may hold it: commas divide fields."""
    return " ".join(name.replace(",", " ").replace("{", "(").replace("}", ")").split()) or "Speaker"


def _event(cue: RenderedCue, styles: dict[str, str], fields: dict[str, str]) -> str:
    names = speakers_of(cue)
    style, field = (styles[names[0]], fields[names[0]]) if len(names) == 1 else ("Default", "")
    start, end = (_time(ms) for ms in _hundredths(cue.span))
    text = "\\N".join(_line(line) for line in cue.pieces if any(clean(p.text) for p in line))
    return f"Dialogue: 0,{start},{end},{style},{field},0,0,0,,{position.to_ssa(cue.settings)}{text}"


def _hundredths(span: Span) -> tuple[int, int]:
    """Start and end on hundredths of a second, which is all that ASS counts; never the same."""
    start, end = ((ms + 5) // 10 * 10 for ms in (span.start_ms, span.end_ms))
    return start, max(end, start + 10)


def _time(time_ms: int) -> str:
    return format_timecode(time_ms)[:-1].removeprefix("0")


def _line(pieces: tuple[Piece, ...]) -> str:
    return "".join(_styled(piece) for piece in pieces).strip()


def _styled(piece: Piece) -> str:
    text = clean_piece(piece.text)
    plain = text.replace("\\", "\\" + WORD_JOINER).replace("{", r"\{").replace("}", r"\}")
    look = styling.parsed(piece.style)
    colour = (look.colour[5:] + look.colour[3:5] + look.colour[1:3]).upper()  # blue first
    on = "".join(_ON[letter] for letter in look.letters) + (rf"\c&H{colour}&" if colour else "")
    off = "".join(_OFF[letter] for letter in look.letters) + (r"\c" if colour else "")
    return f"{{{on}}}{plain}{{{off}}}" if on else plain
