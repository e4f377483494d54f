"""Codings made in other programs come back as decisions: matched by words and time, and what does not match is told."""

from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.commands.adopt import codings
from pipeline.commands.adopt.coded_words import Words, divided
from pipeline.edits import journal
from pipeline.errors import DocumentError
from pipeline.formats.document import writer
from pipeline.search import refi_qda
from pipeline.search.refi_reader import Passage, ReadCode
from pipeline.timing import Span
from pipeline.transcript import Token
from tests.support import edit_makers, qda_makers

NS = f"{{{qda_makers.XMLNS}}}"


@pytest.fixture(scope="module")
def made():
    return edit_makers.compose(edit_makers.demo_aligned(), voiced=True)


@pytest.fixture
def desk(made, tmp_path, monkeypatch):
    """Decides about the demo as it is composed, whatever the journal says."""
    media = tmp_path / "demo.mp4"
    media.write_bytes(b"")
    job = SimpleNamespace(name="demo", media=media)

    def over(*_, **__):
        held = journal.read(journal.journal_of(media)).decisions
        return edit_makers.compose(edit_makers.demo_aligned(), held, voiced=True) if held else made

    monkeypatch.setattr(codings, "preview", over)
    return job


@pytest.fixture
def exported(made, tmp_path):
    """The demo as a project of ours."""
    folder = tmp_path / "transcripts"
    folder.mkdir()
    (folder / "demo.json").write_text(writer.dumps(made.transcript), "utf-8")
    from pipeline.concepts import codebook

    now = datetime(2026, 5, 4, tzinfo=UTC)
    return refi_qda.export(folder, tmp_path / "demo.qdpx", tmp_path, codes=codebook.load(), now=now).path


def text_of(made):
    """The transcript as a text, an utterance a line."""
    tokens = made.transcript.tokens
    return "".join(
        " ".join(t.text for t in tokens[u.first : u.last]) + "\n" for u in made.transcript.voices.utterances
    )


def untagged(made, nth=0):
    """An utterance without any concept: its tokens and its words."""
    transcript = made.transcript
    tagged = {t.utterance for t in transcript.concepts.tags}
    free = [u for u in transcript.voices.utterances if u.id not in tagged and u.last - u.first >= 5]
    found = free[nth]
    return found, " ".join(t.text for t in transcript.tokens[found.first : found.last])


def values(found):
    return [(d.value.concept, d.value.verdict, d.anchor.text) for d in found.decisions]


def test_our_own_export_comes_back_as_nothing_to_decide(desk, exported, made):
    found = codings.decide(desk, exported, "Ana")
    assert values(found) == []
    assert not found.unmatched
    assert found.already == len(made.transcript.concepts.tags) > 0
    assert found.missing == 0


def add_coding(root, words, code_name):
    """Codes words of the transcript as a program does that keeps points of synchronisation."""
    transcript = next(root.iter(f"{NS}Transcript"))
    code = next(c for c in root.iter(f"{NS}Code") if c.get("name") == code_name)
    selection = ElementTree.SubElement(
        transcript, f"{NS}TranscriptSelection", {"guid": qda_makers.guid(words)}
    )
    for key, at in zip(("fromSyncPoint", "toSyncPoint"), words_at(root, words), strict=True):
        point = qda_makers.guid(f"{words}{key}")
        ElementTree.SubElement(transcript, f"{NS}SyncPoint", {"guid": point, "position": str(at)})
        selection.set(key, f"{{{point.upper()}}}")
    made = ElementTree.SubElement(selection, f"{NS}Coding", {"guid": qda_makers.guid(f"{words}c")})
    ElementTree.SubElement(made, f"{NS}CodeRef", {"targetGUID": code.get("guid")})


def words_at(root, words):
    first = root.attrib["content"].index(words)
    return first, first + len(words)


def coded_elsewhere(path, words, code_name):
    import zipfile

    with zipfile.ZipFile(path) as archive:
        (name,) = (n for n in archive.namelist() if n.endswith(".txt"))
        content = archive.read(name).decode()

    def change(root):
        root.set("content", content)
        add_coding(root, words, code_name)
        del root.attrib["content"]

    return qda_makers.edited(path, change)


def test_what_a_researcher_coded_is_added_once_and_for_all(desk, exported, made):
    _, words = untagged(made)
    file = coded_elsewhere(exported, words, trigger_label())
    found = codings.adopt(desk, file, "Ana")
    assert values(found) == [("trigger", "added", words)]
    assert found.decisions[0].note.startswith("Vignette")
    again = codings.adopt(desk, file, "Ana")
    assert values(again) == []
    assert again.already == found.already + 1


def trigger_label():
    from pipeline.concepts import codebook

    return codebook.load().codes["trigger"].label


