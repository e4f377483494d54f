"""The builder's pure parts, and that the demo's video, subtitles, sidecar and truth tell one story.

No synthesizer runs here: speech is given made-up lengths.
"""

from __future__ import annotations

import itertools
import json
import random
import re
import tomllib
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.demo import cues, sound, timeline
from benchmarks.demo.camera import film_shots, lower_thirds
from benchmarks.demo.cues import Cue
from benchmarks.demo.figures import LOOKS
from benchmarks.demo.neural import NEURAL_VOICES, Kokoro, phonemes, signs
from benchmarks.demo.screenplay import (
    Screenplay,
    ScreenplayError,
    Silence,
    Sound,
    Speech,
    cast_rotation,
    choose,
    parse,
    recast,
    rounds,
)
from benchmarks.demo.truth import rttm, timecode
from benchmarks.demo.voices import SAMPLES_PER_MS, VOICES, MissingTools, spoken_form, trim
from tests.support.project import ROOT

PLAY = parse((ROOT / "benchmarks" / "screenplay.txt").read_text(encoding="utf-8"))
PEOPLE = "Person: ANN | Ann Lee | therapist | Therapist | f\nPerson: BOB | Bob | client | Group member | m\n"
WORDS = st.lists(st.text("abcdefghij'", min_size=1, max_size=12), min_size=1, max_size=60)


def spoken_ms(_who: str, text: str) -> int:
    """A made-up length: 60 ms for each letter."""
    return 60 * len(text)


def layout(pauses: timeline.Pauses = timeline.DEMO_PAUSES, seed: int = 1) -> timeline.Layout:
    return timeline.Layout(spoken_ms, lambda _name: 900, pauses, seed)


def demo_film(seed: int = 1) -> timeline.Film:
    made = layout(seed=seed)
    for scene in PLAY.scenes:
        if scene.in_demo:
            made.add(scene)
    return made.end()


