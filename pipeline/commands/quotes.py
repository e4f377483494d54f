"""Quotes that people kept of recordings: read from the journals, and kept from the hits of a search."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from pipeline import edits
from pipeline.edits.ledger import withdrawals
from pipeline.edits.model import Anchor, Decision
from pipeline.edits.quote import Quote as Decided
from pipeline.errors import UsageError
from pipeline.search.answers.results import Moment, Results
from pipeline.search.quotes import Quote

# What a journal's line holds that keeps a quote: most journals have none and are not parsed.
_MARK = b'"quote"'


def quotes_in(media: Path) -> list[Quote]:
    """The quotes that stand in the journals beside the recordings of a folder. Raises JournalError."""
    found = []
    for path in sorted(media.glob(f"*{edits.SUFFIX}")) if media.is_dir() else ():
        if path.is_file() and _MARK in path.read_bytes():
            found += list(_standing(path))
    return found


def _standing(path: Path) -> Iterator[Quote]:
    decisions = edits.read(path).decisions
    gone = withdrawals(decisions)
    for decision in decisions:
        value, at = decision.value, decision.anchor
        if isinstance(value, Decided) and at is not None and decision.id not in gone:
            video = path.name.removesuffix(edits.SUFFIX)
            yield Quote(video, at.text, at.start_ms, at.end_ms, decision.who, value.memo, value.collection)


def keep(results: Results, which: Sequence[int], who: str, memo: str, collection: str, media: Path) -> int:
    """Write hits, by their numbers (all where there are none), into the journals of their recordings; how many utterances.

    Raises UsageError for a number that no hit has, and where a recording is not in `media`; JournalError.
    """
    shown = range(1, len(results.hits) + 1)
    if strange := [n for n in which if n not in shown]:
        raise UsageError(f"there is no hit {strange[0]}", f"{len(results.hits)} are shown, numbered from 1")
    by_video: dict[str, list[Decision]] = {}
    for number in which or shown:
        for moment in results.hits[number - 1].moments:
            value = Decided(memo.strip(), " ".join(collection.split()))
            by_video.setdefault(moment.video, []).append(Decision("", who, value, _anchor(moment)))
    journals = {video: edits.journal_of(_recording(video, media)) for video in by_video}
    for video, decisions in by_video.items():
        edits.append(journals[video], decisions)
    return sum(map(len, by_video.values()))


def _anchor(moment: Moment) -> Anchor:
    return Anchor(" ".join(moment.text.split()), moment.start_ms, max(moment.start_ms, moment.end_ms))


def _recording(video: str, media: Path) -> Path:
    from pipeline.search.answers.clips import recording_of

    found = recording_of(video, media)
    if found is None:
        raise UsageError(f"there is no recording of '{video}' in '{media}'", "name their folder with --media")
    return found
