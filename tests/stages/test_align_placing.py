"""Words that were lost, or found where they cannot be, without sound: where they go, and which of them are doubted."""

from __future__ import annotations

from pipeline.speech.aligner.listen import WordSpan
from pipeline.speech.aligner.pronounced import parts
from pipeline.stages import align
from pipeline.stages.align import placing, review
from pipeline.stages.align.sync import Relation
from pipeline.timing import Span
from pipeline.transcript import Heard, Shift, TextSource, TimeSource, Verdict
from pipeline.transcript.subtitles import Subtitles, SubtitlesCue, SubtitlesFormat, SubtitlesWord

DEAF = Heard("", "", False, (), ())


def text(*cues: tuple[int, int, str]) -> Subtitles:
    return Subtitles(
        "x.srt",
        SubtitlesFormat.SRT,
        tuple(
            SubtitlesCue(Span(a, b), tuple(SubtitlesWord(w) for w in words.split())) for a, b, words in cues
        ),
    )


def scattered(scatter_ms: int) -> Relation:
    return Relation(Verdict.PIECES, (Shift(Span(0, 10_000_000), 0, 1.0, 0.5),), scatter_ms)


def said(start_ms: int, fit: float = 1.0, **facts: bool) -> WordSpan:
    return WordSpan(Span(start_ms, start_ms + 250), fit, **facts)


ORDER = text((1000, 2000, "how was that"), (2400, 2900, "it was awful"), (2300, 2600, "well then tell"))
REGIONS = (Span(1000, 1800), Span(2000, 2700), Span(3000, 3800))


def lost_in_the_middle(scatter_ms: int) -> list[placing.Placed]:
    """The second cue is lost; the third was found in front of the speech that is free for it."""
    found = [*map(said, (1000, 1250, 1500)), None, None, None, *map(said, (2000, 2250, 2450))]
    return placing.places(ORDER, parts(ORDER), found, scattered(scatter_ms), 5000, REGIONS)


def test_a_lost_cue_goes_to_free_speech_behind_the_next_where_editors_times_scatter() -> None:
    spans = [p.span for p in lost_in_the_middle(700)[3:6]]
    assert spans[0].start_ms == 3000 and spans[-1].end_ms == 3800


def test_a_lost_cue_keeps_its_place_in_the_text_where_they_do_not() -> None:
    assert all(p.span.end_ms <= 2400 or p.source is TimeSource.GIVEN for p in lost_in_the_middle(0)[3:6])


def test_free_speech_of_another_length_is_somebody_elses() -> None:
    found = [*map(said, (1000, 1250, 1500)), None, None, None, *map(said, (2000, 2250, 2450))]
    regions = (*REGIONS[:2], Span(3000, 9000))
    placed = placing.places(ORDER, parts(ORDER), found, scattered(700), 10_000, regions)
    assert placed[3].span.start_ms < 3000


def test_a_stutter_begins_behind_the_pause_and_not_in_front_of_it() -> None:
    given = text((0, 2000, "I can."), (2000, 4000, "I-I will"))
    regions = (Span(0, 900), Span(2000, 3000))
    pieces = [WordSpan(Span(0, 200), 1.0), WordSpan(Span(200, 700), 1.0)]
    torn = [
        WordSpan(Span(700, 1500), -1.0, stand_in=True),
        WordSpan(Span(1500, 2300), 0.5),
        WordSpan(Span(2300, 2800), 1.0),
    ]
    placed = placing.places(given, parts(given), [*pieces, *torn], scattered(0), 4000, regions)
    assert placed[2].span == Span(2000, 2300)
    whole = [said(2000, after_pause=True), said(2250), said(2500)]
    placed = placing.places(given, parts(given), [*pieces, *whole], scattered(0), 4000, regions)
    assert placed[2].span == Span(2000, 2500)