def test_codes_that_were_taken_off_are_decisions_only_where_asked_for(desk, exported, made):
    def without_one(root):
        transcript = next(root.iter(f"{NS}Transcript"))
        transcript.remove(next(transcript.iter(f"{NS}TranscriptSelection")))

    qda_makers.edited(exported, without_one)
    found = codings.decide(desk, exported, "Ana")
    assert (values(found), found.missing) == ([], 1)
    assert any("--exactly rejects" in note for note in found.notes)
    (decision,) = codings.decide(desk, exported, "Ana", exactly=True).decisions
    assert decision.value.verdict == "rejected"


def test_the_machines_own_codings_are_nobodys_decision(desk, exported, made, monkeypatch):
    bare = edit_makers.compose(edit_makers.demo_aligned(), voiced=True, tagging=False)
    monkeypatch.setattr(codings, "preview", lambda *_, **__: bare)
    found = codings.decide(desk, exported, "Ana")
    assert values(found) == []
    assert any("no longer stand here" in note for note in found.notes)


@pytest.mark.parametrize("inline", [True, False])
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_a_text_of_its_own_is_matched_by_its_words(desk, made, tmp_path, inline, ends):
    _, words = untagged(made)
    text = text_of(made).replace("\n", ends)
    at = text.index(words)
    xml = qda_makers.project(
        ["trigger"],
        qda_makers.text_source("demo.txt", text, [(at + 1, at + len(words) - 1, "trigger")], inline),
    )
    file = qda_makers.saved(tmp_path / "x.qdpx", xml, {} if inline else {"demo.txt": text})
    assert values(codings.decide(desk, file, "Ana")) == [("trigger", "added", words)]


def test_line_breaks_counted_as_one_are_told_by_the_passages_names(desk, made, tmp_path):
    _, words = untagged(made, -1)
    text = text_of(made)
    at = text.index(words)
    source = qda_makers.text_source("demo", text, [(at, at + len(words), "trigger")], named=words)
    file = qda_makers.saved(
        tmp_path / "x.qdpx", qda_makers.project(["trigger"], source), {"demo": text.replace("\n", "\r\n")}
    )
    assert values(codings.decide(desk, file, "Ana")) == [("trigger", "added", words)]


def test_line_breaks_that_xml_made_one_and_the_program_counts_as_two(desk, made, tmp_path):
    _, words = untagged(made, -1)
    text = text_of(made)
    at = text.replace("\n", "\r\n").index(words)
    source = qda_makers.text_source("demo", text, [(at, at + len(words), "trigger")], True, named=words[:20])
    file = qda_makers.saved(tmp_path / "x.qdpx", qda_makers.project(["trigger"], source))
    assert values(codings.decide(desk, file, "Ana")) == [("trigger", "added", words)]


def test_rare_characters_counted_as_two_are_told_by_the_passages_names(desk, made, tmp_path):
    _, words = untagged(made, -1)
    text = "😀😀😀😀😀😀😀😀😀😀😀😀😀😀\n" + text_of(made)
    at = text.index(words) + 14
    source = qda_makers.text_source("demo", text, [(at, at + len(words), "trigger")], named=words)
    file = qda_makers.saved(tmp_path / "x.qdpx", qda_makers.project(["trigger"], source), {"demo": text})
    assert values(codings.decide(desk, file, "Ana")) == [("trigger", "added", words)]


def test_a_coded_time_is_the_words_said_in_it(desk, made, tmp_path):
    utterance, words = untagged(made)
    tokens = made.transcript.tokens
    span = tokens[utterance.first].span.start_ms, tokens[utterance.last - 1].span.end_ms
    xml = qda_makers.project(
        ["Shame / guilt", "shame-guilt"], qda_makers.video_source("demo.mp4", [(*span, "shame-guilt")])
    )
    found = codings.decide(desk, qda_makers.saved(tmp_path / "x.qdpx", xml), "Ana")
    assert values(found) == [("shame-guilt", "added", words)]


def test_what_does_not_match_is_told_one_by_one(desk, made, tmp_path):
    _, words = untagged(made)
    text = text_of(made) + "Nobody ever said such a thing in this group.\n"
    at, lie = text.index(words), text.index("Nobody ever")
    coded = [
        (at, at + len(words), "my own theory"),
        (at, at + len(words), "Motivation"),
        (lie, len(text), "trigger"),
        (at, at, "trigger"),
    ]
    sources = qda_makers.text_source("demo", text, coded) + qda_makers.video_source(
        "demo.mp4", [(290_000, 299_000, "trigger")]
    )
    file = qda_makers.saved(
        tmp_path / "x.qdpx",
        qda_makers.project(["my own theory", "Motivation", "trigger"], sources),
        {"demo": text},
    )
    found = codings.decide(desk, file, "Ana")
    assert values(found) == []
    assert [(u.code, u.problem) for u in found.unmatched] == [
        ("my own theory", "is no concept of the lexicon"),
        ("Motivation", "stands above concepts: code it with one of those below it"),
        ("trigger", "these words are not said in it"),
        ("trigger", "it has neither words nor a time"),
        ("trigger", "nobody speaks then"),
    ]
    assert "5 codings not matched" in "\n".join(found.lines(Path("demo.mp4"), True))


