"""Whisper's adapter on faster-whisper's and CTranslate2's real code, with a tiny double of the weights.

The double knows eight sentences by heart, up to three in a row: words are asserted on those, order and bounds on long sound.
"""

from __future__ import annotations

import inspect
import itertools
import json
import shutil
import wave
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pysrt
import pytest
from faster_whisper import BatchedInferencePipeline

from benchmarks import whisper as bench
from pipeline.errors import RecognizerError, WeightsError
from pipeline.media.audio import Audio
from pipeline.media.facts import decode_audio
from pipeline.progress import silent
from pipeline.settings import TranscribeSettings, WhisperSettings
from pipeline.speech import pinned
from pipeline.speech.asr import Bias, choice, device, guards, whisper
from pipeline.speech.asr.device import device_for
from pipeline.speech.asr.packing import LONGEST_MS, pack
from pipeline.speech.asr.whisper import Whisper
from pipeline.speech.vad import speech_regions
from pipeline.stages import transcribe
from pipeline.timing import SAMPLE_RATE_HZ, Span
from pipeline.transcript import TextSource, TimeSource, Token
from tests.support.project import ROOT

TINY = ROOT / "tests" / "data" / "tiny_whisper"
SENTENCES: list[dict[str, Any]] = json.loads((TINY / "sentences.json").read_text())
LISTEN = TranscribeSettings(model=str(TINY))
TEXTS = {s["text"] for s in SENTENCES}


@pytest.fixture(scope="module")
def spoken() -> Audio:
    """All sentences, one after the other, a second apart."""
    return decode_audio(TINY / "sentences.flac")


def around(audio: Audio, sentence: dict[str, Any]) -> tuple[Audio, int]:
    """One sentence with a little silence on both sides, and where it begins in the whole."""
    first, last = sentence["words"][0][1] - 500, sentence["words"][-1][2] + 500
    return Audio(audio.samples[first * 16 : last * 16]), first


def assert_sound(tokens: tuple[Token, ...], audio: Audio, regions: tuple[Span, ...]) -> None:
    """What holds of any transcript: order, bounds, nothing outside speech."""
    assert all(0 <= t.span.start_ms <= t.span.end_ms <= audio.duration_ms for t in tokens)
    assert all(a.span.end_ms <= b.span.start_ms for a, b in itertools.pairwise(tokens))
    assert all(min(r.gap_ms(t.span) for r in regions) < 500 for t in tokens)
    assert all(0 <= t.confidence <= 1 and t.text == t.text.strip() != "" for t in tokens)


@pytest.mark.parametrize("sentence", SENTENCES, ids=lambda s: s["text"])
def test_a_sentence_is_heard_word_for_word(spoken, sentence):
    audio, first_ms = around(spoken, sentence)
    heard = transcribe.run(audio, None, LISTEN)
    assert [t.text for t in heard.tokens] == [word for word, _, _ in sentence["words"]]
    assert (heard.recognizer, heard.model, heard.biased) == ("whisper", str(TINY), False)
    assert {(t.text_source, t.time_source) for t in heard.tokens} == {
        (TextSource.WHISPER, TimeSource.RECOGNIZED)
    }
    errors = [
        abs(t.span.start_ms + first_ms - start)
        for t, (_, start, _) in zip(heard.tokens, sentence["words"], strict=True)
    ]
    assert np.median(errors) <= 60 and max(errors) <= 250
    assert_sound(heard.tokens, audio, heard.regions)


def test_windows_heard_side_by_side_hold_the_same_words(spoken):
    """Whatever the number of threads: each hears windows of its own, and they come back in their order."""
    audio = Audio(np.tile(spoken.samples, 3))
    regions = tuple(speech_regions(audio, 0.5))
    alone, together = (
        Whisper("tiny", TINY, threads=threads).recognize(audio, regions, Bias(), silent) for threads in (1, 3)
    )
    assert len(list(pack(audio, regions))) > 1
    assert alone == together != ()


