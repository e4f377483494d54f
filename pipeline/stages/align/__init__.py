"""Align: put the text that came with a recording to the sound, word by word, and say what is known about each.

words      what to listen for: the written words with their pronunciations
acoustics  what each sound of English looks like in         features   of the recording, fitted to each of its voices
scoring    how well each moment fits each sound             sharing    work among threads
lattice    the text as a network of states             search     the likeliest way through it
listening  all of that: where each word was found
lost       what the search did not find                moving     ... looked for elsewhere
swapping   ... and in another order                   rejoining  ... and captions torn apart
relation   how the given times relate to the sound
placing    a time for every token                      filling    ... also for those that were not heard
confidence how sure that is
passages   what a person should look at                ears       ... because another ear read it otherwise
                                                       opposites  ... or because the contrary fits better
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pipeline.media.facts import Audio
from pipeline.progress import Progress, silent
from pipeline.settings import AlignSettings
from pipeline.speech.aligner.listen import Aligner, Alignment, WordSpan
from pipeline.speech.aligner.threads import single_threaded_blas
from pipeline.stages.align import opposites, placing, review, second_reading
from pipeline.stages.align.pronounced import Part, parts
from pipeline.stages.align.rejoin import rejoined
from pipeline.stages.align.relocate import at_own_times, put_in_place, without_doubles
from pipeline.stages.align.reorder import in_spoken_order
from pipeline.stages.align.sync import FEWEST, Relation, relate, sentences
from pipeline.timing import Span
from pipeline.transcript import (
    Aligned,
    AlignmentReport,
    EditorCue,
    Heard,
    Kind,
    TextSource,
    Token,
    Verdict,
)
from pipeline.transcript.subtitles import Subtitles, SubtitlesCue

# Words that fit this well (nats per frame) prove where they are.
_SURE_FIT = -1.0
# Text of which less than this share is found belongs to another recording.
_LEAST_SHARE = 0.25
# A few words are more easily heard by chance: in 9 s of the demo more than 60 % of the words of two cues were found
# where they belong, and up to half of the words of one short cue where it does not.
_LEAST_SHARE_OF_FEW = 0.5
_MOVED_MS = 500
# Half of a careful editor's cues lie no further from their words than this.
_CAREFUL_MS = 150


def run(
    audio: Audio, heard: Heard, given: Subtitles | None, settings: AlignSettings, progress: Progress = silent
) -> Aligned:
    """Time every word of `given` from the sound; without given text the recognizer's words stand as they are.

    `heard` gives the speech regions and, from a recognizer that did not know the text, what it heard where the text does not
    fit. Raises WeightsError when the acoustic model is missing.
    """
    if given is None:
        return Aligned(heard.tokens, AlignmentReport(Verdict.NO_SUBTITLES))
    with single_threaded_blas():
        return _aligned(audio, heard, given, settings, progress)


def _aligned(
    audio: Audio, heard: Heard, given: Subtitles, settings: AlignSettings, progress: Progress
) -> Aligned:
    wanted = parts(given)
    listener = Aligner(audio.samples, heard.regions, settings.processes)
    listened = _listen(listener, wanted, given, progress)
    relation = _relation(given, wanted, listened.found)
    placed = placing.places(given, wanted, listened.found, relation, audio.duration_ms, heard.regions)
    source = TextSource.SUBTITLES if given.timed else TextSource.SCRIPT
    tokens = placing.tokens(given, placed, source)
    cues = _editor_cues(given)
    against = opposites.contradicted(given, wanted, listened.found, listener.likelihoods)
    return Aligned(tokens, _report(tokens, wanted, listened, relation, heard, cues, against), cues)


def _listen(listener: Aligner, wanted: Sequence[Part], given: Subtitles, progress: Progress) -> Alignment:
    """Walk through the whole sound, then look for what stands in another order than it is said."""
    listened = listener.align([p.spoken for p in wanted], progress)
    cue_of_token = [number for number, cue in enumerate(given.cues) for _ in cue.words]
    cue_of = [cue_of_token[part.token] for part in wanted]

    def compare(orders: Sequence[Sequence[int]], within: Span) -> list[Alignment]:
        return listener.compare([[wanted[n].spoken for n in words] for words in orders], within)

    def hear(words: Sequence[int], within: Span) -> Sequence[WordSpan | None]:
        return compare([words], within)[0].found

    relation = _relation(given, wanted, listened.found)
    own = [_in_the_sound(cue.span, relation) for cue in given.cues]
    # What fits its own time, or speech that is left over, goes there at once; only what is still missing then is worth another
    # order.
    if relation.pieces and relation.scatter_ms <= _CAREFUL_MS:
        listened = at_own_times(listened, cue_of, hear, lambda words: own[cue_of[words.start]])
    starts = [None if span is None else span.start_ms for span in own]

    def expected(words: range) -> int | None:
        return starts[cue_of[words.start]]

    if given.timed:  # the paragraphs of a script hold pauses
        listened = rejoined(listened, cue_of, hear)
    listened = put_in_place(listened, cue_of, hear, expected)
    listened = in_spoken_order(listened, cue_of, starts, relation.scatter_ms, compare)
    if relation.scatter_ms <= _CAREFUL_MS:
        return listened
    found = without_doubles(listened.found, cue_of)
    if found == list(listened.found):
        return listened
    return put_in_place(replace(listened, found=tuple(found)), cue_of, hear, expected)


def _in_the_sound(given: Span | None, relation: Relation) -> Span | None:
    """Where a cue's given time lies in the sound; None for text without times, or without a relation to the sound."""
    if given is None or not relation.pieces:
        return None
    start = max(0, relation.at(given.start_ms))
    return Span(start, max(start, relation.at(given.end_ms)))


