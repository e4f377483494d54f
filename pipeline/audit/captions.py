"""Loading captions: from whatever holds them to the one `Document` that the rules
look at, and what the file knows of the recording."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from pipeline.audit.model import Differing, Document, Facts, Flaw, ShownCue, SpokenWord
from pipeline.audit.syntax import Block, Scan, scan
from pipeline.errors import SubtitlesError
from pipeline.files import read_regular
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


def from_json(document: Mapping[str, Any]) -> tuple[Document, Facts]:
    """Our own public document as captions, and all that it knows about the recording. Raises
    KeyError, TypeError or ValueError where it is damaged."""
    people = {s["id"]: s["name"] for s in document["speakers"]}
    names = {name.casefold() for name in people.values() if name}
    cues = tuple(
        shown_cue(number, Span(c["start_ms"], c["end_ms"]), c["lines"], names, "json", c["id"])
        for number, c in enumerate(document["cues"], 1)
    )
    return Document(document["media"]["name"], "json", cues, (), document["lang"]), facts_from_json(document)


def facts_from_json(document: Mapping[str, Any]) -> Facts:
    """What our own public document knows about the recording."""
    people = {s["id"]: s["name"] for s in document["speakers"]}
    words = [
        SpokenWord(
            word["text"],
            Span(word["start_ms"], word["end_ms"]),
            word["confidence"],
            people.get(utterance["speaker"] or "", ""),
            word.get("kind", "word") == Kind.SOUND,
        )
        for utterance in document["utterances"]
        for word in utterance["words"]
        if word.get("kind", "word") in (Kind.WORD, Kind.SOUND)
    ]
    differing = tuple(
        Differing(Span(p["start_ms"], p["end_ms"]), p["text"], p["heard"])
        for p in document["alignment"]["heard_differently"]
    )
    grade = document["grade"]
    return Facts(
        duration_ms=document["media"]["duration_ms"] or None,
        words=tuple(words),
        differing=differing,
        names=tuple(name for name in people.values() if name),
        reviewed_by=grade.removeprefix("reviewed by ") if grade.startswith("reviewed by ") else "",
    )


def flawed(name: str, kind: str, rule: str, message: str) -> Document:
    """A document of which nothing could be read: no cues, and one flaw that says why."""
    return Document(name, kind, (), (Flaw(rule, message),))


def load_with(path: Path, facts: Facts | None) -> tuple[Document, Facts]:
    """The captions in a file, and all that is known about the recording: given, or from our transcript beside it.

    Raises SubtitlesError.
    """
    document, own = load(path)
    if own.words is None and (facts is None or facts.words is None) and (beside := transcript_beside(path)):
        own = facts_of(beside)
        document = replace(
            document, notes=(*document.notes, f"the words that are said are those of {beside.name}")
        )
    return document, merged(own, facts)


def transcript_beside(path: Path) -> Path | None:
    """Our own transcript of the recording, `talk.json` beside `talk.en.vtt`, where its words can be trusted; else None."""
    stem = path.name.split(".")[0]
    beside = path.with_name(f"{stem}.json")
    if path.suffix.lower() == ".json" or not stem or not beside.is_file():
        return None
    try:
        document = _public(beside, _bytes(beside))
    except SubtitlesError:
        return None
    trusted = not document.get("draft", True) and document.get("grade") != str(Grade.MACHINE)
    return beside if trusted else None


def load(path: Path) -> tuple[Document, Facts]:
    """The captions in a file, and what the file itself knows about the recording. Raises SubtitlesError."""
    data = _bytes(path)
    if path.suffix.lower() == ".json":
        document, facts = from_json(_public(path, data))
        return replace(document, name=path.name), facts
    given = read(path)
    if given.cues and not given.timed:
        raise SubtitlesError(path, "has no times, so there are no captions to check")
    return from_given(given, data), Facts()


def facts_of(path: Path) -> Facts:
    """What our own public JSON at `path` knows about its recording. Raises SubtitlesError."""
    return facts_from_json(_public(path, _bytes(path)))


def merged(own: Facts, given: Facts | None) -> Facts:
    """The facts of a file with those that were given put over them, one by one."""
    if given is None:
        return own
    names = ("duration_ms", "frame_rate", "shots", "speech", "words")
    put = {name: getattr(given, name) for name in names if getattr(given, name) is not None}
    return replace(own, **put, differing=given.differing or own.differing, names=given.names or own.names)


def _bytes(path: Path) -> bytes:
    try:
        return read_regular(path)
    except OSError as error:
        raise SubtitlesError(path, f"cannot be read: {error.strerror}") from error


def _public(path: Path, data: bytes) -> dict[str, Any]:
    """Our own document, checked to be whole. Raises SubtitlesError."""
    try:
        document = json.loads(data)
        if not isinstance(document, dict) or not str(document.get("schema", "")).startswith("vignette/"):
            raise SubtitlesError(path, "is not a transcript of ours", "give the .json that vignette wrote")
        from_json(document)
    except (KeyError, TypeError) as error:
        raise SubtitlesError(
            path, f"is a transcript of ours that is damaged ({error!r})", "make it again"
        ) from None
    except ValueError as error:
        raise SubtitlesError(path, f"is not JSON: {error}") from None
    except RecursionError:
        problem = "is nested too deeply to be a transcript of ours"
        raise SubtitlesError(path, problem, "give the .json that vignette wrote") from None
    return document
