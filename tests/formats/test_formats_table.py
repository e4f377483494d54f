"""The README's table of formats is what the tests have proven."""

from __future__ import annotations

from pipeline.formats.readers import TEXT_SUFFIXES
from tests.support import formats_table


def test_the_readme_says_what_was_proven() -> None:
    readme = formats_table.README.read_text("utf-8")
    assert formats_table.renewed(readme) == readme, "run `python -m tests.support.formats_table`"


def test_the_readme_names_what_is_read() -> None:
    readme = formats_table.README.read_text("utf-8").casefold()
    beside = {".srt", ".vtt", ".ass", ".ttml", ".dfxp", ".sbv", ".eaf", ".textgrid", ".txt", ".docx"}
    assert beside <= TEXT_SUFFIXES
    assert all(suffix in readme for suffix in beside)
