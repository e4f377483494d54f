"""From lines to words: labels, dashes, sounds and credits, and above all what must not be taken for them."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.formats.readers import srt, text, words
from pipeline.formats.readers.raw_cue import Piece, RawCue
from pipeline.timing import Span
from pipeline.transcript import Kind
from pipeline.transcript.subtitles import SubtitlesWord
from pipeline.words import without_invisible


def _cue(raw: str) -> RawCue:
    return RawCue(Span(0, 1000), srt.plain_lines(raw), raw)


def _words(*raws: str, known: tuple[str, ...] = ()) -> list[SubtitlesWord]:
    """The words of the last of these cues; the others are there to learn labels from."""
    return list(words.tokenize([_cue(raw) for raw in raws], known)[-1].words)


def _told(found: list[SubtitlesWord]) -> str:
    """Words as a line: <LABEL> or <> where a speaker begins, {sound}, «unclear», ~unspoken~."""
    parts = []
    for word in found:
        start = f"<{word.label or ''}>" if word.new_speaker else ""
        shown = {Kind.SOUND: "{%s}", Kind.UNCLEAR: "«%s»", Kind.UNSPOKEN: "~%s~", Kind.WORD: "%s"}[
            word.kind
        ] % word.text
        parts.append(start + shown)
    return " ".join(parts)


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        ("TOM: Hello.", "<TOM>Hello."),
        ("Tom Leighton: Hello.", "<Tom Leighton>Hello."),
        ("DR. LEIGHTON: Hello.", "<DR. LEIGHTON>Hello."),
        ("McKAY: Hello.", "<McKAY>Hello."),
        ("C1: Hello.", "<C1>Hello."),
        ("Client 2: Hello.", "<Client 2>Hello."),
        ("Male narrator: Hello.", "<Male narrator>Hello."),
        ("TOM:\nHello.", "<TOM>Hello."),
        ("[TOM] Hello.", "<TOM>Hello."),
        ("(TOM) Hello.", "<TOM>Hello."),
        ("[Tom Leighton]\nHello.", "<Tom Leighton>Hello."),
        ("[Therapist] Hello.", "<Therapist>Hello."),
        ("[TOM]: Hello.", "<TOM>Hello."),
        ("[TOM:] Hello.", "<TOM>Hello."),
        (">> TOM: Hello.", "<TOM>Hello."),
        (">> Hello.", "<>Hello."),
        (">>> Hello.", "<>Hello."),
        ("- TOM: Hello.\n- JAX: Hi.", "<TOM>Hello. <JAX>Hi."),
        ("TOM (sighs): Hello.", "<TOM>{(sighs)} Hello."),
        ("TOM (V.O.): Hello.", "<TOM>Hello."),
        ("TOM (CONT'D): Hello.", "<TOM>Hello."),
        ("TOM: Hello. JAX: Hi.", "<TOM>Hello. <JAX>Hi."),
        ("<v Tom>Hello.</v> <v Jax>Hi.", "<Tom>Hello. <Jax>Hi."),
        ("<v Tom>TOM: Hello.", "<TOM>Hello."),
        ("<v Tom>- Hello.", "<Tom>Hello."),
    ],
)
def test_labels_are_not_words(raw: str, told: str) -> None:
    assert _told(_words(raw)) == told


@pytest.mark.parametrize(
    "raw",
    [
        "Note: this is it.",
        "NOTE: this is it.",
        "Remember this: it works.",
        "Remember: it works.",
        "It was 3:30 then.",
        "3:30 was late.",
        "Here is the thing: I left.",
        "Question: why?",
        "Honestly: no.",
        "So: what now?",
        "See http://example.org for it.",
        "And then she said: go.",
        "I Said One Long Thing That Is Not: yes.",
        "ONE MORE THING THAT IS NOT A NAME: yes.",
        "One: listen. Two: speak.",
        "A ratio of 2:1 is fine.",
    ],
)
def test_sentences_with_colons_stay_sentences(raw: str) -> None:
    found = _words(raw, raw)
    assert " ".join(w.text for w in found) == raw
    assert not any(w.label or w.new_speaker for w in found)


def test_one_capitalised_word_must_come_again_or_be_known() -> None:
    assert _told(_words("Tom: Hello.")) == "Tom: Hello."
    assert _told(_words("Tom: Hello.", "Tom: Hello.")) == "<Tom>Hello."
    assert _told(_words("Tom: Hello.", known=("Tom Leighton, PhD",))) == "<Tom>Hello."
    assert _told(_words("[Tom] Hello.")) == "{[Tom]} Hello."
    assert _told(_words("TOM: Yes.", "[Tom] Hello.", known=("Tom",))) == "<Tom>Hello."
    assert _told(_words("Tom: A.", "Jax: B.", "Devin: C.")) == "<Devin>C."


def test_where_everything_is_in_capitals_capitals_say_nothing() -> None:
    talk = ("AND THEN WE ALL WENT TO THE MEETING", "MARY TOLD ME: GO HOME NOW")
    assert _told(_words(*talk)) == "MARY TOLD ME: GO HOME NOW"
    assert _told(_words(*talk, "I WAS (I THINK) LATE")) == "I WAS (I THINK) LATE"
    assert _told(_words(*talk, "TOM: NO.", "TOM: YES.")) == "<TOM>YES."
    assert _told(_words(*talk, ">> MARY SMITH: NO.")) == "<MARY SMITH>NO."
    assert _told(_words(*talk, "[LAUGHTER] THAT IS IT")) == "{[LAUGHTER]} THAT IS IT"
    assert (
        _script("SO THIS IS IT\n\nAND WE ALL STAYED\n\nAT HOME")
        == "SO THIS IS IT / AND WE ALL STAYED / AT HOME"
    )


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        ("- Yes.\n- No.", "<>Yes. <>No."),
        ("-Yes.\n-No.", "<>Yes. <>No."),
        ("– Yes.\n– No.", "<>Yes. <>No."),
        ("— Yes.\n— No.", "<>Yes. <>No."),
        ("- Yes. - No.", "<>Yes. <>No."),
        ("Yes.\n- No.", "Yes. <>No."),
        ("TOM: Yes.\n- No.", "<TOM>Yes. <>No."),
        ("I know - Really.", "I know - Really."),
        ("it fell to\n-5 degrees", "it fell to -5 degrees"),
        ("I was\n– and still am – there", "I was – and still am – there"),
        ("-- and then", "-- and then"),
        ("well-known", "well-known"),
    ],
)
def test_dialogue_dashes(raw: str, told: str) -> None:
    assert _told(_words(raw)) == told


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        ("[laughter]", "{[laughter]}"),
        ("[door\nopens slowly] Who?", "{[door opens slowly]} Who?"),
        ("(door opens)", "{(door opens)}"),
        ("(he is tired)", "{(he is tired)}"),
        ("Well (laughs) yes.", "Well {(laughs)} yes."),
        ("(APPLAUSE)", "{(APPLAUSE)}"),
        ("[LAUGHTER] That is it.", "{[LAUGHTER]} That is it."),
        ("[GLASS SHATTERS] What?", "{[GLASS SHATTERS]} What?"),
        ("the (big) one", "the (big) one"),
        ("(and I really did mean that when I said it)", "(and I really did mean that when I said it)"),
        ("in (1994) it", "in (1994) it"),
        ("your neighbour(s) and th[e] rest", "your neighbour(s) and th[e] rest"),
        ("♪ la la\nla la ♪ So.", "{♪ la la la la ♪} So."),
        ("♪ la la", "{♪ la la}"),
        ("# la la la #", "{# la la la #}"),
        ("We are #1 of #3", "We are #1 of #3"),
        ("TOM: [sighs] Yes.", "<TOM>{[sighs]} Yes."),
        ("[a: b\nTOM: c] d", "{[a: b TOM: c]} d"),
        ("I [inaudible], you", "I «[inaudible],» you"),
        ("unclosed [bracket here", "unclosed [bracket here"),
    ],
)
def test_sounds(raw: str, told: str) -> None:
    assert _told(_words(raw)) == told


@pytest.mark.parametrize(
    "raw",
    [
        "Subtitles by Jane Doe",
        "Captioned by the\nNational Institute",
        "CAPTIONS BY: X",
        "www.example.org",
        "https://example.org/x",
        "© 2016 Example Press",
        "Copyright 2016 Example",
        "All rights reserved.",
        "Transcript by Jane",
        "Sync & corrected by x",
    ],
)
def test_credits_are_on_the_screen_only(raw: str) -> None:
    found = _words(raw)
    assert {w.kind for w in found} == {Kind.UNSPOKEN}
    assert " ".join(w.text for w in found) == " ".join(raw.split())


@pytest.mark.parametrize(
    "raw",
    [
        "Copyright law is hard.",
        "Go to www.example.org for it.",
        "Translation is work.",
        "Subtitles help people.",
        "Edited films are shorter.",
    ],
)
def test_talk_about_credits_is_talk(raw: str) -> None:
    assert {w.kind for w in _words(raw)} == {Kind.WORD}


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        ("Yes — no", "Yes — no"),
        ("« Oui »", "« Oui »"),
        ("... and then", "... and then"),
        ("R & D cost £ 5 + 3 %", "R & D cost £ 5 + 3 %"),
        ("...", "~...~"),
        ("🙂", "~🙂~"),
    ],
)
def test_punctuation_stays_with_its_word(raw: str, told: str) -> None:
    found = _words(raw)
    assert _told(found) == told
    assert all(re.search(r"[\w&%+£]", w.text) for w in found if w.kind is Kind.WORD)


def test_lines_are_counted() -> None:
    assert [(w.text, w.line) for w in _words("one two\nthree [a\nb] four")] == [
        ("one", 0), ("two", 0), ("three", 1), ("[a b]", 1), ("four", 2),
    ]  # fmt: skip


WORDS = ("yes", "no,", "I'm", "well-known", "10:30", "Tom", "R&D", "ΑΒΓ", "naïve", "(maybe)", "“quoted”")


@given(st.lists(st.lists(st.sampled_from(WORDS), min_size=1, max_size=5), min_size=1, max_size=3))
def test_ordinary_words_come_out_as_they_went_in(lines: list[list[str]]) -> None:
    found = _words("\n".join("so " + " ".join(line) + " on" for line in lines))
    assert [w.text for w in found] == [w for line in lines for w in ("so", *line, "on")]
    assert not any(w.label or w.new_speaker for w in found)


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=80))
def test_any_text_becomes_words_in_order(raw: str) -> None:
    cue = RawCue(None, tuple((Piece(line),) for line in raw.split("\n") if line.strip()), raw)
    for script in (False, True):
        (found,) = words.tokenize([cue], script=script)
        assert all(w.text.strip() == w.text and w.text for w in found.words)
        at = 0
        squeezed = "".join(without_invisible(raw).split())
        for word in found.words:
            at = squeezed.index("".join(word.text.split()), at)


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        ("TOM: A thera\u00adpist.", "<TOM>A therapist."),
        ("\u200bTOM: Yes\u2060.", "<TOM>Yes."),
        ("TOM\u00a0: Yes,\u00a0no.", "<TOM>Yes, no."),
        ("-\u00a0Yes.\n-\u202fNo.", "<>Yes. <>No."),
        ("ＴＯＭ：Ｙｅｓ, １２.", "<ＴＯＭ>Ｙｅｓ, １２."),
        ("I don´t „know“ «it».", "I don´t „know“ «it»."),
        ("\ufeff", ""),
    ],
)
def test_characters_that_nobody_sees_part_no_words(raw: str, told: str) -> None:
    assert _told(_words(raw)) == told


# Scripts


def _script(content: str) -> str:
    return " / ".join(
        _told(list(cue.words))
        for cue in words.tokenize(text.from_paragraphs(_paragraphs(content)), script=True)
    )


def _paragraphs(content: str) -> list[tuple[str, bool]]:
    return [(p, False) for p in content.split("\n\n")]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("TOM: Hello\nthere.\nJAX: Hi.", "<TOM>Hello there. / <JAX>Hi."),
        ("Tom: A.\nJax: B.\nTom: C.", "<Tom>A. / <Jax>B. / <Tom>C."),
        ("# The group\n\nTOM: Hello.", "~The~ ~group~ / <TOM>Hello."),
        ("Vignette 2: The letter\n\nTOM: Hello.", "~Vignette~ ~2:~ ~The~ ~letter~ / <TOM>Hello."),
        ("THE SECOND SESSION\n\nTOM: Hello.", "~THE~ ~SECOND~ ~SESSION~ / <TOM>Hello."),
        ("INT. ROOM - DAY\n\nTOM: Hello.", "~INT.~ ~ROOM~ ~-~ ~DAY~ / <TOM>Hello."),
        ("TOM\nHello.\n\nJAX\n(quietly)\nHi.\n\nTOM (CONT'D)\nSo.\n\nJAX\nNo.",
         "<TOM>Hello. / <JAX>~(quietly)~ Hi. / <TOM>So. / <JAX>No."),
        ("[He walks to the window and looks out at the street.]\n\nTOM: Hello. [laughs]",
         "~[He walks to the window and looks out at the street.]~ / <TOM>Hello. {[laughs]}"),
        ("TOM: (to Jax) Hello (dear).", "<TOM>~(to Jax)~ Hello (dear)."),
        ("[00:01:02] TOM: Hello.\n00:01:09 JAX: Hi.", "<TOM>Hello. / <JAX>Hi."),
        ("=====\n\nHello there.\n\n-----", "Hello there."),
        ("STOP IT!", "STOP IT!"),
    ],
)  # fmt: skip
def test_scripts(content: str, told: str) -> None:
    assert _script(content) == told
