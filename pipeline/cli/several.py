"""Console output of a run with several recordings under way: a line for each on a terminal, elsewhere one when it ends."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import printable
from pipeline.progress import Progress, silent
from pipeline.run.outcome import Outcome, Status

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress as Bars
    from rich.progress import TaskID

# So many characters of a recording's name are shown beside its bar.
_NAME_CHARS = 28


class Line:
    """The watcher of one recording for logs: nothing until it ends."""

    def __init__(self, errors: Console) -> None:
        self._errors = errors
        self._place = ""

    def beside(self) -> Line:
        return Line(self._errors)

    def began(self, media: Path, number: int, count: int) -> None:
        self._place = f"{number} of {count}"

    def stage_began(self, stage: str, reason: str) -> Progress:
        return silent

    def stage_ended(self, stage: str) -> None:
        """Say nothing."""

    def ended(self, outcome: Outcome) -> None:
        text = printable(f"{outcome.media} ({self._place}): {outcome.status}")
        self._errors.print(text, markup=False, highlight=False, soft_wrap=True)


class Board:
    """Progress bars, one for each recording that is under way, and one that counts those that have ended."""

    def __init__(self, errors: Console) -> None:
        from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeElapsedColumn
        from rich.progress import Progress as Bars

        self.bars: Bars = Bars(
            TextColumn("{task.description}", markup=False), BarColumn(20), TaskProgressColumn(),
            TimeElapsedColumn(), TextColumn("{task.fields[stage]}", markup=False), console=errors,
        )  # fmt: skip
        self._all: TaskID | None = None

    def expect(self, count: int) -> None:
        """Begin to draw, and count up to so many recordings."""
        if self._all is None:
            self.bars.start()
            self._all = self.bars.add_task("all", total=count, stage="")

    def count(self) -> None:
        """One more has ended."""
        if self._all is not None:
            self.bars.advance(self._all)

    def close(self) -> None:
        """Stop drawing; the bars stay on the screen."""
        self.bars.stop()


class Row:
    """The watcher of one recording on a terminal: its line on the board, as long as it is under way."""

    def __init__(self, board: Board) -> None:
        self._board = board
        self._task: TaskID | None = None
        self._stage = ""  # the last that began; what is done beside it is not shown

    def beside(self) -> Row:
        return Row(self._board)

    def began(self, media: Path, number: int, count: int) -> None:
        self._board.expect(count)
        if self._task is None:
            name = printable(media.name)
            shown = name if len(name) <= _NAME_CHARS else f"{name[: _NAME_CHARS - 1]}…"
            self._task = self._board.bars.add_task(f"  {shown:<{_NAME_CHARS}}", total=1.0, stage="")

    def stage_began(self, stage: str, reason: str) -> Progress:
        task, bars = self._task, self._board.bars
        if task is None:
            return silent
        self._stage = stage
        bars.update(task, completed=0.0, stage=stage)

        def tell(share: float) -> None:
            if stage == self._stage:
                bars.update(task, completed=min(1.0, share))

        return tell

    def stage_ended(self, stage: str) -> None:
        """Say nothing: the next one begins."""

    def ended(self, outcome: Outcome) -> None:
        self._board.count()
        if self._task is not None:
            self._board.bars.remove_task(self._task)
            self._task = None
        if outcome.status is Status.FAILED:
            text = printable(f"{outcome.media}: {outcome.status}")
            self._board.bars.console.print(text, markup=False, highlight=False)
