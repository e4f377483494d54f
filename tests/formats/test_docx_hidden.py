"""Text of Word documents that is not on the page: no reader of ours may tell of it."""

from __future__ import annotations

import io
import os
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import SubtitlesError
from pipeline.formats.readers import docx, raw_cues, read
from tests.support.examples import examples

SPACE = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
DATA = os.environ.get("VIGNETTE_DATA", "")


def packed(body: str, styles: str = "", packing: int = zipfile.ZIP_DEFLATED, **more: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", packing) as archive:
        archive.writestr(
            "word/document.xml", f'<w:document xmlns:w="{SPACE}"><w:body>{body}</w:body></w:document>'
        )
        if styles:
            archive.writestr("word/styles.xml", f'<w:styles xmlns:w="{SPACE}">{styles}</w:styles>')
        for name, content in more.items():
            archive.writestr(name, content)
    return file.getvalue()


def shown(folder: Path, content: bytes) -> str:
    path = folder / "script.docx"
    path.write_bytes(content)
    words = " ".join(w.text for w in read(path).words)
    assert words.split() == [
        w for cue in raw_cues(path) for line in cue.lines for p in line for w in p.text.split()
    ]
    return words


def run(text: str, properties: str = "") -> str:
    return f"<w:r><w:rPr>{properties}</w:rPr><w:t>{text}</w:t></w:r>"


def para(*runs: str, properties: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr>{''.join(runs)}</w:p>"


def style(id: str, kind: str, properties: str, based_on: str = "", default: str = "0") -> str:
    based = f'<w:basedOn w:val="{based_on}"/>' if based_on else ""
    return (
        f'<w:style w:type="{kind}" w:styleId="{id}" w:default="{default}">{based}'
        f"<w:rPr>{properties}</w:rPr></w:style>"
    )


@pytest.mark.parametrize(
    "secret",
    [
        run("secret", "<w:vanish/>"),
        run("secret", '<w:b/><w:vanish w:val="true"/>'),
        run("secret", "<w:strike/>"),
        run("secret", '<w:dstrike w:val="1"/>'),
        run("secret", '<w:rStyle w:val="Note"/>'),
        run("secret", '<w:rStyle w:val="Deeper"/>'),
        f"<w:del>{run('secret')}</w:del>",
        f"<w:moveFrom>{run('secret')}</w:moveFrom>",
        f"<w:r><w:rPr><w:vanish/></w:rPr><w:pict><w:txbxContent>{para(run('secret'))}</w:txbxContent></w:pict></w:r>",
        '<w:r><w:rPr><w:vanish/></w:rPr><w:t>sec</w:t><w:tab/><w:t>ret</w:t></w:r><w:commentReference w:id="0"/>',
        "<w:r><w:instrText>secret</w:instrText></w:r>",
    ],
)
def test_what_is_not_on_the_page_is_not_read(tmp_path: Path, secret: str) -> None:
    styles = style("Note", "character", "<w:vanish/>") + style("Deeper", "character", "<w:i/>", "Note")
    body = para(run("Before "), secret, run(" after."))
    assert shown(tmp_path, packed(body, styles)) == "Before after."


@pytest.mark.parametrize(
    "properties",
    [
        '<w:vanish w:val="0"/>',
        '<w:vanish w:val="false"/>',
        '<w:strike w:val="off"/>',
        "<w:webHidden/>",
        "<w:rPrChange><w:rPr><w:vanish/><w:strike/></w:rPr></w:rPrChange>",
        '<w:rStyle w:val="Note"/><w:vanish w:val="0"/>',
        '<w:rStyle w:val="Shown"/>',
        '<w:rStyle w:val="nowhere"/>',
        '<w:rStyle w:val="Circle"/>',
    ],
)
def test_what_is_on_the_page_is_read(tmp_path: Path, properties: str) -> None:
    styles = (
        style("Note", "character", "<w:vanish/>")
        + style("Shown", "character", '<w:vanish w:val="0"/>', "Note")
        + style("Circle", "character", "", "Circle")
    )
    assert shown(tmp_path, packed(para(run("Hello there.", properties)), styles)) == "Hello there."


def test_a_style_of_paragraphs_hides_and_a_run_can_show_itself(tmp_path: Path) -> None:
    styles = style("Aside", "paragraph", "<w:vanish/>") + style("Note", "character", "<w:vanish/>")
    aside = '<w:pStyle w:val="Aside"/>'
    body = (
        para(run("secret"), properties=aside)
        + para(run("One.", '<w:vanish w:val="0"/>'), properties=aside)
        + para(run("Two.", '<w:rStyle w:val="Note"/>'), properties=aside)  # both styles: on and off again
        + para(run("Three."), properties=f"<w:pPrChange><w:pPr>{aside}</w:pPr></w:pPrChange>")
    )
    assert shown(tmp_path, packed(body, styles)) == "One. Two. Three."


def test_the_default_styles_hide_what_names_none(tmp_path: Path) -> None:
    styles = style("Normal", "paragraph", "<w:vanish/>", default="1") + style("Speech", "paragraph", "")
    body = para(run("secret")) + para(run("Hello."), properties='<w:pStyle w:val="Speech"/>')
    assert shown(tmp_path, packed(body, styles)) == "Hello."
    everywhere = "<w:docDefaults><w:rPrDefault><w:rPr><w:vanish/></w:rPr></w:rPrDefault></w:docDefaults>"
    body = para(run("secret"), run("Hello.", '<w:vanish w:val="0"/>'))
    assert shown(tmp_path, packed(body, everywhere)) == "Hello."


def test_a_hidden_mark_of_a_paragraph_hides_no_words(tmp_path: Path) -> None:
    mark = "<w:rPr><w:vanish/><w:del/></w:rPr>"
    assert shown(tmp_path, packed(para(run("Hello."), properties=mark))) == "Hello."
    assert (
        shown(tmp_path, packed(para(run("gone", "<w:vanish/>"), properties=mark) + para(run("Yes."))))
        == "Yes."
    )


def test_deleted_rows_and_cells_are_gone_and_others_are_not(tmp_path: Path) -> None:
    def row(name: str, text: str, of_row: str = "", of_cell: str = "") -> str:
        cells = f"<w:tc>{para(run(name))}</w:tc><w:tc><w:tcPr>{of_cell}</w:tcPr>{para(run(text))}</w:tc>"
        return f"<w:tr><w:trPr>{of_row}</w:trPr>{cells}</w:tr>"

    rows = (
        row("Jax", "One."),
        row("Jax", "secret", "<w:del/>"),
        row("Jax", "secret", "<w:hidden/>"),
        row("Jax", "Two.", '<w:hidden w:val="0"/>'),
        row("Jax:", "secret", "", "<w:cellDel/>"),
        row("Jax", "Three.", "<w:trPrChange><w:trPr><w:hidden/></w:trPr></w:trPrChange>"),
    )
    path = tmp_path / "table.docx"
    path.write_bytes(packed(f"<w:tbl>{''.join(rows)}</w:tbl>"))
    assert [w.text for w in read(path).words if w.label == "Jax"] == ["One.", "Two.", "Three."]
    assert "secret" not in repr(read(path))


def test_comments_and_notes_are_never_opened(tmp_path: Path) -> None:
    others = {
        f"word/{name}.xml": "<not even XML" for name in ("comments", "footnotes", "header1", "endnotes")
    }
    body = para('<w:commentRangeStart w:id="1"/>', run("Hello."), '<w:commentRangeEnd w:id="1"/>')
    assert shown(tmp_path, packed(body, **others)) == "Hello."


def test_text_that_is_left_out_is_counted(tmp_path: Path) -> None:
    path = tmp_path / "x.docx"
    path.write_bytes(
        packed(para(run("We met. "), run("Ask her again.", "<w:vanish/>"), run(" He left.", "<w:strike/>")))
    )
    found = read(path)
    assert [w.text for w in found.words] == ["We", "met."]
    assert found.notes == ("5 words that Word does not show, or shows struck through, are left out",)
    path.write_bytes(packed(para(run("We met."))))
    assert read(path).notes == ()


PARTS = st.lists(
    st.tuples(
        st.sampled_from(("", "vanish", "strike", "dstrike")), st.sampled_from(("", "0", "1", "off", "on"))
    ),
    max_size=8,
)


@settings(max_examples=examples(60))
@given(PARTS)
def test_exactly_the_runs_on_the_page_are_read(parts: list[tuple[str, str]]) -> None:
    runs, expected = [], []
    for number, (name, value) in enumerate(parts):
        mark = f'<w:{name} w:val="{value}"/>' if value else f"<w:{name}/>"
        runs.append(run(f"w{number} ", mark if name else ""))
        if not name or value in ("0", "off"):
            expected.append(f"w{number}")
    cues = docx.parse(packed(para(*runs)), Path("x.docx"))
    assert [w for c in cues for line in c.lines for p in line for w in p.text.split()] == expected


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (packed(para(run("Hi.")), packing=zipfile.ZIP_BZIP2), "packed in a way"),
        (packed(para(run("Hi.")), packing=zipfile.ZIP_LZMA), "packed in a way"),
        (packed(para(run("Hi.")), "<w:style>"), "damaged Word document"),
        (packed(para(run("Hi.")), "", **{"word/styles.xml": "<!DOCTYPE x []><x/>"}), "document type"),
        (packed("<w:p/>" * 100_001), "more than 100,000 paragraphs"),
    ],
    ids=["bzip2", "lzma", "styles cut off", "styles with entities", "paragraphs"],
)
def test_what_no_word_document_is_is_refused(tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "x.docx"
    path.write_bytes(content)
    with pytest.raises(SubtitlesError, match=says):
        read(path)


def test_an_encoding_that_nobody_knows_is_refused(tmp_path: Path) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("word/document.xml", '<?xml version="1.0" encoding="x-none"?><a/>')
    path = tmp_path / "x.docx"
    path.write_bytes(file.getvalue())
    with pytest.raises(SubtitlesError, match="damaged Word document"):
        read(path)


@pytest.mark.skipif(not DATA, reason="VIGNETTE_DATA names no folder")
def test_the_reported_documents() -> None:
    folder = Path(DATA, "cases", "11-docx-hidden-text")
    assert "note" not in " ".join(w.text for w in read(folder / "talk.docx").words)
    assert [w.text for w in read(folder / "off.docx").words] == ["Good", "evening,", "everybody."]
    assert [w.text for w in read(folder / "para.docx").words] == ["Good", "evening.", "Yes."]
