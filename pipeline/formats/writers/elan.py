"""ELAN (.eaf): speakers as tiers, the words and the concepts of each below them, and the parts of the recording.

The format: https://www.mpi.nl/tools/elan/EAF_Annotation_Format_3.0_and_ELAN.pdf. The date that it demands is a fixed one, so that
equal transcripts give equal bytes.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

from pipeline.errors import counted
from pipeline.formats.document.captions import Captioned
from pipeline.formats.markup import ORIGIN
from pipeline.formats.writers.exported import Exported, xml_text
from pipeline.formats.writers.tiers import Tier, moved_words, tiers

# Kinds of tiers: ELAN's "linguistic type", and for what lies within another's intervals the constraint that says so.
_TYPES = {"utterance": "", "word": "Included_In", "concept": "Included_In", "part": ""}
_CONSTRAINT = (
    '<CONSTRAINT STEREOTYPE="Included_In" '
    'DESCRIPTION="Time alignable annotations within the parent annotation\'s time interval, gaps are allowed"/>'
)
_SCHEMA = "http://www.mpi.nl/tools/elan/EAFv3.0.xsd"


def dumps(read: Captioned) -> Exported:
    """The transcript as an ELAN document; it names the recording by its file's name alone."""
    found = tiers(read)
    times = sorted(
        {ms for tier in _all(found) for span, _ in tier.intervals for ms in (span.start_ms, span.end_ms)}
    )
    slots = {ms: f"ts{n}" for n, ms in enumerate(times, 1)}
    numbers = count(1)
    written = [_tier(tier, "", slots, numbers) for tier in found]
    types = "\n".join(
        f'<LINGUISTIC_TYPE LINGUISTIC_TYPE_ID="{id}" TIME_ALIGNABLE="true" GRAPHIC_REFERENCES="false"'
        + (f' CONSTRAINTS="{constraint}"/>' if constraint else "/>")
        for id, constraint in _TYPES.items()
    )
    order = "\n".join(f'<TIME_SLOT TIME_SLOT_ID="{id}" TIME_VALUE="{ms}"/>' for ms, id in slots.items())
    grade = read.document.grade
    content = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<ANNOTATION_DOCUMENT AUTHOR="{xml_text(f"{ORIGIN}: {grade}" if grade else ORIGIN)}" '
        'DATE="2000-01-01T00:00:00+00:00" FORMAT="3.0" VERSION="3.0" '
        f'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="{_SCHEMA}">\n'
        '<HEADER MEDIA_FILE="" TIME_UNITS="milliseconds">\n'
        f'<PROPERTY NAME="recording">{xml_text(read.document.name)}</PROPERTY>\n</HEADER>\n'
        f"<TIME_ORDER>\n{order}\n</TIME_ORDER>\n"
        + "\n".join(written)
        + f"\n{types}\n{_CONSTRAINT}\n</ANNOTATION_DOCUMENT>\n"
    )
    moved = moved_words(read)
    notes = (f"{counted(moved, 'word')} moved by overlaps in one tier",) if moved else ()
    return Exported(content.encode(), notes)


def _all(found: list[Tier] | tuple[Tier, ...]) -> Iterator[Tier]:
    for tier in found:
        yield tier
        yield from _all(tier.below)


def _tier(tier: Tier, parent: str, slots: dict[int, str], numbers: Iterator[int]) -> str:
    person = f' PARTICIPANT="{xml_text(tier.person)}"' if tier.person else ""
    above = f' PARENT_REF="{xml_text(parent)}"' if parent else ""
    held = "\n".join(
        f'<ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID="a{next(numbers)}" TIME_SLOT_REF1="{slots[span.start_ms]}" '
        f'TIME_SLOT_REF2="{slots[span.end_ms]}"><ANNOTATION_VALUE>{xml_text(text)}</ANNOTATION_VALUE>'
        "</ALIGNABLE_ANNOTATION></ANNOTATION>"
        for span, text in tier.intervals
    )
    head = f'<TIER LINGUISTIC_TYPE_REF="{tier.kind}" TIER_ID="{xml_text(tier.name)}"{person}{above}>'
    own = f"{head}\n{held}\n</TIER>" if held else f"{head}</TIER>"
    return "\n".join((own, *(_tier(below, tier.name, slots, numbers) for below in tier.below)))