class TestScreenplay:
    def test_every_kind_of_line_is_read(self) -> None:
        play = parse(
            f"# a note\nTitle: T\n{PEOPLE}\n== vignette | One | demo\n[BOB comes in]\n"
            "ANN: Hello.\n  / Good evening.\nBOB (under): Mm.\n[silence 2.5]\n[laughter]\n"
            "BOB (cutting in): I —\n"
        )
        assert play.title == "T"
        (scene,) = play.scenes
        assert (scene.kind, scene.title, scene.in_demo, scene.cast) == (
            "vignette",
            "One",
            True,
            ("ann", "bob"),
        )
        assert scene.items == (
            Sound("door opens", "bob"),
            Speech("ann", ("Hello.", "Good evening.")),
            Speech("bob", ("Mm.",), "under"),
            Silence(2500),
            Sound("laughter"),
            Speech("bob", ("I —",), "cutting in"),
        )

    @pytest.mark.parametrize(
        ("text", "says"),
        [
            ("ANN: Too soon.", "line 1: 'ANN: Too soon.' stands before the first scene"),
            ("Person: ANN | Ann", "line 1: a person is"),
            ("== dance | One", "line 1: a scene is"),
            ("== vignette | One\nANN: Who?", "line 2: ANN is not among the people"),
            ("== vignette | One\n  / Or else.", "line 2: another wording must follow a speech"),
            (f"{PEOPLE}== vignette | One\nANN (singing): La.", "line 4: nobody can speak (singing)"),
            ("== vignette | One\nhello", "line 2: 'hello' is neither a speech nor a direction"),
        ],
    )
    def test_a_line_that_cannot_be_read_is_named(self, text: str, says: str) -> None:
        with pytest.raises(ScreenplayError, match=re.escape(says)):
            parse(text)

    @given(st.integers(1, 6), st.integers(0, 20))
    def test_a_slot_with_n_choices_differs_n_times_running(self, choices: int, first: int) -> None:
        slot = "{" + "|".join(f"w{i}" for i in range(choices)) + "}"
        said = {choose((f"a {slot} b",), turn) for turn in range(first, first + choices)}
        assert said == {f"a w{i} b" for i in range(choices)}

    @given(st.integers(0, 100))
    def test_a_cast_is_a_permutation_within_each_kind_of_voice(self, turn: int) -> None:
        mapping = cast_rotation(PLAY.people, turn)
        kind = {p.id: (p.voice_kind, p.role) for p in PLAY.people}
        assert sorted(mapping.values()) == sorted(mapping)
        assert all(kind[a] == kind[b] for a, b in mapping.items())
        assert all(mapping[p.id] == p.id for p in PLAY.people if p.role != "client")

    def test_names_in_the_text_follow_the_cast(self) -> None:
        play = parse(
            f"{PEOPLE}Person: CY | Cy | client | X | m\n== vignette | Bob's day\nANN: Bob, meet Cy. Bobbing."
        )
        played = recast(play.scenes[0], play.people, {"ann": "ann", "bob": "cy", "cy": "bob"}, 0)
        assert played.title == "Cy's day"
        assert played.items == (Speech("ann", ("Cy, meet Bob. Bobbing.",)),)

    def test_whoever_speaks_has_a_voice_and_a_face_and_every_sound_can_be_made(self) -> None:
        items = [item for scene in PLAY.scenes for item in scene.items]
        assert {p.id for p in PLAY.people} <= set(VOICES) & set(NEURAL_VOICES) & set(LOOKS)
        assert len(set(VOICES.values())) == len(VOICES)
        assert len({voice.name for voice in NEURAL_VOICES.values()}) == len(NEURAL_VOICES)
        for name in {item.name for item in items if isinstance(item, Sound)}:
            samples = sound.effect(name, np.random.default_rng(1))
            assert len(samples) % SAMPLES_PER_MS == 0
            assert 0.05 < np.abs(samples).max() < 0.5

    def test_the_demo_has_the_shape_of_a_training_film(self) -> None:
        demo = [s for s in PLAY.scenes if s.in_demo]
        kinds = [s.kind for s in demo]
        heard = {who for s in demo for who in s.cast}
        role = {p.id: p.role for p in PLAY.people}
        assert kinds[0] == "introduction"
        assert kinds[-1] == "closing"
        assert kinds.count("vignette") >= 3
        assert "commentary" in kinds
        assert sum(role[who] == "client" for who in heard) >= 4
        assert {"therapist", "cotherapist", "commentator"} <= {role[who] for who in heard}
        manners = {item.manner for s in demo for item in s.items if isinstance(item, Speech)}
        assert manners == {"", "under", "cutting in"}

    def test_three_rounds_are_mostly_new_words(self) -> None:
        scenes = [scene for turn, scene in _first_rounds(3)]
        said = [item.wordings[0] for s in scenes for item in s.items if isinstance(item, Speech)]
        words = sum(len(text.split()) for text in said)
        distinct = sum(len(text.split()) for text in set(said))
        assert words > 12_000
        assert distinct / words > 0.75


def _first_rounds(count: int) -> list[tuple[int, Any]]:
    found = []
    for turn, scene in rounds(PLAY):
        if turn == count:
            return found
        found.append((turn, scene))
    raise AssertionError("rounds() ended")


