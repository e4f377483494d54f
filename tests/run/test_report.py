"""The closing report: every issue is counted and placed, and no word of the transcript stands in it."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.run import compose
from pipeline.run.report import alignment_issues, at_times, needs_person, quality
from pipeline.settings import PartAt, Settings
from pipeline.timing import Span, clock
from pipeline.transcript import (
    Aligned,
    AlignmentReport,
    Captions,
    Grade,
    Heard,
    Kind,
    Media,
    Passage,
    Review,
    Sound,
    Speaker,
    TimeSource,
    Token,
    Transcript,
    Verdict,
    Voices,
)

SPANS = st.lists(st.integers(0, 10**8).map(lambda ms: Span(ms, ms + 500)), min_size=1, max_size=9)
ONE_HEARD = Heard("sphinx", "small", False, (), (Span(0, 5000),))


def passages(count: int) -> tuple[Passage, ...]:
    return tuple(Passage(Span(k * 60_000, k * 60_000 + 900), k, k + 1, "secret") for k in range(count))


def transcript(
    tokens: tuple[Token, ...] = (), grade: Grade = Grade.SUBTITLES, voices: Voices | None = None,
    report: AlignmentReport | None = None, heard: Heard = ONE_HEARD,
) -> Transcript:  # fmt: skip
    aligned = Aligned(tokens, report or AlignmentReport(Verdict.IN_SYNC))
    return Transcript(
        Media("talk", "", 60_000), heard, aligned, voices or Voices(), Captions(()), grade,
        provenance={"subtitles": "talk.srt"},
    )  # fmt: skip


@given(SPANS, st.integers(1, 5))
def test_times_are_the_first_and_the_rest_is_counted(spans: list[Span], shown: int) -> None:
    said = at_times(spans, shown)
    times = re.findall(r"\d+(?::\d\d)+", said)
    assert times == [clock(s.start_ms) for s in spans[:shown]]
    more = re.search(r"and (\d+) more", said)
    assert len(times) + (int(more[1]) if more else 0) == len(spans)


@pytest.mark.parametrize(
    "kind", ["speech_without_text", "text_without_speech", "heard_differently", "not_confirmed"]
)
@pytest.mark.parametrize("count", [1, 2, 5])
def test_each_kind_of_issue_is_one_sentence_with_its_number(kind: str, count: int) -> None:
    (issue,) = alignment_issues(AlignmentReport(Verdict.IN_SYNC, **{kind: passages(count)}))
    assert issue.startswith(f"{count} ")
    assert ("passages" in issue or "stretches" in issue) == (count > 1)
    assert "secret" not in issue


@given(st.integers(0, 6), st.integers(0, 6))
def test_passages_that_no_caption_shows_are_told_apart_from_those_spoken_nowhere(
    hidden: int, shown: int
) -> None:
    every = passages(hidden + shown)
    issues = alignment_issues(AlignmentReport(Verdict.IN_SYNC, text_without_speech=every), every[:hidden])
    counts = {("no caption shows" in issue): int(issue.split()[0]) for issue in issues}
    assert counts.get(True, 0) == hidden
    assert counts.get(False, 0) == shown


def test_an_absent_passage_needs_a_person_and_is_said_to_be_hidden() -> None:
    tokens = (Token("Hello.", Span(0, 500)), Token("Nobody.", Span(600, 900), kind=Kind.ABSENT))
    report = AlignmentReport(Verdict.IN_SYNC, text_without_speech=(Passage(Span(600, 900), 1, 2),))
    (need,) = needs_person(transcript(tokens, report=report))
    assert "no caption shows it" in need


@pytest.mark.parametrize(
    ("confidences", "sources", "percent"),
    [((0.9, 0.5), (TimeSource.ALIGNED,) * 2, 100), ((0.9, 0.49), (TimeSource.ALIGNED,) * 2, 50),
     ((0.9, 0.9), (TimeSource.ALIGNED, TimeSource.INTERPOLATED), 50)],
)  # fmt: skip
def test_the_share_of_found_times(confidences, sources, percent: int) -> None:
    tokens = tuple(
        Token("word", Span(k * 1000, k * 1000 + 400), confidence, time_source=source)
        for k, (confidence, source) in enumerate(zip(confidences, sources, strict=True))
    )
    sentence, ear = quality(transcript(tokens))
    assert f"{percent} % of their times were found" in sentence
    assert ("the rest lie" in sentence) == (percent < 100)
    assert "talk.srt, unchanged;" in sentence
    assert "no second ear" in ear


def test_an_ear_that_cannot_be_used_is_told_of() -> None:
    (_, ear) = quality(transcript((Token("word", Span(0, 400), 0.9),)), unusable=("tiny.en: it is damaged",))
    assert ear == "no second ear has listened: tiny.en: it is damaged"


def test_an_ear_that_was_not_wanted_is_not_missed() -> None:
    (_, ear) = quality(transcript((Token("word", Span(0, 400), 0.9),)), unverified=True)
    assert ear == "no second ear has listened, as was asked (verify.mode = none)"


def test_silence_is_said_to_be_silence() -> None:
    (sentence,) = quality(transcript(heard=Heard("", "", False, (), ())))
    assert "no speech" in sentence


def test_a_draft_is_not_to_be_published_and_asks_for_better_words() -> None:
    draft = transcript((Token("word", Span(0, 400)),), Grade.DRAFT)
    assert "do not publish" in quality(draft)[0]
    assert "better words" in needs_person(draft)[0]


def test_speakers_without_a_name_are_asked_about_by_time() -> None:
    speakers = tuple(Speaker(f"s{k}", f"Speaker {k}") for k in range(6))
    unnamed = transcript((Token("word", Span(0, 400)),), voices=Voices(speakers, encoder="ge2e"))
    assert "6 speakers, not named" in quality(unnamed)[2]
    (need,) = needs_person(unnamed)
    assert "s0, s1, s2, s3 and 2 more" in need


@pytest.mark.parametrize(
    ("repaired", "absent", "reworded", "says"),
    [
        (False, False, False, "talk.srt, unchanged;"),
        (True, False, False, "talk.srt, read with the repairs told above;"),
        (False, True, False, "talk.srt, unchanged but for 1 word that the recording does not contain;"),
        (
            True,
            True,
            True,
            "told above but for 1 word that the recording does not contain and what people decided;",
        ),
        (False, False, True, "talk.srt, unchanged but for what people decided;"),
    ],
)
def test_words_are_called_unchanged_when_they_are(
    repaired: bool, absent: bool, reworded: bool, says: str
) -> None:
    tokens = (
        Token("said", Span(0, 400), 0.9, time_source=TimeSource.ALIGNED),
        Token("not", Span(400, 500), 0.1, kind=Kind.ABSENT if absent else Kind.WORD),
    )
    assert says in quality(transcript(tokens), reworded, repaired)[0]


def test_parts_of_the_sidecar_behind_the_end_are_told():
    def told(*wishes):
        settings = Settings(vignettes=tuple(PartAt(start, exists=exists) for start, exists in wishes))
        return list(compose._parts_behind_the_end(Given(settings)))

    class Given(dict):
        def __init__(self, settings):
            super().__init__({Sound: Sound(60_000, False)})
            self.settings = settings

    assert told(("0:00", True), ("0:59", True), ("1:30", False)) == []
    (one,) = told(("0:10", True), ("1:00", True))
    assert "ends at 1:00, before the part that" in one and "1:00: put right" in one
    (both,) = told(("1:05", True), ("1:10", True))
    assert "before the parts that the sidecar has begin at 1:05, 1:10" in both


def test_a_draft_that_a_person_has_gone_over_is_told_as_one():
    draft = replace(transcript((Token("word", Span(0, 400)),), Grade.DRAFT), review=Review("Ana"))
    told = " ".join(quality(draft))
    assert "a person has gone over all of them" in told and "do not publish" not in told
    assert not any("better words" in need for need in needs_person(draft))
