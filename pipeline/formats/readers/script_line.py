"""A script's lines on their way to speech: what each says, and what was taken off it by the passes over the whole file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from pipeline.transcript.subtitles import Apart


@dataclass(slots=True)
class ScriptLine:
    """One line of text, or one paragraph's line of a Word document.

    `number` is the line of the file, or the paragraph of the document, from 1; `written` the line as it stands there, `text`
    what is left of it to be said. `opens` says that a paragraph begins here, `heading` that its style makes it one,
    `page_edge` that a page ends or begins beside it, `given` who speaks where a style says so. The passes fill in the rest: who
    begins to speak (`name`), from when (`starts_ms`), the times taken off as written, and, where nobody says the line, what it is
    (`apart`). `cell` says that it was told apart already, as a row of a table; `begins` that a turn or a time begins with this
    line; `labelled` that its text begins like a label, `dated` that it is a date.
    """

    number: int
    text: str
    opens: bool = True
    heading: bool = False
    page_edge: bool = False
    written: str = ""
    given: str = ""
    name: str = ""
    starts_ms: int | None = None
    stamps: list[str] = field(default_factory=list)
    apart: Apart | None = None
    cell: bool = False
    begins: bool = False
    labelled: bool = False
    dated: bool = False

    def __post_init__(self) -> None:
        self.written = self.written or self.text

    @property
    def open(self) -> bool:
        """Whether it may still be something else than speech: no row of a table, nothing taken off as a whole."""
        return self.apart is None and not self.cell and bool(self.text.strip())


def spoken(lines: Iterable[ScriptLine]) -> list[ScriptLine]:
    """The lines that nothing was found out about yet and that hold text."""
    return [line for line in lines if line.open]
