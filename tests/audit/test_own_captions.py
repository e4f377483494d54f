"""What our own writers draw around words - labels, dashes, places, guards, the draft's notice - earns no finding under the
profile that it was drawn for."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from pipeline.audit import Document, Facts, audit
from pipeline.audit.captions import load, shown_cue
from pipeline.audit.model import SpokenWord
from pipeline.formats.writers import render, srt, vtt
from pipeline.profiles import PROFILES
from pipeline.settings import CaptionSettings
from pipeline.stages.captions import run
from pipeline.timing import Span
from pipeline.transcript import (
    Aligned,
    AlignmentReport,
    Grade,
    Heard,
    Media,
    ScreenText,
    Speaker,
    Token,
    Transcript,
    Utterance,
    Verdict,
    Voices,
)

# Findings about how captions are drawn and filed; what is said, and how fast, is the speakers' own.
DRAWN = frozenset(
    """speaker-label-style dialogue-dash two-speakers-one-line italics whitespace glyph position max-chars-line max-lines
    needless-break min-gap chain-gap jerky-gap overlap order empty-cue non-speech-style ellipsis-char ellipsis-continuation
    interruption-mark srt-number srt-timestamp srt-tags vtt-signature vtt-header-blank vtt-timestamp end-after-start
    vtt-start-order vtt-arrow-in-text vtt-blank-line-in-cue rolling-text vtt-escape vtt-id-unique vtt-voice vtt-style-region bom
    encoding-utf8 mojibake""".split()  # noqa: SIM905
)
PLAIN = (
    ("ruth", "Good evening. How was the week for you, Colin? I would like to hear about all of it."),
    ("colin", "Fine."),
    ("ruth", "Fine?"),
    ("colin", "No. It was not fine. I stayed at home and I did not sleep, and nobody called."),
    ("ann", "I did call you on Sunday, but you did not answer, so I left a message with your sister."),
)
HOSTILE = (
    ("ruth", "He wrote <i>stop</i> on the wall, with a & b and x --> y under it."),
    ("colin", "&lt;what&gt; does 5 < 6 mean to you?"),
)


def transcript(profile: str, talk: tuple[tuple[str, str], ...], grade: Grade) -> Transcript:
    """The talk captioned under a profile, one word every 330 ms, with a name strap during its first seconds."""
    tokens: list[Token] = []
    ends, at = [0], 1500
    for _, said in talk:
        for word in said.split():
            tokens.append(Token(word, Span(at, at + 300)))
            at += 330
        ends.append(len(tokens))
    turns = tuple(
        Utterance(first, last, who, f"u{first}")
        for (first, last), (who, _) in zip(pairwise(ends), talk, strict=True)
    )
    people = (Speaker("ruth", "Ruth Calder"), Speaker("colin", "Colin O'Dea"), Speaker("ann", "Jo Bennett"))
    aligned, voices = Aligned(tuple(tokens), AlignmentReport(Verdict.NO_SUBTITLES)), Voices(people, (), turns)
    strap = ScreenText(Span(1500, 4500), "Ruth Calder", (0.05, 0.8, 0.5, 0.1), 1.0)
    settings = CaptionSettings(profile=profile)  # type: ignore[arg-type]
    found = run(aligned, voices, settings, duration_ms=at + 9000, texts=(strap,))
    assert {cue.settings for cue in found.cues} == {"", "line:0"}
    media, heard = Media("talk.mp4", "0" * 64, at + 9000), Heard("whisper", "tiny.en", True, (), ())
    return Transcript(media, heard, aligned, voices, found, grade, profile=profile)


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("grade", [Grade.MACHINE, Grade.DRAFT])
@pytest.mark.parametrize("talk", [PLAIN, HOSTILE], ids=["plain", "hostile"])
def test_our_own_files_earn_no_finding_by_how_they_are_drawn(
    profile: str, grade: Grade, talk: tuple[tuple[str, str], ...], tmp_path: Path
) -> None:
    made = transcript(profile, talk, grade)
    for writer, suffix in ((srt, "srt"), (vtt, "vtt")):
        path = tmp_path / f"talk.en.{suffix}"
        path.write_text(writer.dumps(made), encoding="utf-8")
        document, facts = load(path)
        found = audit(document, [PROFILES[profile]], facts).findings
        assert [(f.id, f.message) for f in found if f.id in DRAWN] == []


@pytest.mark.parametrize("profile", PROFILES)
def test_every_change_of_speaker_that_our_document_shows_is_seen(profile: str) -> None:
    made = transcript(profile, PLAIN, Grade.MACHINE)
    names = {speaker.name.casefold() for speaker in made.voices.speakers}
    shown = [shown_cue(n, c.span, c.lines, names, "json") for n, c in enumerate(render.cues(made), 1)]
    who = {s.id: s.name for s in made.voices.speakers}
    words = tuple(
        SpokenWord(t.text, t.span, 1.0, who[u.speaker or ""])
        for u in made.voices.utterances
        for t in made.tokens[u.first : u.last]
    )
    facts = Facts(duration_ms=made.media.duration_ms, words=words)
    found = audit(Document("talk.json", "json", tuple(shown), (), "en"), [PROFILES[profile]], facts).findings
    assert [f.message for f in found if f.id in ("speaker-missing", "speaker-wrong")] == []


def test_a_file_drawn_for_another_profile_is_seen(tmp_path: Path) -> None:
    made = replace(transcript("dcmp", PLAIN, Grade.MACHINE), profile="bbc")
    path = tmp_path / "talk.en.srt"
    path.write_text(srt.dumps(replace(made, profile="netflix")), encoding="utf-8")
    document, facts = load(path)
    found = {f.id for f in audit(document, [PROFILES["bbc"]], facts).findings}
    assert "speaker-label-style" in found
