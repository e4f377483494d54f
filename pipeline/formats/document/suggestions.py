"""The suggested readings of a public JSON document, which only those ask for who decide about them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from pipeline.errors import DocumentError, foreign
from pipeline.formats.document.reader import bytes_of, root_of
from pipeline.timing import Span


@dataclass(frozen=True, slots=True)
class Suggested:
    """A suggested reading as the document holds it: `suggestion` in place of `text` ("" for words that are not written), the
    probability that it is right, and `gain` in nats, None for speech without any text."""

    id: str
    span: Span
    text: str
    suggestion: str
    confidence: float
    gain: float | None = None

    def as_json(self) -> dict[str, Any]:
        """The same as plain values for `--json`."""
        return {
            "id": self.id, "start_ms": self.span.start_ms, "end_ms": self.span.end_ms, "text": self.text,
            "suggestion": self.suggestion, "confidence": self.confidence, "gain": self.gain,
        }  # fmt: skip

    @property
    def is_caption(self) -> bool:
        """Whether it is a caption for speech that has no text, rather than other or further words among those written."""
        return not self.text.split() and self.gain is None


def suggestions_in(path: Path) -> tuple[Suggested, ...]:
    """The suggested readings of a document, in order of time; none where no second ear listened. Raises DocumentError."""
    with foreign(path, DocumentError):
        root = root_of(bytes_of(path), path)
        verification = root.get("verification")
        if isinstance(verification, msgspec.Raw):
            verification = msgspec.json.decode(verification)
        entries = verification.get("suggestions", []) if isinstance(verification, Mapping) else []
        return tuple(sorted((_suggested(e, path) for e in entries), key=lambda s: (s.span, s.id)))


def _suggested(entry: Any, path: Path) -> Suggested:
    try:
        span = Span(int(entry["start_ms"]), int(entry["end_ms"]))
        gain = entry.get("gain")
        return Suggested(
            str(entry["id"]), span, str(entry["text"]), str(entry["suggestion"]), float(entry["confidence"]),
            None if gain is None else float(gain),
        )  # fmt: skip
    except (AttributeError, KeyError, TypeError, ValueError):
        remedy = "run the recording again"
        raise DocumentError(path, "holds a suggested reading that is none", remedy, "verification") from None
