"""Loading captions: from whatever holds them to the one `Document` that the rules
look at, and what the file knows of the recording."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from pipeline.audit.model import Differing, Document, Facts, Flaw, ShownCue, SpokenWord
from pipeline.audit.syntax import Block, Scan, scan
from pipeline.errors import DocumentError, SubtitlesError
from pipeline.formats.document import captions
from pipeline.formats.document.captions import Captioned
from pipeline.formats.document.reader import bytes_of
from pipeline.formats.readers import read
from pipeline.timing import Span
from pipeline.transcript import Grade, Kind
from pipeline.transcript.subtitles import Subtitles

_TAG = re.compile(r"</?[A-Za-z][^<>\n]*>|<[\d:.]+>|\{\\[^{}\n]*\}|</>")
_VOICE = re.compile(r"<v(?:\.[^\s<>]+)*[ \t]+([^<>\n]+)>|</v>")
_DASH = re.compile(r"[-–—‐]\s?(?=[^\s\-–—>])")
_ZERO_WIDTH = re.compile("[\u200b\u2060\ufeff]")
_LABEL = re.compile(
    r"(?P<colon>[^\W\d_][\w.'’&/# -]{0,40}?)(?P<mark>:)(?=\s|$)|\[(?P<square>[^\[\]]{1,40})\](?=\s*\S)"
    r"|\((?P<round>[^()]{1,40})\)(?=\s*\S)"
)


def from_given(given: Subtitles, data: bytes) -> Document:
    """A subtitle file as the readers read it, with the flaws of its bytes. Cues without times are left out."""
    kind = "vtt" if given.name.lower().endswith(".vtt") else str(given.format)
    scanned = scan(data, kind)
    names = {w.label.casefold() for cue in given.cues for w in cue.words if w.label}
    at = _lines(scanned)
    cues = []
    for number, cue in enumerate(given.cues, 1):
        if cue.span is None:
            continue
        block = at.pop((cue.span.start_ms, cue.span.end_ms), [])
        line = block[0].line if block else 0
        if block[1:]:
            at[(cue.span.start_ms, cue.span.end_ms)] = block[1:]
        cues.append(shown_cue(number, cue.span, cue.raw.split("\n"), names, kind, cue.id, cue.settings, line))
    return Document(given.name, kind, tuple(cues), scanned.flaws, given.lang, given.notes)


def _lines(scanned: Scan) -> dict[tuple[int | None, int | None], list[Block]]:
    found: dict[tuple[int | None, int | None], list[Block]] = {}
    for block in scanned.blocks:
        found.setdefault((block.start_ms, block.end_ms), []).append(block)
    return found


def shown_cue(
    number: int,
    span: Span,
    raw_lines: Iterable[str],
    names: set[str],
    kind: str,
    id: str = "",
    settings: str = "",
    line: int = 0,
) -> ShownCue:
    """One cue as a viewer sees it; `names` are the labels (case folded) that this file is known to use."""
    raw = list(raw_lines)
    lines: list[str] = []
    voices: list[tuple[str, ...]] = []
    dashes: list[int] = []
    labels: list[tuple[int, str]] = []
    in_force = ""
    for raw_line in raw:
        text, spoken_by, in_force = _voices(raw_line, in_force, kind)
        lines.append(_visible(text, kind))
        match = _DASH.match(lines[-1])
        if match:
            dashes.append(len(lines) - 1)
        label = _label(lines[-1][match.end() if match else 0 :], names)
        if label:
            labels.append((len(lines) - 1, label[0]))
            spoken_by = spoken_by or (label[1],)
        voices.append(spoken_by)
    return ShownCue(
        number,
        span,
        tuple(lines),
        id,
        "\n".join(raw),
        settings,
        line,
        tuple(voices),
        tuple(dashes),
        tuple(labels),
    )


def _voices(line: str, in_force: str, kind: str) -> tuple[str, tuple[str, ...], str]:
    """The line without its voice tags, the names that they give to its text, and the name still in force after it."""
    if kind != "vtt" or ("<v" not in line and not in_force):
        return line, (), in_force
    names = [in_force] if in_force and not line.startswith("</v>") else []
    for match in _VOICE.finditer(line):
        in_force = html.unescape(match[1]).strip() if match[1] else ""
        if in_force and in_force not in names:
            names.append(in_force)
    return _VOICE.sub("", line), tuple(names), in_force


def _visible(line: str, kind: str) -> str:
    bare = _ZERO_WIDTH.sub("", _TAG.sub("", line))
    return html.unescape(bare) if kind == "vtt" else bare


def _label(text: str, names: set[str]) -> tuple[str, str] | None:
    """The label at the start of a line as written, and the name in it; None where there is none."""
    match = _LABEL.match(text)
    if not match:
        return None
    name = (match["colon"] or match["square"] or match["round"]).strip()
    known = name.casefold() in names or any(name.casefold() in whole.split() for whole in names)
    if match["colon"] and (known or (name.isupper() and len(name) > 1)):
        return match[0], name
    return (match[0], name) if known else None


def of_document(read: Captioned) -> Document:
    """Our own public document as captions."""
    names = {person.name.casefold() for person in read.document.people if person.name}
    cues = tuple(
        shown_cue(number, cue.span, cue.lines, names, "json", cue.id)
        for number, cue in enumerate(read.cues, 1)
    )
    return Document(read.document.name, "json", cues, (), read.document.lang)


def facts_of(read: Captioned) -> Facts:
    """What our own public document knows about the recording."""
    words = tuple(
        SpokenWord(word.text, word.span, word.confidence, word.speaker, word.kind == Kind.SOUND)
        for word in read.words
        if word.kind in (Kind.WORD, Kind.SOUND)
    )
    grade = read.document.grade
    return Facts(
        duration_ms=read.document.duration_ms or None,
        words=words,
        differing=tuple(Differing(p.span, p.text, p.heard) for p in read.heard_otherwise),
        names=tuple(person.name for person in read.document.people if person.name),
        reviewed_by=grade.removeprefix("reviewed by ") if grade.startswith("reviewed by ") else "",
    )


def flawed(name: str, kind: str, rule: str, message: str) -> Document:
    """A document of which nothing could be read: no cues, and one flaw that says why."""
    return Document(name, kind, (), (Flaw(rule, message),))


def load_with(path: Path, facts: Facts | None) -> tuple[Document, Facts]:
    """The captions in a file, and all that is known about the recording: given, or from our transcript beside it.

    Raises SubtitlesError and DocumentError.
    """
    document, own = load(path)
    if own.words is None and (facts is None or facts.words is None) and (beside := transcript_beside(path)):
        own = facts_of(beside)
        note = f"the words that are said are those of {beside_path(path).name}"
        document = replace(document, notes=(*document.notes, note))
    return document, merged(own, facts)


def beside_path(path: Path) -> Path:
    """Where our own transcript of a caption file's recording lies: `talk.json` beside `talk.en.vtt`."""
    return path.with_name(f"{path.name.split('.')[0]}.json")


