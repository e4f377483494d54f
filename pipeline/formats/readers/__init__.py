"""Readers: subtitles and scripts as people bring them, each read into one `Subtitles`.

- `find`: the subtitles or script beside a recording, found by name
- `encoding`: bytes to text, by byte order mark, UTF-8, or a guess that is noted
- `srt`, `vtt`, `ass`, `sbv`, `ttml`, `textgrid`, `elan`, `text`, `docx`: one parser a format, giving `RawCue`s free of markup
- `xml_tree`: XML without document types and entities; `ttml_times`, `ttml_styles`; `tiers`: which annotations are speech
- `script_line`: a script's lines on their way to speech, through `tables` (columns), `furniture` (heads, pages, imprints),
  `headers` (times and names of turns, by `stamps` and `names`) and `name_lines` (names alone above speech)
- `timing_lines`: the times of a cue, however they are written; `vtt_recovery`: what stands outside a WebVTT file's cues
- `raw_cue`: what those parsers hand on
- `rolling`: text that is shown again though it is said once; `overlaps`: by what that is known
- `words`: cues tokenized into words, sounds and speaker changes, alike for all formats
- `turns`: where another person begins to speak, by markup, dash, `>>` or label
- `labels`: speaker labels at the start of a line
- `label_forms`, `label_evidence`: what a label looks like, and what the whole file says of it
- `sounds`: sound captions, marks of what was not understood, roles and credits by their vocabulary

`read` is the way in; it tells the format from the content first and from the name second.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache, partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.errors import SubtitlesError, foreign
from pipeline.files import read_regular, why_unreadable
from pipeline.transcript.subtitles import Subtitles, SubtitlesFormat

# A parser is loaded when something is read: their patterns take longer to build than a command to start.
if TYPE_CHECKING:
    from pipeline.formats.readers.encoding import Decoded
    from pipeline.formats.readers.raw_cue import Line, RawCue
    from pipeline.formats.readers.rolling import Unrolled

_MAX_NOTES = 12  # what a person still reads; chosen, not measured
_MAX_CUES = 100_000  # more than a day of captions of one second each; every later step takes its time
_MAX_BYTES = 32 * 1024 * 1024  # a day of talk is some 3 MB
_MAX_CAPTION_CHARS = (
    100_000  # of one caption: two hours of talk without a pause; every later step takes its time
)


@dataclass(frozen=True, slots=True)
class Reader:
    """How one format is recognized and parsed, by the module of its parser, which is loaded when it is first asked.

    `suffixes` are the endings of file names it goes by. `script` formats have no times. Where `frames` may be counted,
    `parse` takes a `frame_rate`.
    """

    suffixes: tuple[str, ...]
    module: str
    script: bool = False
    frames: bool = False

    @property
    def _parser(self) -> Any:
        return import_module(f"{__name__}.{self.module}")

    def sniff(self, text: str) -> bool:
        """Whether the decoded text can be of no other format. A script can be anything: it is known by its name alone."""
        return not self.script and bool(self._parser.sniff(text))

    @property
    def parse(self) -> Callable[..., tuple[list[RawCue], list[str]]]:
        """What gives a text's cues, and notes about repairs."""
        return self._parser.parse  # type: ignore[no-any-return]

    @property
    def lines(self) -> Callable[[str], tuple[Line, ...]]:
        """What gives what a viewer sees of one payload."""
        return self._parser.plain_lines  # type: ignore[no-any-return]


READERS: dict[SubtitlesFormat, Reader] = {
    SubtitlesFormat.VTT: Reader((".vtt",), "vtt", frames=True),
    SubtitlesFormat.ASS: Reader((".ass", ".ssa"), "ass"),
    SubtitlesFormat.TTML: Reader((".ttml", ".dfxp", ".itt", ".xml"), "ttml", frames=True),
    SubtitlesFormat.ELAN: Reader((".eaf",), "elan"),
    SubtitlesFormat.TEXTGRID: Reader((".textgrid",), "textgrid"),
    SubtitlesFormat.SBV: Reader((".sbv",), "sbv"),
    SubtitlesFormat.SRT: Reader((".srt",), "srt", frames=True),
    SubtitlesFormat.TEXT: Reader((".txt", ".text", ".md", ".tsv"), "text", script=True),
}
"""How to add a format: write a module here with `parse(text, path) -> (cues, notes)` that returns `RawCue`s
free of markup, in file order, and never drops text without a note; give it `sniff(text)` if its content
gives it away; add its name to `SubtitlesFormat` and one line here. Words, labels, sounds and credits are found by
`words.tokenize` for all formats alike. What is written in it should go the same way back: add it to the round
trip in the tests. A format that is not text (.docx) decodes itself in `read`."""

