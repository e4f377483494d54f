"""Console output of a run: progress bars on a terminal, plain lines elsewhere, nothing at all for `--json`.

Progress goes to stderr and results to stdout, so that either can be piped away. No line ever holds words of a transcript.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.cli.several import Board, Line, Row
from pipeline.errors import OutputError, VignetteError, counted, printable
from pipeline.progress import Progress, silent
from pipeline.run.outcome import Outcome, Status, Watcher

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress as Bars
    from rich.progress import TaskID


class SilentWatcher:
    """The watcher for `--json`, which prints nothing."""

    def beside(self) -> Watcher:
        return self

    def began(self, media: Path, number: int, count: int) -> None:
        """Say nothing."""

    def stage_began(self, stage: str, reason: str) -> Progress:
        return silent

    def stage_ended(self, stage: str) -> None:
        """Say nothing."""

    def ended(self, outcome: Outcome) -> None:
        """Say nothing."""

    def close(self) -> None:
        """Stop drawing, however the run ended."""


class PlainWatcher(SilentWatcher):
    """The watcher for logs: one line when a stage ends, with the seconds it took."""

    def __init__(self, errors: Console, verbose: bool = False) -> None:
        self._errors, self._verbose = errors, verbose
        self._since: dict[str, float] = {}

    def beside(self) -> Watcher:
        return Line(self._errors)

    def began(self, media: Path, number: int, count: int) -> None:
        self._line(printable(f"{media} ({number} of {count})"))

    def stage_began(self, stage: str, reason: str) -> Progress:
        self._since[stage] = time.monotonic()
        if self._verbose:
            self._line(f"  {stage} ({reason})")
        return silent

    def stage_ended(self, stage: str) -> None:
        self._line(f"  {stage}: {time.monotonic() - self._since[stage]:.1f} s")

    def _line(self, text: str) -> None:
        self._errors.print(text, markup=False, highlight=False, soft_wrap=True)


class BarWatcher(SilentWatcher):
    """The watcher for a terminal: a progress bar for each stage, with time elapsed and time left."""

    def __init__(self, errors: Console, verbose: bool = False) -> None:
        self._errors, self._verbose = errors, verbose
        self._bars: Bars | None = None
        self._tasks: dict[str, TaskID] = {}
        self._board: Board | None = None

    def beside(self) -> Watcher:
        self._board = self._board or Board(self._errors)
        return Row(self._board)

    def began(self, media: Path, number: int, count: int) -> None:
        self._errors.print(printable(f"{media} ({number} of {count})"), markup=False, highlight=False)
        self.open()

    def open(self) -> None:
        """Start drawing progress bars."""
        from rich.progress import (
            BarColumn,
            TaskProgressColumn,
            TextColumn,
            TimeElapsedColumn,
            TimeRemainingColumn,
        )
        from rich.progress import Progress as Bars

        self._bars = Bars(
            TextColumn("  {task.description:<12}"), BarColumn(30), TaskProgressColumn(), TimeElapsedColumn(),
            TimeRemainingColumn(), console=self._errors,
        )  # fmt: skip
        self._bars.start()

    def stage_began(self, stage: str, reason: str) -> Progress:
        if self._bars is None:
            return silent
        bars = self._bars
        if self._verbose:
            bars.console.print(f"  {stage} ({reason})", markup=False, highlight=False)
        task = self._tasks[stage] = bars.add_task(stage, total=1.0)
        return lambda share: bars.update(task, completed=min(1.0, share))

    def stage_ended(self, stage: str) -> None:
        if self._bars is not None and stage in self._tasks:
            self._bars.update(self._tasks[stage], completed=1.0)

    def ended(self, outcome: Outcome) -> None:
        self.close()

    def close(self) -> None:
        """Stop drawing; the bars stay on the screen."""
        if self._bars is not None:
            self._bars.stop()
            self._bars = None
        if self._board is not None:
            self._board.close()
            self._board = None


def watcher(errors: Console, hushed: bool, verbose: bool = False) -> SilentWatcher:
    """The watcher for `--json` and `--quiet`, for a terminal, or for anything else that `errors` writes to; a `verbose` one
    says of each stage why it is done."""
    if hushed:
        return SilentWatcher()
    return BarWatcher(errors, verbose) if errors.is_terminal else PlainWatcher(errors, verbose)


def single(errors: Console, work: str) -> Progress:
    """A progress bar for one piece of work on a terminal, nothing elsewhere; it closes when all is done."""
    if not errors.is_terminal:
        return silent
    bars = BarWatcher(errors)
    bars.open()
    step = bars.stage_began(work, "")

    def report(share: float) -> None:
        step(share)
        if share >= 1:
            bars.close()

    return report


def describe(outcome: Outcome) -> list[str]:
    """The outcome of a recording in lines for a person, without control characters."""
    return [printable(line) for line in _described(outcome)]


def _of(media: Path, error: VignetteError) -> str:
    """The recording, where the error is about a file that bears another name: among a thousand one must know which."""
    path = getattr(error, "path", None)
    named = isinstance(path, Path) and path.name.startswith(media.stem)
    return "" if named else f"{media}: "


def _described(outcome: Outcome) -> list[str]:
    if outcome.error is not None:
        # Outputs are written one after the other, so that a full disk may leave some of them new.
        cut_short = isinstance(outcome.error, OutputError)
        kept = (
            "every output is whole, an earlier one or a new one"
            if cut_short
            else "outputs of earlier runs of it, if there are any, are as they were"
        )
        return [f"FAILED  {_of(outcome.media, outcome.error)}{outcome.error}", f"        {kept}"]
    lines = [f"{outcome.media}: {outcome.status} - {outcome.grade}"]
    lines += [f"  {path}" for path in outcome.written.files]
    for mended, new in outcome.written.mended:
        lines.append(
            f"  {mended} was changed by a person since we wrote it and is kept; the new version is {new}"
        )
    lines += [f"  {path} removed: this run replaces it" for path in outcome.written.removed]
    lines += [
        f"  {path} stays: it is of an earlier run and better than this draft"
        for path in outcome.written.stale
    ]
    lines += [f"  - {note}" for note in outcome.notes]
    if outcome.needs:
        lines.append("  still needs a person:")
        lines += [f"    - {need}" for need in outcome.needs]
    return lines


def headline(found: tuple[Outcome, ...]) -> str:
    """The number of recordings of each status, in one line."""
    counts = [(sum(o.status is status for o in found), status) for status in Status]
    needy = sum(bool(o.needs) for o in found)
    needs = f"; {needy} of them {'needs' if needy == 1 else 'need'} a person" if needy else ""
    return ", ".join(f"{count} {status}" for count, status in counts if count) + needs


def table(found: tuple[Outcome, ...]) -> list[str]:
    """A line for each recording - what became of it, why it failed, whether it needs a person - and the headline."""
    width = max((len(printable(str(o.media))) for o in found), default=0)
    rows = [f"{printable(str(o.media)):<{width}}  {_became(o)}" for o in found]
    return [*rows, headline(found)]


def _became(outcome: Outcome) -> str:
    if outcome.error is not None:
        return printable(f"{outcome.status}: {str(outcome.error).removeprefix(f'{outcome.media}: ')}")
    needs = f", {counted(len(outcome.needs), 'thing')} for a person" if outcome.needs else ""
    return f"{outcome.status}{needs}"
