"""Whether every word of a subtitle file or script is captioned, or named as left out: nothing is lost in silence.

    python -m benchmarks.accounting [FILE ...]

Without files: every subtitle file and script below `subtitles/` and `cases/` of VIGNETTE_DATA. What a file holds is counted
without our readers: by pysubs2 (ASS), webvtt-py (WebVTT, where it reads the file) and python-docx, and for SubRip, WebVTT and
plain text from the text itself without timing lines, numbers and tags; the larger count of each word is taken as given. What is
kept are the words and labels that `readers.read` gives. A word that is missing is *named* where the notes count it or it
stands on a line that they name, and *shown again* where they say so and it is kept elsewhere. The rest is lost in
silence; then the exit status is 1. Words are compared by their letters, so that times and punctuation do not count.

Reads nothing but the files; no recording is needed. Install the other readers with `pip install -c constraints.txt -e '.[dev]'`.
"""

from __future__ import annotations

import argparse
import html
import importlib
import os
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.errors import SubtitlesError
from pipeline.formats import readers
from pipeline.transcript.subtitles import SubtitlesFormat

SUFFIXES = {".srt", ".vtt", ".ass", ".ssa", ".txt", ".docx"}
FOLDERS = ("subtitles", "cases")
# Licences and expectations lie beside other projects' files; they are nobody's subtitles.
NOT_MATERIAL = re.compile(r"LICEN[CS]E|README|NOTICE|expected", re.IGNORECASE)
_ARROW_LINE = re.compile(r".*\d.*(?:-->|-- >|->|--&gt;|[–—]>|→).*\d.*")
_TAG = re.compile(r"<r[tp]\b[^<>]*>.*?</r[tp]>|</?\s*[A-Za-z][^<>]*>|<[\d:.]+>|\{[^{}\n]*\}", re.DOTALL)
_NO_TEXT = re.compile(r"(?:NOTE|STYLE|REGION|WEBVTT|X-TIMESTAMP-MAP)\b")


@dataclass(frozen=True, slots=True)
class Account:
    """What became of a file's words: how many are given, kept, shown again, named as left out; which were lost in silence.

    `refused` is the reason for which it was not read, "" otherwise.
    """

    path: Path
    given: int = 0
    kept: int = 0
    shown_again: int = 0
    named: int = 0
    lost: tuple[str, ...] = ()
    refused: str = ""


def account(path: Path) -> Account:
    """The account of one file."""
    try:
        kept, notes, kind, encoding = _kept(path)
    except SubtitlesError as error:
        return Account(path, refused=str(error).removeprefix(f"{path}: ").splitlines()[0])
    given = _given(path, kind, encoding)
    missing = given - kept
    again: Counter[str] = Counter()
    if re.search(r"rolling text|at the same time", notes):
        again = Counter({word: count for word, count in missing.items() if word in kept})
        missing -= again
    named = missing & _named(path, notes, encoding)
    counted = sum(int(n) for n in re.findall(r"(\d+) words?\b", notes))
    missing -= named
    if 0 < missing.total() <= counted - named.total():
        named, missing = named + missing, Counter()
    return Account(
        path, given.total(), given.total() - again.total() - named.total() - missing.total(), again.total(),
        named.total(), tuple(missing.elements()),
    )  # fmt: skip


_BESIDE_NAME = re.compile(r"\(([^()\n]{1,40})\)[ \t]*(?=:|</?v)|\(([^()\n]{1,40})\)>")


def _kept(path: Path) -> tuple[Counter[str], str, SubtitlesFormat, str]:
    """The words and labels that our readers give, their notes, the format and the encoding."""
    read = readers.read(path)
    words = [word.text for word in read.words]
    words += [word.label for word in read.words if word.new_speaker and word.label]
    # What stands in brackets behind a name belongs to the label: "Hanna Weir (she/her):".
    words += [aside for cue in read.cues for aside in map(" ".join, _BESIDE_NAME.findall(cue.raw))]
    return _words(_bare(" ".join(words))), " ".join(read.notes), read.format, read.encoding


def _words(text: str) -> Counter[str]:
    """Words by their letters; what holds none is no word."""
    bare = ("".join(filter(str.isalpha, word)).casefold() for word in text.split())
    return Counter(word for word in bare if word)


def _given(path: Path, kind: SubtitlesFormat, encoding: str) -> Counter[str]:
    if kind is SubtitlesFormat.DOCX:
        return _words("\n".join(_docx_text(_foreign("docx").Document(str(path)))))
    if kind is SubtitlesFormat.ASS:
        return _words("\n".join(_ass_text(path, encoding)))
    text = _decoded(path, encoding)
    if kind is SubtitlesFormat.TEXT:
        return _words(text)
    plain = _words("\n".join(_timed_text(text, kind is SubtitlesFormat.VTT)))
    return plain | _words("\n".join(_webvtt_text(path))) if kind is SubtitlesFormat.VTT else plain


