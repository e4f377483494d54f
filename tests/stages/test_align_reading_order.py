"""Cues whose times are not quite right: their words are put into the order in which they are said, sentences in one piece."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.formats.document import writer
from pipeline.search import Index
from pipeline.settings import CaptionSettings
from pipeline.stages import captions
from pipeline.stages.align.reading_order import in_reading_order
from pipeline.timing import Span
from pipeline.transcript import (
    Aligned,
    AlignmentReport,
    EditorCue,
    Grade,
    Heard,
    Media,
    Passage,
    Speaker,
    TimeSource,
    Token,
    Transcript,
    Utterance,
    Verdict,
    Voices,
    check,
    utterances,
)
from tests.support.examples import examples

# A cue as it stands in the file: when it is said, its words, and the label, or a dash, in front of it.
Row = tuple[int, str] | tuple[int, str, str]
WORD_MS = 300


def aligned(*rows: Row, source: TimeSource = TimeSource.ALIGNED, given: bool = True) -> Aligned:
    """The rows in the order of the file, each word said at once after the one before it."""
    tokens: list[Token] = []
    cues: list[EditorCue] = []
    for start_ms, text, *mark in rows:
        first = len(tokens)
        for k, word in enumerate(text.split()):
            at = start_ms + k * WORD_MS
            tokens.append(Token(word, Span(at, at + WORD_MS), time_source=source))
        label = mark[0] if mark else ""
        cues.append(
            EditorCue(
                first, len(tokens), Span(start_ms, start_ms + 1000) if given else None, str(len(cues)),
                label_at=((first, label),) if label not in ("", "-") else (), dash_at=(first,) if label == "-" else (),
            )
        )  # fmt: skip
    return Aligned(tuple(tokens), AlignmentReport(Verdict.IN_SYNC), tuple(cues))


def lines(found: Aligned) -> list[str]:
    return [" ".join(t.text for t in found.tokens[c.first : c.last]) for c in found.editor_cues]


def said(found: Aligned) -> list[str]:
    return [
        " ".join(t.text for t in found.tokens[u.first : u.last]) for u in utterances.build(found).utterances
    ]


# The file's rows, and the utterances that are read.
PARTED: dict[str, tuple[list[Row], list[str]]] = {
    "the next speaker's cue is first": (
        [(0, "Well, a quiet street can feel safe to", "IVY"), (2500, "Right, so it can.", "OTTO"), (2400, "almost anybody.")],
        ["Well, a quiet street can feel safe to almost anybody.", "Right, so it can."],
    ),
    "somebody agrees before the sentence is over": (
        [(0, "We planted the whole garden in", "IVY"), (1500, "Mm-hmm.", "OTTO"), (1900, "one wet weekend.", "IVY")],
        ["We planted the whole garden in one wet weekend.", "Mm-hmm."],
    ),
    "a dash marks the other": (
        [(0, "It was the first time that", "-"), (1500, "Really?", "-"), (1900, "anyone had asked.")],
        ["It was the first time that anyone had asked.", "Really?"],
    ),
    "nobody is labelled": (
        [(0, "You could hear it from"), (1300, "Yes."), (1600, "the other side."), (3000, "Every night.")],
        ["You could hear it from the other side.", "Yes.", "Every night."],
    ),
    "two agree": (
        [(0, "I kept the letter in", "IVY"), (1000, "Oh!", "OTTO"), (1300, "Did you?", "MIA"), (1600, "my coat.", "IVY")],
        ["I kept the letter in my coat.", "Oh!", "Did you?"],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("rows", "wanted"), PARTED.values(), ids=PARTED)
def test_a_sentence_is_read_in_one_piece(rows: list[Row], wanted: list[str]) -> None:
    found = in_reading_order(aligned(*rows))
    assert said(found) == wanted
    starts = [found.tokens[u.first].span.start_ms for u in utterances.build(found).utterances]
    assert starts == sorted(starts)
    inside = {at for cue in found.editor_cues for at, name in cue.label_at if name == "IVY"} - {0}
    assert not inside


# Files that look alike and are right as they are.
IN_ORDER: dict[str, list[Row]] = {
    "an interruption that ends the sentence": [
        (0, "I never thought that", "IVY"), (1300, "You never think.", "OTTO"), (2500, "The bus is here.", "IVY"),
    ],
    "the rest after a long pause": [
        (0, "I never thought that", "IVY"), (1300, "Go on.", "OTTO"), (2800, "it could be done.", "IVY"),
    ],
    "another goes on with it": [
        (0, "It was raining and", "IVY"), (1250, "So it was.", "OTTO"), (2000, "we had no coats.", "MIA"),
    ],
    "the other's sentence is open too": [
        (0, "It was raining and", "IVY"), (1000, "Because the roof", "OTTO"), (1500, "was never mended."),
    ],
    "one after the other": [(0, "It rains.", "IVY"), (900, "It does.", "OTTO"), (1800, "so be it.", "IVY")],
}  # fmt: skip


@pytest.mark.parametrize("rows", IN_ORDER.values(), ids=IN_ORDER)
def test_what_is_in_order_stays(rows: list[Row]) -> None:
    given_ = aligned(*rows)
    assert in_reading_order(given_) is given_


def test_a_script_stands_in_its_authors_order() -> None:
    given_ = aligned((3000, "Second."), (0, "First."), given=False)
    assert in_reading_order(given_) is given_


def test_cues_that_were_found_nowhere_stay_behind_the_one_in_front() -> None:
    there = aligned((0, "Come in."), (9000, "Sit down."), (1000, "Thank you."))
    lost = aligned((9000, "Nobody says this."), source=TimeSource.GIVEN).tokens
    tokens = (*there.tokens[:2], *lost, *there.tokens[2:])
    cues = (
        there.editor_cues[0],
        EditorCue(2, 5, Span(9000, 9900)),
        EditorCue(5, 7, Span(9000, 9500)),
        EditorCue(7, 9, Span(1000, 1500)),
    )
    found = in_reading_order(Aligned(tokens, there.report, cues))
    assert lines(found) == ["Come in.", "Nobody says this.", "Thank you.", "Sit down."]


def test_passages_of_the_report_go_with_their_words() -> None:
    there = aligned((2000, "Sit down here."), (0, "Come in."))
    report = AlignmentReport(
        Verdict.IN_SYNC,
        not_confirmed=(Passage(Span(2000, 2600), 0, 2), Passage(Span(0, 1), 3, 5), Passage(Span(0, 9), 2, 4)),
        speech_without_text=(Passage(Span(9000, 9500), 5, 5),),
    )
    found = in_reading_order(Aligned(there.tokens, report, there.editor_cues))
    assert lines(found) == ["Come in.", "Sit down here."]
    texts = [" ".join(t.text for t in found.tokens[p.first : p.last]) for p in found.report.not_confirmed]
    assert texts == ["Sit down", "Come in.", "here."]
    assert found.report.speech_without_text[0].first == 5


def test_the_same_label_again_is_the_same_persons_utterance() -> None:
    found = aligned(
        (0, "I would like to begin", "IVY"), (1500, "with the garden.", "IVY"), (2400, "Do.", "OTTO")
    )
    assert said(found) == ["I would like to begin with the garden.", "Do."]


# --- whatever people say ---------------------------------------------------------------------------------------------

SENTENCES = (
    "My neighbour grows beans along the fence", "We used to walk there after supper every day",
    "They painted the kitchen green without asking me", "Nothing in the letter sounded like her own voice",
)  # fmt: skip
ANSWERS = ("Mm-hmm.", "Oh, really?", "Yes, so you said.", "Good.")


@st.composite
def talks(draw: st.DrawFn) -> tuple[list[Row], list[tuple[str, str]]]:
    """Rows as an editor's file has them, sorted by times that are a little off; and who says which sentence."""
    rows: list[tuple[int, Row]] = []
    sentences: list[tuple[str, str]] = []
    at = 0
    for number in range(draw(st.integers(1, 4))):
        words = f"{draw(st.sampled_from(SENTENCES))} {number}.".split()
        cut = draw(st.integers(2, len(words) - 2))
        rest_at = at + cut * WORD_MS
        first = (at, " ".join(words[:cut]), "IVY")
        rows += [(at, first), (rest_at + draw(st.integers(-200, 200)), (rest_at, " ".join(words[cut:])))]
        sentences.append(("IVY", " ".join(words)))
        if draw(st.booleans()):
            answer = draw(st.sampled_from(ANSWERS))
            begin = draw(st.integers(at + 200, at + len(words) * WORD_MS - 200))
            rows.append((begin, (begin, answer, "OTTO")))
            sentences.append(("OTTO", answer))
        at += len(words) * WORD_MS + draw(st.sampled_from((1500, 4000)))
    return [row for _, row in sorted(rows, key=lambda item: item[0])], sentences


