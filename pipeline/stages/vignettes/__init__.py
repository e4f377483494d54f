"""Topic segmentation: the parts of a video, each with its kind, title, speakers and the evidence for its boundary.

Evidence is collected at every candidate boundary (`boundaries`), a semi-Markov model finds the best division (`semi_markov`), and
what the sidecar says about parts replaces what was found (`sidecar`).
"""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.part_kinds import FOUND_KINDS
from pipeline.progress import Progress, silent
from pipeline.settings import PartAt
from pipeline.stages.vignettes.boundaries import Candidate, candidates
from pipeline.stages.vignettes.semi_markov import Decided, best_division
from pipeline.stages.vignettes.sidecar import with_given
from pipeline.stages.vignettes.turn_taking import outsiders
from pipeline.timing import Span
from pipeline.transcript import Aligned, Part, Parts, Picture, Voices
from pipeline.transcript.headings import Heading
from pipeline.transcript.parts import WHOLE_TITLE, Said, cast_of, named, utterances

__all__ = ["run"]

# The kind of the only part of a recording in which no boundary was found.
WHOLE = "other"
_EVIDENCE_TEXTS = {
    "black": "the picture is black",
    "cut": "the picture cuts",
    "voices": "other people speak",
    "words": "opening words",
    "greeting": "a greeting",
    "music": "music plays",
    "address": "somebody speaks whom nobody answers",
    "cohesion": "the words change",
}
# Evidence, in [0, 1], below this is left out of a part's list.
MIN_EVIDENCE_SHOWN = 0.4


def run(
    aligned: Aligned,
    voices: Voices,
    seen: Picture,
    duration_ms: int,
    given: Sequence[PartAt] = (),
    progress: Progress = silent,
    music: Sequence[Span] = (),
    headings: Sequence[Heading] = (),
) -> Parts:
    """The parts of the recording, which cover it without a gap; one of kind "other" when nothing divides it.

    `music` is where music plays outside of speech; `headings` stand in the text that came along. `given` are the sidecar's
    parts, which override those found and begin exactly where they are given. No boundary that is found lies inside an utterance.
    Where nothing is said there are no parts.
    """
    said = utterances(aligned.tokens, voices)
    if not said:
        return Parts()
    places = candidates(said, seen, outsiders(said), music, headings)
    progress(0.3)
    roles = {s.id: s.role for s in voices.speakers}
    decided = best_division(places, said, roles)
    parts = [_part(d, said, decided, n, duration_ms) for n, d in enumerate(decided)]
    if len(parts) == 1:
        parts = [Part("", WHOLE, WHOLE_TITLE, parts[0].span, parts[0].cast)]
    parts = with_given(parts, given, said, duration_ms)
    progress(1.0)
    return Parts(named(parts))


def _part(
    decided: Decided, said: Sequence[Said], division: Sequence[Decided], n: int, duration_ms: int
) -> Part:
    place = decided.place
    end_ms = division[n + 1].place.start_ms if n + 1 < len(division) else duration_ms
    start_ms = 0 if n == 0 else place.start_ms
    title = place.title or place.heading
    title = title if n > 0 and title.casefold() not in FOUND_KINDS else ""
    cast = cast_of(said[place.at : decided.last])
    evidence = _evidence_texts(place) if n else ("the recording begins",)
    return Part(
        "", decided.kind, title, Span(start_ms, max(start_ms, end_ms)), cast, decided.confidence, evidence
    )


def _evidence_texts(place: Candidate) -> tuple[str, ...]:
    """The evidence for a boundary as English phrases."""
    found = []
    if place.evidence["card"]:
        found.append(f'a card: "{place.title}"' if place.title else "a card")
    if place.evidence["heading"]:
        found.append(f'a heading in the text: "{place.heading}"')
    if place.evidence["pause"] >= MIN_EVIDENCE_SHOWN:
        found.append("a long pause")
    found += [says for name, says in _EVIDENCE_TEXTS.items() if place.evidence[name] >= MIN_EVIDENCE_SHOWN]
    return tuple(found)
