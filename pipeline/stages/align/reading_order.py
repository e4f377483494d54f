"""Reading order: the given cues in the order in which they are said, and each sentence in one piece.

Files are sorted by times that are not quite right: where two people talk at once, the next speaker's cue may stand before the
end of the sentence that it interrupts, and the words of both would be read in turn. Here whole cues change places, never words
within one; a file whose cues are in order stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from pipeline.english.breaks import is_sentence_end
from pipeline.transcript import Aligned, AlignmentReport, EditorCue, Kind, Passage, TimeSource, Token
from pipeline.transcript.utterances import LONG_PAUSE_MS

# All of these were set by hand.
# Cues of others that may stand within a sentence.
_MAX_CUES_WITHIN = 3
# The words after an interruption may seem to begin so much before those in front of it end.
_MAX_OVERLAP_MS = 300


def in_reading_order(aligned: Aligned) -> Aligned:
    """The alignment with its cues, and their words, in order of their first words, but for sentences that others talk into.

    The paragraphs of a script stand in the order in which their author wanted them.
    """
    cues = aligned.editor_cues
    if not cues or any(c.span is None for c in cues) or not _cover(cues, len(aligned.tokens)):
        return aligned
    names = _names(cues)
    begun_ms = _begun_ms(aligned)
    by_time = sorted(range(len(cues)), key=lambda n: begun_ms[n])
    order, continuing = _with_whole_sentences(by_time, aligned, names)
    if order == list(range(len(cues))):
        return aligned
    kept = [_without_first_label(cue) if n in continuing else cue for n, cue in enumerate(cues)]
    return _permuted(aligned, [kept[n] for n in order])


def _begun_ms(aligned: Aligned) -> list[int]:
    """When each cue begins, in ms: with its first word; one that was found nowhere stays behind the cue in front of it."""
    unsaid = {at for p in aligned.report.text_without_speech for at in range(p.first, p.last)}
    begun: list[int] = []
    for cue in aligned.editor_cues:
        words = range(cue.first, cue.last)
        placed = sum(
            at not in unsaid and aligned.tokens[at].time_source is not TimeSource.GIVEN for at in words
        )
        is_found = 2 * placed > len(words) or not begun
        begun.append(aligned.tokens[cue.first].span.start_ms if is_found else begun[-1])
    return begun


def _cover(cues: Sequence[EditorCue], count: int) -> bool:
    """Whether the cues hold each of so many tokens once, in order."""
    edges = [0, *(cue.last for cue in cues)]
    return edges[-1] == count and all(
        cue.first == at < cue.last for cue, at in zip(cues, edges[:-1], strict=True)
    )


def _names(cues: Sequence[EditorCue]) -> list[str]:
    """Who speaks at the end of each cue, by the labels of the file; "" where a dash says that it is somebody else."""
    names: list[str] = []
    name = ""
    for cue in cues:
        marks = sorted([*cue.label_at, *((at, "") for at in cue.dash_at)])
        name = marks[-1][1] if marks else name
        names.append(name)
    return names


def _with_whole_sentences(
    by_time: Sequence[int], aligned: Aligned, names: Sequence[str]
) -> tuple[list[int], set[int]]:
    """The cues with the rest of each interrupted sentence directly behind its beginning, and which cues such rests are."""
    order: list[int] = []
    waiting = list(by_time)
    continuing: set[int] = set()
    while waiting:
        order.append(waiting.pop(0))
        at = _rest_of(order[-1], waiting, aligned, names)
        if at is not None:
            if waiting[at] != order[-1] + 1:  # the editor's own labels stay where nothing has changed places
                continuing.add(waiting[at])
            waiting.insert(0, waiting.pop(at))
    return order, continuing


def _rest_of(number: int, waiting: Sequence[int], aligned: Aligned, names: Sequence[str]) -> int | None:
    """Which of the waiting cues goes on with the sentence that cue `number` leaves open, behind cues that others say whole."""
    cues, tokens = aligned.editor_cues, aligned.tokens
    begun = tokens[cues[number].last - 1]
    if begun.kind is not Kind.WORD or is_sentence_end(begun.text):
        return None
    for at, other in enumerate(waiting[: _MAX_CUES_WITHIN + 1]):
        cue = cues[other]
        if _goes_on(begun, tokens[cue.first]) and _may_be_said_by(names[number], cue):
            return at
        if not _stands_alone(cue, tokens):
            return None
    return None


def _goes_on(before: Token, after: Token) -> bool:
    """Whether a word can be the next of a sentence: said without a long pause, and written small."""
    pause_ms = after.span.start_ms - before.span.end_ms
    return (
        after.kind is Kind.WORD and -_MAX_OVERLAP_MS <= pause_ms < LONG_PAUSE_MS and not _begins(after.text)
    )


def _begins(text: str) -> bool:
    """Whether a word is written as one that begins a sentence is; "I" tells nothing, and counts as none."""
    letter = next((c for c in text if c.isalnum()), "")
    return letter.isupper() and text.strip("\"'“‘(").split("'")[0].split("’")[0] != "I"


def _may_be_said_by(name: str, cue: EditorCue) -> bool:
    """Whether the file lets a cue's first words be said by this person."""
    if cue.first in cue.dash_at:
        return False
    label = dict(cue.label_at).get(cue.first)
    return label is None or (bool(name) and label.casefold() == name.casefold())


