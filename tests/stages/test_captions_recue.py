"""The choice between the editor's cues and new ones: careful cues stay, blind cuts do not, and the run says so."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import SettingsError
from pipeline.formats.readers import read
from pipeline.settings import CaptionSettings, load
from pipeline.stages.captions import choose, run
from pipeline.timing import Span
from pipeline.transcript import (
    Aligned,
    AlignmentReport,
    EditorCue,
    Speaker,
    Token,
    Utterance,
    Verdict,
    Voices,
)
from pipeline.transcript.editor_cues import at_given_times
from pipeline.transcript.subtitles import Subtitles, SubtitlesCue, SubtitlesFormat, SubtitlesWord
from tests.support.examples import examples
from tests.support.project import ROOT

DEMO = ROOT / "media" / "demo.en.srt"
AUTO = CaptionSettings()

# Sentences of a talk about a garden, a bar where a careful editor ends a caption.
TALK = """
When my aunt gave up the garden, | nobody in the family wanted to take it over.
It lies behind the railway, | and you can only get there | through a gate that sticks.
I went because of the apples. | She had planted them | before I was born.
The first summer was a failure. | I watered in the evening, | and the slugs came out at night.
A man from the next plot told me | that I should dig less and look more.
He has been there for forty years, | and he never seems to hurry.
So I sat on a bucket | and looked at what was growing. | Most of it had come by itself.
Are you sure that these are weeds? | he would ask, | and I was not sure at all.
Now there are beans on the fence, | and the apples hang over the path.
My daughter says | that it looks like nobody has ever been there. | I take it as a compliment.
"""
WORD_MS, SENTENCE_PAUSE_MS = 320, 500


def talk(text: str = TALK) -> tuple[list[Token], list[list[Token]]]:
    """The words with their times, and the cues of the careful editor."""
    cues: list[list[Token]] = []
    at = 0
    for sentence in text.strip().split("\n"):
        for part in sentence.split("|"):
            cues.append([])
            for word in part.split():
                cues[-1].append(Token(word, Span(at, at + WORD_MS - 20)))
                at += WORD_MS
        at += SENTENCE_PAUSE_MS
    return [t for cue in cues for t in cue], cues


def file_of(cues: Sequence[Sequence[Token]], until: Callable[[int], int] | None = None) -> Subtitles:
    """A file with these cues, each on one line, from its first word to its last (or to `until`, by its number)."""
    made = []
    for n, cue in enumerate(cues):
        end = cue[-1].span.end_ms if until is None else until(n)
        words = tuple(
            SubtitlesWord(t.text, kind=t.kind, line=2 * k // len(cue) if len(cue) > 7 else 0)
            for k, t in enumerate(cue)
        )
        made.append(SubtitlesCue(Span(cue[0].span.start_ms, max(end, cue[0].span.start_ms + 1)), words))
    return Subtitles("talk.srt", SubtitlesFormat.SRT, tuple(made))


def by_words(count: int) -> list[list[Token]]:
    words, _ = talk()
    return [words[at : at + count] for at in range(0, len(words), count)]


def by_time(window_ms: int) -> list[list[Token]]:
    found: dict[int, list[Token]] = {}
    for word in talk()[0]:
        found.setdefault(word.span.start_ms // window_ms, []).append(word)
    return list(found.values())


def by_width(chars: int) -> list[list[Token]]:
    lines: list[list[Token]] = [[]]
    for word in talk()[0]:
        if lines[-1] and len(" ".join(t.text for t in [*lines[-1], word])) > chars:
            lines.append([])
        lines[-1].append(word)
    return lines


def rolling() -> Subtitles:
    """Lines of which each stays until the next but one comes, as live captions do."""
    lines = by_width(36)
    ends = [line[-1].span.end_ms for line in lines]
    return file_of(lines, lambda n: ends[min(n + 1, len(ends) - 1)] + 200 * (n + 1 == len(ends)))


def unpunctuated(cues: Sequence[Sequence[Token]]) -> list[list[Token]]:
    return [[replace(t, text=t.text.strip(",.?").lower()) for t in cue] for cue in cues]


BLIND = {
    "seven words": lambda: file_of(by_words(7)),
    "four words": lambda: file_of(by_words(4)),
    "twelve words": lambda: file_of(by_words(12)),
    "three seconds": lambda: file_of(by_time(3000)),
    "five seconds": lambda: file_of(by_time(5000)),
    "lines as full as they go": lambda: file_of(by_width(40)),
    "lines that roll": rolling,
    "seven words without punctuation": lambda: file_of(unpunctuated(by_words(7))),
}


@pytest.mark.parametrize("made", BLIND.values(), ids=BLIND)
def test_blind_cuts_are_left(made: Callable[[], Subtitles]) -> None:
    given_ = made()
    choice = choose(given_, AUTO)
    assert choice.anew
    assert "--set captions.recue=false keeps them" in choice.note
    assert choice.given is not None and choice.new is not None
    assert choice.new.torn <= 2 and choice.new.torn < choice.given.torn


def careful() -> Subtitles:
    return file_of(talk()[1])


CAREFUL = {
    "a careful editor": careful,
    "the demo's editor": lambda: read(DEMO),
    "a sentence a cue": lambda: file_of(_sentences()),
    "two slips among many": lambda: file_of(_slipped(2)),
    "a few cues": lambda: file_of(by_words(7)[:2]),
    "fast talk": lambda: file_of([[replace(t, span=_halved(t.span)) for t in c] for c in talk()[1]]),
    "cues that stay until the next": lambda: file_of(talk()[1], lambda n: _starts(n + 1)),
    "people who talk at once": lambda: _in_dialogue(),
}  # fmt: skip


def _halved(span: Span) -> Span:
    return Span(span.start_ms // 2, span.end_ms // 2)


def _sentences() -> list[list[Token]]:
    found: list[list[Token]] = [[]]
    for word in talk()[0]:
        found[-1].append(word)
        if word.text.endswith((".", "?")):
            found.append([])
    return [s for s in found if s]


def _starts(n: int) -> int:
    cues = talk()[1]
    return cues[n][0].span.start_ms if n < len(cues) else cues[-1][-1].span.end_ms


def _slipped(count: int) -> list[list[Token]]:
    """The careful cues, some of which take the first word of the next along."""
    cues = [list(c) for c in talk()[1]]
    for n in range(1, 6 * count, 6):
        cues[n].append(cues[n + 1].pop(0))
    return cues


def _in_dialogue() -> Subtitles:
    """Cues of two people with dashes, each of which begins before the other's is over."""
    cues = careful().cues
    return replace(
        careful(),
        cues=tuple(
            replace(
                cue,
                span=Span(cue.span.start_ms, cue.span.end_ms + 900) if cue.span else None,
                words=(replace(cue.words[0], new_speaker=True), *cue.words[1:]),
            )
            for cue in cues
        ),
    )