def transcript_beside(path: Path) -> Captioned | None:
    """Our own transcript of the recording, where there is one and its words can be trusted; else None."""
    beside = beside_path(path)
    if path.suffix.lower() == ".json" or path.name.startswith(".") or not beside.is_file():
        return None
    try:
        read = captions.parse(bytes_of(beside), beside)
    except DocumentError:
        return None
    trusted = not read.document.draft and read.document.grade not in (
        "",
        str(Grade.MACHINE),
        str(Grade.DRAFT),
    )
    return read if trusted else None


def load(path: Path) -> tuple[Document, Facts]:
    """The captions in a file, and what the file itself knows about the recording. Raises SubtitlesError, DocumentError."""
    if path.suffix.lower() == ".json":
        own = captions.parse(bytes_of(path), path)
        return replace(of_document(own), name=path.name), facts_of(own)
    data = _bytes(path)
    given = read(path)
    if given.cues and not given.timed:
        raise SubtitlesError(path, "has no times, so there are no captions to check")
    return from_given(given, data), Facts()


def merged(own: Facts, given: Facts | None) -> Facts:
    """The facts of a file with those that were given put over them, one by one."""
    if given is None:
        return own
    names = ("duration_ms", "frame_rate", "shots", "speech", "words")
    put = {name: getattr(given, name) for name in names if getattr(given, name) is not None}
    return replace(own, **put, differing=given.differing or own.differing, names=given.names or own.names)


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise SubtitlesError(path, f"cannot be read: {error.strerror}") from error
