"""Word documents made for tests: paragraphs, line breaks in them, styles, and tables, as word processors write them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from xml.sax.saxutils import escape

SPACE = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def paragraph(text: str, style: str = "") -> str:
    """A paragraph; LF in its text becomes a line break, a tab a tab."""
    marks = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    pieces = escape(text).replace("\n", "</w:t><w:br/><w:t>").replace("\t", "</w:t><w:tab/><w:t>")
    return f"<w:p>{marks}<w:r><w:t>{pieces}</w:t></w:r></w:p>"


def table(*rows: Sequence[str]) -> str:
    """A table of rows of cells, each cell one paragraph."""
    written = "".join(
        f"<w:tr>{''.join(f'<w:tc>{paragraph(cell)}</w:tc>' for cell in row)}</w:tr>" for row in rows
    )
    return f"<w:tbl>{written}</w:tbl>"


def document(*parts: str) -> bytes:
    """The bytes of a .docx of these parts."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "word/document.xml",
            f'<w:document xmlns:w="{SPACE}"><w:body>{"".join(parts)}</w:body></w:document>',
        )
    return file.getvalue()
