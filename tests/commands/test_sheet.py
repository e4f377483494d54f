"""The contact sheet as HTML: every part once, whatever its words are made of, and nothing that could run."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pipeline.commands.sheet import frames_of, page
from pipeline.formats.document.reader import Person, Scene
from tests.support import search_makers
from tests.support.media_makers import RATE_HZ, wav

TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=30)
TIME = st.integers(0, 10**7)
TEXTS = st.lists(TEXT, max_size=2).map(tuple)
PART = st.builds(Scene, TEXT, TEXT, st.just(1), TEXT, TIME, TIME, TEXTS, TEXTS)
EMPTY = search_makers.read("talk", "", vignettes=[], speakers=[])


class Reader(HTMLParser):
    """Collects the headings and every tag."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.headings: list[str] = []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        if tag in ("h1", "h2"):
            self.headings.append("")

    def handle_data(self, data):
        if self.tags and self.tags[-1] in ("h1", "h2") and self.headings:
            self.headings[-1] += data

    def handle_endtag(self, tag):
        self.tags.append("/" + tag)


def read(html: str) -> Reader:
    reader = Reader()
    reader.feed(html)
    return reader


@given(
    TEXT,
    st.lists(st.tuples(PART, st.sampled_from([None, b"\xff\xd8jpeg"])), max_size=4),
    st.dictionaries(TEXT, TEXT),
)
def test_titles_come_back_as_they_were_and_no_text_becomes_a_tag(title, shown, names):
    parts, frames = [part for part, _ in shown], [frame for _, frame in shown]
    people = tuple(Person(id, name, "client") for id, name in names.items())
    reader = read(page(title, replace(EMPTY, scenes=tuple(parts), people=people), frames))
    assert reader.headings == [title, *(part.title for part in parts)]
    assert reader.tags.count("li") == len(parts)
    assert reader.tags.count("img") == sum(frame is not None for frame in frames)
    assert {tag.strip("/") for tag in reader.tags} <= {
        "html", "head", "meta", "title", "style", "body", "main", "h1", "h2", "p", "ol", "li", "div", "img"
    }  # fmt: skip


def test_a_speaker_without_a_name_is_shown_by_id():
    part = Scene("v1", "vignette", 1, "One", 0, 61_000, ("s1", "s2"))
    html = page("Talk", replace(EMPTY, scenes=(part,), people=(Person("s1", "Ann", "client"),)), [None])
    assert "<p>1 part</p>" in html
    assert "<p>Ann, s2</p>" in html
    assert "<p>0:00 to 1:01, vignette</p>" in html


def test_sound_alone_has_no_frames(tmp_path):
    sound = wav(tmp_path / "a.wav", np.zeros(RATE_HZ, np.int16))
    assert frames_of(sound, [Scene("v1", "vignette", 1, "One", 0, 500)] * 2) == [None, None]