TEXT_SUFFIXES = frozenset(s for reader in READERS.values() for s in reader.suffixes) | {".docx"}
"""The endings of the names of files that are read here."""

_FOREIGN_SIGNATURES = (  # files that are brought by mistake, by their first bytes
    (b"{\\rtf", "is an RTF document", "save it as .docx or .txt"),
    (b"%PDF", "is a PDF document", "save its text as .txt"),
    (
        b"\xd0\xcf\x11\xe0",
        "is an old Word document, or one with a password",
        "save it as .docx without a password",
    ),
    (b"\x1f\x8b", "is compressed", "unpack it first"),
    (b"\x1aE\xdf\xa3", "is a video", "give the subtitle file that belongs to it"),
)


def read(
    path: Path, lang: str = "en", known_names: Sequence[str] = (), frame_rate: Fraction | None = None
) -> Subtitles:
    """The subtitles or script at `path`, its format told from its content and then from its name.

    `lang` helps to guess the encoding; `known_names` are people's names that may stand as labels ("Tom:
    ..."); `frame_rate` is the recording's, for times that count frames (`counts_frames`). The result
    may hold no cues (a WebVTT file may be empty). Raises SubtitlesError, with line or byte offset, for what is no
    readable text, or has no timing line where there must be one.
    """
    return _read(path, load(path), lang, tuple(known_names), frame_rate)


@lru_cache(maxsize=2)
def _read(
    path: Path, data: bytes, lang: str, known_names: tuple[str, ...], frame_rate: Fraction | None
) -> Subtitles:
    """Kept, because whoever tries several decisions reads the same file for each of them."""
    from pipeline.formats.readers import words

    found = _opened(path, data, lang, frame_rate)
    with foreign(path, SubtitlesError):
        cues = words.tokenize(found.cues, known_names, found.script)
    encoding_ = found.source.encoding
    return Subtitles(path.name, found.format, cues, encoding_, lang, found.notes, found.repaired)


def raw_cues(path: Path, lang: str = "en") -> list[RawCue]:
    """The cues of `read(path)`, one for one, before words were made of them. Raises SubtitlesError as `read` does."""
    return opened(path, lang).cues


@dataclass(frozen=True, slots=True)
class Opened:
    """A file before words are made of it: its text decoded ("" for .docx), its format, its cues, and what to tell the user.

    `rolling` says that it is rolling text, `shown_again` how many cues of the file show again what stands in others,
    `repaired` that notes are about its text or its times, not about its encoding or name alone.
    """

    source: Decoded
    format: SubtitlesFormat
    cues: list[RawCue]
    notes: tuple[str, ...]
    script: bool
    rolling: bool = False
    shown_again: int = 0
    repaired: bool = False


def opened(path: Path, lang: str = "en", frame_rate: Fraction | None = None) -> Opened:
    """The cues of `read(path)`, one for one, and the text they were found in. Raises SubtitlesError as `read` does."""
    return _opened(path, load(path), lang, frame_rate)


def _opened(path: Path, data: bytes, lang: str, frame_rate: Fraction | None = None) -> Opened:
    with foreign(path, SubtitlesError):
        found = _parsed(path, data, lang, frame_rate)
    if len(found.cues) > _MAX_CUES:
        problem = f"holds {len(found.cues):,} captions or paragraphs, far more than any recording"
        raise SubtitlesError(path, problem, "give the subtitles of one recording")
    longest = max(found.cues, key=lambda cue: len(cue.raw), default=None)
    if longest is not None and longest.span and len(longest.raw) > _MAX_CAPTION_CHARS:
        problem = f"holds a caption of {len(longest.raw):,} characters, far more than anybody says at once"
        raise SubtitlesError(path, problem, "export it again", line=longest.line or None)
    return found