def _relation(given: Subtitles, wanted: Sequence[Part], found: Sequence[WordSpan | None]) -> Relation:
    sure = [n for n, f in enumerate(found) if f is not None and not f.stand_in and f.fit > _SURE_FIT]
    if len(sure) < _LEAST_SHARE * len(wanted) or not sure:
        return Relation(Verdict.UNRELATED)
    if not given.timed:
        return Relation(Verdict.UNTIMED)
    start_of = _cue_starts(given)
    pairs = [
        (start_of[wanted[n].token], here.span.start_ms)
        for n in sure
        if wanted[n].token in start_of
        and (here := found[n]) is not None
        and (n == 0 or wanted[n - 1].token != wanted[n].token)
    ]
    if len(pairs) < FEWEST and len(sure) <= _LEAST_SHARE_OF_FEW * len(wanted):
        return Relation(Verdict.UNRELATED)
    return relate(sorted(pairs))


def _cue_starts(given: Subtitles) -> dict[int, int]:
    """The index of the first spoken token of each timed cue -> the cue's given start."""
    starts, at = {}, 0
    for cue in given.cues:
        first = next((n for n, w in enumerate(cue.words) if w.kind is Kind.WORD), None)
        if first == 0 and cue.span is not None:
            starts[at] = cue.span.start_ms
        at += len(cue.words)
    return starts


def _report(
    tokens: tuple[Token, ...], wanted: Sequence[Part], listened: Alignment, relation: Relation, heard: Heard,
    cues: Sequence[EditorCue], against: frozenset[int],
) -> AlignmentReport:  # fmt: skip
    read = second_reading.read_differently(tokens, heard)
    doubted, misfitting = review.doubtful(tokens, wanted, listened.found, heard, against)
    not_confirmed, differently = review.beside(doubted, read), review.beside(misfitting, read)
    return AlignmentReport(
        relation.verdict,
        sentences(relation),
        relation.pieces,
        review.unwritten(listened.unwritten, heard.regions, tokens, heard),
        review.unspoken(tokens, wanted, listened.found),
        not_confirmed,
        tuple(sorted((*differently, *read), key=lambda passage: passage.first)),
        sum(
            abs(tokens[c.first].span.start_ms - c.span.start_ms) > _MOVED_MS
            for c in cues
            if c.span is not None
        ),
    )


def _editor_cues(given: Subtitles) -> tuple[EditorCue, ...]:
    cues, at = [], 0
    for cue in given.cues:
        if cue.words:
            cues.append(_editor_cue(cue, at))
        at += len(cue.words)
    return tuple(cues)


def _editor_cue(cue: SubtitlesCue, first: int) -> EditorCue:
    words = cue.words
    new = [n for n, w in enumerate(words) if w.new_speaker]
    return EditorCue(
        first,
        first + len(words),
        cue.span,
        cue.id,
        tuple(first + n for n in range(1, len(words)) if words[n].line != words[n - 1].line),
        tuple((first + n, words[n].label or "") for n in new if words[n].label),
        tuple(first + n for n in new if not words[n].label),
        cue.settings,
    )