class TestTimeline:
    @given(st.integers(0, 50))
    def test_sections_join_and_hold_their_words(self, seed: int) -> None:
        film = demo_film(seed)
        edges = [(s.start_ms, s.end_ms) for s in film.sections]
        assert [end for _, end in edges] == [start for start, _ in edges[1:]] + [film.duration_ms]
        for u in film.utterances:
            section = film.sections[u.section]
            assert section.first_word_ms <= u.start_ms < u.end_ms <= section.end_ms
            assert u.speaker in section.cast
        for s in film.sections:
            assert s.start_ms % timeline.FRAME_MS == 0
            assert s.start_ms + s.card_ms <= s.first_word_ms

    def test_a_murmur_stands_within_another_persons_words(self) -> None:
        film = demo_film()
        murmurs = [u for u in film.utterances if u.backchannel]
        assert murmurs
        for murmur in murmurs:
            over = [
                u for u in film.utterances if not u.backchannel and u.start_ms <= murmur.start_ms < u.end_ms
            ]
            assert [u for u in over if u.speaker != murmur.speaker and murmur.end_ms <= u.end_ms]

    def test_an_interruption_overlaps_and_a_silence_lasts(self) -> None:
        play = parse(
            f"{PEOPLE}== vignette | One\nANN: A long sentence.\nBOB (cutting in): No.\n[silence 5]\nANN: So."
        )
        made = layout()
        made.add(play.scenes[0])
        first, cut_in, last = made.end().utterances
        assert first.start_ms < cut_in.start_ms < first.end_ms
        assert last.start_ms - cut_in.end_ms == 5000

    def test_whoever_talks_over_somebody_is_heard_with_them_for_a_second(self) -> None:
        play = parse(
            f"{PEOPLE}== vignette | One\nANN: {'A very long sentence. ' * 4}\nBOB (talking over): No, never.\n"
            "ANN (talking over): Oh."
        )
        made = layout()
        made.add(play.scenes[0])
        long, over, short = made.end().utterances
        assert 1000 <= long.end_ms - over.start_ms <= 1600
        assert over.end_ms - short.start_ms == (over.end_ms - over.start_ms) // 2  # of a short speech half

    def test_a_film_of_a_given_length_has_exactly_that_length(self) -> None:
        made = layout()
        made.add(PLAY.scenes[0])
        assert made.end(600_000).duration_ms == 600_000
        made.add(PLAY.scenes[1])
        with pytest.raises(ValueError, match="too late for a film of 1000 ms"):
            made.end(1000)

    def test_equal_seeds_give_equal_films(self) -> None:
        assert demo_film(3) == demo_film(3)
        assert demo_film(3) != demo_film(4)

    def test_rttm_is_one_line_per_utterance_in_seconds(self) -> None:
        film = timeline.Film([timeline.Utterance(1250, 3000, "ann", "Hello.", 0, False)])
        assert rttm(film, "x") == "SPEAKER x 1 1.250 1.750 <NA> <NA> ann <NA> <NA>\n"


class TestCamera:
    @given(st.integers(0, 30))
    def test_shots_join_on_pictures_and_names_stand_under_their_faces(self, seed: int) -> None:
        film = demo_film()
        shots = film_shots(film, seed)
        assert shots[0].start_ms == 0
        assert shots[-1].end_ms == film.duration_ms
        assert all(a.end_ms == b.start_ms for a, b in itertools.pairwise(shots))
        assert all(shot.start_ms % timeline.FRAME_MS == 0 and shot.start_ms < shot.end_ms for shot in shots)
        cards = [shot.start_ms for shot in shots if shot.kind == "card"]
        assert cards == [s.start_ms for s in film.sections if s.card_ms]
        thirds = lower_thirds(shots, film.utterances)
        assert {t.who for t in thirds} == {u.speaker for u in film.utterances}
        for third in thirds:
            around = [s for s in shots if s.start_ms <= third.start_ms and third.end_ms <= s.end_ms]
            assert [s.who for s in around] == [third.who]


