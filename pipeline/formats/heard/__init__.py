"""What another program heard, read: the JSON of Whisper, WhisperX, faster-whisper and whisper.cpp as recognized words.

None of them has a schema, and all have variants. What they agree on is taken: a list of pieces with a text and times, and under
it words (`words`) or pieces of words (`tokens`) where the program was asked for them. Times are seconds in `start` and `end`,
in whisper.cpp's files milliseconds in `offsets`. `pipeline.formats.heard.words` makes tokens of them.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

from pipeline.errors import DocumentError, foreign
from pipeline.files import read_regular, why_unreadable
from pipeline.formats.document.fields import clean
from pipeline.formats.heard.words import Piece, joined, tokens_of
from pipeline.timing import seconds_to_ms
from pipeline.transcript import Token

# A day of talk with every piece of every word is some 60 MB. Chosen.
_MAX_BYTES = 128 * 1024 * 1024
_MAX_WORDS = 1_000_000  # more than four days of talk. Chosen.
_MAX_PIECE_CHARS = 100_000  # of one piece: hours of talk without any time. Chosen.
_MAX_MS = 1 << 40  # milliseconds, 34 years: something else than a recording was measured
_REMEDY = "export it again, or leave it out to transcribe here"
_MOST_EARLY_MS = 1000  # before the beginning: what models round to that is the beginning. Chosen.
# whisper.cpp's tokens that stand for no sound: "[_BEG_]", "[_TT_150]".
_SPECIAL = ("[_", "<|")
# What whisper.cpp writes where it heard nothing.
_NOTHING = ("[blank_audio]", "[silence]", "(silence)")
# Keys of the list of pieces: whisper.cpp's, then everybody else's.
LISTS = ("transcription", "segments", "chunks", "word_segments", "words")


@dataclass(frozen=True, slots=True)
class HeardFile:
    """The words that a recognizer heard, in order of their starts.

    `tool` and `model` are what the file says of who heard them, `language` a tag or a name, `duration_ms` the length of what
    was heard: each "" or 0 where it says nothing. `untimed` counts the words whose times had to be put between neighbours'.
    """

    name: str
    tool: str
    tokens: tuple[Token, ...]
    model: str = ""
    language: str = ""
    duration_ms: int = 0
    untimed: int = 0
    has_speakers: bool = False


def read(path: Path) -> HeardFile:
    """The words in a recognizer's JSON file. Raises DocumentError with the place of what is damaged."""
    root = _decoded(_bytes(path), path)
    with foreign(path, DocumentError):
        return _Reader(path).file(root)


def _bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > _MAX_BYTES:
            limit = _MAX_BYTES // (1024 * 1024)
            raise DocumentError(path, f"is larger than {limit} MB, far more than anybody says", _REMEDY)
        return read_regular(path)
    except OSError as error:
        raise DocumentError(path, *why_unreadable(error)) from None


def _decoded(data: bytes, path: Path) -> Any:
    """JSON as plain values; bytes that are no UTF-8 become U+FFFD, as whisper.cpp cuts letters in two."""
    try:
        # Python's own writer, which most of them use, writes NaN for what is unknown
        return json.loads(data.decode("utf-8-sig", "replace"), parse_constant=lambda _: None)
    except (ValueError, RecursionError):
        raise DocumentError(
            path, "is not valid JSON (half-written, damaged or another format)", _REMEDY
        ) from None


