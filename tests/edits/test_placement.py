"""Positions: where the words of a decision and its breaks, labels and dashes are once all words are corrected."""

import pytest

from pipeline.edits.live_text import LiveText, written
from pipeline.edits.placement import Placement, Settled
from pipeline.timing import Span
from pipeline.transcript import Token


def live() -> LiveText:
    return LiveText(
        [
            Token(w, Span(k * 300, k * 300 + 200), 0.9)
            for k, w in enumerate(["a", "b", "c", "d", "e", "f", "g", "h"])
        ]
    )


def held(text: LiveText) -> Placement:
    """Words 1 to 6, "b c d e f g": a line more from "e" on, who says "b" and "e", and a dash before each."""
    nodes = tuple(text.nodes[1:7])
    return Placement(nodes, text.moment, (3,), ((0, "ANN"), (3, "TOM")), (0, 3))


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        (0, 1, Settled(0, 6, (3,), ((0, "ANN"), (3, "TOM")), (0, 3))),
        (4, 5, Settled(1, 6, (4,), ((1, "ANN"), (4, "TOM")), (1, 4))),
        (4, 7, Settled(1, 4, (), ((1, "ANN"),), (1,))),
        (1, 4, Settled(1, 4, (), ((1, "TOM"),), (1,))),
        (1, 2, Settled(1, 6, (3,), ((1, "ANN"), (3, "TOM")), (1, 3))),
        (1, 7, None),
        (7, 8, Settled(1, 7, (4,), ((1, "ANN"), (4, "TOM")), (1, 4))),
    ],
)
def test_marks_go_with_their_words_and_with_the_last_of_them(first, last, expected):
    text = live()
    place = held(text)
    text.remove(first, last)
    assert place.settled(text.order()) == expected


def test_words_put_to_a_passage_belong_to_it_and_words_beside_it_do_not():
    text = live()
    place = held(text)
    text.rewrite(6, 7, written("g g2"))
    text.rewrite(1, 2, written("b0 b"))
    text.insert(1, written("beside"), Span(200, 250))
    assert place.settled(text.order()) == Settled(2, 10, (6,), ((2, "ANN"), (6, "TOM")), (2, 6))


def test_what_was_not_said_stays_unsaid():
    text = live()
    place = Placement(tuple(text.nodes[1:3]), text.moment)
    assert place.settled(text.order()) == Settled(1, 3)
    text.remove(1, 3)
    assert place.settled(text.order()) is None
    assert place.following(text.order()) == Settled(1, 2)
    text.remove(0, len(text.nodes))
    assert place.following(text.order()) is None