class TestCues:
    @given(WORDS, st.sampled_from(["", "ANN:"]))
    def test_blocks_keep_every_word_in_lines_that_fit(self, words: list[str], label: str) -> None:
        blocks = cues.blocks_of(" ".join(words), label)
        assert " ".join(blocks).split() == [*label.split(), *words]
        assert all(1 <= len(cues.lines_of(b)) <= 2 and max(map(len, cues.lines_of(b))) <= 42 for b in blocks)

    @given(st.lists(WORDS, min_size=1, max_size=5))
    def test_cues_share_out_an_utterances_time(self, said: list[list[str]]) -> None:
        spans = [
            timeline.Utterance(i * 9000, i * 9000 + 8000, "ann", " ".join(w), 0, False)
            for i, w in enumerate(said)
        ]
        made = cues.cues_of(spans)
        for u in spans:
            own = [c for c in made if u.start_ms <= c.start_ms < u.end_ms]
            assert (own[0].start_ms, own[-1].end_ms) == (u.start_ms, u.end_ms)
            assert all(a.end_ms == b.start_ms and a.start_ms < a.end_ms for a, b in itertools.pairwise(own))

    def test_murmurs_have_no_cue(self) -> None:
        assert cues.cues_of([timeline.Utterance(0, 500, "ann", "Mm-hmm.", 0, True)]) == []

    def test_drift_is_that_of_25_against_23_976_pictures(self) -> None:
        assert Fraction(25) / Fraction(24000, 1001) == cues.PAL_DRIFT
        (late,) = cues.stretched([Cue(3_600_000, 3_601_000, "x")], cues.PAL_DRIFT)
        assert (late.start_ms, late.end_ms) == (3_753_750, 3_754_793)

    def test_what_was_cut_stands_in_the_gap_and_later_cues_are_late(self) -> None:
        around = [Cue(1000, 2000, "before", "a"), Cue(9000, 9900, "after", "b")]
        told = [("c", f"Sentence number {i} is gone.") for i in range(30)]
        made = cues.with_passage_cut(around, told, at_ms=5000, length_ms=20_000)
        assert made[0] == around[0]
        assert made[-1] == Cue(29_000, 29_900, "after", "b")
        assert len(made) > 5
        assert all(5000 <= c.start_ms < c.end_ms <= 25_000 and c.speaker == "c" for c in made[1:-1])

    @given(st.text("abcdefgh", min_size=1, max_size=14), st.integers())
    def test_a_misspelt_word_keeps_its_first_letter_and_nearly_its_length(self, word: str, seed: int) -> None:
        spoiled = cues.misspelt(word, random.Random(seed))
        assert spoiled[0] == word[0]
        assert abs(len(spoiled) - len(word)) <= 1
        assert set(spoiled) <= set(word)
        assert (spoiled == word) == (len(word) < 4)

    @given(st.lists(WORDS, min_size=1, max_size=8), st.integers())
    def test_typos_empty_no_cue_and_touch_no_sound(self, said: list[list[str]], seed: int) -> None:
        given_cues = [Cue(0, 1, " ".join(w), "ann") for w in said] + [Cue(0, 1, "[door opens]")]
        spoiled = cues.with_typos(given_cues, random.Random(seed), missing=0.5, wrong=0.5)
        assert all(c.text for c in spoiled)
        assert spoiled[-1].text == "[door opens]"

    def test_labels_stand_where_the_speaker_changes(self) -> None:
        labels = cues.Labels({"ann": "Ann", "bob": "Bob"}, random.Random(1))
        assert [labels(who) for who in ("ann", "ann", "bob", "ann")] == ["ANN:", "", "BOB:", "ANN:"]
        always_wrong = cues.Labels({"ann": "Ann", "bob": "Bob"}, random.Random(1), wrong=1.0)
        assert always_wrong("ann") == "BOB:"
        never = cues.Labels({"ann": "Ann"}, random.Random(1), missing=1.0)
        assert never("ann") == ""

    def test_the_quiet_moment_is_the_middle_of_the_nearest_pause(self) -> None:
        spans = [(0, 1000), (1050, 4000), (6000, 7000), (9000, 9500)]
        said = [timeline.Utterance(a, b, "ann", "x", 0, False) for a, b in spans]
        assert cues.quiet_moment_ms(said, 1020) == 5000
        assert cues.quiet_moment_ms(said, 8800) == 8000

    def test_subrip_is_numbered_in_order_and_drops_what_is_over_before_the_start(self) -> None:
        made = [Cue(61_000, 62_005, "later"), Cue(-900, 400, "cut at 0"), Cue(-900, -1, "gone")]
        assert cues.as_srt(made) == (
            "1\n00:00:00,000 --> 00:00:00,400\ncut at 0\n\n2\n00:01:01,000 --> 00:01:02,005\nlater\n"
        )


