"""Word changes: whatever was mended, the decisions made of it lead to the mended words."""

from __future__ import annotations

import random
from dataclasses import replace
from itertools import accumulate, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.commands.adopt.diff import on_tokens
from pipeline.commands.adopt.shown_file import ShownCue, Word
from pipeline.commands.adopt.word_changes import WordChanges
from pipeline.edits import live_text
from pipeline.edits.model import Add, Decision, Delete
from pipeline.edits.token_diff import changes_within
from pipeline.timing import Span
from pipeline.transcript import (
    Aligned,
    AlignmentReport,
    Captions,
    Cue,
    Grade,
    Heard,
    Media,
    Token,
    Transcript,
    Verdict,
    Voices,
)
from tests.support.examples import examples

WORDS = ("so", "I", "said", "craving", "never", "of course", "Thursday", "door")
WORD_MS = 400


def ours(*cues: str) -> Transcript:
    """A transcript of these captions; `_` joins the words of one token."""
    texts = [cue.split() for cue in cues]
    tokens = [
        Token(text.replace("_", " "), Span(k * WORD_MS, k * WORD_MS + 300))
        for k, text in enumerate(t for cue in texts for t in cue)
    ]
    edges = [0, *accumulate(map(len, texts))]
    rows = tuple(Cue(Span(a * WORD_MS, b * WORD_MS), a, b) for a, b in pairwise(edges))
    aligned = Aligned(tuple(tokens), AlignmentReport(Verdict.NO_SUBTITLES))
    heard = Heard("", "", False, (), ())
    media = Media("talk", "", len(tokens) * WORD_MS)
    return Transcript(media, heard, aligned, Voices(), Captions(rows), Grade.MACHINE)


def theirs(*cues: str | tuple[int, str]) -> list[ShownCue]:
    """Mended captions, a second each unless a start is given; `JAX:` before the words is a label, `/` ends a line."""
    found = []
    for k, cue in enumerate(cues):
        start_ms, text = cue if isinstance(cue, tuple) else (k * 1000, cue)
        label, _, said = text.rpartition(": ")
        lines = [tuple(Word(w) for w in line.split()) for line in said.split("/")]
        if label:
            lines[0] = (Word(lines[0][0].text, label), *lines[0][1:])
        found.append(ShownCue(Span(start_ms, start_ms + 1000), tuple(lines)))
    return found


def decided(transcript: Transcript, cues: list[ShownCue]) -> list[Decision]:
    collected = WordChanges(transcript, cues)
    shown = [
        [w for t in transcript.tokens[c.first : c.last] for w in t.text.split()]
        for c in transcript.captions.cues
    ]
    for change in on_tokens(changes_within(shown, [list(c.texts) for c in cues]), collected.owner):
        collected.note(change)
    return collected.decide("Ana")


def replayed(transcript: Transcript, decisions: list[Decision]) -> list[str]:
    """The words after the decisions, each found by the text of its anchor alone, behind the one before."""
    live = live_text.LiveText(transcript.tokens)
    at = 0
    for decision in decisions:
        anchor = decision.anchor
        assert anchor is not None and decision.who == "Ana"
        texts = [n.token.text for n in live.nodes]
        at = next(k for k in range(at, len(texts) + 1) if stands(anchor, texts, k))
        last = at
        while " ".join(texts[at:last]) != anchor.text:
            last += 1
        value = decision.value
        if isinstance(value, Add):
            live.insert(at, live_text.written(value.text), Span(value.start_ms, value.end_ms))
            at += len(live_text.written(value.text))
        elif isinstance(value, Delete):
            live.remove(at, last)
        else:
            live.rewrite(at, last, live_text.written(value.text))
            at += len(live_text.written(value.text))
    return live.text(0, len(live.nodes)).split()


def stands(anchor, texts: list[str], k: int) -> bool:
    """Whether an anchor is about the words from `k` on."""
    before = " ".join(texts[max(0, k - 5) : k]).split()[-5:]
    here = " ".join(texts[k:])
    return " ".join(before) == anchor.before and (
        here == anchor.text or here.startswith(f"{anchor.text} ") or not anchor.text
    )


def mended(rng: random.Random, cues: list[list[str]]) -> list[list[str]]:
    """The captions after some words were changed, taken out or put in, and some captions too."""
    found = []
    for cue in cues:
        words = " ".join(cue).split()
        for _ in range(rng.choice((0, 0, 1, 2))):
            at = rng.randrange(len(words) + 1)
            words[at : at + rng.choice((0, 1, 1, 2))] = rng.choices(
                ("new", "never", "Ruth"), k=rng.choice((0, 1, 2))
            )
        if rng.random() < 0.15:
            found.append(rng.choices(("whole", "caption", "so"), k=3))
        if words and rng.random() > 0.15:
            found.append(words)
    return found


