"""The query language: what is understood, and what is answered to what is not."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipeline.errors import QueryError
from pipeline.search.query import lexer
from pipeline.search.query.guide import GUIDE
from pipeline.search.query.lexer import time_ms
from pipeline.search.query.parser import And, Field, Near, Not, Or, Phrase, Word, parse


def tree(text):
    (step,) = parse(text).steps
    return step.node


def bare(node):
    """The tree without the places of its leaves."""
    match node:
        case Word(text, prefix):
            return f"{text}*" if prefix else text
        case Phrase(text):
            return f'"{text}"'
        case Field(name, value):
            return f"{name}:{value}"
        case Near(parts, distance):
            return ("near", distance, *map(bare, parts))
        case Not(part):
            return ("not", bare(part))
        case And(parts):
            return ("and", *map(bare, parts))
        case Or(parts):
            return ("or", *map(bare, parts))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("shame", "shame"),
        ("shame guilt", ("and", "shame", "guilt")),
        ("shame AND guilt", ("and", "shame", "guilt")),
        ("a b OR c", ("or", ("and", "a", "b"), "c")),
        ("a (b OR c)", ("and", "a", ("or", "b", "c"))),
        ("-work", ("not", "work")),
        ("NOT work", ("not", "work")),
        ("a -(b c)", ("and", "a", ("not", ("and", "b", "c")))),
        ('"right here" x', ("and", '"right here"', "x")),
        ("“right here”", '"right here"'),
        ("relaps*", "relaps*"),
        ("alone NEAR night", ("near", 10, "alone", "night")),
        ('a NEAR/3 "b c" NEAR/5 d*', ("near", 5, "a", '"b c"', "d*")),
        ("concept:trigger", "concept:trigger"),
        ('speaker:"Ruth Calder"', "speaker:Ruth Calder"),
        ("Speaker:ruth", "speaker:ruth"),
        ("after:00:10:00", "after:00:10:00"),
        ("self-disclosure don't", ("and", "self-disclosure", "don't")),
        ("near or and not within", ("and", "near", "or", "and", "not", "within")),
        ("well: yes", ("and", "well:", "yes")),
        ("10:30", "10:30"),
    ],
)
def test_what_is_understood(text, expected):
    assert bare(tree(text)) == expected


@pytest.mark.parametrize(
    ("text", "limits"),
    [
        ("a -> b", (None, None, False, "anyone")),
        ("a → b within 60s", (60_000, None, False, "anyone")),
        ("a->b within 1.5min by:other", (90_000, None, False, "other")),
        ("a -> b by:same within 2 minutes", (120_000, None, False, "same")),
        ("a -> within 90 b", (90_000, None, False, "anyone")),
        ("a -> b within 3 utterances within vignette", (None, 3, True, "anyone")),
    ],
)
def test_limits_of_a_sequence(text, limits):
    first, second = parse(text).steps
    assert (bare(first.node), bare(second.node)) == ("a", "b")
    assert (second.within_ms, second.within_utterances, second.same_vignette, second.by) == limits


def test_within_is_a_word_when_no_amount_follows():
    _, second = parse("a -> lives within walls").steps
    assert bare(second.node) == ("and", "lives", "within", "walls")


def test_three_steps_keep_their_own_limits():
    _, second, third = parse("a -> b within 10s -> c within 2h by:same").steps
    assert (second.within_ms, second.by) == (10_000, "anyone")
    assert (third.within_ms, third.by) == (7_200_000, "same")


@pytest.mark.parametrize(
    ("text", "at", "says"),
    [
        ("", 0, "expected a word"),
        ("   ", 3, "expected a word"),
        ("(shame", 0, "not closed"),
        ("shame)", 5, "closes nothing"),
        ('the "end', 4, "not closed"),
        ("shame OR", 8, "expected a word"),
        ("OR shame", 0, "'OR' is not expected"),
        ("a ->", 4, "expected a word"),
        ("-> a", 0, "'->' is not expected"),
        ("concpt:trigger", 0, "did you mean 'concept:'"),
        ("concept:", 8, "has no value"),
        ("concept: trigger", 8, "has no value"),
        ("a - b", 2, "right before what it excludes"),
        ("a b*c", 3, "a star stands at the end"),
        ("a —", 2, "no letter or digit"),
        ("a ” b", 2, "not closed"),
        ("by:other", 0, "belongs to a sequence"),
        ("a -> b by:nobody", 10, "knows other, same and anyone"),
        ("a -> b within 5 parsecs", None, None),
        ("a -> b within 5parsecs", 14, "no unit of time"),
        ("a NEAR concept:trigger", 2, "NEAR joins words"),
        ("a NEAR", 6, "expected a word"),
        ("a NEAR/x b", 2, "'x' is no number of words"),
        ("a NEAR/ b", 2, "is no number of words"),
        ("a NEAR/1000 b", 2, "up to 999"),
        ("a -> b within", 7, "'within' says no time"),
        ("a -> within by:other b", 5, "'within' says no time"),
        ("a b within 60s", 4, "belongs to a sequence"),
        ("a -> b within -> c", 7, "'within' says no time"),
        ("(" * 40 + "a" + ")" * 40, 25, "deep"),
        ("-" * 40 + "a", 26, "deep"),
        (" ".join(["a"] * 80), 128, "at most 64 terms"),
        ("a" * 3000, 59, "at most 2,000 characters"),
        ("\udcff", 0, "no text"),
        ("ab\udcff", 2, "no text"),
        ("speaker:\udcff", 8, "no text"),
        ('door video:"a \udcff"', 14, "no text"),
    ],
)
def test_a_caret_stands_under_the_mistake(text, at, says):
    if says is None:
        parse(text)  # "parsecs" is then a word like any other
        return
    with pytest.raises(QueryError) as caught:
        parse(text)
    error = caught.value
    assert says in str(error)
    assert error.at == at
    assert error.caret().splitlines()[-1] == " " * (at + 2) + "^"
    assert error.exit_status == 2
    assert "\n" not in error.facts()["message"]


# Text that looks like queries, so that the parser's corners are reached, and any text at all.
PIECES = st.sampled_from(
    ["shame", "a*", '"', '"a b"', "(", ")", "-", "OR", "AND", "NOT", "NEAR", "NEAR/3", "->", "→", "concept:", "speaker:x",
     "by:other", "within", "60s", "5", "minutes", "vignette", " ", "“", "”", ":", "*", "\x00", "\n", "é", "日本", "within 5s"]
)  # fmt: skip


@given(
    st.one_of(
        st.text(max_size=60),
        st.lists(PIECES, max_size=14).map("".join),
        st.lists(PIECES, max_size=14).map(" ".join),
    )
)
@settings(deadline=None)
@example("(" * 1990)
@example("-" * 1990)
@example('"' * 7)
@example("”")
def test_any_text_is_a_query_or_a_caret(text):
    try:
        query = parse(text)
    except QueryError as error:
        assert 0 <= error.at <= len(text)
        assert str(error)
    else:
        assert query.steps


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("00:10:00", 600_000),
        ("1:30", 90_000),
        ("90s", 90_000),
        ("2min", 120_000),
        ("90", 90_000),
        ("0", 0),
        ("soon", None),
        ("5x", None),
    ],
)
def test_times(text, expected):
    assert time_ms(text) == expected


def test_every_field_is_in_the_guide():
    assert [f for f in lexer.FIELDS if f"{f}:" not in GUIDE] == []
