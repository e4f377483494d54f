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

# Tiers by whose names one knows that they hold words, or sounds of speech: those of forced aligners, and our own.
_WORDS = re.compile(r"(?:(.*?)\s*(?:[-_@:/]|\bof\b)\s*)?words?|words?(?:\s*[-_@:/]\s*(.+))", re.IGNORECASE)
_SOUNDS = re.compile(r"(?:.*[-_@:/ ])?(?:phones?|phonemes?|syllables?|segments?|phn|mau|kan)", re.IGNORECASE)
# Tiers that hold what is said of the talk: the parts and concepts of our own files, remarks of people.
_REMARKS = re.compile(
    r"(?:.*[-_@:/ ])?(?:parts?|chapters?|concepts?|codes?|notes?|comments?|remarks?|kommentar)(?:[-_@:/ ].*)?",
    re.IGNORECASE,
)
# Names that tools give tiers, and which are nobody's.
_NOBODY = re.compile(
    r"(?:default|default-lt|transcript(?:ion)?|utterances?|sentences?|orth(?:ography)?|text|tier|speech|trans|"
    r"words?|silences?)[\s_-]*\d*",
    re.IGNORECASE,
)
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
    speech = [t for t in held if not (_is_words(t) or _SOUNDS.fullmatch(t.name) or _REMARKS.fullmatch(t.name))]
    words = [t for t in held if _is_words(t)]
    chosen = speech or words or held
    notes = []
    if left := [t.name for t in held if t not in chosen]:
        named = ", ".join(f"'{name[:40]}'" for name in left[:5]) + (" and more" if len(left) > 5 else "")
        notes.append(f"{counted(len(left), 'tier')} that {'is' if len(left) == 1 else 'are'} no speech left out: {named}")
    cues = [cue for tier in chosen for cue in _cues(tier, joined=_is_words(tier))]
    return sorted(cues, key=lambda c: c.span.start_ms if c.span else 0), notes


def _is_words(tier: Tier) -> bool:
    return bool(_WORDS.fullmatch(tier.name))


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
    words = _WORDS.fullmatch(tier.name)
    name = (words[1] or words[2] or "") if words else re.sub(r"\s*\(\d+\)$", "", tier.name)
    return " ".join(name.split()) if name.strip() and not _NOBODY.fullmatch(name.strip()) else None


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

