"""Loading captions: from whatever holds them to the one `Document` that the rules
look at, and what the file knows of the recording."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction
from itertools import accumulate
from pathlib import Path

from pipeline.audit.model import Differing, Document, Facts, Flaw, Reading, ShownCue, ShownLabel, SpokenWord
from pipeline.audit.syntax import scan
from pipeline.errors import DocumentError, SubtitlesError, counted
from pipeline.formats.document import captions
from pipeline.formats.document.captions import Captioned
from pipeline.formats.document.reader import bytes_of
from pipeline.formats.readers import READERS, Opened, opened, turns
from pipeline.formats.readers.labels import Labels
from pipeline.formats.readers.raw_cue import Line, Piece, RawCue, text_lines
from pipeline.formats.writers.render import DRAFT_NOTICE
from pipeline.timing import Span
from pipeline.transcript import Grade, Kind
from pipeline.transcript.subtitles import SubtitlesFormat


def from_opened(name: str, opened: Opened, lang: str = "en") -> Document:
    """A subtitle file as the readers read it, with the flaws of its text. Cues without times are left out."""
    kind = "vtt" if name.lower().endswith(".vtt") else str(opened.format)
    read = [_without_notice(cue) for cue in opened.cues]
    reading = Reading(READERS[opened.format].lines, turns.learn_labels(cue for cue in read if cue))
    cues = [as_shown(n, cue, reading) for n, cue in enumerate(read, 1) if cue and cue.span is not None]
    flaws = scan(opened.source, kind, {cue.line: cue.number for cue in cues})
    if opened.rolling:
        flaws = _of_rolling_text(flaws, opened)
    return Document(name, kind, tuple(cues), flaws, lang, opened.notes)


def _of_rolling_text(flaws: Iterable[Flaw], opened: Opened) -> tuple[Flaw, ...]:
    """The flaws of a file that rolls: that it does, once, and what is wrong with the cues in which a line comes first."""
    repeats = {line for cue in opened.cues for line in cue.dropped}
    kept = (flaw for flaw in flaws if flaw.line not in repeats and flaw.rule != "srt-number")
    message = f"Rolling text: {counted(opened.shown_again, 'cue')} of the file repeat what stood before."
    return Flaw("rolling-text", message, measured=str(opened.shown_again)), *kept


def _without_notice(cue: RawCue) -> RawCue | None:
    """A cue without our own notice that the file is a draft, which nobody says; None where that is all of it."""
    lines = tuple(line for line in cue.lines if "".join(p.text for p in line).strip() != DRAFT_NOTICE)
    if lines == tuple(cue.lines):
        return cue
    return replace(cue, lines=lines) if lines else None


def as_shown(number: int, cue: RawCue, reading: Reading) -> ShownCue:
    """One cue as a viewer sees it: the reader's lines, and where on them it finds that another person speaks."""
    assert cue.span is not None, "a script is not shown"
    lines = text_lines(cue)
    starts = [0, *accumulate(len(line) + 1 for line in lines)]
    text = "\n".join(lines)
    dashes: list[int] = []
    chevrons: list[int] = []
    labels: list[ShownLabel] = []
    for change in turns.changes(cue, reading.labels):
        if change.voice:
            continue
        line = bisect_right(starts, change.start) - 1
        at_start = not text[starts[line] : change.start].strip()
        label_at = change.end if change.label is None else change.label_start
        if at_start and change.dash_end > change.start:
            dashes.append(line)
        if at_start and text[change.dash_end : label_at].strip():
            chevrons.append(line)
        if change.label is not None:
            labels.append(ShownLabel(line, text[label_at : change.end], change.label))
    return ShownCue(
        number,
        cue.span,
        tuple(lines),
        cue.id,
        cue.raw,
        cue.settings,
        cue.line,
        tuple(_names(line, n, labels) for n, line in enumerate(cue.lines)),
        tuple(dashes),
        tuple(labels),
        tuple(chevrons),
        reading,
    )


def _names(line: Line, number: int, labels: Iterable[ShownLabel]) -> tuple[str, ...]:
    """Who speaks on a line, each once: by its markup, else by its labels."""
    named = [piece.voice for piece in line if piece.voice and piece.text.strip()]
    return tuple(dict.fromkeys(named or [label.name for label in labels if label.line == number]))


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
    """One cue of a payload; `kind` is a format that is read, or "json" where the lines are plain text; `names` are
    people that the file is known to label."""
    raw = "\n".join(raw_lines)
    lines = _plain_lines if kind == "json" else READERS[SubtitlesFormat(kind)].lines
    cue = RawCue(span, lines(raw), raw, id, settings, line=line)
    return as_shown(number, cue, Reading(lines, Labels.learn((), names)))


