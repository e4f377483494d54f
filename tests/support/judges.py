"""Foreign readers of what is exported: other people's libraries and programs, each giving what it finds in a file.

`JUDGES` says for each format who reads it; the tests call every one, and the README's table names them.
"""

from __future__ import annotations

import csv
import re
import subprocess
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

from pipeline.timing import parse_timecode


class Seen(NamedTuple):
    """A piece of text as a foreign reader gives it; `end_ms` and `speaker` where the format has them."""

    start_ms: int
    end_ms: int | None
    text: str
    speaker: str | None = None


def _ms(seconds: float | Fraction) -> int:
    return round(seconds * 1000)


def pycaption(path: Path) -> list[Seen]:
    import warnings

    from pycaption import DFXPReader

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it reads XML as HTML, by old names of its own libraries
        read = DFXPReader().read(path.read_text("utf-8"))
    (lang,) = read.get_languages()
    return [Seen(c.start // 1000, c.end // 1000, c.get_text()) for c in read.get_captions(lang)]


def ttconv(path: Path) -> list[Seen]:
    import xml.etree.ElementTree as ET

    from ttconv.imsc.reader import to_model
    from ttconv.isd import ISD
    from ttconv.model import Br, Text

    model = to_model(ET.parse(path))
    assert model is not None
    times = ISD.significant_times(model)
    found: list[Seen] = []
    for at, until in zip(times, [*times[1:], None], strict=True):
        isd = ISD.from_model(model, at)
        text = "".join(
            element.get_text() if isinstance(element, Text) else "\n"
            for region in isd.iter_regions()
            for element in region.dfs_iterator()
            if isinstance(element, (Text, Br))
        )
        if text.strip():
            found.append(Seen(_ms(at), None if until is None else _ms(until), text))
    return found


def pysubs2(path: Path) -> list[Seen]:
    from pysubs2 import SSAFile

    return [Seen(e.start, e.end, e.plaintext, e.name) for e in SSAFile.load(str(path)).events]


def ffmpeg(path: Path) -> list[Seen]:
    import imageio_ffmpeg

    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", str(path), "-f", "srt", "-"]
    srt = subprocess.run(command, check=True, capture_output=True).stdout.decode("utf-8")
    found = []
    for block in re.split(r"\n\n+(?=\d+\n)", srt.strip()):
        _, times, *lines = block.split("\n")
        start, end = map(parse_timecode, times.split(" --> "))
        found.append(Seen(start, end, re.sub(r"<[^<>]*>|\{\\an8\}", "", "\n".join(lines))))
    return found


def webvtt_py(path: Path) -> list[Seen]:
    import webvtt

    held = webvtt.from_sbv(str(path)) if path.suffix == ".sbv" else webvtt.read(str(path))
    return [Seen(parse_timecode(c.start), parse_timecode(c.end), c.text) for c in held]


def python_docx(path: Path) -> list[Seen]:
    import docx

    found = []
    for paragraph in docx.Document(str(path)).paragraphs:
        if paragraph.style.name == "Turn":
            runs = {run.style.name: run.text for run in paragraph.runs}
            said = "".join(run.text for run in paragraph.runs if run.style.name == "Default Paragraph Font")
            speaker = runs.get("Speaker", "").removesuffix(":")
            found.append(Seen(parse_timecode(runs["Time"].strip("[]")), None, said.strip(), speaker))
    return found


def pympi(path: Path) -> list[Seen]:
    import pympi

    eaf = pympi.Elan.Eaf(str(path))
    return sorted(
        Seen(start, end, text, eaf.get_parameters_for_tier(tier).get("PARTICIPANT", ""))
        for tier in eaf.get_tier_ids_for_linguistic_type("utterance")
        for start, end, text in (a[:3] for a in eaf.get_annotation_data_for_tier(tier))
    )


def praatio(path: Path) -> list[Seen]:
    from praatio import textgrid

    grid = textgrid.openTextgrid(str(path), includeEmptyIntervals=False)
    return sorted(
        Seen(_ms(start), _ms(end), text, name)
        for name in grid.tierNames
        if not re.search(r" - (?:words|concepts)", name) and not re.fullmatch(r"parts(?: \(\d+\))?", name)
        for start, end, text in grid.getTier(name).entries
    )


def python_csv(path: Path) -> list[Seen]:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    text = "text" if rows and "text" in rows[0] else "word"
    return [Seen(int(row["start_ms"]), int(row["end_ms"]), row[text], row["speaker"]) for row in rows]


JUDGES: dict[str, dict[str, Callable[[Path], list[Seen]]]] = {
    "ttml": {"pycaption": pycaption, "ttconv": ttconv},
    "ebu-tt-d": {"pycaption": pycaption, "ttconv": ttconv},
    "ass": {"pysubs2": pysubs2, "ffmpeg": ffmpeg},
    "docx": {"python-docx": python_docx},
    "eaf": {"pympi-ling": pympi},
    "textgrid": {"praatio": praatio},
    "csv": {"Python's csv": python_csv},
    "csv-words": {"Python's csv": python_csv},
    "youtube": {},
}
"""Who reads what is exported; nobody reads chapters but YouTube, whose published rules a test holds."""

READERS: dict[str, dict[str, Callable[[Path], list[Seen]]]] = {
    "sbv": {"webvtt-py": webvtt_py},
    "ttml": {"pycaption": pycaption},
}
"""Who reads what is brought, so that both can be compared."""
