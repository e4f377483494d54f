"""A Word document for people who read: title, parts, names, times and silences, each in a style that Word lets them change.

A .docx is a ZIP archive of XML (ECMA-376); these few parts are all that Word, LibreOffice and Google Docs ask for. The archive
bears no time, so that equal transcripts give equal bytes.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator

from pipeline.errors import counted
from pipeline.formats.document.captions import Captioned
from pipeline.formats.markup import ORIGIN
from pipeline.formats.origin import WORD_PROGRAM
from pipeline.formats.writers.exported import Exported, xml_text
from pipeline.formats.writers.render import DRAFT_NOTICE
from pipeline.formats.writers.text import SILENCE_MS, Paragraph, joined
from pipeline.formats.writers.told import utterances
from pipeline.timing import clock
from pipeline.transcript import Kind

_SPACE = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE_TYPES = "application/vnd.openxmlformats-officedocument"
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_TYPES = (
    f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/word/document.xml" ContentType="{_WORD}.document.main+xml"/>'
    f'<Override PartName="/word/styles.xml" ContentType="{_WORD}.styles+xml"/>'
    f'<Override PartName="/{WORD_PROGRAM}" ContentType="{_OFFICE_TYPES}.extended-properties+xml"/></Types>'
)
_PROGRAM = (
    f'{_HEAD}<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties">'
    f"<Application>{ORIGIN}</Application></Properties>"
)
# The styles that the document uses: kind, id, name in Word's list, what they are based on, and their looks. Word knows the
# first four and the default font by these names and shows them in its own language.
_STYLES = (
    ("paragraph", "Normal", "Normal", "", '<w:pPr><w:spacing w:after="120" w:line="276" w:lineRule="auto"/></w:pPr>'),
    ("paragraph", "Title", "Title", "Normal", '<w:rPr><w:b/><w:sz w:val="36"/></w:rPr>'),
    ("paragraph", "Subtitle", "Subtitle", "Normal", '<w:rPr><w:color w:val="595959"/></w:rPr>'),
    ("paragraph", "Heading1", "heading 1", "Normal",
     '<w:pPr><w:keepNext/><w:spacing w:before="360"/><w:outlineLvl w:val="0"/></w:pPr><w:rPr><w:b/><w:sz w:val="28"/></w:rPr>'),
    ("paragraph", "Turn", "Turn", "Normal", ""),
    ("paragraph", "Silence", "Silence", "Normal", '<w:rPr><w:i/><w:color w:val="595959"/></w:rPr>'),
    ("character", "DefaultParagraphFont", "Default Paragraph Font", "", ""),
    ("character", "Time", "Time", "", '<w:rPr><w:color w:val="595959"/><w:sz w:val="18"/></w:rPr>'),
    ("character", "Speaker", "Speaker", "", "<w:rPr><w:b/></w:rPr>"),
)  # fmt: skip
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time that a ZIP archive can name


def dumps(read: Captioned) -> Exported:
    """The transcript as a Word document."""
    body = "".join(_body(read))
    unsure = sum(not told.speaker for told in utterances(read))
    notes = (
        (f"{counted(unsure, 'utterance')} whose speaker nobody knows: they bear no name",) if unsure else ()
    )
    parts = {
        "[Content_Types].xml": _TYPES,
        "_rels/.rels": _relations(
            ("officeDocument", "word/document.xml"), ("extended-properties", WORD_PROGRAM)
        ),
        WORD_PROGRAM: _PROGRAM,
        "word/document.xml": f'{_HEAD}<w:document xmlns:w="{_SPACE}"><w:body>{body}<w:sectPr/></w:body></w:document>',
        "word/_rels/document.xml.rels": _relations(("styles", "styles.xml")),
        "word/styles.xml": f'{_HEAD}<w:styles xmlns:w="{_SPACE}">{"".join(map(_style, _STYLES))}</w:styles>',
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), text.encode(), zipfile.ZIP_DEFLATED)
    return Exported(packed.getvalue(), notes)


def _relations(*targets: tuple[str, str]) -> str:
    """What a part refers to: the kind and the place of each."""
    rows = "".join(
        f'<Relationship Id="rId{n}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for n, (kind, target) in enumerate(targets, 1)
    )
    return f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{rows}</Relationships>'


def _style(row: tuple[str, str, str, str, str]) -> str:
    kind, id, name, base, look = row
    default = ' w:default="1"' if id in ("Normal", "DefaultParagraphFont") else ""
    based = f'<w:basedOn w:val="{base}"/>' if base else ""
    return f'<w:style w:type="{kind}"{default} w:styleId="{id}"><w:name w:val="{name}"/>{based}<w:qFormat/>{look}</w:style>'


def _body(read: Captioned) -> Iterator[str]:
    document = read.document
    if document.draft:
        yield _paragraph("Subtitle", _run(DRAFT_NOTICE))
    yield _paragraph("Title", _run(document.title or document.name))
    if document.grade:
        yield _paragraph("Subtitle", _run(f"({document.grade})"))
    scenes = list(document.scenes)
    spoken_until: int | None = None
    for paragraph in _paragraphs(read):
        while scenes and scenes[0].start_ms <= paragraph.start_ms:
            scene = scenes.pop(0)
            yield _paragraph("Heading1", _run(scene.title or scene.id))
        silence_ms = 0 if spoken_until is None else paragraph.start_ms - spoken_until
        if silence_ms >= SILENCE_MS:
            yield _paragraph("Silence", _run(f"[no words for {round(silence_ms / 1000)} seconds]"))
        name = _run(f"{paragraph.speaker}:", "Speaker") + _run(" ") if paragraph.speaker else ""
        time = _run(f"[{clock(paragraph.start_ms)}]", "Time") + _run(" ")
        yield _paragraph("Turn", time + name + _run(" ".join(paragraph.words)))
        spoken_until = max(spoken_until or 0, paragraph.end_ms)


def _paragraphs(read: Captioned) -> Iterator[Paragraph]:
    """Utterances of one person joined over short pauses; a part begins with one of its own."""
    starts = sorted(scene.start_ms for scene in read.document.scenes)
    by_part: dict[int, list[Paragraph]] = {}
    for told in utterances(read):
        only_screen = bool(told.words) and all(w.kind == Kind.UNSPOKEN for w in told.words)
        part = sum(start <= told.span.start_ms for start in starts)
        by_part.setdefault(part, []).append(
            Paragraph(told.speaker, told.span.start_ms, told.span.end_ms, [told.text], only_screen)
        )
    for part in sorted(by_part):
        yield from joined(by_part[part])


def _paragraph(style: str, runs: str) -> str:
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr>{runs}</w:p>'


def _run(text: str, style: str = "") -> str:
    look = f'<w:rPr><w:rStyle w:val="{style}"/></w:rPr>' if style else ""
    shown = " " if text == " " else xml_text(text)
    return f'<w:r>{look}<w:t xml:space="preserve">{shown}</w:t></w:r>' if shown else ""
