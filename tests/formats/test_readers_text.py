"""The transcript that people read."""

from __future__ import annotations

from pipeline.formats.writers import text
from pipeline.timing import Span
from pipeline.transcript import (
    Aligned,
    AlignmentReport,
    Captions,
    Grade,
    Heard,
    Media,
    Speaker,
    Token,
    Transcript,
    Utterance,
    Verdict,
    Voices,
)


def transcript(*said: tuple[int, str | None, str], grade: Grade = Grade.SUBTITLES) -> Transcript:
    """One utterance for each `(start in seconds, speaker, text)`; every word lasts half a second."""
    tokens: list[Token] = []
    utterances = []
    for start, speaker, words in said:
        first = len(tokens)
        for k, word in enumerate(words.split()):
            at = start * 1000 + k * 500
            tokens.append(Token(word, Span(at, at + 500)))
        utterances.append(Utterance(first, len(tokens), speaker, f"u{first}"))
    people = (Speaker("a", "Tim Leighton"), Speaker("b", "Jax Beatty"))
    return Transcript(
        Media("talk", "0" * 64, 600_000, title="A talk"), Heard("", "", False, (), ()),
        Aligned(tuple(tokens), AlignmentReport(Verdict.IN_SYNC)), Voices(people, (), tuple(utterances)), Captions(()), grade,
    )  # fmt: skip


def test_turns_are_paragraphs_with_time_and_name() -> None:
    made = transcript((1, "a", "Hello there."), (3, "a", "Come in."), (5, "b", "Thanks."), (70, "b", "Well."))
    assert text.dumps(made).split("\n\n") == [
        "A talk\n(timed from subtitles, text not verified)",
        "[0:01] Tim Leighton: Hello there. Come in.",
        "[0:05] Jax Beatty: Thanks.",
        "[no words for 64 seconds]",
        "[1:10] Jax Beatty: Well.\n",
    ]


def test_a_draft_says_so_first() -> None:
    assert text.dumps(transcript((1, None, "um"), grade=Grade.DRAFT)).startswith("DRAFT")


def test_people_who_talk_at_once_stand_in_order_of_their_first_word() -> None:
    made = transcript((1, "a", "I never said a word about it."), (2, "b", "Mm-hmm."), (9, "a", "Never."))
    lines = [block.split("] ")[-1] for block in text.dumps(made).split("\n\n")[1:]]
    assert lines[:2] == ["Tim Leighton: I never said a word about it.", "Jax Beatty: Mm-hmm."]


def test_nothing_said_leaves_the_heading() -> None:
    assert text.dumps(transcript()) == "A talk\n(timed from subtitles, text not verified)\n"
