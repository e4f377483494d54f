"""Tiers of annotated speech, as Praat and ELAN keep them: which hold what people say, and their annotations as cues.

A tier is a row of annotations of one kind: what one person says, the words of it, its sounds, remarks. Only the first is a
caption's text; words are, joined over the shortest pauses, where there is nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipeline.errors import counted
from pipeline.formats.readers.raw_cue import Line, Piece, RawCue, split_lines
from pipeline.timing import Span

# What the name of a tier begins or ends with that holds words, or sounds of speech: those of forced aligners, and our own.
_WORDS = frozenset(("word", "words"))
_SOUNDS = frozenset(
    (
        "phone",
        "phones",
        "phoneme",
        "phonemes",
        "syllable",
        "syllables",
        "segment",
        "segments",
        "phn",
        "mau",
        "kan",
    )
)
# What is said of the talk: the parts and concepts of our own files, remarks of people.
_REMARKS = frozenset(
    (
        "part",
        "parts",
        "chapter",
        "chapters",
        "concept",
        "concepts",
        "code",
        "codes",
        "note",
        "notes",
        "comment",
        "comments",
    )
)
# Names that tools give tiers, and which are nobody's.
_NOBODY = frozenset(
    ("default", "lt", "transcript", "transcription", "utterance", "utterances", "sentence", "sentences", "orth", "silence",
     "orthography", "text", "tier", "speech", "trans", "silences", "unknown", *_WORDS)
)  # fmt: skip
_DIVIDERS = re.compile(r"[-_@:/()\s]+")
# What stands in a tier for a pause, by the habits of aligners.
_PAUSES = frozenset(("", "sil", "sp", "<sil>", "<p:>", "<eps>", "spn", "#", "silent", "sounding"))
# Words of one tier make one cue until a pause this long, or until the cue is this long. Chosen: a breath, a long caption.
_JOIN_GAP_MS = 300
_MAX_JOINED_MS = 6000


@dataclass(frozen=True, slots=True)
class Annotation:
    """A piece of text with its time, and the line of the file that it stands on."""

    span: Span
    text: str
    line: int = 0


@dataclass(frozen=True, slots=True)
class Tier:
    """A row of annotations; `person` is who speaks by what the file says, "" where it says nothing but the tier's name."""

    name: str
    annotations: tuple[Annotation, ...]
    person: str = ""


def cues_of(tiers: Sequence[Tier]) -> tuple[list[RawCue], list[str]]:
    """What people say in these tiers as cues in order of time, and notes on the tiers that were left out."""
    held = [t for t in tiers if any(a.text.strip() for a in t.annotations)]
    words = [t for t in held if _is(t, _WORDS)]
    speech = [
        t for t in held if t not in words and not _is(t, _SOUNDS) and (t.person or not _is(t, _REMARKS))
    ]
    chosen = speech or words or held
    notes = []
    if left := [t.name for t in held if t not in chosen]:
        named = ", ".join(f"'{name[:40]}'" for name in left[:5]) + (" and more" if len(left) > 5 else "")
        notes.append(
            f"{counted(len(left), 'tier')} that {'is' if len(left) == 1 else 'are'} no speech left out: {named}"
        )
    cues = [cue for tier in chosen for cue in _cues(tier, joined=_is(tier, _WORDS))]
    return sorted(cues, key=lambda c: c.span.start_ms if c.span else 0), notes


def _parts(name: str) -> list[str]:
    """What a tier's name is put together of: "Ruth - words" is "Ruth" and "words"."""
    return [part for part in _DIVIDERS.split(name) if part]


def _is(tier: Tier, kind: frozenset[str]) -> bool:
    """Whether the name of a tier begins or ends with a word of this kind, numbers aside."""
    parts = [part.casefold() for part in _parts(tier.name) if not part.isdecimal()]
    return bool(parts) and (parts[0] in kind or parts[-1] in kind)


def _cues(tier: Tier, joined: bool) -> Iterable[RawCue]:
    voice = _voice(tier)
    said = [a for a in tier.annotations if a.text.strip().casefold() not in _PAUSES]
    for group in _groups(said) if joined else ([a] for a in said):
        text = " ".join(a.text.strip() for a in group) if joined else group[0].text.strip()
        span = Span(group[0].span.start_ms, max(a.span.end_ms for a in group))
        yield RawCue(span, lines_of(text, voice), text, line=group[0].line)


def _voice(tier: Tier) -> str | None:
    if tier.person:
        return tier.person
    parts = [part.casefold() for part in _parts(tier.name) if not part.isdecimal()]
    if not parts or all(part in _NOBODY for part in parts):
        return None
    name = re.sub(r"\s*\(\d{1,4}\)$", "", tier.name.strip())
    if _is(tier, _WORDS):
        kept = [part for part in _parts(name) if part.casefold() not in _WORDS]
        return " ".join(kept)
    return " ".join(name.split())


def _groups(words: Sequence[Annotation]) -> list[list[Annotation]]:
    """Words joined over short pauses into pieces no longer than a long caption."""
    groups: list[list[Annotation]] = []
    for word in sorted(words, key=lambda w: w.span.start_ms):
        last = groups[-1] if groups else None
        if (
            last is not None
            and word.span.start_ms - last[-1].span.end_ms < _JOIN_GAP_MS
            and word.span.end_ms - last[0].span.start_ms <= _MAX_JOINED_MS
        ):
            last.append(word)
        else:
            groups.append([word])
    return groups


def lines_of(text: str, voice: str | None = None) -> tuple[Line, ...]:
    """The lines of an annotation's text."""
    return split_lines([Piece(text, voice)])