class _Reader:
    """Reads one file; `where` is the place that an error names. Raises DocumentError throughout."""

    def __init__(self, path: Path) -> None:
        self.path, self.where = path, ""
        self.words = 0

    def error(self, problem: str, remedy: str = _REMEDY) -> DocumentError:
        return DocumentError(self.path, problem, remedy, self.where)

    def file(self, root: Any) -> HeardFile:
        table = root if isinstance(root, dict) else {"segments": root}
        if isinstance(table.get("schema"), str) and table["schema"].startswith("vignette/"):
            raise self.error("is a transcript of ours, not what a recognizer heard", "leave it out")
        lists = [key for key in LISTS if isinstance(table.get(key), list)]
        key = next((key for key in lists if table[key]), lists[0] if lists else None)
        if key is None:
            problem = "is no transcript of Whisper, WhisperX, faster-whisper or whisper.cpp"
            raise self.error(f"{problem} (it has no list 'segments' or 'transcription')", "give their JSON")
        rows = [*self.rows(table[key], "piece")]
        pieces = [p for row in rows if _means_something((p := self.piece(row)).text)]
        if key == "transcription":
            pieces = joined(pieces)
        self.where = ""
        told = {**table, **(table["info"] if isinstance(table.get("info"), dict) else {})}
        tokens, untimed = tokens_of(pieces)
        speakers = any(row.get("speaker") for row in rows)
        return HeardFile(
            self.path.name, _tool(table, key, rows), tokens, _model(table), self.language(told), self.length(told),
            untimed, speakers,
        )  # fmt: skip

    def rows(self, values: list[Any], what: str, above: str = "") -> Iterator[dict[str, Any]]:
        for number, row in enumerate(values, 1):
            self.where = f"{above}{what} {number}"
            if not isinstance(row, dict):
                raise self.error("is not a table of keys and values")
            yield row

    def piece(self, row: Mapping[str, Any]) -> Piece:
        """A piece with its words, and its times where it has any."""
        text = self.text(row)
        words = self.held(row, "words") or self.held(row, "tokens")
        start, end = self.times(row)
        if start is not None and end is not None and end < start:
            raise self.error("ends before it starts")
        return Piece(text, start, end, self.confidence(row), tuple(words))

    def held(self, row: Mapping[str, Any], key: str) -> list[Piece]:
        """The words of a piece, or whisper.cpp's tokens but for those that are no sound; other programs' `tokens` are numbers."""
        values, above = row.get(key), self.where
        if not isinstance(values, list) or (key == "tokens" and not all(isinstance(v, dict) for v in values)):
            return []
        found = []
        for value in self.rows(values, "word", f"{above}, "):
            self.words += 1
            if self.words > _MAX_WORDS:
                raise self.error(f"holds more than {_MAX_WORDS:,} words, far more than anybody says")
            text = self.text(value)
            if not text.startswith(_SPECIAL):
                start, end = self.times(value)  # of single words some end before they start, by rounding
                end = None if start is None or end is None else max(start, end)
                found.append(Piece(text, start, end, self.confidence(value)))
        self.where = above
        return found

    def text(self, row: Mapping[str, Any]) -> str:
        value = row.get("word", row.get("text"))
        if not isinstance(value, str):
            raise self.error("has no 'text'")
        if len(value) > _MAX_PIECE_CHARS:
            raise self.error(
                f"has more than {_MAX_PIECE_CHARS:,} characters, far more than anybody says in one breath"
            )
        return clean(value)

    def times(self, row: Mapping[str, Any]) -> tuple[int | None, int | None]:
        """Start and end in ms, None for what the file does not say (WhisperX gives no times to numbers)."""
        offsets, stamp = row.get("offsets"), row.get("timestamp")
        if isinstance(offsets, dict):
            start, end = (self.ms(offsets.get(key), key, 1) for key in ("from", "to"))
        elif isinstance(stamp, list) and len(stamp) == 2:  # the pipelines of the transformers library
            start, end = self.ms(stamp[0], "timestamp"), self.ms(stamp[1], "timestamp")
        else:
            start, end = self.ms(row.get("start"), "start"), self.ms(row.get("end"), "end")
        return start, end

    def ms(self, value: Any, key: str, per_unit: int = 1000) -> int | None:
        if value is None:
            return None
        known = isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
        if not known or not -_MAX_MS < value * per_unit < _MAX_MS:
            raise self.error(f"'{key}' is not a time")
        found = seconds_to_ms(value) if per_unit == 1000 else round(value)
        if found < -_MOST_EARLY_MS:
            raise self.error(f"'{key}' is before the recording begins")
        return max(0, found)

    def confidence(self, row: Mapping[str, Any]) -> float | None:
        """The probability that a word is right, None where the file does not say it; WhisperX's score is one of the alignment."""
        value = next((row[key] for key in ("probability", "p", "score", "confidence") if key in row), None)
        if not isinstance(value, (int, float)) or isinstance(value, bool) or not math.isfinite(value):
            return None
        return min(1.0, max(0.0, float(value)))

    def language(self, told: Mapping[str, Any]) -> str:
        result, params = told.get("result"), told.get("params")
        for table, key in ((result, "language"), (told, "language"), (params, "language")):
            value = table.get(key) if isinstance(table, dict) else None
            if isinstance(value, str) and value.strip() not in ("", "auto"):
                return clean(value).strip().lower()[:40]
        return ""

    def length(self, told: Mapping[str, Any]) -> int:
        value = told.get("duration")
        return (self.ms(value, "duration") or 0) if isinstance(value, (int, float)) else 0


def _means_something(text: str) -> bool:
    return "".join(text.split()).lower() not in _NOTHING


def _tool(table: Mapping[str, Any], key: str, rows: list[dict[str, Any]]) -> str:
    """The program that wrote the file, by its own habits."""
    first: dict[str, Any] = rows[0] if rows else {}
    words = first.get("words")
    word: Any = words[0] if isinstance(words, list) and words else {}
    if key == "transcription":
        return "whisper.cpp"
    if "word_segments" in table or "score" in (word if isinstance(word, dict) else {}):
        return "WhisperX"
    if isinstance(table.get("info"), dict) or "duration_after_vad" in table:
        return "faster-whisper"
    return "Whisper"


def _model(table: Mapping[str, Any]) -> str:
    """The model's name without its folders, "" where the file does not say it."""
    params, model = table.get("params"), table.get("model")
    value = params.get("model") if isinstance(params, dict) else model
    if not isinstance(value, str):
        return ""
    name = PureWindowsPath(PurePosixPath(value).name).name
    return clean(name.removeprefix("ggml-").removesuffix(".bin"))[:80]
