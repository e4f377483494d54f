"""Captions of the same words by other makers, as files that the audit reads like anybody's.

- `segments`: one caption for each segment as Whisper's family puts them out, written the way the example programs of
  faster-whisper write SRT: number, times, text in one line;
- `greedy`: lines filled up to 42 characters, two a caption, whatever the words mean;
- `pysubs2`: the same segments through `pysubs2.load_from_whisper`, where that is installed;
- `ffsubsync`: the segments three seconds late, put back to the sound by ffsubsync, where that is installed and the
  material has its sound.

Segments are modelled, not recognized: every maker gets the reference words, so that only the making differs.
"""

from __future__ import annotations

import importlib
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.caption_material import Material
from pipeline.audit import Document
from pipeline.audit.captions import load
from pipeline.english.breaks import is_sentence_end
from pipeline.timing import format_timecode
from pipeline.transcript import Kind, Token

# Whisper listens to windows of 30 s, ends a segment with a sentence, and rounds times to 20 ms.
WINDOW_MS, STEP_MS = 30_000, 20
# A pause this long ends a segment too.
PAUSE_MS = 1000
GREEDY_CHARS, GREEDY_LINES = 42, 2
LATE_MS = 3000

# Start and end in ms, and the text.
Segment = tuple[int, int, str]


def whisper_segments(material: Material) -> list[Segment]:
    """The words in order of time as one speaker's, for a recognizer does not tell people apart; sounds are not written."""
    words = sorted((t for t in material.aligned.tokens if t.kind is Kind.WORD), key=lambda t: t.span)
    found: list[Segment] = []
    run: list[Token] = []
    for word, following in zip(words, [*words[1:], None], strict=True):
        run.append(word)
        full = (
            following is not None and following.span.end_ms // WINDOW_MS > run[0].span.start_ms // WINDOW_MS
        )
        pause = following is not None and following.span.start_ms - word.span.end_ms > PAUSE_MS
        if following is None or full or pause or is_sentence_end(word.text, following.text):
            start, end = run[0].span.start_ms, max(t.span.end_ms for t in run)
            found.append(
                (
                    _rounded(start),
                    max(_rounded(end), _rounded(start) + STEP_MS),
                    " ".join(t.text for t in run),
                )
            )
            run = []
    return found


def _rounded(ms: int) -> int:
    return round(ms / STEP_MS) * STEP_MS


def greedy(material: Material) -> list[Segment]:
    """Each speaker's utterance cut into captions as full as possible, each from its first word to its last."""
    tokens = material.aligned.tokens
    found: list[Segment] = []
    for utterance in material.voices.utterances:
        lines: list[list[Token]] = [[]]
        for token in tokens[utterance.first : utterance.last]:
            if lines[-1] and len(" ".join(t.text for t in [*lines[-1], token])) > GREEDY_CHARS:
                lines.append([])
            lines[-1].append(token)
        for at in range(0, len(lines), GREEDY_LINES):
            shown = lines[at : at + GREEDY_LINES]
            spans = [t.span for line in shown for t in line]
            text = "\n".join(" ".join(t.text for t in line) for line in shown)
            found.append((min(s.start_ms for s in spans), max(s.end_ms for s in spans), text))
    return sorted(found)


def srt(segments: list[Segment]) -> str:
    """Segments as the example programs write them."""
    blocks = (
        f"{number}\n{format_timecode(start, ',')} --> {format_timecode(end, ',')}\n{text}\n"
        for number, (start, end, text) in enumerate(segments, 1)
    )
    return "\n".join(blocks)


def by_pysubs2(segments: list[Segment]) -> str | None:
    """The same file by pysubs2; None where it is not installed."""
    try:
        pysubs2 = importlib.import_module("pysubs2")
    except ImportError:
        return None
    result = {
        "segments": [{"start": a / 1000, "end": b / 1000, "text": f" {text}"} for a, b, text in segments]
    }
    return str(pysubs2.load_from_whisper(result).to_string("srt"))


def by_ffsubsync(segments: list[Segment], sound: Path | None) -> str | None:
    """The segments three seconds late, moved back by ffsubsync; None where that cannot be tried."""
    if sound is None or not shutil.which("ffsubsync"):
        return None
    with TemporaryDirectory() as folder:
        late, out = Path(folder, "late.srt"), Path(folder, "out.srt")
        late.write_text(srt([(a + LATE_MS, b + LATE_MS, text) for a, b, text in segments]), encoding="utf-8")
        command = ["ffsubsync", str(sound), "-i", str(late), "-o", str(out)]
        subprocess.run(command, capture_output=True, check=False)
        return (out.read_text("utf-8") or None) if out.is_file() else None


def others(material: Material) -> Iterator[tuple[str, Document]]:
    """Each maker that can be tried, and its captions of a material."""
    heard = whisper_segments(material)
    made = {
        "segments": srt(heard),
        "greedy": srt(greedy(material)),
        "pysubs2": by_pysubs2(heard),
        "ffsubsync": by_ffsubsync(heard, material.sound),
    }
    for maker, text in made.items():
        if text is not None:
            yield maker, read_back(text)


def read_back(text: str) -> Document:
    """A caption file's text as the audit sees it."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "captions.en.srt")
        path.write_text(text, encoding="utf-8")
        return load(path)[0]
