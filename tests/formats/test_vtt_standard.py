"""The WebVTT reader against the web platform tests: file parsing whole, cue text as far as text and voices
go."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest

from pipeline.formats.readers import encoding
from pipeline.formats.readers.vtt import VttFile, cue_pieces, parse_file
from pipeline.formats.vtt_settings import CueSettings, Region, parse_region, parse_settings

DATA = os.environ.get("VIGNETTE_DATA")
WPT = Path(DATA or ".") / "subtitles" / "wpt"
pytestmark = pytest.mark.skipif(not DATA, reason="VIGNETTE_DATA names no folder with the web platform tests")


def _parsed(path: Path) -> VttFile:
    return parse_file(encoding.decode(path.read_bytes(), path).text)


def _expected() -> dict[str, Any]:
    document = json.loads((WPT / "file-parsing" / "expected.json").read_text("utf-8")) if DATA else {}
    return {name: facts for name, facts in document.items() if name.endswith(".vtt")}


def _seen(settings: CueSettings) -> dict[str, Any]:
    """A cue's settings in the words of the DOM, in which the tests are written."""
    auto = "auto"
    return {
        "vertical": settings.vertical,
        "line": auto if settings.line is None else settings.line,
        "snapToLines": settings.snap_to_lines,
        "lineAlign": settings.line_align,
        "position": auto if settings.position is None else settings.position,
        "positionAlign": settings.position_align or auto,
        "size": settings.size,
        "align": settings.align,
    }


def _seen_region(region: Region | None) -> dict[str, Any]:
    if region is None:
        return {"region": None}
    return {
        "region.lines": region.lines,
        "region.width": region.width,
        "region.regionAnchorX": region.anchor[0],
        "region.regionAnchorY": region.anchor[1],
        "region.viewportAnchorX": region.viewport[0],
        "region.viewportAnchorY": region.viewport[1],
        "region.scroll": "up" if region.scroll_up else "",
    }


def _number(value: Any) -> Any:
    """As JavaScript has it, which knows no whole numbers; anything else as it is."""
    return float(value) if isinstance(value, int) else value


@pytest.mark.parametrize("name", sorted(_expected()))
def test_file_parsing(name: str) -> None:
    facts = _expected()[name]
    file = _parsed(WPT / "file-parsing" / name)
    regions = [parse_region(r) for r in file.regions]
    settings = [parse_settings(cue.settings, regions) for cue in file.cues]
    if facts["cue_count"] is not None:
        assert len(file.cues) == facts["cue_count"]
    for number, asserted in enumerate(facts.get("cues", [])):
        cue = file.cues[number]
        times = {
            "startTime": cue.start_ms / 1000,
            "endTime": cue.end_ms / 1000,
            "id": cue.id,
            "text": cue.text,
        }
        seen = {**times, **_seen(settings[number]), **_seen_region(settings[number].region)}
        for key, value in asserted.items():
            if isinstance(value, str) and (match := re.fullmatch(r"region object of cue (\d+)", value)):
                assert settings[number].region is not None
                assert settings[number].region is settings[int(match[1])].region
            else:
                assert _number(seen[key]) == _number(value), (number, key)


def test_regions_of_the_header() -> None:
    file = _parsed(WPT / "file-parsing" / "header-regions.vtt")
    regions = [parse_region(r) for r in file.regions]
    usual: dict[str, Any] = {"width": 100, "lines": 3, "regionAnchorX": 0, "regionAnchorY": 100}
    usual |= {"viewportAnchorX": 0, "viewportAnchorY": 100, "scroll": ""}
    for cue in file.cues:
        region = parse_settings(cue.settings, regions).region
        told = json.loads(cue.text)
        wanted = (
            {"region": None} if told == "no region" else {f"region.{k}": v for k, v in (usual | told).items()}
        )
        assert _seen_region(region) == wanted


def test_a_style_is_no_cue() -> None:
    file = _parsed(WPT / "file-parsing" / "stylesheets.vtt")
    assert file.styles
    assert not any("::cue" in cue.text for cue in file.cues)


def _trees() -> list[tuple[str, str]]:
    files = sorted((WPT / "cue-text-parsing").glob("*.json"))
    return [(c["text"], c["expectedTree"]) for f in files for c in json.loads(f.read_text("utf-8"))]


@pytest.mark.parametrize(("text", "tree"), _trees() if DATA else [])
def test_cue_text(text: str, tree: str) -> None:
    cues = parse_file("WEBVTT\n\n00:00.000 --> 00:01.000\n" + text).cues
    pieces = cue_pieces(cues[0].text)
    assert _joined([(p.text, p.voice) for p in pieces]) == _joined(_texts(tree))


def _texts(tree: str) -> list[tuple[str, str | None]]:
    """The text nodes of a drawn tree, each with the title of the innermost voice around it."""
    texts: list[tuple[str, str | None]] = []
    titles: dict[int, str] = {}
    for indent, node in re.findall(r"^\| ( *)(.*?)\n(?=\||\Z)", tree, re.MULTILINE | re.DOTALL):
        depth = len(indent) // 2
        titles = {d: t for d, t in titles.items() if d <= depth}
        if match := re.fullmatch(r'title="(.*)"', node, re.DOTALL):
            titles[depth] = match[1]
        elif match := re.fullmatch(r'"(.*)"', node, re.DOTALL):
            texts.append((match[1], titles[max(titles)] if titles else None))
        else:
            titles.pop(depth + 1, None)
            titles = {d: t for d, t in titles.items() if d <= depth}
    return texts


def _joined(pieces: list[tuple[str, str | None]]) -> list[tuple[str, str | None]]:
    """Neighbours of one voice as one; an empty voice is none."""
    joined: list[tuple[str, str | None]] = []
    for text, voice in pieces:
        if joined and joined[-1][1] == (voice or None):
            joined[-1] = (joined[-1][0] + text, voice or None)
        elif text:
            joined.append((text, voice or None))
    return joined