def _plain_lines(raw: str) -> tuple[Line, ...]:
    return tuple((Piece(line),) for line in raw.split("\n"))


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
    review = read.document.review
    return Facts(
        duration_ms=read.document.duration_ms or None,
        words=words,
        differing=tuple(
            Differing(p.span, p.text, p.heard) for p in (*read.heard_otherwise, *read.not_confirmed)
        ),
        names=tuple(person.name for person in read.document.people if person.name),
        not_understood=sum(word.kind == Kind.UNCLEAR for word in read.words),
        reviewed_by=review.by if review else "",
        reviewed_since=review.since if review else "",
    )


def flawed(name: str, kind: str, rule: str, message: str) -> Document:
    """A document of which nothing could be read: no cues, and one flaw that says why."""
    return Document(name, kind, (), (Flaw(rule, message),))


def load_with(path: Path, facts: Facts | None) -> tuple[Document, Facts]:
    """The captions in a file, and all that is known about the recording: given, or from our transcript beside it.

    Raises SubtitlesError and DocumentError.
    """
    document, own = load(path, facts.frame_rate if facts else None)
    if own.words is None and (facts is None or facts.words is None) and (beside := transcript_beside(path)):
        own = _about_other_captions(facts_of(beside), document, of_document(beside))
        document = with_source_of_words(document, beside_path(path).name)
    return document, merged(own, facts)


def with_source_of_words(document: Document, source: str) -> Document:
    """The document with a note on which transcript tells the words that are said."""
    note = f"the words that are said are those of {source}"
    return replace(document, notes=(*document.notes, note))


def beside_path(path: Path) -> Path:
    """Where our own transcript of a caption file's recording lies: `talk.json` beside `talk.en.vtt`."""
    return path.with_name(f"{path.name.split('.')[0]}.json")


def transcript_beside(path: Path) -> Captioned | None:
    """Our own transcript of the recording, where there is one and its words can be trusted; else None."""
    if path.suffix.lower() == ".json" or path.name.startswith("."):
        return None
    return trusted_transcript(beside_path(path))


def trusted_transcript(beside: Path) -> Captioned | None:
    """Our own transcript in a file, where there is one and its words can be trusted; else None."""
    if not beside.is_file():
        return None
    try:
        read = captions.parse(bytes_of(beside), beside)
    except DocumentError:
        return None
    review, verified = read.document.review, read.document.grade.rsplit("; ", 1)[-1]
    is_seen = review is not None and review.covers_the_words
    is_verified = verified not in ("", str(Grade.MACHINE), str(Grade.DRAFT))
    return read if not read.document.draft and (is_seen or is_verified) else None


def _about_other_captions(facts: Facts, document: Document, reviewed: Document) -> Facts:
    """The facts of a transcript whose captions a file shows otherwise: what was reviewed are those of the transcript."""
    here, there = (
        Counter((c.span, " ".join(" ".join(c.lines).split())) for c in d.cues) for d in (document, reviewed)
    )
    count = max((here - there).total(), (there - here).total())
    if not facts.reviewed_by or not count:
        return facts
    since = f"{counted(count, 'caption')} here not as in the transcript"
    return replace(facts, reviewed_since="; ".join(filter(None, (facts.reviewed_since, since))))


def load(path: Path, frame_rate: Fraction | None = None) -> tuple[Document, Facts]:
    """The captions in a file, and what the file itself knows about the recording; its `frame_rate` may be known.

    Raises SubtitlesError, DocumentError.
    """
    if path.suffix.lower() == ".json":
        own = captions.parse(bytes_of(path), path)
        return replace(of_document(own), name=path.name), facts_of(own)
    found = opened(path, frame_rate=frame_rate)
    if found.cues and any(cue.span is None for cue in found.cues):
        raise SubtitlesError(
            path,
            "has no times, so there are no captions to check",
            "put times into it first: vignette align MEDIA FILE -o TIMED",
        )
    return from_opened(path.name, found), Facts()


def merged(own: Facts, given: Facts | None) -> Facts:
    """The facts of a file with those that were given put over them, one by one."""
    if given is None:
        return own
    names = ("duration_ms", "frame_rate", "shots", "speech", "words")
    put = {name: getattr(given, name) for name in names if getattr(given, name) is not None}
    return replace(own, **put, differing=given.differing or own.differing, names=given.names or own.names)
