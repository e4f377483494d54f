"""Caption edits: apply people's decisions to the cues, whatever the machine's segmentation is this time.

A person's caption is made of words, not of the captions that were there: what it takes from a machine's caption goes, and
what is left of that stays a caption of its own. So a decision holds when the profile, and with it every division, changes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipeline.edits.model import Decision
from pipeline.timing import Span, hull
from pipeline.transcript import Captions, Cue, Token

# Lines of a cue that was merged out of several; a person's own breaks may make more.
MAX_LINES = 2
# A machine's cue gives way to a person's that overlaps it, unless less than this would be left. Also the overlap of speech from
# which two cues count as said at once. No measurement is recorded.
MIN_CUE_MS = 300


FACETS = ("start", "end", "breaks", "labels", "dashes", "settings")
"""What a person can say of a caption, beside which words it shows."""


@dataclass(slots=True)
class Draft:
    """A cue under edit: the decision that shaped it last (None for a machine's), and the facets that people fixed."""

    cue: Cue
    by: Decision | None = None
    said: frozenset[str] = frozenset()

    def is_shown_by(self, cue: Cue) -> bool:
        """Whether a cue of the same words agrees in every facet that people fixed."""
        return all(_facet(self.cue, name) == _facet(cue, name) for name in self.said)


def _facet(cue: Cue, name: str) -> object:
    if name in ("start", "end"):
        return cue.span.start_ms if name == "start" else cue.span.end_ms
    return getattr(cue, name)


@dataclass(frozen=True, slots=True)
class CueRequest:
    """A requested cue of tokens `[first, last)`; a facet that is None is left to the machine."""

    first: int
    last: int
    start_ms: int | None = None
    end_ms: int | None = None
    breaks: tuple[int, ...] | None = None
    labels: tuple[tuple[int, str], ...] | None = None
    dashes: tuple[int, ...] | None = None
    settings: str | None = None

    @property
    def said(self) -> frozenset[str]:
        values = (self.start_ms, self.end_ms, self.breaks, self.labels, self.dashes, self.settings)
        return frozenset(name for name, value in zip(FACETS, values, strict=True) if value is not None)


class CueSheet:
    """The editable list of a recording's cues."""

    def __init__(self, captions: Captions, tokens: Sequence[Token]) -> None:
        self.tokens, self._found = tokens, captions
        self.machines = {(c.first, c.last): c for c in captions.cues}
        self.drafts = [Draft(cue) for cue in captions.cues]
        self.changed = False

    def touching(self, first: int, last: int) -> list[Draft]:
        """The cues that hold any of the tokens `[first, last)`, in reading order."""
        found = [d for d in self.drafts if d.cue.first < last and first < d.cue.last]
        return sorted(found, key=lambda d: d.cue.first)

    def holds(self, first: int, last: int) -> bool:
        """Whether the tokens `[first, last)` are one cue."""
        return any((d.cue.first, d.cue.last) == (first, last) for d in self.drafts)

    def keep(self, first: int, last: int, by: Decision) -> None:
        """The cues of the tokens `[first, last)` are as a person wants them: they give way to nobody's."""
        for draft in self.touching(first, last):
            draft.by = by

    def make(self, wanted: CueRequest, by: Decision, said: frozenset[str] | None = None) -> None:
        """Let the tokens of `wanted` be one cue; `said` are the facets that people said, without it all that are wanted."""
        touched = self.touching(wanted.first, wanted.last)
        span = self._span(wanted, touched)
        exact = len(touched) == 1 and (touched[0].cue.first, touched[0].cue.last) == (
            wanted.first,
            wanted.last,
        )
        base = touched[0].cue if exact else self._merged(wanted.first, wanted.last, touched)
        cue = replace(
            base,
            span=span,
            breaks=base.breaks if wanted.breaks is None else wanted.breaks,
            labels=base.labels if wanted.labels is None else wanted.labels,
            dashes=base.dashes if wanted.dashes is None else wanted.dashes,
            settings=base.settings if wanted.settings is None else wanted.settings,
        )
        left = [rest for d in touched for rest in self._remainders(d, cue)]
        said = (wanted.said if said is None else said) | self._inherited_facets(wanted, touched, exact)
        self._replace(touched, [Draft(cue, by, said), *left])

    def split(self, first: int, at: int, last: int, start_ms: int | None, by: Decision) -> None:
        """Let the tokens `[first, at)` be one cue and `[at, last)` the next, which begins at `start_ms` or when it is said."""
        touched = self.touching(first, last)
        whole = self._span(CueRequest(first, last), touched)
        said = self.tokens[at].span.start_ms if start_ms is None else start_ms
        middle = min(max(said, whole.start_ms + 1), max(whole.end_ms - 1, whole.start_ms + 1))
        end = max(whole.end_ms, middle + 1)
        at_middle = ("end", "start") if start_ms is not None else ()
        ends = self._inherited_facets(CueRequest(first, last), touched, exact=False) & {"end"}
        self.make(CueRequest(first, at, whole.start_ms, middle), by, frozenset(at_middle[:1]))
        self.make(CueRequest(at, last, middle, end), by, ends.union(at_middle[1:]))

    def captions(self) -> Captions:
        """The cues in order of time; machine's cues have given way to people's."""
        people = [self._machine_or_person(d) for d in self.drafts if d.by is not None]
        machines = [self._yielding(d.cue, people) for d in self.drafts if d.by is None]
        cues = [*people, *machines]
        return replace(self._found, cues=tuple(sorted(cues, key=lambda c: (c.span.start_ms, c.first))))

    # --- how ----------------------------------------------------------------------------------------------------

    def _machine_or_person(self, draft: Draft) -> Cue:
        """A person's cue; the machine's of the same words where it has come to be all that people said of it."""
        found = self.machines.get((draft.cue.first, draft.cue.last))
        return found if found is not None and draft.is_shown_by(found) else draft.cue

    def _inherited_facets(self, wanted: CueRequest, touched: Sequence[Draft], exact: bool) -> frozenset[str]:
        """Which facets of the touched cues, of which one is made, people said: all of the very cue, or what is taken over."""
        if exact:
            return touched[0].said
        begins = (d.said & {"start"} for d in touched if d.cue.first == wanted.first)
        ends = (d.said & {"end"} for d in touched if d.cue.last == wanted.last)
        inside = (d.said - {"start", "end"} for d in touched)
        return frozenset().union(*begins, *ends, *inside)

    def _replace(self, old: Sequence[Draft], new: Sequence[Draft]) -> None:
        gone = {id(d) for d in old}
        self.drafts = [d for d in self.drafts if id(d) not in gone] + list(new)
        self.changed = True

    def _span(self, wanted: CueRequest, touched: Sequence[Draft]) -> Span:
        """The time of a person's cue: as decided, else that of the cues which begin and end with its words, else its words'."""
        words = self.tokens[wanted.first : wanted.last]
        start = next((d.cue.span.start_ms for d in touched if d.cue.first == wanted.first), None)
        end = next((d.cue.span.end_ms for d in touched if d.cue.last == wanted.last), None)
        said = hull(t.span for t in words)
        start = said.start_ms if start is None else start
        end = said.end_ms if end is None else end
        if wanted.start_ms is not None:
            start = wanted.start_ms
            end = max(end, start + 1) if wanted.end_ms is None else end
        if wanted.end_ms is not None:
            end = wanted.end_ms
            start = min(start, end - 1) if wanted.start_ms is None else start
        return Span(start, max(end, start + 1))

    def _merged(self, first: int, last: int, touched: Sequence[Draft]) -> Cue:
        """One cue of the tokens `[first, last)` with all that the touched cues say about them."""
        cues = [d.cue for d in touched]
        junctions = {c.first for c in cues if first < c.first}
        breaks = sorted({b for c in cues for b in c.breaks if first < b < last} | junctions)
        if len(breaks) >= MAX_LINES:
            breaks = [self._balanced_break(first, last)]
        speakers = {c.speaker for c in cues}
        return Cue(
            span=hull(c.span for c in cues),
            first=first,
            last=last,
            breaks=tuple(breaks),
            speaker=speakers.pop() if len(speakers) == 1 else None,
            labels=tuple(pair for c in cues for pair in c.labels if first <= pair[0] < last),
            dashes=tuple(d for c in cues for d in c.dashes if first <= d < last),
            settings=next((c.settings for c in cues if c.settings), ""),
        )

    def _balanced_break(self, first: int, last: int) -> int:
        """The token that divides `[first, last)` into two lines of about the same length."""
        lengths = [len(t.text) + 1 for t in self.tokens[first:last]]
        best, so_far, half = first + 1, 0, sum(lengths) / 2
        nearest = float("inf")
        for offset, length in enumerate(lengths[:-1], 1):
            so_far += length
            if abs(so_far - half) < nearest:
                best, nearest = first + offset, abs(so_far - half)
        return best

    def _slice(self, cue: Cue, first: int, last: int, span: Span) -> Cue:
        return replace(
            cue,
            span=span,
            first=first,
            last=last,
            breaks=tuple(b for b in cue.breaks if first < b < last),
            labels=tuple(pair for pair in cue.labels if first <= pair[0] < last),
            dashes=tuple(d for d in cue.dashes if first <= d < last),
            editor_cue=None,
        )

    def _remainders(self, draft: Draft, taken: Cue) -> list[Draft]:
        """What is left of a cue when `taken` has taken its words: before it, behind it, or nothing."""
        cue = draft.cue
        rests = []
        if cue.first < taken.first:
            end = max(cue.span.start_ms + 1, min(cue.span.end_ms, taken.span.start_ms))
            rests.append(self._slice(cue, cue.first, taken.first, Span(cue.span.start_ms, end)))
        if taken.last < cue.last:
            said = self.tokens[taken.last].span.start_ms
            start = min(max(said, taken.span.end_ms, cue.span.start_ms), max(cue.span.end_ms - 1, said))
            rests.append(self._slice(cue, taken.last, cue.last, Span(start, max(cue.span.end_ms, start + 1))))
        return [Draft(rest, draft.by, self._remaining_facets(draft, rest)) for rest in rests]

    def _remaining_facets(self, draft: Draft, rest: Cue) -> frozenset[str]:
        """Which facets of what is left of a cue people said."""
        gone = {"start"} if rest.first != draft.cue.first else {"end"}
        return draft.said - gone

    def _yielding(self, cue: Cue, people: Sequence[Cue]) -> Cue:
        """A machine's cue, shortened where a person's runs into it and the two are not said at once."""
        for other in people:
            if not cue.span.overlap_ms(other.span) or self._is_simultaneous(cue, other):
                continue
            if cue.span.start_ms < other.span.start_ms:
                span = Span(cue.span.start_ms, other.span.start_ms)
            else:
                span = Span(min(other.span.end_ms, cue.span.end_ms), cue.span.end_ms)
            if span.duration_ms >= MIN_CUE_MS:
                cue = replace(cue, span=span)
        return cue

    def _is_simultaneous(self, one: Cue, other: Cue) -> bool:
        a, b = (self._spoken_span(c) for c in (one, other))
        return a.overlap_ms(b) >= MIN_CUE_MS

    def _spoken_span(self, cue: Cue) -> Span:
        return hull(t.span for t in self.tokens[cue.first : cue.last])
