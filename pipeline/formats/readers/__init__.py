"""Readers: subtitles and scripts as people bring them, each read into one `Subtitles`.

- `find`: the subtitles or script beside a recording, found by name
- `encoding`: bytes to text, by byte order mark, UTF-8, or a guess that is noted
- `srt`, `vtt`, `ass`, `text`, `docx`: one parser a format, each giving `RawCue`s free of markup
- `script_line`: a script's lines on their way to speech, through `tables` (columns), `furniture` (heads, pages, imprints),
  `headers` (times and names of turns, by `stamps` and `names`) and `name_lines` (names alone above speech)
- `raw_cue`: what those parsers hand on
- `words`: cues tokenized into words, sounds and speaker changes, alike for all formats
- `turns`: where another person begins to speak, by markup, dash, `>>` or label
- `labels`: speaker labels at the start of a line
- `sounds`: sound captions, roles and credits by their vocabulary

`read` is the way in; it tells the format from the content first and from the name second.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from pipeline.errors import SubtitlesError
from pipeline.files import read_regular
from pipeline.formats.readers import ass, docx, encoding, srt, text, vtt, words
from pipeline.formats.readers.encoding import Decoded
from pipeline.formats.readers.raw_cue import Line, RawCue
from pipeline.transcript.subtitles import Subtitles, SubtitlesFormat

_MAX_NOTES = 12  # what a person still reads; chosen, not measured
_MAX_BYTES = 32 * 1024 * 1024  # a day of talk is some 3 MB


@dataclass(frozen=True, slots=True)
class Reader:
    """How one format is recognized and parsed.

    `suffixes` are the endings of file names it goes by, `sniff` says from the decoded text that it can be
    no other format, `parse` gives its cues and notes about repairs, `lines` what a viewer sees of one
    payload. `script` formats have no times.
    """

    suffixes: tuple[str, ...]
    sniff: Callable[[str], bool]
    parse: Callable[[str, Path], tuple[list[RawCue], list[str]]]
    lines: Callable[[str], tuple[Line, ...]]
    script: bool = False


def _sniff_nothing(text: str) -> bool:
    """Plain text can be anything: a script is known by its name alone."""
    return False


READERS: dict[SubtitlesFormat, Reader] = {
    SubtitlesFormat.VTT: Reader((".vtt",), vtt.sniff, vtt.parse, vtt.plain_lines),
    SubtitlesFormat.ASS: Reader((".ass", ".ssa"), ass.sniff, ass.parse, ass.plain_lines),
    SubtitlesFormat.SRT: Reader((".srt",), srt.sniff, srt.parse, srt.plain_lines),
    SubtitlesFormat.TEXT: Reader(
        (".txt", ".text", ".md", ".tsv"), _sniff_nothing, text.parse, text.plain_lines, script=True
    ),
}
"""How to add a format: write a module here with `parse(text, path) -> (cues, notes)` that returns `RawCue`s
free of markup, in file order, and never drops text without a note; give it `sniff(text)` if its content
gives it away; add its name to `SubtitlesFormat` and one line here. Words, labels, sounds and credits are found by
`words.tokenize` for all formats alike. What is written in it should go the same way back: add it to the round
trip in the tests. A format that is not text (.docx) decodes itself in `read`."""

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


def read(path: Path, lang: str = "en", known_names: Sequence[str] = ()) -> Subtitles:
    """The subtitles or script at `path`, its format told from its content and then from its name.

    `lang` helps to guess the encoding; `known_names` are people's names that may stand as labels ("Tom:
    ..."). The result may hold no cues (a WebVTT file may be empty). Raises SubtitlesError, with line or
    byte offset, for what is no readable text, or has no timing line where there must be one.
    """
    return _read(path, _load(path), lang, tuple(known_names))


@lru_cache(maxsize=2)
def _read(path: Path, data: bytes, lang: str, known_names: tuple[str, ...]) -> Subtitles:
    """Kept, because whoever tries several decisions reads the same file for each of them."""
    found = _opened(path, data, lang)
    cues = words.tokenize(found.cues, known_names, found.script)
    return Subtitles(path.name, found.format, cues, found.source.encoding, lang, found.notes)


def raw_cues(path: Path, lang: str = "en") -> list[RawCue]:
    """The cues of `read(path)`, one for one, before words were made of them. Raises SubtitlesError as `read` does."""
    return opened(path, lang).cues


@dataclass(frozen=True, slots=True)
class Opened:
    """A file before words are made of it: its text decoded ("" for .docx), its format, its cues, and what to tell the user."""

    source: Decoded
    format: SubtitlesFormat
    cues: list[RawCue]
    notes: tuple[str, ...]
    script: bool


def opened(path: Path, lang: str = "en") -> Opened:
    """The cues of `read(path)`, one for one, and the text they were found in. Raises SubtitlesError as `read` does."""
    return _opened(path, _load(path), lang)


def _opened(path: Path, data: bytes, lang: str) -> Opened:
    if data.startswith(b"PK"):
        return Opened(Decoded("", "utf-8"), SubtitlesFormat.DOCX, docx.parse(data, path), (), True)
    decoded = encoding.decode(data, path, lang)
    kind, contradiction = _format_of(path, decoded.text)
    reader = READERS[kind]
    cues, notes = reader.parse(decoded.text, path)
    all_notes = [note for note in (*decoded.notes, contradiction, *notes) if note]
    return Opened(decoded, kind, cues, _shortened(all_notes), reader.script)


def source_text(path: Path, lang: str = "en") -> str:
    """The file's text as `read` saw it, for putting other times into it. Raises SubtitlesError as `read` does."""
    return encoding.decode(_load(path), path, lang).text


def _shortened(notes: list[str]) -> tuple[str, ...]:
    """The notes, or the first `_MAX_NOTES` and how many more there are: nobody reads three hundred."""
    if len(notes) <= _MAX_NOTES:
        return tuple(notes)
    return (*notes[:_MAX_NOTES], f"and {len(notes) - _MAX_NOTES} more of these")


def _load(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        if size > _MAX_BYTES:
            raise SubtitlesError(
                path, f"is too large for a subtitle file ({size >> 20} MB)", "is it the video?"
            )
        data = read_regular(path)
    except OSError as error:
        raise SubtitlesError(path, f"cannot be read: {error.strerror}") from error
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
