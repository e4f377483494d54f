"""Errors of a search: a query that cannot be read, an index that cannot be used, a foreign document.

UsageError
└── QueryError       exit status 2: the caret shows the place
VignetteError
├── IndexFileError   the index is missing, damaged, busy, or not an index
└── DocumentError    a document that is not ours, or damaged: named and skipped
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.errors import UsageError, VignetteError


@dataclass(eq=False)
class QueryError(UsageError):
    """A query that cannot be read; `at` is the 0-based character the caret stands under."""

    query: str = ""
    at: int = 0

    def __str__(self) -> str:
        return f"{super().__str__()}\n{self.caret()}"

    def facts(self) -> dict[str, Any]:
        """The error as plain JSON values, its message without the caret's lines."""
        return {**super().facts(), "message": super().__str__()}

    def caret(self) -> str:
        """The query and, on a second line, a caret under the place."""
        shown = "".join(c if c.isprintable() else " " for c in self.query)
        return f"  {shown}\n  {' ' * self.at}^"


@dataclass(eq=False)
class IndexFileError(VignetteError):
    """An index that cannot be searched or written."""

    path: Path
    problem: str
    remedy: str = ""

    def __str__(self) -> str:
        return f"{self.path}: {self.problem}" + (f" - {self.remedy}" if self.remedy else "")