def test_another_recordings_project_is_refused_and_names_what_it_codes(desk, tmp_path):
    sources = "".join(
        qda_makers.video_source(f"{n}.mp4", [(0, 9000, "trigger")]) for n in ("first", "second")
    )
    file = qda_makers.saved(tmp_path / "x.qdpx", qda_makers.project(["trigger"], sources))
    with pytest.raises(
        DocumentError, match=r"codes no source called 'demo' \(coded are: 'first.mp4', 'second.mp4'\)"
    ):
        codings.decide(desk, file, "Ana")


def test_the_only_coded_source_is_taken_and_told(desk, made, tmp_path):
    _, words = untagged(made)
    text = text_of(made)
    at = text.index(words)
    source = qda_makers.text_source("Session 1", text, [(at, at + len(words), "trigger")])
    file = qda_makers.saved(tmp_path / "x.qdpx", qda_makers.project(["trigger"], source), {"Session 1": text})
    found = codings.decide(desk, file, "Ana")
    assert len(found.decisions) == 1
    assert any("'Session 1'" in note for note in found.notes)


def test_a_passage_over_several_utterances_is_a_decision_for_each(desk, made, tmp_path):
    text = text_of(made)
    lines = text.splitlines(keepends=True)
    source = qda_makers.text_source("demo", text, [(0, sum(map(len, lines[:3])), "conflict-tension")])
    file = qda_makers.saved(
        tmp_path / "x.qdpx", qda_makers.project(["conflict-tension"], source), {"demo": text}
    )
    assert [v[2] for v in values(codings.decide(desk, file, "Ana"))] == [line.strip() for line in lines[:3]]


# --- words and places ---------------------------------------------------------------------------------------------------

SAID = [
    word
    for part in (
        "well I was in the shop . no I was not in the shop !",
        "well you were in the shop again and again yes you were",
    )
    for word in part.split()
]


def words_of(said=SAID, names=("Ruth",)):
    tokens = [Token(w, Span(n * 1000, n * 1000 + 900)) for n, w in enumerate(said)]
    return Words(tokens, names)


def passage(text, start_ms=None, end_ms=None, before="", after="", begins=False):
    return Passage(ReadCode("g", "trigger"), "s", text, before, after, begins, start_ms, end_ms)


def found_at(place):
    assert not place.problem, place.problem
    return place.first, place.last


@pytest.mark.parametrize(
    ("given_", "at"),
    [
        (passage("in the shop", 10_000), (11, 14)),  # the nearest in time
        (passage("in the shop", 4_000), (3, 6)),
        (passage("in the shop", before="No, I was not "), (11, 14)),  # by context
        (passage("in the shop", after=" again and again"), (18, 21)),
        (passage("“In the SHOP” again"), (18, 22)),  # case and punctuation
        (passage("Ruth: you were in", begins=True), (16, 19)),  # a name in front of the line
        (passage("I was in the store", 1_000, 6_000), (1, 6)),  # a word mended since
        (passage("you were in the shoppe again and again yes"), (16, 25)),  # the same without a time
    ],
)
def test_a_passage_is_found(given_, at):
    assert found_at(words_of().place(given_)) == at


@pytest.mark.parametrize(
    ("given_", "problem"),
    [
        (passage("in the shop"), "said 3 times, and nothing tells which"),
        (passage("a wholly different sentence", 3_000, 6_000), "other words are said then"),
        (passage("a wholly different sentence"), "these words are not said"),
        (passage("?!"), "it holds no word"),
        (passage("", 90_000, 95_000), "nobody speaks then"),
        (passage(""), "neither words nor a time"),
    ],
)
def test_what_cannot_be_told_is_not_guessed(given_, problem):
    assert problem in words_of().place(given_).problem


@given(st.lists(st.sampled_from(["a", "b", "c", "d", "e"]), min_size=1, max_size=30), st.data())
def test_words_with_their_time_are_found_where_they_were(said, data):
    first = data.draw(st.integers(0, len(said) - 1))
    last = data.draw(st.integers(first + 1, len(said)))
    wanted = passage(" ".join(said[first:last]), first * 1000, last * 1000)
    assert found_at(words_of(said).place(wanted)) == (first, last)


def test_a_place_is_divided_at_utterances_and_silent_ones_left_out():
    tokens = words_of().tokens
    place = words_of().place(passage("", 2_000, 9_000))
    assert [*divided(place, [(0, 4), (4, 7), (7, 20)], tokens)] == [(2, 4), (4, 7), (7, 9)]
