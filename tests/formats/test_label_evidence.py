"""Labels judged by the whole file: those that people's names make, and terms that only look like them."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.formats.readers import text, words
from pipeline.formats.readers.raw_cue import Piece, RawCue
from pipeline.timing import Span
from pipeline.transcript import Kind
from pipeline.transcript.subtitles import SubtitlesCue

ANSWERS = (
    "Good evening, everybody.",
    "I was not sure.",
    "And yet you came.",
    "My sister drove me.",
    "She waited outside.",
)


def read(*raws: str, known: Sequence[str] = ()) -> tuple[SubtitlesCue, ...]:
    cues = [
        RawCue(Span(n * 1000, n * 1000 + 900), tuple((Piece(line),) for line in raw.split("\n")), raw)
        for n, raw in enumerate(raws)
    ]
    return words.tokenize(cues, known)


def labels(cues: Sequence[SubtitlesCue]) -> list[str | None]:
    return [cue.words[0].label for cue in cues]


def said(cues: Sequence[SubtitlesCue]) -> list[str]:
    return [" ".join(w.text for w in cue.words) for cue in cues]


def doubts(cues: Sequence[SubtitlesCue]) -> set[str]:
    return {w.doubtful_label for cue in cues for w in cue.words if w.doubtful_label}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Weir, Hanna", "Pratt, Owen"),
        ("Okonkwo-Lind, Ada", "de la Cruz, Inés"),
        ("Hanna Weir, PhD", "Owen Pratt, LCSW"),
        ("Hanna Weir | Acme", "Owen Pratt | Northside Clinic"),
        ("iPhone (2)", "Galaxy S9"),
        ("owen_p", "hw99"),
        ("hanna.weir@example.org", "room-4"),
        ("Maria del Carmen Lopez Garcia", "The Woman in the Red Coat"),
        ("Dr. O'Neill", "Mr. St. John"),
        ("H.W.", "O.P."),
        ("Q", "A"),
        ("I", "R"),
        ("T1", "P2"),
        ("#1", "#2"),
        ("1", "2"),
        ("MAN 1", "WOMAN 2"),
        ("Note", "Owen"),
        ("Hope", "Summer"),
        ("Ведущая", "Гость"),
        ("张伟", "李娜"),
        ("HANNA", "HANNA, OWEN"),
    ],
)
def test_whoever_takes_turns_is_a_speaker(one: str, other: str) -> None:
    found = read(*(f"{(one, other)[n % 2]}: {answer}" for n, answer in enumerate(ANSWERS)))
    assert labels(found) == [one, other, one, other, one]
    assert said(found) == list(ANSWERS)
    assert not doubts(found)


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Hanna Weir (she/her)", "Hanna Weir"),
        ("Hanna Weir (They, Them)", "Hanna Weir"),
        ("Weir, Hanna (she/her) [Host]", "Weir, Hanna"),
        ("Hanna Weir (Guest)", "Hanna Weir"),
        ("HANNA (O.S.)", "HANNA"),
        ("HANNA (off camera)", "HANNA"),
        ("Hanna Weir (therapist)", "Hanna Weir"),
        ("Hanna Weir [Acme]", "Hanna Weir [Acme]"),
        ("iPad (3)", "iPad (3)"),
    ],
)
def test_what_stands_in_brackets_behind_a_name_is_no_sound(written: str, name: str) -> None:
    found = read(*(f"{written if n % 2 else 'Owen Pratt'}: {answer}" for n, answer in enumerate(ANSWERS)))
    assert labels(found) == ["Owen Pratt", name, "Owen Pratt", name, "Owen Pratt"]
    assert all(w.kind is Kind.WORD for cue in found for w in cue.words)


@pytest.mark.parametrize(
    ("aside", "kind"), [("(sighs)", Kind.SOUND), ("(to Owen)", Kind.SOUND), ("(quietly)", Kind.SOUND)]
)
def test_a_sound_or_direction_behind_a_name_stays(aside: str, kind: Kind) -> None:
    found = read(f"HANNA {aside}: Good evening.", "OWEN: Yes.")
    assert labels(found) == ["HANNA", "OWEN"]
    assert (found[0].words[0].text, found[0].words[0].kind) == (aside, kind)


def test_a_colon_of_full_width_needs_no_space() -> None:
    assert labels(read("张伟：你好。", "李娜：你好。", "张伟：再见。")) == ["张伟", "李娜", "张伟"]
    assert labels(read("HANNA：Good evening.", "OWEN：Yes.")) == ["HANNA", "OWEN"]


@pytest.mark.parametrize(
    "lines",
    [
        (
            "Relapse Prevention: you plan for the bad day.",
            "Cause of death: loneliness.",
            "New York: that is where she stopped.",
        ),
        ("Motivational Interviewing:\nyou ask, and then you wait.", "Dr. Smith: a friend.", "10:30: we met."),
        ("Trust: that is the word.", "Trust: it grows slowly.", "Fear: it does not."),
        ("Trust: It grows slowly.", "Trust: It takes years.", "Fear: It does not."),
        ("Breaking News: The river rose.", "Dear John: I am leaving.", "Monday: We met.", "Monday: We left."),
        ("PTSD: a short word for a long night.", "CBT: you change what you do.", "And that is all."),
        (
            "Radical Acceptance: You let it be.",
            "Wise Mind: You know.",
            "Opposite Action: You go.",
            "Safe Place: You stay.",
        ),
        ("So I asked her: Why now?", "She said this: Because.", "The rule is this: Wait."),
    ],
)
@pytest.mark.parametrize("others", [0, 6])
def test_no_word_of_a_term_is_lost(lines: Sequence[str], others: int) -> None:
    found = read(*lines, *(f"We went on for another {n} days." for n in range(others)))
    assert said(found)[: len(lines)] == [" ".join(line.split()) for line in lines]
    assert not any(labels(found))


def test_a_name_that_is_known_is_certain_however_it_is_written() -> None:
    for written in ("Hanna Weir", "Weir, Hanna", "HANNA WEIR", "Hanna", "Weir, Hanna (she/her)"):
        assert said(read(f"{written}: yes, I was.", *ANSWERS, known=("Hanna Weir, PhD",)))[0] == "yes, I was."


def test_a_line_that_is_only_a_doubtful_label_is_text() -> None:
    found = read("Relapse Prevention:", "You plan for it.", *ANSWERS)
    assert said(found)[0] == "Relapse Prevention:" and not doubts(found)


def test_captions_that_go_on_within_a_sentence_are_labelled_too() -> None:
    """Meeting software puts the name in front of each caption, wherever the sentence stands."""
    texts = (
        "Good evening. Tonight we",
        "talk about trust, and",
        "then we eat.",
        "I was not",
        "sure. My sister",
        "drove me.",
    )
    found = read(
        *(f"{'Weir, Hanna' if n < 3 else 'Pratt, Owen'}: {t}" for n, t in enumerate((*texts, *texts)))
    )
    assert said(found) == list(texts) * 2


def test_a_script_is_judged_alike() -> None:
    content = "\n\n".join(f"{('Weir, Hanna', 'Pratt, Owen')[n % 2]}: {a}" for n, a in enumerate(ANSWERS))
    found = words.tokenize(text.from_paragraphs([(p, False) for p in content.split("\n\n")]), script=True)
    assert said(found) == list(ANSWERS)
    assert labels(found)[:2] == ["Weir, Hanna", "Pratt, Owen"]


name = st.from_regex(
    r"[A-Z][a-z]{2,7}( [A-Z][a-z]{2,7}){1,2}|[A-Z][a-z]{2,7}, [A-Z][a-z]{2,7}", fullmatch=True
)
sentence = st.from_regex(r"[A-Za-z][a-z]{1,6}( [a-z]{1,6}){1,4}[.?]", fullmatch=True)


@given(st.lists(st.tuples(st.one_of(st.just(""), name), sentence), min_size=1, max_size=8))
def test_words_given_are_words_kept_and_words_of_labels(cues: list[tuple[str, str]]) -> None:
    found = read(*(f"{who}: {what}" if who else what for who, what in cues))
    for (who, what), cue in zip(cues, found, strict=True):
        kept = " ".join(w.text for w in cue.words)
        label = f"{cue.words[0].label}: " if cue.words[0].label else ""
        assert label + kept == (f"{who}: {what}" if who else what)
