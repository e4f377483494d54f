"""WebVTT cue settings and regions, parsed as the standard says (W3C WebVTT 6.2 and 6.3): what is malformed is ignored."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from math import isfinite

_PERCENTAGE = re.compile(r"(\d+(?:\.\d+)?)%", re.ASCII)
_LINE = re.compile(r"(-?\d+(?:\.\d+)?)", re.ASCII)
_ASCII_SPACE = re.compile(r"[ \t\n\f\r]+")
_LINE_ALIGNS = frozenset(("start", "center", "end"))
_POSITION_ALIGNS = frozenset(("line-left", "center", "line-right"))
_ALIGNS = frozenset(("start", "center", "end", "left", "right"))


@dataclass(frozen=True, slots=True)
class Region:
    """A WebVTT region of the picture: `width` in percent, `lines` high; `anchor`, a point of the region,
    lies at `viewport`, a point of the picture, both (x, y) in percent."""

    id: str = ""
    width: float = 100
    lines: int = 3
    anchor: tuple[float, float] = (0, 100)
    viewport: tuple[float, float] = (0, 100)
    scroll_up: bool = False


@dataclass(frozen=True, slots=True)
class CueSettings:
    """WebVTT cue settings: where and how a cue is drawn; None stands for "auto".

    `position` and `size` are percent; `line` counts lines when `snap_to_lines` is true and is
    percent otherwise. `valid` holds the settings that were understood, as they were written.
    """

    vertical: str = ""
    line: float | None = None
    snap_to_lines: bool = True
    line_align: str = "start"
    position: float | None = None
    position_align: str | None = None
    size: float = 100
    align: str = "center"
    region: Region | None = None
    valid: tuple[str, ...] = field(default=(), compare=False)


def parse_settings(text: str, regions: Iterable[Region] = ()) -> CueSettings:
    """The cue settings in `text`, which stands behind a cue's times; a region
    that is not among `regions` is none (6.3)."""
    known = {region.id: region for region in regions}
    settings = CueSettings()
    for name, value in _pairs(text):
        changed = _with_setting(settings, name, value, known)
        if changed is not None:
            settings = replace(changed, valid=(*settings.valid, f"{name}:{value}"))
    if settings.region and (settings.line is not None or settings.size != 100 or settings.vertical):
        return replace(settings, region=None)
    return settings


def parse_region(text: str) -> Region:
    """The region that the settings in a REGION block define (6.2)."""
    region = Region()
    for name, value in _pairs(text):
        if name == "id":
            region = replace(region, id=value)
        elif name == "width" and (width := _percentage(value)) is not None:
            region = replace(region, width=width)
        elif name == "lines" and re.fullmatch(r"\d{1,4000}", value, re.ASCII):
            region = replace(region, lines=int(value))
        elif name == "regionanchor" and (point := _point(value)):
            region = replace(region, anchor=point)
        elif name == "viewportanchor" and (point := _point(value)):
            region = replace(region, viewport=point)
        elif name == "scroll" and value == "up":
            region = replace(region, scroll_up=True)
    return region


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    for setting in _ASCII_SPACE.split(text):
        name, _, value = setting.partition(":")
        if name and value:
            yield name, value


def _with_setting(
    settings: CueSettings, name: str, value: str, regions: dict[str, Region]
) -> CueSettings | None:
    """`settings` with one more, None when its name or value means nothing."""
    if name == "region":
        return replace(settings, region=regions.get(value))
    if name == "vertical" and value in ("rl", "lr"):
        return replace(settings, vertical=value)
    if name == "line":
        return _with_line(settings, *value.partition(","))
    if name == "position":
        return _with_position(settings, *value.partition(","))
    if name == "size" and (size := _percentage(value)) is not None:
        return replace(settings, size=size)
    if name == "align" and value in _ALIGNS:
        return replace(settings, align=value)
    return None


def _with_line(settings: CueSettings, place: str, comma: str, align: str) -> CueSettings | None:
    match = _LINE.fullmatch(place)
    number = float(match[1]) if match else _percentage(place)
    if number is None or not isfinite(number) or (comma and align not in _LINE_ALIGNS):
        return None
    line_align = align if comma else settings.line_align
    return replace(settings, line=number, line_align=line_align, snap_to_lines=bool(match))


def _with_position(settings: CueSettings, place: str, comma: str, align: str) -> CueSettings | None:
    number = _percentage(place)
    if number is None or (comma and align not in _POSITION_ALIGNS):
        return None
    return replace(settings, position=number, position_align=align if comma else settings.position_align)


def _percentage(text: str) -> float | None:
    """0 to 100, None for anything else."""
    match = _PERCENTAGE.fullmatch(text)
    return float(match[1]) if match and float(match[1]) <= 100 else None


def _point(text: str) -> tuple[float, float] | None:
    x, _, y = text.partition(",")
    across, down = _percentage(x), _percentage(y)
    return None if across is None or down is None else (across, down)