def test_a_word_does_not_swallow_what_is_said_behind_it() -> None:
    given = text((0, 6000, "what's extn then"))
    found = [said(0), WordSpan(Span(250, 4500), -0.5), None]
    placed = placing.places(given, parts(given), found, scattered(0), 8000, (Span(0, 4700),))
    assert placed[1].span.end_ms <= 1500
    slow = [said(0), WordSpan(Span(250, 1300), -0.5), said(1400)]
    assert placing.places(given, parts(given), slow, scattered(0), 8000)[1].span == Span(250, 1300)


SWALLOWED = text((0, 4000, "a eelingf I'm going to fail"), (4000, 6000, "I don't have faith"))
# The misspelt word stands for three seconds, "I'm" clings to their end, and the next word that is surely found is "faith".
CLINGING = [
    said(700), WordSpan(Span(1000, 4600), 0.0, stand_in=True), WordSpan(Span(4600, 4750), -0.9), *[None] * 6,
    WordSpan(Span(4750, 5300), 1.2),
]  # fmt: skip


def test_words_without_room_share_what_another_swallowed() -> None:
    placed = placing.places(SWALLOWED, parts(SWALLOWED), CLINGING, scattered(700), 8000, (Span(600, 5300),))
    starts = [p.span.start_ms for p in placed]
    assert starts == sorted(starts)
    assert starts[2] < 2600 and starts[5] < starts[6] - 200 and abs(starts[6] - 3900) < 600
    assert placed[9].span == Span(4750, 5300)


def test_a_cue_begins_after_its_pause_though_its_first_word_was_hardly_heard() -> None:
    given = text((0, 900, "right"), (1000, 2500, "yeah yeah true"), (2500, 3000, "now"))
    found = [
        said(200), WordSpan(Span(1400, 1480), -4.2, after_pause=True), WordSpan(Span(1480, 1900), 0.1),
        said(1900), WordSpan(Span(2600, 2680), -4.2, after_pause=True),
    ]  # fmt: skip
    placed = placing.places(
        given, parts(given), found, scattered(0), 4000, (Span(100, 500), Span(1400, 3000))
    )
    assert placed[1].span == Span(1400, 1480)
    assert placed[4].span != Span(2600, 2680)  # nothing of its cue goes on from there


def test_words_that_cling_to_nothing_stay() -> None:
    found = [*CLINGING[:3], *map(said, (4750, 5000, 5250, 5500, 5750, 6000, 6250))]
    placed = placing.places(SWALLOWED, parts(SWALLOWED), found, scattered(0), 8000, (Span(600, 6500),))
    assert placed[2].span == Span(4600, 4750)


def test_words_run_together_are_listened_for_one_by_one() -> None:
    given = text((0, 1000, "right.And okay,I U.S. p.m. Mm-hmm.Yes 1.5"))
    pieces = [sum(p.token == n for p in parts(given)) for n in range(6)]
    assert pieces == [2, 2, 1, 1, 2, 1]


def doubted(fits: list[float]) -> list[int]:
    given = text((0, 60_000, " ".join(["seven"] * len(fits))))
    found = [said(400 * n, fit) for n, fit in enumerate(fits)]
    placed = placing.places(given, parts(given), found, scattered(0), 60_000)
    tokens = placing.tokens(given, placed, TextSource.SUBTITLES)
    not_confirmed, _ = review.doubtful(tokens, parts(given), found, DEAF)
    return [n for p in not_confirmed for n in range(p.first, p.last)]


def test_a_word_is_doubted_by_how_the_words_around_it_fit() -> None:
    assert doubted([1.5, 1.4, -2.6, 1.6, 1.5]) == [2]
    assert doubted([-2.4, -2.5, -2.6, -2.2, -2.4]) == []  # a voice that the model does not know
    assert doubted([-2.4, -2.5, -6.8, -2.2, -2.4]) == [2]
    assert doubted([4.0, 4.0, -0.5, 4.0, 4.0]) == []


def test_a_cue_that_ends_before_it_begins_has_a_time_all_the_same() -> None:
    """Readers give such a cue no length; it is no cue without a time for that."""
    assert align._mapped_to_audio(Span(5000, 5000), scattered(0)) == Span(5000, 5000)
    assert align._mapped_to_audio(None, scattered(0)) is None
