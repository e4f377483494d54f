"""ELAN's .eaf: tiers of annotations over time slots, some of which divide or annotate those of another tier.

What people say stands in tiers that depend on no other, or in a tier that gives each of their annotations a text, where they
themselves hold only numbers (as Toolbox makes them). The format: https://www.mpi.nl/tools/elan/EAF_Annotation_Format_3.0_and_ELAN.pdf.
"""

from __future__ import annotations

from pathlib import Path

from pipeline.errors import SubtitlesError, counted
from pipeline.formats.readers import xml_tree
from pipeline.formats.readers.raw_cue import Line, RawCue
from pipeline.formats.readers.tiers import Annotation, Tier, cues_of, lines_of
from pipeline.formats.readers.xml_tree import Element
from pipeline.timing import Span

_ROOT = "ANNOTATION_DOCUMENT"
_MAX_CHAIN = 100  # annotations that refer to annotations; files have three or four. Chosen, against circles.


def sniff(text: str) -> bool:
    """Whether the text is XML with ELAN's root."""
    return f"<{_ROOT}" in text[:4000]


def parse(text: str, path: Path) -> tuple[list[RawCue], list[str]]:
    """What people say in the tiers, as cues in order of time, and notes. Raises SubtitlesError with the line of damage."""
    root = xml_tree.parse(text, path)
    if root.name != _ROOT:
        raise SubtitlesError(
            path, f"is XML of another kind ('{root.name[:40]}')", "give an .eaf file", line=1
        )
    document = _Document(root)
    tiers = [e for e in root.below("TIER") if not e.get("PARENT_REF")]
    cues, notes = cues_of([document.spoken(tier) for tier in tiers])
    if document.untimed:
        notes.append(f"{counted(document.untimed, 'annotation')} without a time left out")
    below = [e.get("TIER_ID") for e in root.below("TIER") if e.get("PARENT_REF")]
    if left := [name for name in below if name not in document.taken]:
        notes.append(f"{counted(len(left), 'tier')} that depend{'s' * (len(left) == 1)} on others left out")
    return cues, notes


class _Document:
    """The time slots of a document, and its annotations by their ids."""

    def __init__(self, root: Element) -> None:
        self.untimed = 0
        self.taken: set[str] = set()
        self._factor = 1
        for header in root.below("HEADER"):
            self._factor = 1000 if header.get("TIME_UNITS") == "seconds" else 1
        self._slots = {
            slot.get("TIME_SLOT_ID"): int(value) * self._factor
            for order in root.below("TIME_ORDER")
            for slot in order.below("TIME_SLOT")
            if (value := slot.get("TIME_VALUE")).isdecimal() and value.isascii() and len(value) < 13
        }
        self._tiers = list(root.below("TIER"))
        self._by_id = {e.get("ANNOTATION_ID"): e for tier in self._tiers for e in _annotations(tier)}
        self._filled = _interpolated(root, self._slots)

    def spoken(self, tier: Element) -> Tier:
        """What is said by a tier that depends on no other, or by the first below it that says it, if the tier itself does not."""
        told = tier
        if not _has_words(tier):
            below = (t for t in self._below(tier) if _has_words(t) and any(t.all("REF_ANNOTATION")))
            told = next(below, tier)
        if told is not tier:
            self.taken.add(told.get("TIER_ID"))
        found = []
        for element in _annotations(told):
            text = " ".join(value.text for value in element.below("ANNOTATION_VALUE"))
            span = self._span(element)
            if span is not None:
                found.append(Annotation(span, text, element.line))
            elif text.strip():
                self.untimed += 1
        return Tier(tier.get("TIER_ID"), tuple(found), " ".join(tier.get("PARTICIPANT").split()))

    def _below(self, tier: Element) -> list[Element]:
        """The tiers that depend on a tier, the nearest first."""
        reached = [tier.get("TIER_ID")]
        found: list[Element] = []
        for _ in range(_MAX_CHAIN):
            level = [t for t in self._tiers if t.get("PARENT_REF") in reached and t not in found]
            if not level:
                break
            found += level
            reached = [t.get("TIER_ID") for t in level]
        return found

    def _span(self, element: Element) -> Span | None:
        """The time of an annotation: its own slots', or those of the annotation that it is about."""
        for _ in range(_MAX_CHAIN):
            if element.name == "ALIGNABLE_ANNOTATION":
                times = [self._filled.get(element.get(f"TIME_SLOT_REF{n}")) for n in (1, 2)]
                start, end = times
                return None if start is None or end is None else Span(start, max(start, end))
            about = self._by_id.get(element.get("ANNOTATION_REF"))
            if about is None:
                return None
            element = about
        return None


def _interpolated(root: Element, known: dict[str, int]) -> dict[str, int]:
    """The times of all slots: one without a time stands between its neighbours in that order, evenly (as ELAN shows it)."""
    filled = dict(known)
    waiting: list[str] = []
    before: int | None = None
    for order in root.below("TIME_ORDER"):
        for slot in order.below("TIME_SLOT"):
            id = slot.get("TIME_SLOT_ID")
            if id not in known:
                waiting.append(id)
                continue
            if before is not None:
                for n, open_id in enumerate(waiting, 1):
                    filled[open_id] = before + (known[id] - before) * n // (len(waiting) + 1)
            before, waiting = known[id], []
    return filled


def _annotations(tier: Element) -> list[Element]:
    return [
        held
        for annotation in tier.below("ANNOTATION")
        for held in annotation.below("ALIGNABLE_ANNOTATION", "REF_ANNOTATION")
    ]


def _has_words(tier: Element) -> bool:
    """Whether most annotations that hold anything hold letters, as numbers of sentences do not."""
    values = [v.text for e in _annotations(tier) for v in e.below("ANNOTATION_VALUE") if v.text.strip()]
    return sum(any(map(str.isalpha, value)) for value in values) * 2 > len(values)


def plain_lines(raw: str) -> tuple[Line, ...]:
    """The lines of an annotation's text."""
    return lines_of(raw)
