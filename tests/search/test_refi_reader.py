"""Projects of other programs read: what is damaged, hostile or no project is one sentence, in bounded memory."""

import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import DocumentError
from pipeline.search import refi_archive, refi_reader
from tests.support import qda_makers

TEXT = "Ruth: Good morning.\nOmar: I wanted to leave, and I stayed.\n"


def refused(path):
    with pytest.raises(DocumentError) as error:
        refi_reader.read(path)
    assert "\n" not in str(error.value)
    return str(error.value)


@pytest.fixture
def saved(tmp_path):
    def save(xml, texts=None):
        return qda_makers.saved(tmp_path / "p.qdpx", xml, texts)

    return save


def passages(project):
    return [p for source in project.sources for p in source.passages]


def test_a_passage_has_its_code_its_whole_words_and_who_coded_it(saved):
    at = TEXT.index("anted to lea")
    source = qda_makers.text_source("talk.txt", TEXT, [(at, at + 12, "Ambivalence")])
    (found,) = passages(
        refi_reader.read(saved(qda_makers.project(["Ambivalence"], source), {"talk.txt": TEXT}))
    )
    assert (found.code.name, found.text, found.who) == ("Ambivalence", "wanted to leave,", "Ana")
    assert found.before.endswith("Omar: I ")
    assert not found.begins_line


def test_a_bare_project_is_read_where_its_texts_are_inside(tmp_path):
    path = tmp_path / "p.qde"
    path.write_text(
        qda_makers.project(["c"], qda_makers.text_source("t", TEXT, [(0, 4, "c")], inline=True)), "utf-8"
    )
    (found,) = passages(refi_reader.read(path))
    assert (found.text, found.begins_line) == ("Ruth:", True)


def test_a_text_that_is_missing_is_told(saved):
    xml = qda_makers.project(["c"], qda_makers.text_source("t", TEXT, [(0, 4, "c")]))
    (source,) = refi_reader.read(saved(xml)).sources
    assert source.problems == ("the text of 't' is not in the project",)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_the_encodings_that_programs_write_are_read(tmp_path, encoding):
    xml = qda_makers.project(["é"], qda_makers.video_source("t.mp4", [(0, 9, "é")])).replace(
        'encoding="utf-8"', ""
    )
    (found,) = passages(refi_reader.read(qda_makers.saved(tmp_path / "p.qdpx", xml.encode(encoding))))
    assert (found.code.name, found.start_ms, found.end_ms) == ("é", 0, 9)


ENTITIES = '<!DOCTYPE p [<!ENTITY a "aaaaaaaaaa">' + "".join(
    f'<!ENTITY a{n} "&a{n - 1 or ""};&a{n - 1 or ""};&a{n - 1 or ""};">' for n in range(1, 30)
) + "]>"  # fmt: skip


@pytest.mark.parametrize(
    ("xml", "said"),
    [
        (
            ENTITIES + "<Project>&a29;</Project>",
            "line 1: holds a document type declaration, which no project needs",
        ),
        ("<Project><Sources>", "is damaged XML"),
        ("<html/>", "is no REFI-QDA project"),
        ("<a>" * 200 + "</a>" * 200, "deep within each other"),
        ("", "is damaged XML"),
        ("\x00", "is damaged XML"),
    ],
)
def test_what_is_no_project_is_one_sentence(saved, xml, said):
    assert said in refused(saved(xml))


def test_archives_that_are_none_damaged_locked_or_bombs(tmp_path, monkeypatch):
    path = tmp_path / "p.qdpx"
    assert "does not exist" in refused(path)
    assert "is no file" in refused(tmp_path)
    path.write_bytes(b"\x00\x01 no archive")
    assert "is damaged XML" in refused(path)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("other.xml", "<a/>")
    assert "without 'project.qde'" in refused(path)
    good = qda_makers.saved(path, qda_makers.project(["c"], "")).read_bytes()
    path.write_bytes(good[: len(good) // 2] + b"\xff" * 40 + good[len(good) // 2 + 40 :])
    assert "is a damaged archive" in refused(path)
    data = bytearray(good)
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + at] |= 1
    path.write_bytes(data)
    assert "is locked with a password" in refused(path)
    monkeypatch.setattr(refi_archive, "_MAX_XML_BYTES", 1000)
    assert "unpacks to more than" in refused(qda_makers.saved(path, " " * 100_000 + "<Project/>"))


def test_texts_that_unpack_without_end_are_refused(saved, monkeypatch):
    monkeypatch.setattr(refi_archive, "_MAX_TEXT_BYTES", 1000)
    xml = qda_makers.project(["c"], qda_makers.text_source("t", "", [(0, 4, "c")]))
    assert "unpacks to more than" in refused(saved(xml, {"t": "a" * 100_000}))


def test_many_texts_together_are_bounded_too(saved, monkeypatch):
    monkeypatch.setattr(refi_archive, "_MAX_ALL_TEXT_BYTES", 1500)
    names = [f"t{n}" for n in range(3)]
    xml = qda_makers.project(["c"], "".join(qda_makers.text_source(n, "", [(0, 4, "c")]) for n in names))
    assert "unpacks to more than" in refused(saved(xml, dict.fromkeys(names, "a" * 700)))


def test_passages_that_together_are_far_more_than_there_is(saved, monkeypatch):
    monkeypatch.setattr(refi_reader, "_MAX_CHARS", 5000)
    xml = qda_makers.project(["c"], qda_makers.text_source("t", "", [(0, 1000, "c")] * 6))
    assert "codes far more text than there is" in refused(saved(xml, {"t": "word " * 300}))


def test_a_path_out_of_the_archive_leads_nowhere(saved, tmp_path):
    (tmp_path / "secret.txt").write_text("secret", "utf-8")
    source = qda_makers.text_source("t", TEXT, [(0, 4, "c")])
    for path in ("internal://../secret.txt", f"file://{tmp_path}/secret.txt", "relative:///secret.txt"):
        hostile = source.replace(f"internal://{qda_makers.guid('t')}.txt", path)
        (read,) = refi_reader.read(saved(qda_makers.project(["c"], hostile))).sources
        assert not read.passages


VALUES = st.sampled_from(["0", "5", "-3", "99999999999999999999", "x", "", "1.5", " 7 "])


@given(VALUES, VALUES)
def test_any_positions_are_read_or_left(tmp_path_factory, first, last):
    path = tmp_path_factory.getbasetemp() / "any.qdpx"
    source = qda_makers.text_source("t", TEXT, [(0, 4, "c")])
    source = source.replace(
        'startPosition="0" endPosition="4"', f'startPosition="{first}" endPosition="{last}"'
    )
    found = passages(refi_reader.read(qda_makers.saved(path, qda_makers.project(["c"], source), {"t": TEXT})))
    assert len(found) == 1
    assert found[0].text in TEXT
