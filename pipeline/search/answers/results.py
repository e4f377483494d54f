"""Search results as values: hits with their context, evidence, citation and link."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from pipeline.formats.document.reader import FLAGS
from pipeline.timing import format_timecode

_SPAN = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Evidence:
    """A concept and the words of the utterance that are its evidence, `[start_char, end_char)`.

    `manner` says how it is spoken of: any of negated, asked, quoted, hypothetical.
    """

    concept: str
    words: str
    start_char: int
    end_char: int
    start_ms: int
    end_ms: int
    rule: str
    confidence: float
    manner: frozenset[str] = frozenset()
    about: str = ""

    def as_json(self) -> dict[str, Any]:
        """The evidence as plain JSON values, each manner of speaking true or false."""
        values = asdict(self)
        return {k: v for k, v in values.items() if k != "manner"} | {f: f in self.manner for f in FLAGS}


@dataclass(frozen=True, slots=True)
class Line:
    """An utterance beside a hit, for context."""

    speaker: str
    start_ms: int
    text: str


@dataclass(frozen=True, slots=True)
class Moment:
    """An utterance that was found.

    `marks` are the spans of characters `[first, last)` that the query's words matched; `link` is where it can be heard or
    read, "" where that is not known. `quotes` says who kept words of it, and
    what they think of them; `id` is its number in the index.
    """

    video: str
    title: str
    utterance: str
    speaker: str
    role: str
    vignette: str
    vignette_title: str
    start_ms: int
    end_ms: int
    text: str
    marks: tuple[_SPAN, ...]
    evidence: tuple[Evidence, ...]
    grade: str
    draft: bool
    link: str = ""
    quotes: tuple[str, ...] = ()
    id: int = 0

    @property
    def source(self) -> str:
        """`Title, Vignette 2, 00:41:07–00:41:15, Speaker`; what is unknown is left out, a draft says so."""
        times = f"{_whole_seconds(self.start_ms)}–{_whole_seconds(self.end_ms, up=True)}"
        draft = "draft, not verified" if self.draft else ""
        parts = (self.title or self.video, self.vignette, times, self.speaker, draft)
        return ", ".join(p for p in parts if p)

    @property
    def citation(self) -> str:
        """`"words" (Title, Vignette 2, 00:41:07–00:41:15, Speaker)`."""
        return f'"{self.text}" ({self.source})'

    def as_json(self) -> dict[str, Any]:
        """The moment as plain JSON values."""
        evidence = [e.as_json() for e in self.evidence]
        values = {k: v for k, v in asdict(self).items() if k != "id"}
        return {**values, "evidence": evidence, "citation": self.citation}


@dataclass(frozen=True, slots=True)
class Hit:
    """A hit: an utterance, or the utterances of a sequence in their order, with the lines before and after.

    `score` grows with how well it fits: BM25 for words, the confidence of the tag for concepts, for a
    sequence minus the seconds between its first and last utterance; None where hits stand in order of time.
    `by` says how it was found: "query" when it fulfils all of it, "some words", "concept" or "meaning".
    """

    moments: tuple[Moment, ...]
    before: Line | None = None
    after: Line | None = None
    score: float | None = None
    by: str = "query"

    @property
    def start_ms(self) -> int:
        return self.moments[0].start_ms

    @property
    def end_ms(self) -> int:
        return max(m.end_ms for m in self.moments)

    @property
    def citation(self) -> str:
        return " … ".join(m.citation for m in self.moments)

    def as_json(self) -> dict[str, Any]:
        """The hit as plain JSON values."""
        moments = [m.as_json() for m in self.moments]
        sides = {"before": self.before and asdict(self.before), "after": self.after and asdict(self.after)}
        score = None if self.score is None else round(self.score, 4)
        facts = {"start_ms": self.start_ms, "end_ms": self.end_ms, "score": score, "by": self.by}
        return {**facts, "moments": moments, **sides}


@dataclass(frozen=True, slots=True)
class Results:
    """The first hits of a query, how many there are in all, and in which order they stand.

    `order` is "relevance", "confidence", "closeness", "likeness" or "time"; `notes` are sentences a person should read,
    `concepts` the ids of concepts that the query may mean.
    """

    query: str
    total: int
    order: str
    hits: tuple[Hit, ...]
    notes: tuple[str, ...] = ()
    concepts: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The results as plain JSON values."""
        hits = [h.as_json() for h in self.hits]
        return {
            "query": self.query,
            "total": self.total,
            "order": self.order,
            "notes": list(self.notes),
            "concepts": list(self.concepts),
            "hits": hits,
        }


@dataclass(frozen=True, slots=True)
class Count:
    """A frequency: how many `hits` have this value, `of` how many utterances that have it at all."""

    value: str
    hits: int
    of: int


def scene_name(kind: str, number: int) -> str:
    """How a vignette is cited: "Vignette 2", "Commentary 1", "Introduction"; "" for none."""
    if not kind:
        return ""
    return (
        kind.capitalize()
        if kind in ("introduction", "closing") and number == 1
        else f"{kind.capitalize()} {number}"
    )


def _whole_seconds(time_ms: int, up: bool = False) -> str:
    """hh:mm:ss; an end is rounded up, so that the cited time holds all of the words."""
    return format_timecode((time_ms + 999 if up else time_ms) // 1000 * 1000)[:-4]