@given(st.integers(0, 1 << 32))
@settings(max_examples=examples(60))
def test_the_decisions_lead_to_the_mended_words(seed: int) -> None:
    rng = random.Random(seed)
    cues = [rng.choices(WORDS, k=rng.randint(1, 5)) for _ in range(rng.randint(1, 5))]
    transcript = ours(*(" ".join(w.replace(" ", "_") for w in cue) for cue in cues))
    wanted = mended(rng, cues)
    decisions = decided(transcript, theirs(*(" ".join(cue) for cue in wanted)))
    assert replayed(transcript, decisions) == [w for cue in wanted for w in cue]


def values(transcript: Transcript, *cues: str | tuple[int, str]) -> list[tuple[str, str, str]]:
    """Each decision: its kind, the words it is about, and its text."""
    return [
        (d.kind, d.anchor.text if d.anchor else "", getattr(d.value, "text", ""))
        for d in decided(transcript, theirs(*cues))
    ]


TALK = ("so I said", "never of_course", "the door")


@pytest.mark.parametrize(
    ("mend", "expected"),
    [
        (("so I said", "never of course", "the door"), []),
        (("so we said", "never of course", "the door"), [("words", "I", "we")]),
        (("so said", "never of course", "the door"), [("words", "I", "")]),
        (("so I never said", "never of course", "the door"), [("words", "I", "I never")]),
        (("well so I said", "never of course", "the door"), [("words", "so", "well so")]),
        (("so I said", "never of horse", "the door"), [("words", "of course", "of horse")]),
        (("so I said", "the door"), [("delete", "never of course", "")]),
        (("so I said", "never", "the door"), [("words", "of course", "")]),
        (
            ("so I said well", "yes never of course", "the door"),
            [("words", "said", "said well"), ("words", "never", "yes never")],
        ),
        (("I say", "never of course", "the door"), [("words", "so I said", "I say")]),
    ],
)
def test_a_mend_is_about_the_words_it_changes(mend, expected) -> None:
    found = values(ours(*TALK), *mend)
    if mend[0] == "I say":  # one word gone, another rewritten
        assert found == [("words", "so", ""), ("words", "said", "say")]
    else:
        assert found == expected


def test_a_caption_of_their_own_is_added_where_it_stands() -> None:
    transcript = ours(*TALK)
    added = decided(transcript, theirs("so I said", (1300, "JAX: mm / hm"), "never of course", "the door"))
    (decision,) = added
    assert decision.value == Add("mm\nhm", 1300, 2300, "JAX")
    assert decision.anchor is not None
    assert (decision.anchor.text, decision.anchor.before, decision.anchor.after) == (
        "",
        "so I said",
        "never of course the door",
    )


@pytest.mark.parametrize(
    ("mend", "before"),
    [(("mm hm", *TALK), ""), ((*TALK, "mm hm"), "I said never of course the door")],
)
def test_a_caption_is_added_at_either_end(mend, before) -> None:
    (decision,) = decided(ours(*TALK), theirs(*(m.replace("_", " ") for m in mend)))
    assert isinstance(decision.value, Add) and decision.anchor is not None
    assert decision.anchor.before == " ".join(before.split()[-5:])


def test_of_new_captions_in_place_of_ours_the_one_at_the_same_time_replaces_it() -> None:
    transcript = ours("so I said", "never craving", "the door")  # the middle one is said from 1.2 to 2 s
    found = values(
        transcript, (0, "so I said"), (5000, "first new"), (1300, "second new"), (6000, "the door")
    )
    assert ("words", "never craving", "second new") in found
    assert [v for v in found if v[0] == "add"] == [("add", "", "first new")]


def test_where_none_is_at_the_time_of_ours_ours_goes_and_theirs_are_added() -> None:
    transcript = ours("so I said", "never craving", "the door")
    found = values(transcript, (0, "so I said"), (5000, "first new"), (6000, "the door"))
    assert sorted(found) == [("add", "", "first new"), ("delete", "never craving", "")]


def test_words_of_people_who_talk_at_once_are_replaced_once() -> None:
    transcript = ours("so", "I", "said")
    first, second, third = transcript.captions.cues
    transcript = replace(transcript, captions=Captions((first, third, second)))  # shown: so, said, I
    assert values(transcript, (0, "new"), (1000, "I")) == [("words", "so", "new"), ("delete", "said", "")]
