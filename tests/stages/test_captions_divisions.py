"""Divisions that were kept change no caption, and a changed word costs its own stretch alone."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.profiles import PROFILES
from pipeline.settings import CaptionSettings
from pipeline.stages.captions import divisions, run
from pipeline.stages.captions.divisions import Divisions
from pipeline.transcript import Token, Voices
from tests.stages.test_captions import aligned, conversations, spoken


@given(conversations(), conversations(), st.sampled_from(sorted(PROFILES)))
@settings(max_examples=40, deadline=None)
def test_captions_are_those_of_a_run_without_any_kept(
    before: tuple[list[Token], Voices], now: tuple[list[Token], Voices], profile: str
) -> None:
    wanted = CaptionSettings(profile=profile, recue=True)
    earlier = Divisions()
    for tokens, voices in (before, now):
        run(aligned(tokens), voices, wanted, divisions=earlier)
    tokens, voices = now
    again = run(aligned(tokens), voices, wanted, divisions=Divisions(earlier.used))
    assert again == run(aligned(tokens), voices, wanted)


def test_a_changed_word_has_one_stretch_divided(monkeypatch: pytest.MonkeyPatch) -> None:
    stretches = "We begin now. | | | | And then we talk about it. | | | | Then we go home."
    tokens, count = spoken(stretches), []
    plain = divisions.divide
    monkeypatch.setattr(divisions, "divide", lambda *args: count.append(1) or plain(*args))  # type: ignore[func-returns-value]
    first = Divisions()
    run(aligned(tokens), Voices(), CaptionSettings(recue=True), divisions=first)
    assert len(count) == 3
    tokens[5] = replace(tokens[5], text="them")
    run(aligned(tokens), Voices(), CaptionSettings(recue=True), divisions=Divisions(first.used))
    assert len(count) == 4
