"""Checked fields of a decoded JSON document: each value has its type, or an error names its place and what to do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from pipeline.errors import DocumentError
from pipeline.timing import Span

# What to do about a damaged document. A run keeps a file that is not as it left it, so that running alone would not help.
AGAIN = "move it away, then caption the recording again: vignette run"
_MAX_MS = 1 << 40  # milliseconds, 34 years: beyond it something else than a recording was measured

# C0 and C1 control characters, line and paragraph separators, bidirectional embeddings and isolates.
_UNSAFE = [*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x2029, *range(0x202A, 0x202F), *range(0x2066, 0x206A)]
# Two noncharacters that XML, and so a REFI-QDA project, cannot hold.
_NONCHARACTERS = (0xFFFE, 0xFFFF)
_SAFE = str.maketrans({**dict.fromkeys(_UNSAFE, " "), **dict.fromkeys(_NONCHARACTERS, "�")})


def clean(text: str) -> str:
    """The text with every control character, line separator and direction override replaced by a space."""
    return text if text.isascii() and text.isprintable() else text.translate(_SAFE)


@dataclass
class Fields:
    """Gives checked values of tables; `where` is the place that an error names. Raises DocumentError throughout."""

    path: Path
    where: str = ""

    def decoded(self, value: Any, key: str) -> Any:
        """A value that the decoder left as raw JSON, decoded."""
        try:
            return msgspec.json.decode(value) if isinstance(value, msgspec.Raw) else value
        except (ValueError, RecursionError):
            raise self.error(f"'{key}' is not valid JSON") from None

    def confidence(self, table: Mapping[str, Any], default: float) -> float:
        value = table.get("confidence", default)
        if not isinstance(value, (int, float)) or isinstance(value, bool) or not 0 <= value <= 1:
            raise self.error("has a 'confidence' that is no number between 0 and 1")
        return float(value)

    def error(self, problem: str) -> DocumentError:
        return DocumentError(self.path, problem, AGAIN, self.where)

    def rows(self, table: Mapping[str, Any], key: str, one: str) -> Iterator[tuple[int, dict[str, Any]]]:
        rows = table.get(key, [])
        if not isinstance(rows, list):
            raise self.error(f"'{key}' is not a list")
        here = f"{self.where}, " if key == "concepts" else ""
        for number, row in enumerate(rows, 1):
            if not isinstance(row, dict):
                self.where = f"{here}{one} {number}"
                raise self.error("is not a table of keys and values")
            yield number, row

    def table(self, root: Mapping[str, Any], key: str) -> dict[str, Any]:
        value = root.get(key)
        if not isinstance(value, dict):
            raise self.error(f"'{key}' is missing or not a table")
        return value

    def text(self, table: Mapping[str, Any], key: str, default: str | None = None) -> str:
        """A string, clean; without a default it must be there and must not be empty."""
        return clean(self.raw_text(table, key, default))

    def raw_text(self, table: Mapping[str, Any], key: str, default: str | None = None) -> str:
        """`text` with the characters that could steer a terminal still in it."""
        value = table.get(key, default)
        if not isinstance(value, str) or (default is None and not value):
            raise self.error(f"'{key}' is missing or not text")
        return value

    def raw_texts(self, table: Mapping[str, Any], key: str) -> tuple[str, ...]:
        """A list of strings as they are, none where the key is absent."""
        values = table.get(key, [])
        if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
            raise self.error(f"'{key}' is not a list of texts")
        return tuple(values)

    def name(self, table: Mapping[str, Any], key: str) -> str:
        """An id, "" when it is absent or null."""
        value = table.get(key)
        return "" if value is None else self.text(table, key, "")

    def flag(self, table: Mapping[str, Any], key: str) -> bool:
        value = table.get(key, False)
        if not isinstance(value, bool):
            raise self.error(f"'{key}' is neither true nor false")
        return value

    def ms(self, table: Mapping[str, Any], key: str) -> int:
        value = table.get(key)
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < _MAX_MS:
            raise self.error(f"'{key}' is not a whole number of milliseconds")
        return value

    def count(self, table: Mapping[str, Any], key: str) -> int:
        value = table.get(key)
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise self.error(f"'{key}' is not a whole number")
        return value

    def span(self, table: Mapping[str, Any]) -> Span:
        """The times of a table, which may be of no length."""
        start_ms, end_ms = self.ms(table, "start_ms"), self.ms(table, "end_ms")
        if end_ms < start_ms:
            raise self.error("ends before it starts")
        return Span(start_ms, end_ms)