@given(talks())
@settings(max_examples=examples(150), deadline=None)
def test_everybodys_sentences_are_read_whole_and_in_order(
    talk: tuple[list[Row], list[tuple[str, str]]],
) -> None:
    rows, sentences = talk
    before = aligned(*rows)
    found = in_reading_order(before)
    assert Counter(before.tokens) == Counter(found.tokens)
    assert [c.first for c in found.editor_cues] == [0, *(c.last for c in found.editor_cues[:-1])]
    read = said(found)
    assert all(text in read for _, text in sentences), (rows, read)
    starts = [found.tokens[u.first].span.start_ms for u in utterances.build(found).utterances]
    assert starts == sorted(starts)
    assert in_reading_order(found) is found


@given(talks())
@settings(max_examples=examples(10), deadline=None)
def test_a_phrase_within_a_persons_turn_is_found(
    tmp_path_factory: pytest.TempPathFactory, talk: tuple[list[Row], list[tuple[str, str]]]
) -> None:
    rows, sentences = talk
    transcript = transcribed(in_reading_order(aligned(*rows)))
    folder = tmp_path_factory.mktemp("found")
    Path(folder, "talk.json").write_text(writer.dumps(transcript), encoding="utf-8")
    Index.update(folder)
    index = Index.of(folder)
    for _, text in sentences:
        words = text.replace(",", "").rstrip(".?").split()
        for a, b in pairwise(words):
            assert index.search(f'"{a} {b}"').hits, (a, b, rows)
    index.close()


