"""Forced alignment: give every word of the text that came with a recording its time in the sound, and a confidence.

The acoustic search itself is `pipeline.speech.aligner`; here its input is prepared and its result repaired, placed and reviewed.

    label_or_speech doubtful labels: spoken words, or who speaks
    relocate        cues that the search missed, aligned again where speech is unexplained
    rejoin          the first or last words of a cue, when they were found beyond a long pause from the rest
    lost            passages of which no word was found, aligned again between anchors
    anchors         words of the text that a recognizer heard
    reorder         neighbouring cues that stand in another order than they are said
    script_times    how the time stamps of a script relate to the sound
    sync            how the given times relate to the sound: offset, frame rate, cuts
    placing         a time span for every token
    interpolate     the same for words that were not found
    confidence      the probability that a word's start is right
    reading_order   cues in the order in which they are said, sentences in one piece
    review          passages that a person should look at
    opposites       words whose negation fits the sound better
    absent          text that is not in the recording
    shown_again     a caption's text that comes twice and is said once
    pauses          long silences, as tokens
    recognized      the same for the words of a recognizer, where no text came with the recording

`run` is the stage; `in_reading_order`, `absent.marked` and `pauses.marked` are applied to its result.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipeline.media.facts import Audio
from pipeline.processes import give_back_memory
from pipeline.progress import Progress, silent
from pipeline.settings import AlignSettings
from pipeline.speech.aligner.listen import Aligner, Alignment, WordSpan
from pipeline.speech.aligner.pronounced import Part, parts
from pipeline.speech.aligner.threads import single_threaded_blas
from pipeline.stages.align import (
    label_or_speech,
    lost,
    opposites,
    placing,
    recognized,
    review,
    script_times,
    shown_again,
)
from pipeline.stages.align.rejoin import rejoined
from pipeline.stages.align.relocate import at_own_times, put_in_place, without_doubles
from pipeline.stages.align.reorder import in_spoken_order
from pipeline.stages.align.sync import MIN_PAIRS, Relation, relate, sentences
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
from pipeline.transcript.editor_cues import editor_cues
from pipeline.transcript.subtitles import Subtitles

# Fit, in nats per frame, from which on a word's place is evidence of how the given times relate to the sound. Set by hand.
_MIN_SURE_FIT = -1.0
# Text of which a smaller share of words is found belongs to another recording. Set by hand.
_MIN_FOUND_SHARE = 0.25
# The same for text of fewer than `MIN_PAIRS` cues, which is more easily found by chance: in 9 s of the demo more than 60 %
# of the words of two cues were found where they belong, and up to half of the words of one short cue where it does not.
_MIN_FOUND_SHARE_OF_FEW = 0.5
# Fewer words than this that are not found prove nothing: a murmur may well be missed.
_ENOUGH_WORDS = 8
# A cue counts as moved in the report when its start differs from the given one by more than this.
_MIN_MOVED_MS = 500
# Up to this median deviation the given times are taken for a careful editor's, near which cues may be looked for. Set by hand.
_MAX_CAREFUL_SCATTER_MS = 150


def run(
    audio: Audio, heard: Heard, given: Subtitles | None, settings: AlignSettings, progress: Progress = silent,
    ear: lost.Ear | None = None,
) -> Aligned:  # fmt: skip
    """Align every word of `given` to the sound; without given text, every word that the recognizer read.

    `heard` gives the speech regions and, from a recognizer that did not know the text, the words that it read where the text
    does not fit; `ear` is asked for more where the search loses its way. Raises WeightsError when the acoustic model is missing.
    """
    with single_threaded_blas():
        if given is None:
            tokens = recognized.aligned(audio, heard, settings.processes, progress)
            return Aligned(tokens, AlignmentReport(Verdict.NO_SUBTITLES))
        return _aligned(audio, heard, given, settings, progress, ear)


def is_refuted(aligned: Aligned, given: Subtitles) -> bool:
    """Whether it is proven that the text belongs to another recording."""
    return aligned.report.verdict is Verdict.UNRELATED and len(given.words) >= _ENOUGH_WORDS


def _aligned(
    audio: Audio, heard: Heard, given: Subtitles, settings: AlignSettings, progress: Progress, ear: lost.Ear | None
) -> Aligned:  # fmt: skip
    wanted = parts(given)
    listener = Aligner(audio.samples, heard.regions, settings.processes)
    give_back_memory()  # features of a long recording leave a quarter of a gigabyte behind, in which the search finds no room
    listened = listener.align([p.spoken for p in wanted], progress)
    give_back_memory()
    settled = _settled(listener, given, wanted, listened, audio.duration_ms)
    anchored = _found_again(listener, settled, audio.duration_ms, heard.regions, ear)
    if anchored is not None:
        settled = anchored
    judged, listened = settled.judged, settled.listened
    given, wanted = judged.given, judged.parts
    relation = _relation(given, wanted, listened.found)
    placed = placing.places(given, wanted, listened.found, relation, audio.duration_ms, heard.regions)
    source = TextSource.SUBTITLES if given.timed else TextSource.SCRIPT
    tokens = placing.tokens(given, placed, source)
    cues = editor_cues(given)
    against = opposites.contradicted(given, wanted, listened.found, listener.likelihoods)
    report = _report(tokens, wanted, listened, relation, heard, cues, against)
    if relation.verdict is Verdict.UNTIMED:
        stamps = script_times.relation_of(given, wanted, listened.found, _sure(listened.found))
        report = replace(report, summary=script_times.sentences(given, stamps) or report.summary)
    if relation.verdict is not Verdict.UNRELATED:
        report = replace(report, summary=(*report.summary, *judged.summary))
    return shown_again.marked(Aligned(tokens, report, cues), given)


@dataclass(frozen=True, slots=True)
class _Settled:
    """An alignment whose words were put in place, and the text with its labels judged by it."""

    judged: label_or_speech.Judged
    listened: Alignment


def _settled(
    listener: Aligner, given: Subtitles, wanted: list[Part], listened: Alignment, duration_ms: int
) -> _Settled:
    judged = label_or_speech.judged(given, wanted, listened, listener.likelihoods)
    given, wanted = judged.given, judged.parts
    listened = _put_in_place(listener, wanted, given, judged.listened)

    def compare(orders: Sequence[Sequence[int]], within: Span) -> list[Alignment]:
        return listener.compare([[wanted[n].spoken for n in words] for words in orders], within)

    return _Settled(judged, shown_again.settled(listened, given, wanted, compare, duration_ms))


def _found_again(
    listener: Aligner, settled: _Settled, duration_ms: int, regions: Sequence[Span], ear: lost.Ear | None
) -> _Settled | None:
    """The text settled anew with a recognizer's anchors where the way was lost; None where it was not, or none help."""
    now, own = settled.listened, settled.judged.parts
    related = _relation(settled.judged.given, own, now.found).verdict is not Verdict.UNRELATED

    def align_words(words: Sequence[int], within: Span) -> Alignment:
        return listener.compare([[own[n].spoken for n in words]], within)[0]

    whole = None if related else Span(0, duration_ms)
    again = lost.found_again(now, settled.judged.given, own, ear, align_words, whole, regions)
    if again is now:
        return None
    anew = _settled(listener, settled.judged.given, own, again, duration_ms)
    said = dict.fromkeys((*settled.judged.summary, *anew.judged.summary))
    return replace(anew, judged=replace(anew.judged, summary=tuple(said)))


