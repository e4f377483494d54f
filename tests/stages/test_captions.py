"""The cue builder: nothing lost, nothing changed, limits kept, and no division better than the one it
finds."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pipeline.profiles import PROFILES, Limits, limits_of
from pipeline.settings import CaptionSettings
from pipeline.stages.captions import run
from pipeline.stages.captions.features import Script, lay_out, short_names
from pipeline.stages.captions.segmentation import Piece, divide, total_cost
from pipeline.timing import Span, gaps
from pipeline.transcript import (
    Aligned,
    AlignmentReport,
    Cue,
    EditorCue,
    Grade,
    Heard,
    Kind,
    Media,
    Speaker,
    Token,
    Transcript,
    Utterance,
    Verdict,
    Voices,
    check,
    lines_of,
)
from tests.support.examples import examples

LONG = "antidisestablishmentarianism-and-then-some-more"
WORDS = (
    *[
        "I",
        "don't",
        "know",
        "the",
        "group",
        "which",
        "of",
        "craving,",
        "Mr.",
        "Smith",
        "said",
        "so.",
        "Really?",
        "um,",
        "a",
        "and",
        "we",
        "Yeah.",
    ],
    LONG,
)


def aligned(tokens: list[Token], *cues: EditorCue) -> Aligned:
    return Aligned(tuple(tokens), AlignmentReport(Verdict.NO_SUBTITLES), cues)


def spoken(text: str, start_ms: int = 0, ms_per_char: int = 60, pause_ms: int = 20) -> list[Token]:
    """Words said evenly, one after the other; a `|` is a pause of one second."""
    tokens, at = [], start_ms
    for word in text.split():
        if word == "|":
            at += 1000
            continue
        length = max(120, len(word) * ms_per_char)
        kind = Kind.SOUND if word.startswith("[") else Kind.WORD
        tokens.append(Token(word.replace("_", " "), Span(at, at + length), kind=kind))
        at += length + pause_ms
    return tokens


def test_a_script_that_names_its_speaker_every_line_names_them_once_a_caption() -> None:
    tokens = spoken("And yet you came. What made you stay?")
    cues = (EditorCue(0, 4, label_at=((0, "Hanna"),)), EditorCue(4, 8, label_at=((4, "Hanna"),)))
    people = (Speaker("h", "Hanna"), Speaker("o", "Owen"))
    tokens += spoken("Nobody else asked me.", start_ms=tokens[-1].span.end_ms + 300)
    cues += (EditorCue(8, 12, label_at=((8, "Owen"),)),)
    voices = Voices(people, (), (Utterance(0, 8, "h", "u1"), Utterance(8, 12, "o", "u2")))
    made = run(aligned(tokens, *cues), voices, CaptionSettings()).cues
    assert next(cue.labels for cue in made if cue.first < 8) == ((0, "Hanna"),)
    assert all(sum(at < 8 for at, _ in cue.labels) <= 1 for cue in made)
    assert any(name == "Owen" for cue in made for _, name in cue.labels)


def shown(cues: tuple[Cue, ...], tokens: list[Token]) -> list[list[str]]:
    return [[" ".join(tokens[i].text for i in line) for line in lines_of(cue, tuple(tokens))] for cue in cues]


@st.composite
def conversations(draw: st.DrawFn) -> tuple[list[Token], Voices]:
    """One to sixty words by up to three people, with pauses but never two at once."""
    tokens: list[Token] = []
    utterances: list[Utterance] = []
    at = draw(st.integers(0, 2000))
    for number in range(draw(st.integers(1, 6))):
        first = len(tokens)
        for word in draw(st.lists(st.sampled_from(WORDS), min_size=1, max_size=25)):
            length = draw(st.integers(0, 900))
            tokens.append(Token(word, Span(at, at + length)))
            at += length + draw(st.sampled_from((0, 10, 200, 600, 3500)))
        utterances.append(
            Utterance(first, len(tokens), draw(st.sampled_from((None, "a", "b", "c"))), f"u{number}")
        )
        at += draw(st.sampled_from((0, 300, 2000)))
    people = (Speaker("a", "Tim"), Speaker("b", "Jax"), Speaker("c", ""))
    return tokens, Voices(people, (), tuple(utterances))


@given(conversations(), st.sampled_from(sorted(PROFILES)), st.booleans())
@settings(max_examples=examples(80), deadline=None)
def test_every_conversation_becomes_valid_cues(
    conversation: tuple[list[Token], Voices], profile: str, labels: bool
) -> None:
    tokens, voices = conversation
    chosen = CaptionSettings(profile=profile, labels=labels)  # type: ignore[arg-type]
    limits = limits_of(chosen)
    cues = run(aligned(tokens), voices, chosen).cues
    assert [i for cue in cues for i in range(cue.first, cue.last)] == list(range(len(tokens)))
    assert all(cue.span.duration_ms > 0 for cue in cues)
    for a, b in pairwise(cues):
        together = a.span.end_ms > b.span.start_ms
        # Two known people may stand together for as long as it takes to see the first at all.
        seen = a.span.duration_ms <= limits.least_duration_ms and None not in (a.speaker, b.speaker)
        assert not together or (seen and a.speaker != b.speaker)
    for cue in cues:
        lines = lines_of(cue, tuple(tokens))
        assert len(lines) <= limits.lines
        names = dict(cue.labels)
        for line in lines:
            label = limits.profile.label(names[line[0]]) if line[0] in names else ""
            assert len(label + " ".join(tokens[i].text for i in line)) <= limits.line_chars or len(line) == 1
            assert not any(i in names for i in line[1:])
    assert cues == run(aligned(tokens), voices, chosen).cues


@st.composite
def crosstalk(draw: st.DrawFn) -> tuple[list[Token], Voices, int]:
    """People who interrupt one another, in a recording that ends with the last word or a little later."""
    tokens: list[Token] = []
    utterances: list[Utterance] = []
    begin = 0
    for number in range(draw(st.integers(1, 7))):
        first, at = len(tokens), begin
        for word in draw(st.lists(st.sampled_from(WORDS), min_size=1, max_size=14)):
            length = draw(st.integers(0, 600))
            tokens.append(Token(word, Span(at, at + length)))
            at += length + draw(st.sampled_from((0, 50, 900)))
        utterances.append(
            Utterance(first, len(tokens), draw(st.sampled_from((None, "a", "b", "c"))), f"u{number}")
        )
        begin += draw(st.integers(0, 3000))
    people = (Speaker("a", "Tim"), Speaker("b", "Jax"), Speaker("c", "Ann"))
    end = max(t.span.end_ms for t in tokens) + draw(st.integers(0, 500))
    return tokens, Voices(people, (), tuple(utterances)), max(end, 10 * len(tokens))


@given(crosstalk(), st.sampled_from(sorted(PROFILES)))
@settings(max_examples=examples(80), deadline=None)
def test_crosstalk_becomes_cues_that_keep_the_invariants(
    talk: tuple[list[Token], Voices, int], profile: str
) -> None:
    tokens, voices, end = talk
    chosen = CaptionSettings(profile=profile)  # type: ignore[arg-type]
    made = run(aligned(tokens), voices, chosen, shots=(900, 4000), duration_ms=end)
    heard = Heard("", "", False, (), ())
    check(Transcript(Media("talk", "", end), heard, aligned(tokens), voices, made, Grade.MACHINE))
    assert all(0 <= c.span.start_ms < c.span.end_ms <= end for c in made.cues)
    assert made == run(aligned(tokens), voices, chosen, shots=(900, 4000), duration_ms=end)


@given(conversations())
@settings(max_examples=examples(40), deadline=None)
def test_cues_that_abide_by_the_rules_come_back_unchanged(conversation: tuple[list[Token], Voices]) -> None:
    tokens, voices = conversation
    first = run(aligned(tokens), voices, CaptionSettings()).cues
    starts = [tokens[c.first].span.start_ms for c in first]
    assume(all(b - a >= PROFILES["training"].least_duration_ms for a, b in pairwise(starts)))
    editor = [EditorCue(c.first, c.last, c.span, breaks=c.breaks) for c in first]
    again = run(aligned(tokens, *editor), voices, CaptionSettings()).cues
    assert [c.editor_cue for c in again] == list(range(len(first)))
    assert [replace(c, editor_cue=None) for c in again] == list(first)


def cheapest(costs: dict[Piece, float], first: int, last: int, so_far: float = 0.0) -> float:
    """The least cost of all divisions of the tokens, each of them formed and summed: nothing is remembered."""
    if first == last:
        return so_far
    found = float("inf")
    for piece, cost in costs.items():
        if piece.first == first:
            found = min(found, cheapest(costs, piece.last, last, so_far + cost))
    return found


def possible_pieces(script: Script, limits: Limits, first: int, last: int) -> dict[Piece, float]:
    """Every cue of up to two lines that the rules allow among the tokens, and what it costs."""
    costs = {}
    for i in range(first, last):
        for j in range(i + 1, last + 1):
            too_long = j - i > 1 and script.ends[j - 1] - script.starts[i] > limits.max_duration_ms
            if too_long or any(script.hard[k] for k in range(i + 1, j)):
                continue
            for breaks in [(), *((k,) for k in range(i + 1, j))]:
                piece = Piece(i, j, breaks)
                cost = total_cost(script, limits, [piece])
                if cost < float("inf"):
                    costs[piece] = cost
    return costs


@given(
    conversations(), st.integers(0, 100), st.integers(2, 12), st.sampled_from(("training", "netflix", "dcmp"))
)
@settings(max_examples=examples(60), deadline=None)
def test_no_division_is_better_than_the_one_found(
    conversation: tuple[list[Token], Voices], place: int, length: int, profile: str
) -> None:
    tokens, voices = conversation
    limits = limits_of(CaptionSettings(profile=profile))  # type: ignore[arg-type]
    script = lay_out(aligned(tokens), voices, limits, (), ())
    first = place % len(tokens)
    last = min(len(tokens), first + length)
    found = divide(script, limits, first, last)
    best = cheapest(possible_pieces(script, limits, first, last), first, last)
    assert total_cost(script, limits, found) == pytest.approx(best, abs=1e-6)


def test_breaks_fall_where_a_reader_would_pause() -> None:
    tokens = spoken(
        "Today we are going to talk about interpersonal group therapy, because the group is what matters."
    )
    assert shown(run(aligned(tokens), Voices(), CaptionSettings()).cues, tokens) == [
        ["Today we are going to talk", "about interpersonal group therapy,"],
        ["because the group is what matters."],
    ]


def test_two_quick_speakers_share_a_cue_with_a_dash_each() -> None:
    tokens = spoken("Are you angry? No. Tell me a little more about that, if you can.")
    people = (Utterance(0, 3, "a", "u0"), Utterance(3, 4, "b", "u1"), Utterance(4, 14, "a", "u2"))
    cue, *_ = run(aligned(tokens), Voices((), (), people), CaptionSettings()).cues
    assert (cue.last, cue.breaks, cue.dashes, cue.speaker) == (4, (3,), (0, 3), None)


def test_names_are_shown_where_the_speaker_changes_and_counted() -> None:
    tokens = spoken("I was told to come here by the court. | | So you felt that you had no choice at all.")
    voices = Voices(
        (Speaker("a", "Ann"), Speaker("b", "Tim")),
        (),
        (Utterance(0, 9, "a", "u0"), Utterance(9, 20, "b", "u1")),
    )
    cues = run(aligned(tokens), voices, CaptionSettings()).cues
    assert [label for cue in cues for label in cue.labels] == [(0, "Ann"), (9, "Tim")]
    assert run(aligned(tokens), voices, CaptionSettings(labels=False)).cues[0].labels == ()


def editor_cue(tokens: list[Token], first: int, last: int, breaks: tuple[int, ...] = ()) -> EditorCue:
    return EditorCue(
        first, last, Span(tokens[first].span.start_ms, tokens[last - 1].span.end_ms), breaks=breaks
    )


def test_an_editors_cue_is_kept_and_a_broken_one_divided_anew() -> None:
    tokens = spoken("I know. | It is a very long line that no reader could take in at once, and it goes on.")
    given_cues = editor_cue(tokens, 0, 2), editor_cue(tokens, 2, 20)
    cues = run(aligned(tokens, *given_cues), Voices(), CaptionSettings()).cues
    assert cues[0].editor_cue == 0
    assert all(cue.editor_cue is None for cue in cues[1:])
    again = run(aligned(tokens, *given_cues), Voices(), CaptionSettings(recue=True)).cues
    assert again[0].editor_cue is None


def test_an_editors_line_that_tears_a_phrase_is_broken_elsewhere() -> None:
    tokens = spoken("We spoke with the others about craving and so on.")
    torn = EditorCue(0, len(tokens), Span(0, 5000), breaks=(3,))  # with the others: torn behind "with"
    (cue,) = run(aligned(tokens, torn), Voices(), CaptionSettings()).cues
    assert cue.editor_cue == 0
    assert cue.breaks
    assert cue.breaks != (3,)
    assert tokens[cue.breaks[0] - 1].text not in ("with", "the", "and")
    good = replace(torn, breaks=(5,))
    (cue,) = run(aligned(tokens, good), Voices(), CaptionSettings()).cues
    assert cue.breaks == (5,)


def test_editors_cues_that_would_flash_by_are_joined() -> None:
    tokens = spoken("Oh. Yes. I know what you mean, and I said so.")
    given_cues = editor_cue(tokens, 0, 1), editor_cue(tokens, 1, 2), editor_cue(tokens, 2, 11)
    cues = run(aligned(tokens, *given_cues), Voices(), CaptionSettings()).cues
    assert [(c.first, c.last, c.editor_cue) for c in cues] == [(0, 11, None)]


def test_the_paragraphs_of_a_script_are_no_captions() -> None:
    tokens = spoken("I know. I said so.")
    cues = run(aligned(tokens, EditorCue(0, 2), EditorCue(2, 5)), Voices(), CaptionSettings()).cues
    assert all(cue.editor_cue is None for cue in cues)


def test_a_boundary_and_a_long_silence_are_never_bridged() -> None:
    tokens = spoken("Thank you. | Hello all. | | | | Goodbye now.")
    cues = run(aligned(tokens), Voices(), CaptionSettings(), boundaries=(tokens[2].span.start_ms - 300,)).cues
    assert shown(cues, tokens) == [["Thank you."], ["Hello all."], ["Goodbye now."]]


def test_speech_of_two_at_once_gives_valid_cues() -> None:
    long = spoken(
        "I have been coming to this group for a year now and I never said a word about it to anyone."
    )
    murmur = spoken("Mm-hmm.", start_ms=long[6].span.start_ms)
    voices = Voices(
        (), (), (Utterance(0, len(long), "a", "u0"), Utterance(len(long), len(long) + 1, "b", "u1"))
    )
    cues = run(aligned(long + murmur), voices, CaptionSettings()).cues
    assert sorted(i for c in cues for i in range(c.first, c.last)) == list(range(len(long) + 1))
    assert all(a.span.start_ms <= b.span.start_ms for a, b in pairwise(cues))
    assert all(c.span for c in cues)


def test_no_cue_passes_the_end_of_the_recording() -> None:
    tokens = spoken("Bye. Bye. Bye.")
    end = tokens[-1].span.end_ms
    assert run(aligned(tokens), Voices(), CaptionSettings(), duration_ms=end).cues[-1].span.end_ms == end


@pytest.mark.parametrize("profile", sorted(PROFILES))
def test_nothing_said_gives_no_cues(profile: str) -> None:
    assert run(aligned([]), Voices(), CaptionSettings(profile=profile)).cues == ()  # type: ignore[arg-type]


def test_a_cut_pulls_a_caption_onto_it_and_ends_it_before_the_next_shot() -> None:
    tokens = spoken("| I know that now. | | We all do, you see.")
    start, said = tokens[0].span.start_ms, tokens[3].span.end_ms
    shots = (start - 40, said + 400)
    cues = run(aligned(tokens), Voices(), CaptionSettings(profile="netflix"), shots=shots).cues
    assert cues[0].span == Span(start - 40, said + 400 - 83)
    assert (
        run(aligned(tokens), Voices(), CaptionSettings(profile="wcag-fcc"), shots=shots).cues[0].span.start_ms
        == start
    )


@given(conversations(), st.integers(0, 59), st.integers(-250, 250))
@settings(max_examples=examples(80), deadline=None)
def test_no_cut_takes_the_time_that_a_caption_needs_to_be_seen(
    conversation: tuple[list[Token], Voices], which: int, offset_ms: int
) -> None:
    tokens, voices = conversation
    settings = CaptionSettings(profile="netflix")
    before = run(aligned(tokens), voices, settings).cues
    cut = before[which % len(before)].span.start_ms + offset_ms
    after = run(aligned(tokens), voices, settings, shots=(max(0, cut),)).cues
    assume([c.last for c in after] == [c.last for c in before])
    least = limits_of(settings).least_duration_ms
    assert all(
        b.span.duration_ms >= min(least, a.span.duration_ms) for a, b in zip(before, after, strict=True)
    )


def test_no_caption_stays_over_a_cut_that_a_pause_allows_it_to_respect() -> None:
    tokens = spoken("So I went home, _ | and I sat there, you know.")
    cut = tokens[4].span.end_ms + 500
    assert [c.last for c in run(aligned(tokens), Voices(), CaptionSettings(), shots=(cut,)).cues] == [5, 11]


def test_a_sound_is_not_told_before_it_is_heard() -> None:
    tokens = spoken("Come in, all of you. | [door_closes] | Sit down, please.")
    assert shown(run(aligned(tokens), Voices(), CaptionSettings()).cues, tokens) == [
        ["Come in, all of you."],
        ["[door closes]"],
        ["Sit down, please."],
    ]


def test_what_nobody_says_stands_apart_at_its_own_time() -> None:
    tokens = spoken("Subtitles by Ann. Hello everybody here.")
    tokens[:3] = [replace(t, kind=Kind.UNSPOKEN) for t in tokens[:3]]
    cues = run(aligned(tokens), Voices(), CaptionSettings()).cues
    assert [(c.first, c.last, c.span.start_ms) for c in cues] == [(0, 3, 0), (3, 6, tokens[3].span.start_ms)]


def test_a_name_is_shown_again_after_another_persons_caption() -> None:
    long = spoken("I never said a word. | | And then I did, and it was the best day I had in a long time.")
    murmur = spoken("Mm-hmm.", start_ms=long[4].span.end_ms + 300)
    people = (Utterance(0, len(long), "a", "u0"), Utterance(len(long), len(long) + 1, "b", "u1"))
    voices = Voices((Speaker("a", "Ann"), Speaker("b", "Bob")), (), people)
    cues = run(aligned(long + murmur), voices, CaptionSettings()).cues
    assert [c.labels for c in cues][:3] == [((0, "Ann"),), ((len(long), "Bob"),), ((5, "Ann"),)]


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (("Dr. Tim Leighton, PhD", "Jax Beatty"), ["Tim", "Jax"]),
        (("Tim Leighton", "Tim Smith"), ["Tim Leighton", "Tim Smith"]),
        (("Client 1", "Client 2"), ["Client 1", "Client 2"]),
        (("Madonna", ""), ["Madonna"]),
        (("Tim Leighton", "Speaker 2", "Jax Beatty"), ["Tim", "Jax", "Speaker 2"]),
    ],
)
def test_captions_call_people_by_their_first_names(names: tuple[str, ...], expected: list[str]) -> None:
    voices = Voices(tuple(Speaker(str(k), name) for k, name in enumerate(names)))
    assert list(short_names(voices).values()) == expected


def test_a_caption_too_short_to_be_seen_borrows_time() -> None:
    tokens = (
        spoken("I put it back on the shelf where it was.")
        + spoken("No.", start_ms=2700)
        + spoken("And then I went home with the others from my group.", start_ms=2900)
    )
    people = (Utterance(0, 10, "a", "u0"), Utterance(10, 11, "b", "u1"), Utterance(11, 22, "a", "u2"))
    cues = run(aligned(tokens), Voices((), (), people), CaptionSettings()).cues
    assert all(c.span.duration_ms >= 500 for c in cues)
    assert all(a.span.end_ms <= b.span.start_ms for a, b in pairwise(cues))


@pytest.mark.parametrize("profile", ["training", "netflix"])
def test_a_word_said_into_anothers_sentence_is_seen_and_comes_on_time(profile: str) -> None:
    """A says "Yes.", is interrupted, and goes on at once: neither a flash, nor a caption far from its first word."""
    first = [Token("Yes.", Span(5000, 5400))]
    other = [Token("Right.", Span(5050, 5600))]
    after = spoken("And so we went on to the other room.", 5420)
    tokens = [*first, *other, *after]
    voices = Voices(
        (Speaker("a", "Tim"), Speaker("b", "Jax")), (),
        (Utterance(0, 1, "a", "u1"), Utterance(1, 2, "b", "u2"), Utterance(2, len(tokens), "a", "u3")),
    )  # fmt: skip
    settings_ = CaptionSettings(profile=profile)  # type: ignore[arg-type]
    cues = run(aligned(tokens), voices, settings_).cues
    limits = limits_of(settings_)
    assert all(cue.span.duration_ms >= limits.least_duration_ms for cue in cues)
    off = [abs(cue.span.start_ms - tokens[cue.first].span.start_ms) for cue in cues]
    assert sum(ms > limits.early_ms for ms in off) <= (profile == "netflix")


def test_three_at_once_lose_nothing_that_is_still_said() -> None:
    """A long caption does not go for two short ones that come while it is being said."""
    long = spoken("Right, I really cannot see what I am doing, so does anyone have a pen", 1000, 70)
    tokens = [*long, Token("Yeah.", Span(1500, 2300)), Token("Progress.", Span(1950, 2600))]
    said_until = long[-1].span.end_ms
    voices = Voices(
        (Speaker("a", "Tim"), Speaker("b", "Jax"), Speaker("c", "Ann")), (),
        (Utterance(0, len(long), "a", "u1"), Utterance(len(long), len(long) + 1, "b", "u2"),
         Utterance(len(long) + 1, len(tokens), "c", "u3")),
    )  # fmt: skip
    cues = run(aligned(tokens), voices, CaptionSettings()).cues
    assert not gaps([c.span for c in cues], Span(1000, said_until))


def test_what_the_editor_labelled_stays_labelled_under_the_known_name() -> None:
    tokens = spoken("I was told to come. | And so I did.")
    given_cues = (
        EditorCue(0, 5, Span(0, 2000), label_at=((0, "COL"),)),
        EditorCue(5, 9, Span(3000, 5000), label_at=((5, "COL"),)),
    )
    voices = Voices((Speaker("a", "Colin Marsh"),), (), (Utterance(0, 9, "a", "u0"),))
    cues = run(aligned(tokens, *given_cues), voices, CaptionSettings()).cues
    assert [label for c in cues for label in c.labels] == [(0, "Colin"), (5, "Colin")]
    unknown = run(aligned(tokens, *given_cues), Voices(), CaptionSettings()).cues
    assert [label for c in unknown for label in c.labels] == [(0, "COL"), (5, "COL")]


def test_a_label_stays_when_the_word_that_it_stood_before_is_not_in_the_recording() -> None:
    tokens = spoken("Well I was told to come.")
    tokens[0] = replace(tokens[0], kind=Kind.ABSENT)
    cue = EditorCue(0, 6, Span(0, 2000), label_at=((0, "COL"),))
    cues = run(aligned(tokens, cue), Voices(), CaptionSettings()).cues
    assert [label for c in cues for label in c.labels] == [(1, "COL")]