@pytest.mark.parametrize("made", CAREFUL.values(), ids=CAREFUL)
def test_careful_cues_stay(made: Callable[[], Subtitles]) -> None:
    choice = choose(made(), AUTO)
    assert not choice.anew
    assert choice.note == ""


def test_a_person_has_the_last_word() -> None:
    blind = file_of(by_words(7))
    assert not choose(blind, CaptionSettings(recue=False)).anew
    assert choose(careful(), CaptionSettings(recue=True)).anew
    assert choose(careful(), CaptionSettings(recue=True)).note == ""


def test_a_script_and_no_text_have_no_cues_to_judge() -> None:
    script = replace(careful(), cues=tuple(replace(c, span=None) for c in file_of(by_words(7)).cues))
    assert not choose(script, AUTO).anew
    assert not choose(None, AUTO).anew
    assert not choose(replace(careful(), cues=()), AUTO).anew


def test_made_anew_no_phrase_is_torn_and_kept_they_are_the_editors() -> None:
    blind = at_given_times(file_of(by_words(7)))
    anew = run(blind, Voices(), CaptionSettings(recue=True))
    kept = run(blind, Voices(), CaptionSettings(recue=False))
    assert anew.anew and all(c.editor_cue is None for c in anew.cues)
    assert not kept.anew and any(c.editor_cue is not None for c in kept.cues)
    shown = [" ".join(blind.tokens[k].text for k in range(c.first, c.last)) for c in anew.cues]
    assert any(text.startswith("Are you sure") for text in shown)


