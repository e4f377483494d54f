"""The stage: which recognizer is taken, what it is told, what it leaves."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from pipeline.errors import WeightsError
from pipeline.media.facts import Audio, decode_audio
from pipeline.progress import Progress
from pipeline.settings import TranscribeSettings
from pipeline.speech import pinned, weights
from pipeline.speech.asr import Bias, choice
from pipeline.stages import transcribe
from pipeline.timing import Span
from pipeline.transcript import Kind, Token
from pipeline.transcript.subtitles import Subtitles, SubtitlesCue, SubtitlesFormat, SubtitlesWord


@pytest.fixture(autouse=True)
def bare_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No weights anywhere; returns the folder in which models/ would be."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setattr(pinned, "FILES", {})  # so that a few bytes pass for weights
    return tmp_path


def put_weights(folder: Path, *without: str) -> Path:
    folder.mkdir(parents=True)
    for name in ("config.json", "model.bin", "tokenizer.json", "vocabulary.txt"):
        if name not in without:
            (folder / name).write_text("{}")
    return folder


def test_sphinx_is_always_there() -> None:
    chosen = choice.choose(TranscribeSettings())
    assert chosen.identity == "sphinx/en-us"
    assert "not on this machine" in chosen.sentence


def test_local_weights_are_preferred(bare_machine: Path) -> None:
    put_weights(bare_machine / "models" / "small.en")
    assert choice.choose(TranscribeSettings()).identity.startswith("whisper/small.en/")
    assert choice.choose(TranscribeSettings(recognizer="sphinx")).name == "sphinx"


def test_the_hub_cache_is_looked_in(bare_machine: Path) -> None:
    repository = bare_machine / "hub" / "models--Systran--faster-whisper-base.en"
    put_weights(repository / "snapshots" / "abc")
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text("abc")
    assert weights.find("base.en") == (repository / "snapshots" / "abc").resolve()


def test_a_folder_can_be_named(bare_machine: Path) -> None:
    folder = put_weights(bare_machine / "mine")
    chosen = choice.choose(TranscribeSettings(model=str(folder)))
    assert (chosen.name, chosen.directory) == ("whisper", folder.resolve())


@pytest.mark.parametrize(
    ("model", "sentence"),
    [
        ("auto", "files are not on this machine - run `vignette models fetch small.en`"),
        ("smal.en", "did you mean 'small.en'"),
        (
            "large-v3",
            "or copy config.json, model.bin, tokenizer.json, vocabulary.txt (or .json) and preprocessor_config.json if "
            "there is one to models/large-v3/",
        ),
        ("nowhere/mine", "there is no such directory - check its name"),
        ("nowhere/small.en", "did you mean 'small.en'"),
    ],
)
def test_missing_weights_are_said(model: str, sentence: str) -> None:
    with pytest.raises(WeightsError) as failed:
        choice.choose(TranscribeSettings(recognizer="whisper", model=model))
    assert sentence in str(failed.value)


def test_a_damaged_folder_is_said(bare_machine: Path) -> None:
    put_weights(bare_machine / "models" / "base", "model.bin")
    with pytest.raises(WeightsError, match=r"lacks model\.bin"):
        weights.find("base")
    (bare_machine / "models" / "base" / "model.bin").touch()
    with pytest.raises(WeightsError, match=r"lacks model\.bin"):
        weights.find("base")
    assert weights.find_best() is None


def test_the_catalogue_says_what_is_here_and_what_lacks(bare_machine: Path) -> None:
    whole = put_weights(bare_machine / "models" / "base")
    partial = put_weights(bare_machine / "models" / "tiny.en", "model.bin", "vocabulary.txt")
    held = {model.name: model for model in weights.catalogue()}
    assert held["base"] == weights.InstalledModel("base", whole.resolve())
    assert held["tiny.en"] == weights.InstalledModel(
        "tiny.en", partial.resolve(), ("model.bin", "vocabulary.json")
    )
    assert held["small.en"] == weights.InstalledModel("small.en")


LISTEN = TranscribeSettings(words="always")


class Echo:
    """A recognizer that hears whatever it was told to expect."""

    name, model, uses_sentences = "sphinx", "echo", True

    def __init__(self) -> None:
        self.asked: list[tuple[tuple[Span, ...], Bias]] = []

    def recognize(
        self, audio: Audio, regions: tuple[Span, ...], bias: Bias, progress: Progress
    ) -> tuple[Token, ...]:
        self.asked.append((regions, bias))
        progress(1.0)
        return tuple(Token(w, Span(0, 1)) for s in bias.sentences for w in s)


@pytest.fixture
def echo(monkeypatch: pytest.MonkeyPatch) -> Iterator[Echo]:
    recognizer = Echo()
    monkeypatch.setattr(transcribe, "_build", lambda choice, settings, language: recognizer)
    yield recognizer


def script(*cues: tuple[SubtitlesWord, ...]) -> Subtitles:
    return Subtitles("talk.txt", SubtitlesFormat.TEXT, tuple(SubtitlesCue(None, words) for words in cues))


def test_the_spoken_words_of_the_subtitles_reach_the_recognizer(echo: Echo) -> None:
    given = script(
        (SubtitlesWord("Pay"), SubtitlesWord("$5"), SubtitlesWord("million.")),
        (SubtitlesWord("[laughter]", kind=Kind.SOUND), SubtitlesWord("Subtitles by X", kind=Kind.UNSPOKEN)),
        (SubtitlesWord("Ms", spoken="miss"), SubtitlesWord("O’Neil")),
    )
    audio = Audio(np.zeros(16_000, np.int16))
    shares: list[float] = []
    heard = transcribe.run(audio, given, LISTEN, ("Jax",), shares.append)
    assert echo.asked[0][1] == Bias((("pay", "five", "million", "dollars"), ("miss", "o'neil")), ("Jax",))
    assert heard.biased and len(heard.tokens) == 6
    assert shares == sorted(shares) and shares[-1] == 1.0


def test_a_recognizer_that_must_not_be_swayed_is_told_no_text(echo: Echo) -> None:
    echo.uses_sentences = False
    heard = transcribe.run(Audio(np.zeros(16_000, np.int16)), script((SubtitlesWord("Hello"),)), LISTEN)
    assert echo.asked[0][1].sentences == () and not heard.biased


def test_with_a_text_at_hand_sphinx_only_finds_where_speech_is(echo: Echo, clip: Path) -> None:
    audio = decode_audio(clip / "clip.mp4")
    heard = transcribe.run(audio, script((SubtitlesWord("Hello"),)), TranscribeSettings())
    assert echo.asked == [] and heard.tokens == () and not heard.biased
    assert heard.regions == transcribe.run(audio, None, TranscribeSettings()).regions != ()


def test_silence_is_said(echo: Echo) -> None:
    heard = transcribe.run(Audio(np.zeros(16_000, np.int16)), None, TranscribeSettings())
    assert not heard.regions and not heard.tokens


def test_faint_speech_is_listened_to_where_the_words_are_known(echo: Echo, clip: Path) -> None:
    audio = decode_audio(clip / "clip.mp4")
    known = transcribe.run(audio, script((SubtitlesWord("Hello"),)), LISTEN)
    unknown = transcribe.run(audio, None, TranscribeSettings())
    (wide, _), (narrow, _) = echo.asked
    assert known.regions == unknown.regions == narrow
    assert sum(s.duration_ms for s in wide) >= sum(s.duration_ms for s in narrow)


def test_a_choice_can_be_written_down() -> None:
    assert json.dumps(choice.choose(TranscribeSettings()).identity)
