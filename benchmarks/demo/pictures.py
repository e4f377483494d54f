"""The stills of the film: cards, the room with the group, close shots, lower thirds."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.demo.figures import LOOKS, bust, chair, seated, shade
from benchmarks.demo.light import lit, out_of_focus, with_beam

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont

WIDTH, HEIGHT = 640, 360
_FINER = 2  # drawn at twice the size and reduced, which smooths the edges

WALL, WALL_LOW, FLOOR = (226, 204, 172), (204, 172, 138), (166, 124, 90)
STUDY, STUDY_SHELF = (98, 84, 74), (112, 80, 58)
CARD, CARD_INK, ACCENT = (58, 40, 36), (248, 238, 220), (224, 156, 84)


@dataclass(frozen=True)
class Picture:
    """Everything that decides a still; equal ones are drawn once.

    `kind` is black, card, end, wide or close. `title` and `subtitle` are a card's. `cast` sits in a wide
    shot, the `absent` leave an empty chair. `who` is in a close one, with `study` in the study. The mouth of
    who is `speaking` is `mouth` (0-2) open. `name` and `credit` are the lower third's.
    """

    kind: str
    title: str = ""
    subtitle: str = ""
    cast: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    who: str = ""
    study: bool = False
    speaking: str = ""
    mouth: int = 0
    eyes_shut: bool = False
    name: str = ""
    credit: str = ""


@functools.cache
def _font(size: int) -> FreeTypeFont:
    from PIL import ImageFont

    font = ImageFont.load_default(size=size * _FINER)
    assert not isinstance(font, ImageFont.ImageFont), "Pillow was built without FreeType"
    return font


@functools.cache
def draw(picture: Picture) -> bytes:
    """The still as 640 x 360 pixels of planar YUV 4:2:0, as an encoder takes them.

    BT.709, limited range: ITU-R BT.709-6, items 3.2 to 3.5. Converted once for each still, not each frame.
    """
    rgb = np.asarray(image(picture), dtype=np.float64) / 255
    luma = rgb @ (0.2126, 0.7152, 0.0722)
    chroma = (rgb[..., 2] - luma) / 1.8556, (rgb[..., 0] - luma) / 1.5748
    halved = [c.reshape(HEIGHT // 2, 2, WIDTH // 2, 2).mean(axis=(1, 3)) for c in chroma]
    planes = [16 + 219 * luma, *(128 + 224 * c for c in halved)]
    return b"".join(np.rint(plane).astype(np.uint8).tobytes() for plane in planes)


def image(picture: Picture) -> Image:
    """The still as a Pillow image of 640 x 360."""
    from PIL import Image, ImageDraw

    canvas = Image.new("RGB", (WIDTH * _FINER, HEIGHT * _FINER), (0, 0, 0))
    if picture.kind in ("card", "end"):
        _card(ImageDraw.Draw(canvas), picture)
    elif picture.kind == "wide":
        canvas = _background(picture.kind)
        _group(ImageDraw.Draw(canvas), picture)
        canvas = lit(canvas)
    elif picture.kind == "close":
        canvas = _background(picture.kind, picture.who, picture.study)
        _face(ImageDraw.Draw(canvas), picture)
        canvas = lit(canvas, from_left=not _place(picture.who) % 2)
    if picture.name:
        _lower_third(ImageDraw.Draw(canvas), picture.name, picture.credit)
    return canvas.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)


def _background(kind: str, who: str = "", study: bool = False) -> Image:
    """What is behind the people, for the caller to draw on."""
    return _behind(kind, who, study).copy()


@functools.cache
def _behind(kind: str, who: str, study: bool) -> Image:
    from PIL import Image, ImageDraw

    canvas = Image.new("RGB", (WIDTH * _FINER, HEIGHT * _FINER), (0, 0, 0))
    if kind == "wide":
        _room(ImageDraw.Draw(canvas))
        beam = [(250, 250), (390, 250), (520, 350), (300, 350)]
        return with_beam(canvas, [(x * _FINER, y * _FINER) for x, y in beam])
    _wall(ImageDraw.Draw(canvas), who, study)
    return out_of_focus(canvas)


def _place(who: str) -> int:
    return sorted(LOOKS).index(who)


def _box(d: ImageDraw, x0: float, y0: float, x1: float, y1: float, fill: tuple[int, int, int]) -> None:
    d.rectangle((x0 * _FINER, y0 * _FINER, x1 * _FINER, y1 * _FINER), fill=fill)


def _card(d: ImageDraw, picture: Picture) -> None:
    _box(d, 0, 0, WIDTH, HEIGHT, CARD)
    lines = picture.subtitle.split("\n") if picture.subtitle else []
    y = HEIGHT / 2 - 6 - 11 * len(lines)
    d.text((WIDTH / 2 * _FINER, y * _FINER), picture.title, font=_font(34), fill=CARD_INK, anchor="mm")
    _box(d, WIDTH / 2 - 34, y + 32, WIDTH / 2 + 34, y + 34, ACCENT)
    for number, line in enumerate(lines):
        at = (WIDTH / 2 * _FINER, (y + 58 + 24 * number) * _FINER)
        d.text(at, line, font=_font(17), fill=(196, 194, 188), anchor="mm")


def _window(d: ImageDraw, x: float, y: float, w: float, h: float) -> None:
    _box(d, x - 5, y - 5, x + w + 5, y + h + 5, (232, 226, 214))
    _box(d, x, y, x + w, y + h, (176, 206, 218))
    _box(d, x, y + h * 0.62, x + w, y + h, (150, 178, 150))
    _box(d, x + w / 2 - 2, y, x + w / 2 + 2, y + h, (232, 226, 214))
    _box(d, x, y + h / 2 - 2, x + w, y + h / 2 + 2, (232, 226, 214))


def _plant(d: ImageDraw, x: float, floor: float, size: float) -> None:
    f = _FINER
    for dx, dy, rx, ry in (
        (-14, -62, 9, 26),
        (0, -74, 9, 32),
        (14, -60, 9, 26),
        (-24, -44, 8, 20),
        (24, -44, 8, 20),
    ):
        left, top = (x + (dx - rx) * size) * f, (floor + (dy - ry) * size) * f
        d.ellipse(
            (left, top, left + 2 * rx * size * f, top + 2 * ry * size * f),
            fill=(92, 128, 88) if dx else (74, 110, 76),
        )
    pot = [
        (x - 18 * size, floor - 30 * size),
        (x + 18 * size, floor - 30 * size),
        (x + 13 * size, floor),
        (x - 13 * size, floor),
    ]
    d.polygon([(px * f, py * f) for px, py in pot], fill=(176, 98, 66))


def _room(d: ImageDraw) -> None:
    _box(d, 0, 0, WIDTH, 236, WALL)
    _box(d, 0, 196, WIDTH, 236, WALL_LOW)
    _box(d, 0, 236, WIDTH, HEIGHT, FLOOR)
    _window(d, 250, 34, 140, 84)
    _box(d, 92, 52, 156, 100, (150, 110, 80))
    _box(d, 97, 57, 151, 95, (222, 206, 176))
    d.ellipse(
        (508 * _FINER, 46 * _FINER, 552 * _FINER, 90 * _FINER),
        fill=(240, 236, 228),
        outline=(110, 96, 84),
        width=3 * _FINER,
    )
    d.line(
        [(530 * _FINER, 54 * _FINER), (530 * _FINER, 68 * _FINER), (540 * _FINER, 74 * _FINER)],
        fill=(70, 60, 56),
        width=2 * _FINER,
    )
    _plant(d, 604, 244, 1.0)
    d.ellipse((110 * _FINER, 262 * _FINER, 530 * _FINER, 352 * _FINER), fill=(142, 96, 84))
    d.ellipse((134 * _FINER, 270 * _FINER, 506 * _FINER, 344 * _FINER), fill=(160, 112, 94))


def _group(d: ImageDraw, picture: Picture) -> None:
    count = len(picture.cast)
    # a shallow arc: those in the middle sit further back and are drawn first
    places = [(i - (count - 1) / 2) / max(1, (count - 1) / 2) for i in range(count)]
    for i in sorted(range(count), key=lambda i: abs(places[i])):
        who, at = picture.cast[i], places[i]
        x, floor, size = 320 + at * min(262, 46 * count), 276 + 42 * at * at, 15.5 + 2.2 * at * at
        mouth = picture.mouth if who == picture.speaking else 0
        if who in picture.absent:
            chair(d, x * _FINER, floor * _FINER, size * _FINER)
            continue
        seated(d, x * _FINER, floor * _FINER, size * _FINER, LOOKS[who], mouth)


def _wall(d: ImageDraw, who: str, study: bool) -> None:
    place = _place(who)
    if study:
        _study(d)
    else:
        _box(d, 0, 0, WIDTH, HEIGHT, shade(WALL, 0.97 + 0.01 * (place % 4)))
        if place % 3 == 0:
            _window(d, 420 if place % 2 else 60, -60, 170, 190)
        elif place % 3 == 1:
            _plant(d, 560 if place % 2 else 84, 330, 2.6)
        else:
            _box(d, 60 if place % 2 else 470, 40, 160 if place % 2 else 570, 118, (150, 110, 80))
            _box(d, 68 if place % 2 else 478, 48, 152 if place % 2 else 562, 110, (222, 206, 176))
        _box(d, 0, 300, WIDTH, HEIGHT, WALL_LOW)


def _face(d: ImageDraw, picture: Picture) -> None:
    x = 320 + (22 if _place(picture.who) % 2 else -22)
    bust(d, x * _FINER, 150 * _FINER, 86 * _FINER, LOOKS[picture.who], picture.mouth, picture.eyes_shut)


def _study(d: ImageDraw) -> None:
    _box(d, 0, 0, WIDTH, HEIGHT, STUDY)
    spines = (
        (176, 92, 70),
        (210, 186, 140),
        (88, 120, 116),
        (140, 104, 128),
        (196, 150, 92),
        (112, 128, 150),
    )
    for shelf in range(3):
        floor = 96 + 110 * shelf
        _box(d, 0, floor, WIDTH, floor + 8, STUDY_SHELF)
        x, n = 14.0, shelf
        while x < WIDTH - 20:
            wide, tall = 11 + (n * 7) % 9, 52 + (n * 13) % 28
            if not 190 < x < 420:
                _box(d, x, floor - tall, x + wide, floor, shade(spines[n % len(spines)], 0.72))
            x, n = x + wide + (3 if n % 5 else 16), n + 1


def _lower_third(d: ImageDraw, name: str, credit: str) -> None:
    f = _FINER
    wide = max(d.textlength(name, font=_font(20)) / f, d.textlength(credit, font=_font(14)) / f) + 44
    _box(d, 36, 286, 36 + wide, 338, (28, 36, 44))
    _box(d, 36, 286, 41, 338, ACCENT)
    d.text((54 * f, 303 * f), name, font=_font(20), fill=(250, 248, 242), anchor="lm")
    d.text((54 * f, 325 * f), credit, font=_font(14), fill=(206, 202, 194), anchor="lm")
