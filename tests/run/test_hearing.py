"""The testimony's key: what the witness heard counts again as long as it would hear the same, and no longer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipeline.media.audio import Audio
from pipeline.run import hearing
from pipeline.run.store import Store
from pipeline.settings import Settings, WhisperSettings
from pipeline.speech.asr.choice import Choice
from pipeline.timing import SAMPLE_RATE_HZ, Span
from pipeline.transcript import Heard, Sound, Token

REGIONS = (Span(500, 3000), Span(4000, 6000))
DEVICE_AND_HINTS = {"device", "batch", "hints"}


@dataclass(frozen=True)
class Weights(Choice):
    """A recognizer whose weights nobody needs."""

    @property
    def identity(self) -> str:
        return f"{self.name}/{self.model}"


@dataclass
class Ear:
    """Hears a word in every window, and counts the windows."""

    windows: int = 0

    def hear(self, audio, chunks, regions, progress):
        self.windows += len(chunks)
        return [(Token("so", chunk.pieces[0], 0.9),) for chunk in chunks]


@dataclass(frozen=True)
class Given:
    """What a run's inputs hold of a recording, as far as the witness reads it."""

    store: Store
    recording: dict[str, Any] = field(default_factory=lambda: {"recording": "ab" * 32})
    regions: tuple[Span, ...] = REGIONS
    settings: Settings = field(default_factory=Settings)
    listening: bool = True

    def audio(self) -> Audio:
        return Audio(np.zeros(8 * SAMPLE_RATE_HZ, np.int16))

    def __getitem__(self, kind: type) -> Heard | Sound:
        return Sound(8000, False) if kind is Sound else Heard("", "", False, (), self.regions)


@pytest.fixture
def given(tmp_path: Path) -> Given:
    return Given(Store(tmp_path))


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """How many windows somebody had to listen to for all of a recording's to be known."""

    def count(inputs: Given, model: str = "tiny.en") -> int:
        ear = Ear()
        monkeypatch.setattr(hearing.choice, "choose_witness", lambda _: Weights("whisper", model, "", Path()))
        monkeypatch.setattr(hearing.choice, "whisper", lambda *_: ear)
        witness = hearing.witness_of(inputs)  # type: ignore[arg-type]
        assert len(witness.hear(witness.windows)) == len(witness.windows) > 0
        hearing.keep(inputs, witness)  # type: ignore[arg-type]
        return ear.windows

    return count


def other(value: Any) -> Any:
    """Another value of the same kind, near to it."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, str):
        return "cpu"
    return value + 1 if isinstance(value, int) else value * 0.5


def with_whisper(given: Given, name: str) -> Given:
    """The same with one of Whisper's settings changed."""
    whisper = given.settings.transcribe.whisper
    changed = replace(whisper, **{name: other(getattr(whisper, name))})
    assert changed != whisper
    settings = given.settings
    return replace(
        given, settings=replace(settings, transcribe=replace(settings.transcribe, whisper=changed))
    )


SWAYS = [f.name for f in fields(WhisperSettings) if f.name not in DEVICE_AND_HINTS]


def test_what_was_heard_is_not_heard_again(given, heard):
    assert heard(given) == 1
    assert heard(given) == 0
    assert heard(replace(given, store=Store(given.store.folder))) == 0


@pytest.mark.parametrize(
    "change",
    [
        lambda g: replace(g, recording={"recording": "cd" * 32}),
        lambda g: replace(g, recording={**g.recording, "track": 2, "language": "en"}),
        lambda g: replace(g, regions=(REGIONS[0], Span(4000, 6001))),
        lambda g: replace(g, regions=REGIONS[:1]),
        lambda g: replace(g, regions=()),
        lambda g: replace(g, settings=replace(g.settings, language="de")),
        *(lambda g, name=name: with_whisper(g, name) for name in SWAYS),
    ],
    ids=["recording", "track", "a region's end", "a region fewer", "no region", "language", *SWAYS],
)
def test_another_sound_or_another_way_to_hear_is_heard_again(given, heard, change):
    assert heard(given) == 1
    assert heard(change(given)) == 1


def test_another_version_hears_again(given, heard, monkeypatch):
    assert heard(given) == 1
    monkeypatch.setattr(hearing, "VERSION", hearing.VERSION + 1)
    assert heard(given) == 1
    assert heard(given) == 0


def test_other_weights_hear_for_themselves(given, heard):
    assert heard(given) == 1
    assert heard(given, "base.en") == 1
    assert heard(given, "base.en") == 0


@pytest.mark.parametrize("name", sorted(DEVICE_AND_HINTS))
def test_what_sways_no_word_does_not_hear_again(given, heard, name):
    assert heard(given) == 1
    assert heard(with_whisper(given, name)) == 0


@pytest.mark.parametrize(
    "change",
    [
        lambda s: replace(s, verify=replace(s.verify, mode="all", share=0.5)),
        lambda s: replace(s, transcribe=replace(s.transcribe, model="base.en", processes=2)),
        lambda s: replace(s, terms=("Ruth",), title="Another"),
        lambda s: replace(s, align=replace(s.align, processes=1)),
    ],
    ids=["verify", "recognizer", "words", "processes"],
)
def test_settings_of_others_do_not_hear_again(given, heard, change):
    assert heard(given) == 1
    assert heard(replace(given, settings=change(given.settings))) == 0


def test_a_mere_look_keeps_nothing_and_knows_what_was_kept(given, heard):
    assert heard(given) == 1
    look = replace(given, listening=False)
    witness = hearing.witness_of(look)  # type: ignore[arg-type]
    assert len(witness.hear(witness.windows)) == 1
    stranger = replace(look, recording={"recording": "ef" * 32})
    assert hearing.witness_of(stranger).windows == ()  # type: ignore[arg-type]
    hearing.keep(stranger, witness)  # type: ignore[arg-type]
    assert hearing.kept(given).words == witness.kept.words  # type: ignore[arg-type]