class TestVoices:
    def test_trimming_leaves_whole_milliseconds_that_begin_and_end_with_sound(self) -> None:
        tone = np.sin(np.arange(1600) / 3).astype(np.float32)
        padded = np.concatenate([np.zeros(777, np.float32), tone, np.zeros(5000, np.float32)])
        trimmed = trim(padded)
        frame = 4 * SAMPLES_PER_MS
        assert len(trimmed) % SAMPLES_PER_MS == 0
        assert 1600 <= len(trimmed) <= 1600 + 2 * frame
        assert np.abs(trimmed[:frame]).max() > 0.1
        assert np.abs(trimmed[-frame:]).max() > 0.1
        with pytest.raises(ValueError, match="silence"):
            trim(np.zeros(100, np.float32))

    @pytest.mark.parametrize(
        ("written", "spoken"),
        [
            ("I had a... I nearly had a slip.", "I had a, I nearly had a slip."),
            ("Yeah, but I never had —", "Yeah, but I never had."),
            ("It was — well — fine.", "It was, well, fine."),
            ("Um...", "Um,"),
        ],
    )
    def test_hesitation_is_spoken_as_a_pause(self, written: str, spoken: str) -> None:
        assert spoken_form(written) == spoken

    @pytest.mark.parametrize(
        ("ipa", "ours"),
        [
            ("nˈa^ʊ", "nˈW"),
            ("tɹˈɪɡɚ", "tɹˈɪɡəɹ"),
            ("bˈɒtə^l", "bˈɒtᵊl"),
            ("fˈa^ɪ^ə", "fˈIə"),
            ("ʧ", "ʧ"),
            ("t^ʃ", "ʧ"),
        ],
    )
    def test_tied_sounds_become_the_neural_voices_signs(self, ipa: str, ours: str) -> None:
        assert signs(ipa) == ours

    def test_a_murmur_is_no_spelling_and_punctuation_stays(self) -> None:
        assert phonemes("Mm-hmm.", "en-gb") == "mhˈm."
        assert phonemes("...", "en-gb") == "..."

    def test_a_folder_without_voices_is_told_in_one_sentence(self, tmp_path: Path) -> None:
        (tmp_path / "vocab.json").write_text("{}", "utf-8")
        with pytest.raises(
            MissingTools, match=r"holds no neural voices: kokoro\.onnx, voices should lie there"
        ):
            Kokoro(tmp_path)


class TestSound:
    def test_a_room_keeps_the_words_where_they_are_and_far_voices_are_softer(self) -> None:
        click = np.zeros(4800, np.float32)
        click[480] = 0.5
        near, far = sound.in_room(click, 1.0), sound.in_room(click, 3.0)
        assert np.argmax(np.abs(near)) == np.argmax(np.abs(far)) == 480
        assert not np.abs(near[:480]).max() > 1e-6
        assert np.abs(far).max() < 0.7 * np.abs(near).max()
        assert 0 < np.abs(near[-480:]).max() < 0.01  # the echo has died away
        assert sound.in_room(click, 0) is click

    @pytest.mark.parametrize("duration_ms", [1000, 2200, 3400])
    def test_music_lasts_as_long_as_its_card_and_ends_softly(self, duration_ms: int) -> None:
        samples = sound.music(duration_ms)
        assert len(samples) == duration_ms * SAMPLES_PER_MS
        assert 0.02 < np.abs(samples).max() < 0.4
        assert np.abs(samples[-24:]).max() < 0.005


@pytest.fixture(scope="module")
def truth() -> dict[str, Any]:
    facts: dict[str, Any] = json.loads(
        (ROOT / "tests" / "data" / "demo_truth.json").read_text(encoding="utf-8")
    )
    return facts


@pytest.fixture(scope="module")
def heard() -> tuple[np.ndarray, int]:
    """The demo's sound as a player gives it, float32, and its sample rate; the first sample is time 0."""
    import av

    with av.open(str(ROOT / "media" / "demo.mp4")) as container:
        stream = container.streams.audio[0]
        frames = list(container.decode(stream))
        rate = stream.rate
    assert frames[0].pts is not None
    start = round(float(frames[0].pts * stream.time_base) * rate)
    samples = np.concatenate([f.to_ndarray().reshape(-1) for f in frames])
    return samples[max(0, -start) :], rate