def _stands_alone(cue: EditorCue, tokens: Sequence[Token]) -> bool:
    """Whether a cue is something whole that somebody else says: it ends a sentence, and is marked or written as its beginning."""
    first, last = tokens[cue.first], tokens[cue.last - 1]
    marked = cue.first in cue.dash_at or any(at == cue.first for at, _ in cue.label_at)
    ends = last.kind is not Kind.WORD or is_sentence_end(last.text)
    return ends and (marked or first.kind is not Kind.WORD or _begins(first.text))


def _without_first_label(cue: EditorCue) -> EditorCue:
    """A cue without the label at its start: the name stands where the sentence begins."""
    return replace(cue, label_at=tuple(pair for pair in cue.label_at if pair[0] != cue.first))


def _permuted(aligned: Aligned, cues: Sequence[EditorCue]) -> Aligned:
    """The alignment with its cues in this order, and every index into the tokens as they stand then."""
    tokens: list[Token] = []
    moved = [0] * (len(aligned.tokens) + 1)
    placed: list[EditorCue] = []
    for cue in cues:
        by = len(tokens) - cue.first
        moved[cue.first : cue.last] = range(len(tokens), len(tokens) + cue.last - cue.first)
        tokens += aligned.tokens[cue.first : cue.last]
        placed.append(_shifted(cue, by))
    moved[-1] = len(tokens)
    return Aligned(tuple(tokens), _report(aligned.report, lambda p: _passage(p, moved)), tuple(placed))


def _shifted(cue: EditorCue, by: int) -> EditorCue:
    return replace(
        cue,
        first=cue.first + by,
        last=cue.last + by,
        breaks=tuple(at + by for at in cue.breaks),
        label_at=tuple((at + by, name) for at, name in cue.label_at),
        dash_at=tuple(at + by for at in cue.dash_at),
    )


def _report(report: AlignmentReport, move: Callable[[Passage], Passage]) -> AlignmentReport:
    return replace(
        report,
        speech_without_text=tuple(map(move, report.speech_without_text)),
        text_without_speech=tuple(map(move, report.text_without_speech)),
        not_confirmed=tuple(map(move, report.not_confirmed)),
        heard_differently=tuple(map(move, report.heard_differently)),
    )


def _passage(passage: Passage, moved: Sequence[int]) -> Passage:
    """A passage where its words stand now; where they were parted, those of them that stand with its first."""
    first = last = moved[passage.first]
    for at in range(passage.first, passage.last):
        if moved[at] != last:
            break
        last += 1
    return replace(passage, first=first, last=last)
