"""Names are replaced in every form that they are written in; words that merely look like them stay."""

import re
import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.commands.deidentify.key import Entry
from pipeline.commands.deidentify.letters import folded, runs_of, words_of
from pipeline.commands.deidentify.replaced import Replacer
from pipeline.commands.deidentify.sounds import Sounds
from pipeline.commands.deidentify.table import Table

ENTRIES = (
    Entry("people", "Ruth Calder", "Mary Holt", ("Ruthie",)),
    Entry("people", "Will Hart", "Otto Selby"),
    Entry("people", "Grace", "Thea"),
    Entry("people", "Mark", "Ivor"),
    Entry("people", "May O’Brien", "Una O’Quayle"),
    Entry("people", "Siobhán", "Hetty"),
    Entry("people", "Anne-Marie", "Cora-Lise"),
    Entry("people", "Jan van der Berg", "Piers van der Lomax"),
    Entry("places", "Leeds", "Milbury"),
    Entry("places", "Royal Oak Hospital", "Old Ashbeck Hospital"),
    Entry("terms", "Project Falcon", "Cobalt Beryl"),
)
SAID_SMALL = frozenset(["will", "grace", "mark", "may", "project", "oak", "royal", "hart"])


@pytest.fixture(scope="module")
def replacer():
    table = Table.of(ENTRIES, SAID_SMALL)
    return Replacer(table, Sounds(table.words))


@pytest.mark.parametrize(
    ("written", "twin"),
    [
        ("Ruth's chair, RUTH: and ruth.", "Mary's chair, MARY: and mary."),
        ("the Calders' dog; Ruths", "the Holts' dog; Marys"),
        ("Ruthie came. Dear Ruthie's mum", "Mary came. Dear Mary's mum"),
        ("R-U-T-H, R. U. T. H., r u t h", "M-A-R-Y, M. A. R. Y., m a r y"),
        ("W, I, L, L.", "O, T, T, O."),
        ("Ru- Ruth, R-Ruth, Cald—", "Ma- Mary, M-Mary, Holt—"),
        ("Ru-\nth came", "Ma-\nry came"),
        ("I met Cal... ...der", "I met Ho... ...lt"),
        ("R. Calder, Ruth C. and R.C.", "M. Holt, Mary H. and M.H."),
        ("I told R. about it. Mr. C. left", "I told M. about it. Mr. H. left"),
        ("Siobhan, SIOBHÁN, Siobha\u0301n", "Hetty, HETTY, Hetty"),
        ("Ru\u200bth, R\u00aduth, Ｒｕｔｈ", "Mary, Mary, Mary"),
        ("O'Brien, O’Brien, OBrien, Obrien", "O'Quayle, O’Quayle, OQuayle, OQuayle"),
        ("Anne Marie, AnneMarie, anne-marie", "Cora Lise, CoraLise, cora-lise"),
        ("Jan van der Berg took the van to Berg", "Piers van der Lomax took the van to Lomax"),
        ("ruth-calder_2.mp4, RuthCalder, ruthcalder", "mary-holt_2.mp4, MaryHolt, maryholt"),
        ("ask ruth@calder.org, @ruthcalder", "ask name@example.org, name@example.org"),
        ("Rooth said; Kalder too", "Mary said; Holt too"),
        ("the Royal Oak Hospital, the royal oak", "the Old Ashbeck Hospital, the royal oak"),
        ("project falcon, a project, a falcon", "cobalt beryl, a project, a falcon"),
        ("Will, you can. Thanks, Will. Will's late.", "Otto, you can. Thanks, Otto. Otto's late."),
        ("I told Will. Will said no. Will Hart rang.", "I told Otto. Otto said no. Otto Selby rang."),
        ("will hart rang", "otto selby rang"),
        ('"Grace" GRACE: and Mark.', '"Thea" THEA: and Ivor.'),
        ("Grace is late. May came in May.", "Thea is late. Una came in May."),
        ("WILL AND GRACE LEFT.", "OTTO AND THEA LEFT."),
    ],
)  # fmt: skip
def test_a_name_in_this_form_is_replaced(replacer, written, twin):
    assert replacer.text(written) == twin


@pytest.mark.parametrize(
    "text",
    [
        "Will you come? I will. Nobody will. I WILL do it. Will the group meet? WILL YOU STOP IT.",
        "Will Paul come? Will I ever? 'Will you?'",
        "By the grace of God. Grace is what we need. Graceful. Grace period.",
        "Mark my words. On your marks. Mark the date. Remark. Marked.",
        "May I? In May, June and July. On May 5th. 5 May. You may.",
        "Vitamin C. Plan B. The U-turn. X-ray. A. A. meeting. Hepatitis C.",
        "My heart is hard. The truth. Ruthless. Rather. Root. A hospital, an oak.",
        "e.g. this, i.e. that: 10:30 a.m. and so on... -- no",
    ],
)
def test_what_only_looks_like_a_name_stays(replacer, text):
    assert replacer.text(text) == text


def test_without_capitals_what_is_seldom_a_word_is_a_name(replacer):
    assert replacer.text("so ruth told mr hart and i will hope") == "so mary told mr selby and i will hope"
    assert replacer.text("hello i'm grace") == "hello i'm thea"


def test_a_text_of_names_alone_holds_no_ordinary_words(replacer):
    assert replacer.text("will-hart_grace.mp4", certain=True) == "otto-selby_thea.mp4"
    assert replacer.text("MAY", certain=True) == "UNA"
    assert replacer.text("R", certain=True) == "M" and replacer.text("RC", certain=True) == "MH"


def _plain(text):
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join(c for c in plain if not unicodedata.combining(c) and unicodedata.category(c) != "Cf")


NAMES = (
    "Ruth",
    "RUTH",
    "ruth's",
    "Calder",
    "R\u200buth",
    "Siobhán",
    "Siobhan's",
    "Leeds",
    "Ruth Calder",
    "Ruths",
    "Ｒuth",
)


@given(st.lists(st.one_of(st.sampled_from(NAMES), st.text("abcxyz", min_size=1, max_size=4)), min_size=1, max_size=9),
       st.sampled_from([" ", ", ", ". ", "\n", " - ", "/", "_"]))  # fmt: skip
def test_nothing_is_left_wherever_a_name_stands(replacer, words, between):
    twin = _plain(replacer.text(between.join(words)))
    assert not re.search(r"(?<![^\W\d_])(ruth|calder|siobhan|leeds)(?![^\W\d_])", twin)


@given(st.text(max_size=60))
def test_any_text_is_read_and_what_holds_no_letters_of_a_name_stays(replacer, text):
    twin = replacer.text(text)
    if not {c for c in "ruth calder" if c != " "} & set(folded(text)):
        others = {"will", "hart", "grace", "mark", "may", "brien", "jan", "berg", "leeds", "siobhan"}
        assert twin == text or others & set(words_of(text)) or len(words_of(text)) > 1


@given(st.text(max_size=40))
def test_runs_are_where_they_say(text):
    runs = runs_of(text)
    assert all(a.end <= b.start for a, b in pairwise(runs))
    assert all(text[r.start] == r.written[0] and r.folded and r.start < r.end for r in runs)