def transcribed(found: Aligned) -> Transcript:
    """The whole transcript, each utterance said by whom its label names."""
    made: list[Utterance] = []
    labels = {at: name for cue in found.editor_cues for at, name in cue.label_at}
    name = ""
    for u in utterances.build(found).utterances:
        name = labels.get(u.first, name)
        made.append(Utterance(u.first, u.last, name.lower(), u.id))
    voices = Voices((Speaker("ivy", "Ivy"), Speaker("otto", "Otto")), (), tuple(made))
    end = max(t.span.end_ms for t in found.tokens) + 1000
    cues = captions.run(found, voices, CaptionSettings(), duration_ms=end)
    heard = Heard("", "", False, (), ())
    whole = Transcript(Media("talk", "0" * 64, end), heard, found, voices, cues, Grade.SUBTITLES)
    check(whole)
    return whole


@given(talks())
@settings(max_examples=examples(60), deadline=None)
def test_no_caption_holds_words_of_two_within_a_sentence(
    talk: tuple[list[Row], list[tuple[str, str]]],
) -> None:
    rows, _ = talk
    whole = transcribed(in_reading_order(aligned(*rows)))
    for cue in whole.captions.cues:
        inside = [at for at, _ in cue.labels if at > cue.first]
        assert all(whole.tokens[at - 1].text.endswith((".", "?")) for at in inside)