class TestDemo:
    """Video, subtitles, sidecar and truth were built together and must not drift apart."""

    def test_it_is_what_a_browser_plays_and_small(self, truth: dict[str, Any]) -> None:
        import av

        path = ROOT / "media" / "demo.mp4"
        content = path.read_bytes()
        assert len(content) <= 6_000_000
        assert content.find(b"moov") < content.find(b"mdat")
        with av.open(str(path)) as container:
            assert container.streams.video[0].codec_context.name == "h264"
            assert container.streams.audio[0].codec_context.name == "aac"
            assert container.duration is not None
            assert abs(container.duration / 1000 - truth["duration_ms"]) <= 50
        assert 180_000 <= truth["duration_ms"] <= 240_000

    def test_the_truth_is_the_screenplay(self, truth: dict[str, Any]) -> None:
        demo = [s for s in PLAY.scenes if s.in_demo]
        written = [(i.speaker, i.wordings[0]) for s in demo for i in s.items if isinstance(i, Speech)]
        told = [(u["speaker"], u["text"]) for u in truth["utterances"]]
        assert sorted(told) == sorted(written)
        assert [s["title"] for s in truth["sections"]] == [s.title for s in demo]

    def test_words_begin_when_the_truth_says(
        self, truth: dict[str, Any], heard: tuple[np.ndarray, int]
    ) -> None:
        samples, rate = heard
        for section in truth["sections"]:
            at = section["first_word_ms"] * rate // 1000
            before, after = samples[at - rate // 10 : at - rate // 200], samples[at : at + rate // 10]
            assert np.std(after) > 4 * np.std(before), section["title"]

    def test_pauses_are_quiet(self, truth: dict[str, Any], heard: tuple[np.ndarray, int]) -> None:
        samples, rate = heard
        said = [u for u in truth["utterances"] if not u["backchannel"]]
        pauses = [
            (a["end_ms"], b["start_ms"])
            for a, b in itertools.pairwise(said)
            if a["section"] == b["section"] and b["start_ms"] - a["end_ms"] > 2500
        ]
        pauses = [
            (a, b)
            for a, b in pauses
            if not any(a < s["end_ms"] and s["start_ms"] < b for s in truth["sounds"])
        ]
        assert len(pauses) >= 3
        for start_ms, end_ms in pauses:
            inside = samples[(start_ms + 100) * rate // 1000 : (end_ms - 100) * rate // 1000]
            assert np.std(inside) < 0.01

    def test_the_sidecar_knows_the_people_and_the_length(self, truth: dict[str, Any]) -> None:
        known = tomllib.loads((ROOT / "media" / "demo.toml").read_text(encoding="utf-8"))
        assert known["expected_duration"] == timecode(truth["duration_ms"])
        assert [(p["name"], p["role"]) for p in known["people"]] == [
            (p["name"], p["role"]) for p in truth["people"]
        ]

    def test_the_subtitles_are_the_builders_and_fit_their_lines(self, truth: dict[str, Any]) -> None:
        from benchmarks.build_demo import demo_subtitles

        text = (ROOT / "media" / "demo.en.srt").read_text(encoding="utf-8")
        assert text == demo_subtitles(PLAY, _film_of(truth), seed=1)
        blocks = [block.splitlines() for block in text.strip().split("\n\n")]
        assert all(2 <= len(b) - 1 <= 3 and max(map(len, b[2:])) <= 42 for b in blocks)
        assert {"[door opens]", "[laughter]", "[sigh]", "[applause]"} <= {b[2] for b in blocks}
        assert any(re.match(r"[A-Z]+: ", b[2]) for b in blocks)

    def test_every_face_is_named(self, truth: dict[str, Any]) -> None:
        assert {t["speaker"] for t in truth["lower_thirds"]} == {p["id"] for p in truth["people"]}


def _film_of(truth: dict[str, Any]) -> timeline.Film:
    return timeline.Film(
        [timeline.Utterance(**u) for u in truth["utterances"]],
        [timeline.Section(**s) for s in truth["sections"]],
        [timeline.SoundEvent(**s) for s in truth["sounds"]],
        truth["duration_ms"],
    )


def test_the_play_can_be_told_from_its_people() -> None:
    assert isinstance(PLAY, Screenplay)
    assert PLAY.person("ruth").credit == "Co-therapist"
    with pytest.raises(KeyError):
        PLAY.person("nobody")
