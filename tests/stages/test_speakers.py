"""Who speaks: voices told apart, names given where the evidence agrees, and silence where it does not."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.settings import Person
from pipeline.stages.speakers.pieces import cut
from pipeline.timing import Span
from pipeline.transcript import Kind, Passage, Picture, ProofKind, ScreenText
from tests.support.examples import examples
from tests.support.speaker_makers import Stage, who_says

JAX = Person("Jax Beatty", "cotherapist", ("Jax",))
TIM = Person("Tim Leighton, PhD", "therapist", ("Tim",))
LOWER_THIRD = (0.05, 0.8, 0.3, 0.1)


def said_by(stage, voices):
    """For every word: (who says it in truth, whom the stage names)."""
    true = [
        who for (_, who), cue in zip(stage.truth, stage.cues, strict=True) for _ in range(cue.first, cue.last)
    ]
    return list(zip(true, who_says(voices), strict=True))


def one_to_one(pairs):
    return len(set(pairs)) == len({a for a, _ in pairs}) == len({b for _, b in pairs})


def test_voices_are_told_apart_without_any_name():
    stage = Stage().talk("ann", "ben", "cat")
    voices = stage.voices()
    assert [s.name for s in voices.speakers] == ["Speaker 1", "Speaker 2", "Speaker 3"]
    assert one_to_one(said_by(stage, voices))
    assert not any(u.uncertain for u in voices.utterances)
    assert not any(s.evidence for s in voices.speakers)


def test_one_voice_stays_one():
    stage = Stage().talk("ann", rounds=12)
    assert [s.name for s in stage.voices().speakers] == ["Speaker 1"]


def test_labels_name_voices_even_where_they_are_missing():
    stage = Stage().say("jax", "Hello and welcome to all of you, my friends.", label="JAX")
    stage.talk("tim", "jax").say(
        "tim", "And this is what I think of it all, to be frank.", label="TIM LEIGHTON"
    )
    voices = stage.voices((JAX, TIM))
    assert set(said_by(stage, voices)) == {("jax", "Jax Beatty"), ("tim", "Tim Leighton")}
    jax = next(s for s in voices.speakers if s.name == "Jax Beatty")
    assert (jax.id, jax.role) == ("jax-beatty", "cotherapist")
    (proof,) = jax.proofs
    assert (proof.kind, proof.text, proof.span.start_ms) == (
        ProofKind.LABEL,
        "JAX",
        stage.truth[0][0].start_ms,
    )
    assert jax.evidence and jax.clips


def test_a_wrong_label_gives_way_to_the_voice():
    stage = Stage().talk("jax", "tim", labelled=True, rounds=6)
    at = next(k for k, cue in enumerate(stage.cues) if cue.label_at and cue.label_at[0][1] == "TIM")
    cue = stage.cues[at]
    stage.cues[at] = replace(cue, label_at=((cue.first, "JAX"),))
    voices = stage.voices((JAX, TIM))
    assert set(said_by(stage, voices)) == {("jax", "Jax Beatty"), ("tim", "Tim Leighton")}
    assert any("did not fit the voice" in note for note in voices.notes)


def test_labels_that_disagree_name_nobody():
    stage = Stage().talk("ann", "ben", rounds=5)
    for k, label in ((0, "JAX"), (2, "TIM"), (4, "JAX"), (6, "TIM")):
        stage.cues[k] = replace(stage.cues[k], label_at=((stage.cues[k].first, label),))
    voices = stage.voices((JAX, TIM))
    assert not [s for s in voices.speakers if s.evidence and s.proofs]
    assert any("apart by their voices" in note for note in voices.notes)


def test_no_name_is_given_by_order():
    stage = Stage().talk("tim", "jax")
    voices = stage.voices((JAX, TIM))
    assert [s.name for s in voices.speakers] == ["Speaker 1", "Speaker 2"]


def test_the_name_of_one_does_not_renumber_the_others():
    plain = Stage().talk("ann", "jax", "cat").voices((JAX,))
    stage = Stage().talk("ann", "jax", "cat")
    stage.cues[1] = replace(stage.cues[1], label_at=((stage.cues[1].first, "JAX"),))
    assert [s.name for s in plain.speakers] == ["Speaker 1", "Speaker 2", "Speaker 3"]
    assert [s.id for s in stage.voices((JAX,)).speakers] == ["speaker-1", "jax-beatty", "speaker-3"]


def test_two_who_sound_alike_are_parted_by_labels():
    stage = Stage()
    stage.alike("ben", "ann", distance=7.0)
    stage.talk("ann", "ben", labelled=True, rounds=8)
    voices = stage.voices()
    assert set(said_by(stage, voices)) == {("ann", "Ann"), ("ben", "Ben")}


def test_one_voice_where_several_are_expected_is_said():
    stage = Stage()
    stage.alike("tim", "jax")
    stage.talk("jax", "tim", rounds=4)
    stage.cues[0] = replace(stage.cues[0], label_at=((0, "JAX"),))
    voices = stage.voices((JAX, TIM, Person("Devin Ashwood"), Person("Ann"), Person("Ben")))
    assert any("could not separate" in note and "5 people" in note for note in voices.notes)
    names = who_says(voices)
    assert set(names[: stage.cues[0].last]) == {"Jax Beatty"}
    assert set(names[stage.cues[0].last :]) == {None}


def test_a_lower_third_names_as_text_recognition_spells_it():
    stage = Stage().talk("ann", "jax", "cat")
    texts = tuple(
        ScreenText(stage.truth[k][0], text, LOWER_THIRD, 0.98)
        for k, text in ((1, "JaxBeatty"), (4, "Jax Beatly"))
    )
    voices = stage.voices((JAX, TIM), Picture(texts=texts))
    assert [s.name for s in voices.speakers] == ["Speaker 1", "Jax Beatty", "Speaker 3"]
    assert voices.speakers[1].proofs[0].kind is ProofKind.SCREEN
    title = tuple(replace(t, box=(0.3, 0.1, 0.4, 0.1)) for t in texts)  # a heading, not a lower third
    assert not any(s.evidence for s in stage.voices((JAX, TIM), Picture(texts=title)).speakers)


@pytest.mark.parametrize(
    ("words", "named"),
    [
        ("Good evening. I'm Tim Leighton, and I will be leading this group tonight.", True),
        ("Good evening to you all. My name is Tim, and this is our group tonight.", True),
        ("Good evening to you all. I'm Tim's brother, and I came along with him.", False),
        ("Good evening to you all. I'm timid, and I came along with him tonight.", False),
    ],
)
def test_people_introduce_themselves(words, named):
    stage = Stage().say("tim", words).talk("ann", "tim")
    assert (("tim", "Tim Leighton") in said_by(stage, stage.voices((JAX, TIM)))) is named


def test_whoever_is_addressed_answers():
    stage = Stage()
    for _ in range(4):
        stage.say("ann", "I would like to hear what you think of all this, Jax.")
        stage.say("jax", "Thank you, I think that it has been a hard week for us.")
    stage.say("cat", "It was a hard week for me too, and I am glad that it is over now.")
    names = set(said_by(stage, stage.voices((JAX, TIM))))
    assert ("jax", "Jax Beatty") in names
    assert ("ann", "Jax Beatty") not in names


def test_a_clip_names_a_voice():
    stage = Stage().talk("ann", "jax", "cat")
    clip = [(Span(k * 2000, k * 2000 + 2000), stage.point("jax")[None].astype(np.float32)) for k in range(4)]
    voices = stage.voices((JAX, TIM), clips={"Jax Beatty": clip})
    assert [s.name for s in voices.speakers] == ["Speaker 1", "Jax Beatty", "Speaker 3"]
    assert voices.speakers[1].proofs[0].kind is ProofKind.ENROLLED


def test_a_person_says_how_many_speak_at_most():
    stage = Stage()
    stage.alike("ben", "ann", distance=9.0)
    stage.talk("ann", "ben", "cat", rounds=5)
    assert len(stage.voices().speakers) == 3
    assert one_to_one([(a.replace("ben", "ann"), b) for a, b in said_by(stage, stage.voices(most=2))])


def test_a_short_word_between_follows_its_neighbours_or_is_marked():
    stage = Stage().talk("ann", "ben")
    stage.say("ann", "I never said that I would", pause_ms=300).say("ann", "go", pause_ms=260)
    stage.say("ann", "there without you by my side again.", pause_ms=260).talk("ben", "ann", rounds=1)
    pairs = [p for p in said_by(stage, stage.voices()) if p[0] == "ann"]
    assert len(set(pairs)) == 1


def test_two_at_once_are_both_marked():
    stage = Stage().talk("ann", "ben")
    start = stage.at_ms + 500
    stage.say("ann", "I would like to finish what I was about to say.", at_ms=start)
    stage.say("ben", "But that is not what we agreed upon at all.", at_ms=start + 1500)
    voices = stage.voices()
    assert [u.overlap for u in voices.utterances[-2:]] == [True, True]
    assert voices.utterances[-1].speaker != voices.utterances[-2].speaker
    assert sum(t.overlap for t in voices.turns) == 2
    assert not any(u.overlap for u in voices.utterances[:-2])


def test_sounds_and_words_that_nobody_says_have_no_voice():
    stage = Stage().talk("ann", "ben")
    stage.say("", "[laughter]", kind=Kind.SOUND).say(
        "ben", "That is how it was, more or less, in those days."
    )
    aligned = stage.aligned
    absent = Passage(stage.truth[2][0], stage.cues[2].first, stage.cues[2].last)
    pieces = cut(
        replace(aligned, report=replace(aligned.report, text_without_speech=(absent,))),
        [Span(0, stage.at_ms)],
    )
    quiet = {p.first for p in pieces if p.mute and p.has_text}
    assert {absent.first, stage.cues[-2].first} <= quiet
    assert who_says(stage.voices())[stage.cues[-2].first] in (None, "Speaker 2")


def test_nothing_said_and_very_little_said():
    assert Stage().voices().utterances == ()
    stage = Stage().say("ann", "Yes.")
    voices = stage.voices()
    assert len(voices.utterances) == 1


def test_an_unsure_encoder_names_less():
    stage = (
        Stage()
        .talk("ann", "ben")
        .say("jax", "I am only here because my wife said so, you know.", label="JAX")
    )
    stage.talk("jax", "ben", rounds=2)
    voices = stage.voices((JAX, TIM), sure=False)
    assert any("without trained weights" in note for note in voices.notes)
    named = [a for a, b in said_by(stage, voices) if b == "Jax Beatty"]
    assert set(named) == {"jax"}


@settings(max_examples=examples(25), deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(["ann", "ben", "jax"]), st.integers(1, 30), st.booleans()), max_size=12
    ),
    st.integers(0, 99),
)
def test_every_token_is_in_one_utterance(turns, seed):
    stage = Stage(seed)
    for who, words, is_labelled in turns:
        stage.say(who, " ".join(["word"] * (words - 1) + ["end."]), label=who.upper() if is_labelled else "")
    voices = stage.voices((JAX,))
    covered = [i for u in voices.utterances for i in range(u.first, u.last)]
    assert covered == list(range(len(stage.tokens)))
    ids = {s.id for s in voices.speakers}
    assert {u.speaker for u in voices.utterances} - {None} <= ids
    assert {t.speaker for t in voices.turns} <= ids
    assert all(a.span <= b.span for a, b in zip(voices.turns, voices.turns[1:], strict=False))


def test_captions_without_names(captioned):
    (captioned.media / "clip.txt").write_text("DANIEL: Welcome to the Thursday group. I'm Daniel Marsh.\n")
    ran = captioned.quick("run", "--json", "--no-speaker-labels", "--speakers", "1")
    assert ran.status == 0, ran.err
    assert "DANIEL" not in (captioned.out / "clip.en.srt").read_text(encoding="utf-8")
    assert captioned.quick("run", "--speakers", "0").status == 2
