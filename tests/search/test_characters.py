"""Search finds what was written on one keyboard by what is typed on another."""

import pytest

from pipeline.search import Index
from tests.support import search_makers

TALK = """
Zoë | I don´t know what my ther\u00e1pist said.
Marc | Ｔｒｕｓｔ takes １２ weeks.
Zoë | He called it „a bad day“ and left.
"""


@pytest.fixture(scope="module")
def index(tmp_path_factory):
    folder = search_makers.save(
        tmp_path_factory.mktemp("transcripts"), search_makers.document("talk", TALK, "Talk")
    )
    Index.update(folder)
    with Index.of(folder) as opened:
        yield opened


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("trust", 2), ("ｔｒｕｓｔ", 2), ("Ｔｒｕｓｔ weeks", 2), ("12", 2), ("trus*", 2), ('"trust takes"', 2),
        ("don't", 1), ("don’t", 1), ("don`t", 1), ('"don´t know"', 1), ("thera\u00adpist", 1), ("thera\u200bpist", 1),
        ("«a bad day»", 3), ("„a bad day“", 3), ("„a bad day”", 3), ("“a bad day”", 3),
        ("speaker：Marc", 2), ("speaker:Mar\u00adc", 2),
    ],
)  # fmt: skip
def test_the_keyboard_does_not_matter(index, query, found):
    (hit,) = index.search(query).hits
    assert hit.moments[0].utterance == f"u{found}"


def test_a_document_with_such_characters_is_taken_out_again(tmp_path):
    folder = search_makers.save(tmp_path / "transcripts", search_makers.document("talk", TALK, "Ｔａｌｋ"))
    Index.update(folder)
    next(folder.glob("*.json")).unlink()
    Index.update(folder)
    with Index.of(folder) as opened:
        assert not opened.search("trust").hits