def test_windows_side_by_side_leave_few_cores_idle():
    found = {
        n: (w._lanes, w._lanes * (n // w._lanes)) for n in range(1, 9) if (w := Whisper("", TINY, threads=n))
    }
    assert found == {1: (1, 1), 2: (2, 2), 3: (3, 3), 4: (4, 4), 5: (4, 4), 6: (3, 6), 7: (3, 6), 8: (4, 8)}
    assert Whisper("", TINY, device="cuda", threads=8)._lanes == 1


def test_of_windows_that_nobody_waits_for_any_more_few_are_heard(spoken, monkeypatch):
    """Who stops waits for those that are under way, and not for a film."""
    heard = []

    def transcribed(whisper, model, audio, chunks, *rest, **more):
        heard.append(len(chunks))
        return [guards.Passage(()) for _ in chunks]

    monkeypatch.setattr(Whisper, "_transcribed", transcribed)
    audio = Audio(np.tile(spoken.samples, 12))
    whole = tuple(Span(at, at + 29_000) for at in range(0, audio.duration_ms - 30_000, 30_000))
    one = Whisper("tiny", TINY, threads=2, settings=WhisperSettings(batch=2))

    def stop(share):
        raise KeyboardInterrupt

    chunks = list(pack(audio, whole))
    with pytest.raises(KeyboardInterrupt):
        one.hear(audio, chunks, whole, stop)
    assert 0 < sum(heard) < len(chunks), "of so many windows"


def test_the_first_word_does_not_take_the_silence_before_it(spoken):
    """Whisper alone lets it begin with the window; the guard gives the silence back."""
    audio, first_ms = around(spoken, SENTENCES[0])
    loose = TranscribeSettings(model=str(TINY), whisper=WhisperSettings(swallowed_silence_ms=10_000))
    true_ms = SENTENCES[0]["words"][0][1] - first_ms
    guarded, raw = (transcribe.run(audio, None, s).tokens[0].span.start_ms for s in (LISTEN, loose))
    assert raw < guarded
    assert abs(guarded - true_ms) < abs(raw - true_ms)


def test_pauses_that_were_shortened_leave_the_times_right(spoken):
    """Three sentences share a window; the second between them is cut to 600 ms in it, and counted whole."""
    some = SENTENCES[:3]
    audio = Audio(spoken.samples[: (some[-1]["words"][-1][2] + 500) * 16])
    heard = transcribe.run(audio, None, LISTEN)
    expected = [word for sentence in some for word in sentence["words"]]
    assert [t.text for t in heard.tokens] == [word for word, _, _ in expected]
    errors = [abs(t.span.start_ms - start) for t, (_, start, _) in zip(heard.tokens, expected, strict=True)]
    assert np.median(errors) <= 60 and max(errors) <= 300


@pytest.mark.slow
def test_long_sound_keeps_order_and_bounds_however_it_is_batched(spoken):
    audio = Audio(np.tile(spoken.samples, 4))
    shares: list[float] = []
    heard = transcribe.run(audio, None, LISTEN, progress=shares.append)
    assert len(heard.tokens) > 16
    assert_sound(heard.tokens, audio, heard.regions)
    assert shares == sorted(shares) and shares[-1] == 1.0
    alone = TranscribeSettings(model=str(TINY), processes=1, whisper=WhisperSettings(batch=1))
    assert [t.text for t in transcribe.run(audio, None, alone).tokens] == [t.text for t in heard.tokens]


@pytest.mark.parametrize("level", [0, 30, 800])
def test_nobody_speaks(level):
    noise = (
        np.random.default_rng(3).normal(0, level, 20 * SAMPLE_RATE_HZ)
        if level
        else np.zeros(20 * SAMPLE_RATE_HZ)
    )
    assert transcribe.run(Audio(noise.astype(np.int16)), None, LISTEN).tokens == ()


def test_words_that_the_network_invents_in_silence_are_dropped():
    """Told that there is speech where there is none, the double says something; the guard does not let it pass."""
    audio = Audio(np.zeros(5 * SAMPLE_RATE_HZ, np.int16))
    credulous = WhisperSettings(silence_probability=1.0)
    claimed = (Span(1000, 4000),)
    strict = WhisperSettings(silence_logprob=0.0)
    assert Whisper("tiny", TINY, settings=credulous).recognize(audio, claimed, Bias(), silent)
    assert Whisper("tiny", TINY, settings=strict).recognize(audio, claimed, Bias(), silent) == ()


class Told:
    """Listens to what faster-whisper is asked, and may answer in its stead."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.asked: list[dict[str, Any]] = []
        self.lengths: list[int] = []
        self.fails_above = 1000
        self.answer: Any = None
        original = BatchedInferencePipeline.transcribe

        def transcribe(pipeline: Any, audio: Any, **options: Any) -> Any:
            self.asked.append(options)
            self.lengths.append(len(audio))
            if options["batch_size"] > self.fails_above:
                raise RuntimeError("CUDA failed with error out of memory")
            return self.answer(options) if self.answer else original(pipeline, audio, **options)

        monkeypatch.setattr(BatchedInferencePipeline, "transcribe", transcribe)


@pytest.fixture
def told(monkeypatch):
    return Told(monkeypatch)


DECLARED = set(inspect.signature(BatchedInferencePipeline.transcribe).parameters) - {"self", "audio"}


def test_every_parameter_is_spelt_out(spoken, told):
    transcribe.run(around(spoken, SENTENCES[1])[0], None, LISTEN)
    assert set(told.asked[0]) == DECLARED


def test_it_is_told_names_and_never_the_text(spoken, told):
    audio, _ = around(spoken, SENTENCES[1])
    tiny = Whisper("tiny", TINY)
    assert not tiny.uses_sentences
    tiny.recognize(audio, (Span(300, 2000),), Bias((("secret", "words"),), ("Jax", "Dr Leighton")), silent)
    assert told.asked[0]["hotwords"] == "Jax, Dr Leighton"
    assert "secret" not in str(told.asked[0])
    unhinted = Whisper("tiny", TINY, settings=WhisperSettings(hints=False))
    unhinted.recognize(audio, (Span(300, 2000),), Bias(names=("Jax",)), silent)
    assert told.asked[1]["hotwords"] is None


def test_memory_is_bounded_by_the_batch_not_by_the_recording(told):
    told.answer = lambda options: ((), None)
    hours = Audio(np.zeros(10 * 3600 * SAMPLE_RATE_HZ, np.int16))
    regions = tuple(Span(at, at + 25_000) for at in range(0, hours.duration_ms, 30_000))
    tiny = Whisper("tiny", TINY, settings=WhisperSettings(batch=4))
    assert tiny.recognize(hours, regions, Bias(), silent) == ()
    assert sum(len(o["clip_timestamps"]) for o in told.asked) == len(regions)
    assert max(told.lengths) <= 4 * 4 * LONGEST_MS * 16


def test_too_little_memory_means_smaller_batches_then_a_sentence(spoken, told):
    audio = Audio(np.tile(spoken.samples, 2))
    regions = speech_regions(audio)
    tiny = Whisper("tiny", TINY)
    expected = tiny.recognize(audio, regions, Bias(), silent)
    told.asked.clear()
    told.fails_above = 1
    assert [t.text for t in tiny.recognize(audio, regions, Bias(), silent)] == [t.text for t in expected]
    assert [o["batch_size"] for o in told.asked][-1] == 1
    told.fails_above = 0
    with pytest.raises(RecognizerError, match="the memory does not suffice for tiny"):
        tiny.recognize(audio, regions, Bias(), silent)


def segment(text: str, seek: int = 0, step_s: float = 0.05) -> SimpleNamespace:
    words = [
        SimpleNamespace(
            word=f" {w}", start=seek / 100 + i * step_s, end=seek / 100 + (i + 1) * step_s, probability=0.9
        )
        for i, w in enumerate(text.split())
    ]
    return SimpleNamespace(seek=seek, words=words, no_speech_prob=0.0, avg_logprob=-0.2)


@pytest.mark.parametrize(
    ("whole", "half", "expected", "calls"),
    [
        ("the end", "we begin here", "we begin here we begin here", 2),  # 20 s of talk, and two words of it
        ("the end", "", "the end", 2),  # nothing more is heard in the halves
        ("", "we begin here", "", 1),  # it says that nobody speaks
        ("we talk on and on " * 14, "never asked", "we talk on and on " * 14, 1),
    ],
)
def test_a_window_that_leaves_speech_without_words_is_heard_again_in_halves(
    told, whole, half, expected, calls
):
    def answer(options):
        clips = options["clip_timestamps"]
        text, step_s = (whole, 20 / 70) if len(clips) == 1 else (half, 0.3)
        return [segment(text, n * LONGEST_MS // 10, step_s) for n in range(len(clips)) if text], None

    told.answer = answer
    audio = Audio(np.zeros(20 * SAMPLE_RATE_HZ, np.int16))
    tokens = Whisper("tiny", TINY).recognize(audio, (Span(0, 20_000),), Bias(), silent)
    assert " ".join(t.text for t in tokens) == expected.strip()
    assert len(told.asked) == calls


def test_a_window_that_loops_is_heard_again_without_leave_to_repeat(told):
    heard = {0: "I know that " * 30, whisper._NO_REPEAT_TOKENS: "I know that you do"}
    told.answer = lambda options: ([segment(heard[options["no_repeat_ngram_size"]])], None)
    audio = Audio(np.zeros(4 * SAMPLE_RATE_HZ, np.int16))
    tokens = Whisper("tiny", TINY).recognize(audio, (Span(0, 4_000),), Bias(), silent)
    assert " ".join(t.text for t in tokens) == "I know that you do"
    assert [o["no_repeat_ngram_size"] for o in told.asked] == [0, whisper._NO_REPEAT_TOKENS]


def test_a_chant_is_not_heard_again(told):
    """It repeats itself as a loop does, but every word takes its time."""
    told.answer = lambda options: ([segment("one day at a time " * 12, step_s=0.2)], None)
    audio = Audio(np.zeros(12 * SAMPLE_RATE_HZ, np.int16))
    tokens = Whisper("tiny", TINY).recognize(audio, (Span(0, 12_000),), Bias(), silent)
    assert len(tokens) == 60 and len(told.asked) == 1


def test_a_sentence_said_twice_and_twenty_seconds_apart_is_there_twice(spoken):
    audio, _ = around(spoken, SENTENCES[6])
    pause = np.zeros(20 * SAMPLE_RATE_HZ, np.int16)
    heard = transcribe.run(Audio(np.concatenate([audio.samples, pause, audio.samples])), None, LISTEN)
    assert " ".join(t.text for t in heard.tokens) == f"{SENTENCES[6]['text']} {SENTENCES[6]['text']}"
    again = heard.tokens[len(heard.tokens) // 2]
    assert again.span.start_ms - heard.tokens[0].span.start_ms == pytest.approx(
        audio.duration_ms + 20_000, abs=200
    )


@pytest.mark.parametrize("divisor", [8, 64])
def test_quiet_speech_is_speech(spoken, divisor):
    """Peaks at -24 and -42 dB of those of the recording, which nobody would call loud."""
    audio, _ = around(spoken, SENTENCES[6])
    quiet = Audio((audio.samples / divisor).astype(np.int16))
    assert " ".join(t.text for t in transcribe.run(quiet, None, LISTEN).tokens) == SENTENCES[6]["text"]


def test_only_guards_part_our_words_from_faster_whispers(spoken):
    """The account of `benchmarks/whisper.py`, on sound on which the double errs: nothing is lost that no guard took."""
    account = bench.Account()
    tiny = Whisper("tiny", TINY)
    account.add(tiny, tiny.load(), Audio(np.tile(spoken.samples, 3)))
    assert account.unexplained == 0
    assert account.ours == account.in_our_windows - account.taken.total() + account.given.total() > 16
    assert account.given["unheard_ms"] > 0 and set(account.given) | set(account.taken) <= set(bench.GUARDS)
    assert account.in_our_windows == len(account.said["theirs"]) - account.only_theirs + account.only_ours


def test_marks_and_word_ends_join_the_word_before_them(told):
    spoken = segment("Well - it")
    spoken.words += [
        SimpleNamespace(word="'s", start=0.3, end=0.4, probability=0.5),
        SimpleNamespace(word=" ", start=0.4, end=0.4, probability=1.0),
    ]
    told.answer = lambda options: ([spoken], None)
    tokens = Whisper("tiny", TINY).recognize(
        Audio(np.zeros(32_000, np.int16)), (Span(0, 2000),), Bias(), silent
    )
    assert [(t.text, t.confidence) for t in tokens] == [("Well-", 0.9), ("it's", 0.5)]


def damaged(tmp_path: Path, name: str, keep: int) -> Path:
    folder = tmp_path / "broken"
    shutil.copytree(TINY, folder)
    data = (folder / name).read_bytes()
    (folder / name).write_bytes(data[:keep])
    return folder


@pytest.mark.parametrize(
    ("name", "keep", "said"),
    [
        ("model.bin", 400_000, "cannot be loaded"),
        ("model.bin", 3, "cannot be loaded"),
        ("tokenizer.json", 1000, r"tokenizer\.json cannot be read"),
        ("config.json", 100, r"config\.json cannot be read"),
        ("vocabulary.json", 900, r"vocabulary\.json cannot be read"),
        ("preprocessor_config.json", 20, r"preprocessor_config\.json cannot be read"),
    ],
)
def test_damaged_weights_are_said(tmp_path, spoken, name, keep, said):
    folder = damaged(tmp_path, name, keep)
    with pytest.raises(WeightsError, match=said) as failed:
        transcribe.run(around(spoken, SENTENCES[0])[0], None, TranscribeSettings(model=str(folder)))
    assert str(folder) in str(failed.value)


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("config.json", "[]", r"config\.json cannot be read"),
        ("config.json", '{"model_type": "bert"}', r"config\.json is not this model's"),
        (
            "preprocessor_config.json",
            '{"feature_size": 128}',
            "listens in 80 bands, and its .* says otherwise",
        ),
    ],
)
def test_files_of_something_else_are_said(tmp_path, spoken, name, text, said):
    folder = tmp_path / "mixed"
    shutil.copytree(TINY, folder)
    (folder / name).write_text(text)
    with pytest.raises(WeightsError, match=said):
        transcribe.run(around(spoken, SENTENCES[0])[0], None, TranscribeSettings(model=str(folder)))


def test_an_unknown_language_is_said(spoken):
    audio, _ = around(spoken, SENTENCES[0])
    with pytest.raises(RecognizerError, match="does not know the language 'tlh'"):
        transcribe.run(audio, None, LISTEN, language="tlh")
    assert transcribe.run(audio, None, LISTEN, language="en-GB").tokens


def test_a_model_of_english_alone_refuses_other_languages(tmp_path, spoken):
    folder = tmp_path / "only.en"
    shutil.copytree(TINY, folder)
    tokens = json.loads((folder / "vocabulary.json").read_text())
    (folder / "vocabulary.json").write_text(json.dumps([t or "<|30.00|>" for t in tokens]))
    with pytest.raises(RecognizerError, match="knows English only"):
        transcribe.run(
            around(spoken, SENTENCES[0])[0], None, TranscribeSettings(model=str(folder)), language="de"
        )


@pytest.mark.parametrize(
    ("asked", "cards", "device"),
    [("auto", 0, "cpu"), ("auto", 1, "cuda"), ("cpu", 1, "cpu"), ("cuda", 2, "cuda")],
)
def test_the_device(asked, cards, device):
    assert device_for(WhisperSettings(device=asked), lambda: cards) == device


def test_a_graphics_card_that_is_not_there_is_said():
    with pytest.raises(RecognizerError, match="CUDA was asked for"):
        device_for(WhisperSettings(device="cuda"), lambda: 0)


@pytest.fixture
def any_weights(monkeypatch):
    """A model's name stands for no known files, so that the double may bear it."""
    monkeypatch.setattr(pinned, "FILES", {})


@pytest.mark.usefixtures("any_weights")
def test_weights_that_lie_here_are_used_without_asking(tmp_path, monkeypatch, spoken):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setattr(device, "_cards", lambda: 0)
    shutil.copytree(TINY, tmp_path / "models" / "small.en")
    chosen = choice.choose(TranscribeSettings())
    assert (chosen.name, chosen.model, chosen.device) == ("whisper", "small.en", "cpu")
    heard = transcribe.run(around(spoken, SENTENCES[2])[0], None, TranscribeSettings())
    assert " ".join(t.text for t in heard.tokens) == SENTENCES[2]["text"]


@pytest.mark.usefixtures("any_weights")
def test_a_graphics_card_affords_the_larger_model(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    for name in ("small.en", "large-v3-turbo"):
        shutil.copytree(TINY, tmp_path / "models" / name)
    chosen = []
    for cards in (0, 1):
        monkeypatch.setattr(device, "_cards", lambda cards=cards: cards)
        chosen.append(choice.choose(TranscribeSettings()))
    assert [c.model for c in chosen] == ["small.en", "large-v3-turbo"]
    assert chosen[0].identity.endswith("/int8") and chosen[1].identity.endswith("/float16")


def test_other_weights_are_another_identity(tmp_path):
    folder = tmp_path / "mine"
    shutil.copytree(TINY, folder)
    settings = TranscribeSettings(model=str(folder))
    before = choice.choose(settings).identity
    assert choice.choose(settings).identity == before
    data = bytearray((folder / "model.bin").read_bytes())
    data[-5] ^= 1
    (folder / "model.bin").write_bytes(data)
    assert choice.choose(settings).identity != before


def disagreeing(folder: Path, spoken: Audio) -> tuple[Audio, Path]:
    """Three sentences as sound, and subtitles of them that read "mountain" where "river" is said, and "a" for "the"."""
    known = SENTENCES[:3]
    audio = Audio(spoken.samples[: (known[-1]["words"][-1][2] + 800) * 16])
    wrong = [s["text"].replace("river", "mountain").replace("the small", "a small") for s in known]
    cues = [
        pysrt.SubRipItem(n, s["words"][0][1], s["words"][-1][2], text)
        for n, (s, text) in enumerate(zip(known, wrong, strict=True), 1)
    ]
    path = folder / "talk.srt"
    pysrt.SubRipFile(cues).save(str(path), encoding="utf-8")
    return audio, path


def test_what_the_ears_disagree_on_reaches_the_document(project, spoken):
    """The subtitles are the text; what another ear hears, and the sound fits better, is a suggestion."""
    audio, _ = disagreeing(project.media, spoken)
    with wave.open(str(project.media / "talk.wav"), "wb") as file:
        file.setparams((1, 2, SAMPLE_RATE_HZ, 0, "NONE", "not compressed"))
        file.writeframes(audio.samples.tobytes())
    # How sure the network is of a word depends on the processor: its whole numbers are multiplied in another order.
    ran = project.quick("run", "--model", TINY, "--json", "--set", "verify.suggest_from=0.6")
    assert ran.status == 0, ran.err
    document = json.loads((project.out / "talk.json").read_text("utf-8"))
    assert "mountain" in document["utterances"][0]["text"] + document["utterances"][-1]["text"]
    differences = document["alignment"]["heard_differently"]
    assert ("mountain", "river") in [(p["text"], p["heard"]) for p in differences]
    assert ("mountain", "river") in [
        (s["text"], s["suggestion"]) for s in document["verification"]["suggestions"]
    ]
    assert document["provenance"]["recognizer"] == ""
    assert document["provenance"]["witness"].startswith("whisper/")
    assert "of the words verified" in document["grade"]