def _parsed(path: Path, data: bytes, lang: str, frame_rate: Fraction | None = None) -> Opened:
    from pipeline.formats.readers import docx, encoding
    from pipeline.formats.readers.encoding import Decoded

    if data.startswith(b"PK"):
        told = tuple(docx.notes(data, path))
        cues = docx.parse(data, path)
        return Opened(Decoded("", "utf-8"), SubtitlesFormat.DOCX, cues, told, True, repaired=bool(told))
    decoded = encoding.decode(data, path, lang)
    kind, contradiction = _format_of(path, decoded.text)
    found, notes = parsed(kind, decoded.text, path, frame_rate)
    all_notes = [note for note in (*decoded.notes, contradiction, *notes) if note]
    return Opened(
        decoded, kind, found.cues, _shortened(all_notes), READERS[kind].script, found.is_rolling, found.shown_again,
        bool(notes),
    )  # fmt: skip


def parsed(
    kind: SubtitlesFormat, text: str, path: Path, frame_rate: Fraction | None = None
) -> tuple[Unrolled, list[str]]:
    """The cues of a text of this kind, each line once, and notes. Raises SubtitlesError as the format's parser does."""
    from pipeline.formats.readers import rolling

    reader = READERS[kind]
    parse = partial(reader.parse, frame_rate=frame_rate) if reader.frames else reader.parse
    cues, notes = parse(text, path)
    found = rolling.unrolled(cues, reader.lines)
    return found, [*found.notes, *notes]


def counts_frames(path: Path, lang: str = "en") -> bool:
    """Whether the times of a file count frames, so that the recording's frame rate is wanted. Raises SubtitlesError as `read`."""
    from pipeline.formats.readers import encoding, timing_lines

    data = load(path)
    if data.startswith(b"PK"):
        return False
    found = map(timing_lines.read, re.split(r"[\r\n]+", encoding.decode(data, path, lang).text))
    return any(line and line.start and line.start.frames is not None for line in found)


def source_text(path: Path, lang: str = "en") -> str:
    """The file's text as `read` saw it, for putting other times into it. Raises SubtitlesError as `read` does."""
    from pipeline.formats.readers import encoding

    return encoding.decode(load(path), path, lang).text


def _shortened(notes: list[str]) -> tuple[str, ...]:
    """The notes, or the first `_MAX_NOTES` and how many more there are: nobody reads three hundred."""
    if len(notes) <= _MAX_NOTES:
        return tuple(notes)
    return (*notes[:_MAX_NOTES], f"and {len(notes) - _MAX_NOTES} more of these")


def load(path: Path) -> bytes:
    """The bytes of a file of subtitles. Raises SubtitlesError for what cannot be one, by its size and its first bytes."""
    try:
        size = path.stat().st_size
        if size > _MAX_BYTES:
            raise SubtitlesError(
                path, f"is too large for a subtitle file ({size >> 20} MB)", "is it the video?"
            )
        data = read_regular(path)
    except OSError as error:
        raise SubtitlesError(path, *why_unreadable(error)) from error
    if not data.strip(b"\xef\xbb\xbf\xff\xfe \t\r\n\x00"):
        raise SubtitlesError(path, "is empty", "export it again")
    for magic, problem, remedy in _FOREIGN_SIGNATURES:
        if data.startswith(magic):
            raise SubtitlesError(path, problem, remedy, offset=0)
    return data


def _format_of(path: Path, text: str) -> tuple[SubtitlesFormat, str]:
    """The format, and a note where the content contradicts the name."""
    suffix = path.suffix.lower()
    named = next((kind for kind, reader in READERS.items() if suffix in reader.suffixes), None)
    for kind, reader in READERS.items():
        if reader.sniff(text):
            return kind, "" if named in (kind, None) else f"is named {suffix} but holds {kind.upper()}"
    if named is None and suffix not in ("", ".docx"):
        known = ", ".join(s for reader in READERS.values() for s in reader.suffixes)
        raise SubtitlesError(path, f"has a name that we do not know ({suffix})", f"we read {known}, .docx")
    return named or SubtitlesFormat.TEXT, ""