def _put_in_place(
    listener: Aligner, wanted: Sequence[Part], given: Subtitles, listened: Alignment
) -> Alignment:
    """Align again the cues that were missed in the whole sound or stand in another order."""
    cue_of_token = [number for number, cue in enumerate(given.cues) for _ in cue.words]
    cue_of = [cue_of_token[part.token] for part in wanted]

    def compare(orders: Sequence[Sequence[int]], within: Span) -> list[Alignment]:
        return listener.compare([[wanted[n].spoken for n in words] for words in orders], within)

    def align_words(words: Sequence[int], within: Span) -> Sequence[WordSpan | None]:
        return compare([words], within)[0].found

    relation = _relation(given, wanted, listened.found)
    own = [_mapped_to_audio(cue.span, relation) for cue in given.cues]
    # Cues that fit at their own times are settled first: trials of another order cost more, and are left for the rest.
    if relation.pieces and relation.scatter_ms <= _MAX_CAREFUL_SCATTER_MS:
        listened = at_own_times(listened, cue_of, align_words, lambda words: own[cue_of[words.start]])
    starts = [None if span is None else span.start_ms for span in own]
    looked_for = starts
    if relation.verdict is Verdict.UNTIMED:
        stamps = script_times.relation_of(given, wanted, listened.found, _sure(listened.found))
        looked_for = script_times.starts(given, stamps)

    def expected(words: range) -> int | None:
        return looked_for[cue_of[words.start]]

    if given.timed:  # the paragraphs of a script hold long pauses, so that nothing follows from one
        listened = rejoined(listened, cue_of, align_words)
    listened = put_in_place(listened, cue_of, align_words, expected)
    listened = in_spoken_order(listened, cue_of, starts, relation.scatter_ms, compare)
    if relation.scatter_ms <= _MAX_CAREFUL_SCATTER_MS:
        return listened
    found = without_doubles(listened.found, cue_of)
    if found == list(listened.found):
        return listened
    return put_in_place(replace(listened, found=tuple(found)), cue_of, align_words, expected)


def _mapped_to_audio(given: Span | None, relation: Relation) -> Span | None:
    """A cue's given time mapped to the clock of the sound; None for text without times, or without a relation to the sound."""
    if given is None or not relation.pieces:
        return None
    start = max(0, relation.at(given.start_ms))
    return Span(start, max(start, relation.at(given.end_ms)))


def _relation(given: Subtitles, wanted: Sequence[Part], found: Sequence[WordSpan | None]) -> Relation:
    sure = _sure(found)
    proven = any(f is not None and f.heard for f in found)
    if not sure or (len(sure) < _MIN_FOUND_SHARE * len(wanted) and not proven):
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
    if not proven and len(pairs) < MIN_PAIRS and len(sure) <= _MIN_FOUND_SHARE_OF_FEW * len(wanted):
        return Relation(Verdict.UNRELATED)
    return relate(sorted(pairs))


def _sure(found: Sequence[WordSpan | None]) -> list[int]:
    """The words whose place is evidence."""
    return [
        n
        for n, f in enumerate(found)
        if f is not None and not f.stand_in and (f.heard or f.fit > _MIN_SURE_FIT)
    ]


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
    not_confirmed, differently = review.doubtful(tokens, wanted, listened.found, heard, against)
    return AlignmentReport(
        relation.verdict,
        sentences(relation),
        relation.pieces,
        review.unwritten(listened.unwritten, heard.regions, tokens, heard),
        review.unspoken(tokens, wanted, listened.found),
        not_confirmed,
        differently,
        sum(
            abs(tokens[c.first].span.start_ms - c.span.start_ms) > _MIN_MOVED_MS
            for c in cues
            if c.span is not None
        ),
    )