@pytest.mark.parametrize(
    ("written", "value"), [("true", True), ("false", False), ("auto", "auto"), ('"auto"', "auto")]
)
def test_the_setting_has_three_values(tmp_path: Path, written: str, value: object) -> None:
    assert load(None, None, (f"captions.recue={written}",)).captions.recue == value
    quoted = f'"{written}"' if written == "auto" else written
    sidecar = tmp_path / "talk.toml"
    sidecar.write_text(f"[captions]\nrecue = {quoted}\n", encoding="utf-8")
    assert load(None, sidecar).captions.recue == value


def test_another_value_is_refused_in_one_sentence() -> None:
    with pytest.raises(
        SettingsError, match=r"'captions\.recue' must be 'auto', True or False, not 'perhaps'"
    ):
        load(None, None, ("captions.recue=perhaps",))


@given(st.integers(3, 14), st.integers(0, 6))
@settings(max_examples=examples(25), deadline=None)
def test_the_choice_is_the_same_however_late_the_file_is(count: int, hours: int) -> None:
    given_ = file_of(by_words(count))
    late = replace(
        given_, cues=tuple(replace(c, span=c.span.shifted(hours * 3_600_000)) for c in given_.cues if c.span)
    )
    assert choose(given_, AUTO).anew == choose(late, AUTO).anew


def test_a_place_and_looks_stay_when_captions_are_made_anew() -> None:
    cues = list(file_of(by_words(7)).cues)
    cues[2] = replace(cues[2], settings="{\\an8}", words=tuple(replace(w, style="i") for w in cues[2].words))
    styled = at_given_times(Subtitles("talk.srt", SubtitlesFormat.SRT, tuple(cues)))
    made = run(styled, Voices(), CaptionSettings(recue=True)).cues
    above = {k for c in made if c.settings == "{\\an8}" for k in range(c.first, c.last)}
    assert len(above & set(range(14, 21))) >= 4
    assert [k for k, t in enumerate(styled.tokens) if t.style == "i"] == list(range(14, 21))


def test_what_youtube_writes_behind_every_time_places_no_new_caption() -> None:
    cues = tuple(replace(c, settings="align:start position:0%") for c in file_of(by_words(7)).cues)
    made = run(
        at_given_times(Subtitles("talk.vtt", SubtitlesFormat.VTT, cues)),
        Voices(),
        CaptionSettings(recue=True),
    )
    assert {c.settings for c in made.cues} == {""}


@pytest.mark.skipif(
    "VIGNETTE_DATA" not in os.environ, reason="VIGNETTE_DATA names no folder with other people's files"
)
def test_small_files_of_other_programs_stay() -> None:
    """Files of parsers' tests: a few cues with little text, which no recognizer cut."""
    folder = Path(os.environ["VIGNETTE_DATA"], "subtitles")
    files = [folder / "cdown+srt" / "ascii.srt", *sorted(folder.glob("glut23+webvtt-py/sample.*"))]
    checked = 0
    for path in files:
        if path.suffix in (".srt", ".vtt") and path.is_file():
            assert not choose(read(path), AUTO).anew, path.name
            checked += 1
    assert checked


@pytest.mark.parametrize("recue", [True, False])
def test_a_name_never_stands_within_its_owners_sentence(recue: bool) -> None:
    text = "We would all like to begin with the garden behind the house today. No. So it goes on."
    words = [Token(w, Span(300 * k, 300 * k + 280)) for k, w in enumerate(text.split())]
    cues = [
        EditorCue(0, 5, Span(0, 1500), label_at=((0, "IVY"),)),
        EditorCue(5, 13, Span(1500, 3900), label_at=((5, "IVY"),)),
        EditorCue(13, 14, Span(3900, 4200), label_at=((13, "OTTO"),)),
        EditorCue(14, 18, Span(4200, 5400), label_at=((14, "IVY"),)),
    ]
    said = (Utterance(0, 13, "ivy", "u1"), Utterance(13, 14, "otto", "u2"), Utterance(14, 18, "ivy", "u3"))
    voices = Voices((Speaker("ivy", "Ivy"), Speaker("otto", "Otto")), (), said)
    given_ = Aligned(tuple(words), AlignmentReport(Verdict.IN_SYNC), tuple(cues))
    made = run(given_, voices, CaptionSettings(recue=recue)).cues  # type: ignore[arg-type]
    assert [pair for cue in made for pair in cue.labels] == [(0, "Ivy"), (13, "Otto"), (14, "Ivy")]
