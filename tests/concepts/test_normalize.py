"""Messy talk made ready for matching, each word keeping its place in the text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.concepts.normalize import normalize


def heard(text: str) -> str:
    return " ".join(word.text for word in normalize(text).words)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("I-I-I don't know", "i do not know"),
        ("w-want, th-that, be-because", "want that because"),
        ("I'm gonna, um, cut down", "i am going to cut down"),
        ("on the high- on the high end", "on the high end"),
        ("It's-- it's-- it's big", "it 's big"),
        ("I want to, you know, quit", "i want to quit"),
        ("you know him", "you know him"),
        ("I kind of like it. That kind of group.", "i like it . that kind of group ."),
        ("a bit sad, a bit of bread", "sad a bit of bread"),
        ("so... no", "so no"),
        ("[laughs] Yeah. [crosstalk] ’Cause I can’t!", "yeah . because i can not !"),
        ("I used to use", "i used_to use"),
        ("party-girl", "party girl"),
        ("It was 9.2, or 1,200.", "it was 9.2 or 1,200 ."),
        ("What?! Really?", "what ? really ?"),
        ("she's I've we'd", "she 's i have we 'd"),
        ("", ""),
        ("uh, um-", ""),
    ],
)
def test_what_is_heard(text, words):
    assert heard(text) == words


def test_places_are_those_of_the_words_that_were_said():
    text = "Well, I-I wanna, um, qu-quit."
    talk = normalize(text)
    assert [(w.text, text[w.start : w.end]) for w in talk.words] == [
        ("i", "I"),
        ("want", "wanna"),
        ("to", "wanna"),
        ("quit", "quit"),
        (".", "."),
    ]


def test_quotations_are_marked():
    talk = normalize('He said, "I quit," and left.')
    assert [talk.text[a:b] for a, b in talk.quotes] == ['"I quit,"']


@given(st.text(st.sampled_from("aI iw't-.,?![]\"“”’ um you know kind of"), max_size=80))
def test_words_stand_in_order_inside_the_text(text):
    talk = normalize(text)
    assert all(0 <= w.start < w.end <= len(text) and w.text for w in talk.words)
    starts = [w.start for w in talk.words]
    assert starts == sorted(starts)


@given(st.text(max_size=60))
def test_any_text_at_all_is_listened_to(text):
    normalize(text)
