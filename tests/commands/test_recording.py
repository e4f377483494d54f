"""The recording as a witness: speech regions, and pictures of the worst findings for the page."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import numpy as np

from pipeline.audit import Facts
from pipeline.audit.model import SpokenWord
from pipeline.commands.check import check
from pipeline.commands.recording import evidence_of
from pipeline.timing import Span
from tests.support.media_makers import RATE_HZ, wav

SVG = "{http://www.w3.org/2000/svg}"


def captions(folder: Path) -> Path:
    path = folder / "captions.srt"
    path.write_text("1\n00:00:00,500 --> 00:00:00,800\nHello.\n", encoding="utf-8")
    return path


def test_a_film_shows_its_frame_and_its_sound(clip: Path, tmp_path: Path) -> None:
    evidence = evidence_of(clip / "clip.mp4")
    assert evidence.facts.speech
    assert evidence.facts.frame_rate
    checked = check([captions(tmp_path)], facts=evidence.facts, format="html", illustrate=evidence.pictures)
    (picture, *_) = evidence.pictures(checked.reports).values()
    drawing = ElementTree.fromstring(picture)
    assert drawing.find(f"{SVG}image") is not None
    assert drawing.find(f"{SVG}path") is not None
    assert "data:image/svg+xml;base64," in checked.text


def test_sound_alone_shows_no_frame_and_keeps_what_was_known(tmp_path: Path) -> None:
    path = wav(tmp_path / "a.wav", np.zeros(2 * RATE_HZ, np.int16))
    words = (SpokenWord("Hello", Span(500, 800)),)
    evidence = evidence_of(path, Facts(words=words))
    assert evidence.facts.words == words
    assert evidence.facts.speech == ()
    assert evidence.facts.duration_ms == 2000
    pictures = evidence.pictures(check([captions(tmp_path)], facts=evidence.facts).reports)
    assert pictures
    assert all(ElementTree.fromstring(p).find(f"{SVG}image") is None for p in pictures.values())