def _foreign(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError:
        sys.exit(f"{name} is not installed: pip install -c constraints.txt -e '.[dev]'")


def _docx_text(document: Any) -> Iterator[str]:
    """The paragraphs of a Word document or of a cell of its tables."""
    for block in document.iter_inner_content():
        if hasattr(block, "rows"):
            cells = {id(cell._tc): cell for row in block.rows for cell in row.cells}
            for cell in cells.values():
                yield from _docx_text(cell)
        else:
            yield block.text


def _ass_text(path: Path, encoding: str) -> Iterator[str]:
    read = _foreign("pysubs2").SSAFile.from_string(_decoded(path, encoding))
    for event in read:
        if not event.is_comment and not event.is_drawing:
            yield f"{event.name} {event.plaintext}" if event.plaintext.strip() else ""


def _webvtt_text(path: Path) -> Iterator[str]:
    """The captions as webvtt-py reads them; nothing where it refuses the file."""
    webvtt = _foreign("webvtt")
    try:
        captions = webvtt.read(str(path))
    except (
        webvtt.errors.MalformedFileError,
        webvtt.errors.MalformedCaptionError,
        UnicodeDecodeError,
        ValueError,
    ):
        return
    for caption in captions:
        yield _bare(caption.raw_text)


def _decoded(path: Path, encoding: str) -> str:
    return path.read_bytes().decode(encoding, "replace").replace("\ufeff", "").replace("\0", "\ufffd")


def _timed_text(text: str, is_vtt: bool) -> Iterator[str]:
    """The lines of SubRip or WebVTT without timing lines, the numbers above them, tags, and blocks that are no text."""
    for block in re.split(r"\n(?:[ \t]*\n)+", re.sub(r"\r\n?", "\n", text)):
        lines = block.strip("\n").split("\n")
        if is_vtt and _NO_TEXT.match(lines[0]):
            continue
        timings = {n for n, line in enumerate(lines) if _ARROW_LINE.fullmatch(line)}
        names = {n - 1 for n in timings if n == 1 or (n and lines[n - 1].strip().isdigit())}
        yield _bare("\n".join(line for n, line in enumerate(lines) if n not in timings | names))


def _bare(text: str) -> str:
    return html.unescape(_TAG.sub("", re.sub(r"<br\s*/?>", "\n", text)))


def _named(path: Path, notes: str, encoding: str) -> Counter[str]:
    """The words on lines that the notes name, each with the rest of its paragraph, and those they quote."""
    found = _words(" ".join(re.findall(r"'([^']*)'", notes)))
    if path.suffix == ".docx":
        return found
    lines = re.split(r"\r\n|\n|\r", _decoded(path, encoding))
    for numbers in re.findall(r"\blines? (\d+(?:, \d+)*)", notes):
        for number in map(int, numbers.split(", ")):
            for line in lines[number - 1 :]:
                if not line.strip():
                    break
                found += _words(_bare(line))
    return found


def material(folder: Path) -> list[Path]:
    """Every subtitle file and script of the data folder."""
    found = (p for name in FOLDERS for p in (folder / name).rglob("*") if p.suffix.lower() in SUFFIXES)
    return sorted(p for p in found if p.is_file() and not NOT_MATERIAL.search(p.name))


def table(accounts: Sequence[Account], root: Path | None) -> Iterable[str]:
    """A row for each file, and the sums."""
    yield f"{'given':>7} {'kept':>7} {'again':>6} {'named':>6} {'lost':>5}  file"
    for one in accounts:
        name = str(one.path.relative_to(root) if root else one.path)
        if one.refused:
            yield f"{'':35}  {name}: refused, {one.refused}"
        else:
            lost = f"  {' '.join(one.lost[:8])}" if one.lost else ""
            yield f"{one.given:7} {one.kept:7} {one.shown_again:6} {one.named:6} {len(one.lost):5}  {name}{lost}"
    sums = [sum(getattr(a, field) for a in accounts) for field in ("given", "kept", "shown_again", "named")]
    refused = sum(bool(a.refused) for a in accounts)
    lost = sum(len(a.lost) for a in accounts)
    yield f"{sums[0]:7} {sums[1]:7} {sums[2]:6} {sums[3]:6} {lost:5}  {len(accounts)} files, {refused} of them refused"


def main() -> int:
    """Account for the files named, or for those of VIGNETTE_DATA."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("files", nargs="*", type=Path)
    files, root = parser.parse_args().files, None
    if not files:
        root = Path(os.environ.get("VIGNETTE_DATA") or sys.exit("name files, or set VIGNETTE_DATA"))
        files = material(root)
    accounts = [account(path) for path in files]
    print("\n".join(table(accounts, root)))
    return int(any(one.lost for one in accounts))


if __name__ == "__main__":
    sys.exit(main())
