"""Drawn people: flat, friendly, each recognisable by hair, skin, clothes and glasses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw

Colour = tuple[int, int, int]

INK: Colour = (52, 44, 48)
LIP: Colour = (150, 78, 74)
INSIDE: Colour = (92, 40, 44)


@dataclass(frozen=True)
class Look:
    """What somebody looks like; `hair_style` is short, long, bob, bun, curly, bald or parted."""

    skin: Colour
    hair: Colour
    top: Colour
    hair_style: str
    glasses: bool = False
    beard: bool = False
    collar: Colour | None = None
    trousers: Colour = (62, 68, 84)


LOOKS = {
    "daniel": Look(
        (231, 190, 160), (128, 122, 118), (58, 84, 104), "parted", glasses=True, collar=(236, 232, 222)
    ),
    "ruth": Look((150, 104, 76), (44, 34, 34), (176, 92, 62), "bun", collar=(236, 214, 180)),
    "alan": Look((238, 200, 176), (172, 96, 52), (70, 74, 60), "short", beard=True, collar=(214, 206, 190)),
    "colin": Look((236, 196, 170), (96, 70, 50), (122, 128, 136), "short"),
    "maya": Look((198, 146, 108), (34, 28, 32), (58, 122, 110), "long"),
    "terry": Look((222, 176, 148), (206, 204, 200), (104, 62, 66), "bald", beard=True),
    "denise": Look((240, 206, 186), (188, 150, 96), (120, 104, 148), "bob", glasses=True),
    "leo": Look((112, 76, 56), (30, 24, 24), (214, 164, 62), "curly"),
    "joan": Look((236, 198, 176), (214, 214, 214), (74, 102, 74), "bun", glasses=True),
    "graham": Look((228, 184, 156), (70, 56, 48), (86, 104, 140), "parted", beard=True),
    "carol": Look((134, 92, 68), (52, 36, 30), (186, 74, 92), "curly"),
    "victor": Look((214, 168, 134), (44, 38, 40), (70, 62, 80), "short", glasses=True),
}


def _oval(d: ImageDraw, x: float, y: float, rx: float, ry: float, fill: Colour) -> None:
    d.ellipse((x - rx, y - ry, x + rx, y + ry), fill=fill)


def shade(colour: Colour, by: float) -> Colour:
    """The colour made darker (by < 1) or lighter (by > 1)."""
    r, g, b = (max(0, min(255, round(c * by))) for c in colour)
    return (r, g, b)


def bust(
    d: ImageDraw, x: float, y: float, size: float, look: Look, mouth: int = 0, eyes_shut: bool = False
) -> None:
    """Head and shoulders; (x, y) is the middle of the face, `size` the face's half height; mouth 0 shut to 2
    open.
    """
    _hair_behind(d, x, y, size, look)
    _shoulders(d, x, y, size, look)
    _neck_and_face(d, x, y, size, look)
    _hair_in_front(d, x, y, size, look)
    _features(d, x, y, size, look, mouth, eyes_shut)


def _shoulders(d: ImageDraw, x: float, y: float, s: float, look: Look) -> None:
    top = y + 1.28 * s
    d.rounded_rectangle((x - 1.72 * s, top, x + 1.72 * s, top + 6 * s), radius=0.85 * s, fill=look.top)
    d.line(
        (x - 1.18 * s, top + 1.3 * s, x - 1.12 * s, top + 6 * s),
        fill=shade(look.top, 0.84),
        width=max(1, round(0.05 * s)),
    )
    d.line(
        (x + 1.18 * s, top + 1.3 * s, x + 1.12 * s, top + 6 * s),
        fill=shade(look.top, 0.84),
        width=max(1, round(0.05 * s)),
    )


def _neck_and_face(d: ImageDraw, x: float, y: float, s: float, look: Look) -> None:
    top = y + 1.28 * s
    if look.collar:
        d.polygon(
            [(x - 0.62 * s, top + 0.02 * s), (x, top + 1.05 * s), (x + 0.62 * s, top + 0.02 * s)],
            fill=look.collar,
        )
    d.rounded_rectangle(
        (x - 0.36 * s, y + 0.5 * s, x + 0.36 * s, top + 0.36 * s), radius=0.3 * s, fill=shade(look.skin, 0.88)
    )
    if look.collar:
        for side in (-1, 1):
            d.polygon(
                [
                    (x + side * 0.36 * s, top - 0.12 * s),
                    (x + side * 0.72 * s, top + 0.12 * s),
                    (x + side * 0.16 * s, top + 0.62 * s),
                ],
                fill=shade(look.collar, 0.93),
            )
    for side in (-1, 1):
        _oval(d, x + side * 0.8 * s, y + 0.06 * s, 0.15 * s, 0.22 * s, shade(look.skin, 0.92))
    _oval(d, x, y, 0.8 * s, 1.0 * s, look.skin)


def _hair_behind(d: ImageDraw, x: float, y: float, s: float, look: Look) -> None:
    style, hair = look.hair_style, look.hair
    if style == "long":
        d.rounded_rectangle((x - 1.02 * s, y - 1.1 * s, x + 1.02 * s, y + 1.9 * s), radius=0.9 * s, fill=hair)
    elif style == "bob":
        d.rounded_rectangle(
            (x - 1.04 * s, y - 1.16 * s, x + 1.04 * s, y + 0.92 * s), radius=0.8 * s, fill=hair
        )
    elif style == "bun":
        _oval(d, x, y - 1.2 * s, 0.42 * s, 0.38 * s, hair)
        _oval(d, x, y - 0.2 * s, 0.92 * s, 0.98 * s, hair)
    elif style == "curly":
        for dx, dy, r in (
            (-0.7, -0.5, 0.42),
            (-0.35, -0.95, 0.46),
            (0.12, -1.06, 0.48),
            (0.55, -0.82, 0.44),
            (0.8, -0.35, 0.36),
            (-0.86, -0.1, 0.3),
            (0.88, 0.02, 0.28),
        ):
            _oval(d, x + dx * s, y + dy * s, r * s, r * s, hair)


def _hair_in_front(d: ImageDraw, x: float, y: float, s: float, look: Look) -> None:
    style, hair = look.hair_style, look.hair
    if style == "bald":
        for side in (-1, 1):
            _oval(d, x + side * 0.76 * s, y - 0.16 * s, 0.12 * s, 0.26 * s, hair)
        return
    d.chord((x - 0.83 * s, y - 1.12 * s, x + 0.83 * s, y + 0.5 * s), 200, 340, fill=hair)
    for side in (-1, 1):  # sideburns
        d.rectangle(
            (x + side * 0.73 * s - 0.055 * s, y - 0.6 * s, x + side * 0.73 * s + 0.055 * s, y - 0.2 * s),
            fill=hair,
        )
    if style == "parted":
        d.chord((x - 0.62 * s, y - 1.26 * s, x + 0.8 * s, y - 0.2 * s), 178, 372, fill=hair)
    elif style in ("long", "bob"):
        for side in (-1, 1):
            d.polygon(
                [
                    (x, y - 1.02 * s),
                    (x + side * 0.9 * s, y - 0.55 * s),
                    (x + side * 0.92 * s, y + 0.55 * s),
                    (x + side * 0.66 * s, y - 0.2 * s),
                ],
                fill=hair,
            )


def _features(d: ImageDraw, x: float, y: float, s: float, look: Look, mouth: int, eyes_shut: bool) -> None:
    line = max(1, round(0.055 * s))
    if look.beard:
        d.chord((x - 0.76 * s, y - 0.42 * s, x + 0.76 * s, y + 1.06 * s), 12, 168, fill=look.hair)
    for side in (-1, 1):
        ex, ey = x + side * 0.32 * s, y - 0.08 * s
        if eyes_shut:
            d.arc((ex - 0.13 * s, ey - 0.1 * s, ex + 0.13 * s, ey + 0.08 * s), 20, 160, fill=INK, width=line)
        else:
            _oval(d, ex, ey, 0.085 * s, 0.105 * s, INK)
            _oval(d, ex + 0.03 * s, ey - 0.035 * s, 0.025 * s, 0.025 * s, (250, 250, 250))
        d.arc(
            (ex - 0.2 * s, ey - 0.36 * s, ex + 0.2 * s, ey + 0.06 * s),
            215,
            325,
            fill=shade(look.hair, 0.8),
            width=line,
        )
        if look.glasses:
            d.rounded_rectangle(
                (ex - 0.24 * s, ey - 0.19 * s, ex + 0.24 * s, ey + 0.2 * s),
                radius=0.12 * s,
                outline=INK,
                width=line,
            )
    if look.glasses:
        d.line((x - 0.08 * s, y - 0.1 * s, x + 0.08 * s, y - 0.1 * s), fill=INK, width=line)
    d.arc(
        (x - 0.12 * s, y - 0.02 * s, x + 0.12 * s, y + 0.3 * s),
        20,
        120,
        fill=shade(look.skin, 0.76),
        width=line,
    )
    _mouth(d, x, y + 0.52 * s, s, look, mouth)


def _mouth(d: ImageDraw, x: float, y: float, s: float, look: Look, mouth: int) -> None:
    if look.beard:
        _oval(d, x, y, 0.34 * s, 0.19 * s, look.skin)
    if mouth == 0:
        d.arc(
            (x - 0.24 * s, y - 0.2 * s, x + 0.24 * s, y + 0.06 * s),
            30,
            150,
            fill=LIP,
            width=max(1, round(0.06 * s)),
        )
        return
    tall = (0.0, 0.06, 0.11)[mouth] * s
    _oval(d, x, y, 0.2 * s, tall + 0.04 * s, LIP)
    _oval(d, x, y, 0.155 * s, tall, INSIDE)


def seated(
    d: ImageDraw, x: float, floor: float, size: float, look: Look, mouth: int = 0, eyes_shut: bool = False
) -> None:
    """Somebody on a chair, seen from the front; `floor` is where the feet stand, `size` the face's half
    height.
    """
    s = size
    seat, face, dark = floor - 3.1 * s, floor - 7.4 * s, shade(look.trousers, 0.8)
    chair(d, x, floor, s)
    bust(_Clip(d, seat), x, face, s, look, mouth, eyes_shut)  # type: ignore[arg-type]
    for side in (-1, 1):
        d.rounded_rectangle(
            (x + side * 0.8 * s - 0.72 * s, seat - 0.75 * s, x + side * 0.8 * s + 0.72 * s, seat + 0.55 * s),
            radius=0.5 * s,
            fill=look.trousers,
        )
        d.rounded_rectangle(
            (x + side * 0.85 * s - 0.46 * s, seat - 0.1 * s, x + side * 0.85 * s + 0.46 * s, floor - 0.3 * s),
            radius=0.3 * s,
            fill=dark,
        )
        d.rounded_rectangle(
            (
                x + side * 0.95 * s - 0.6 * s,
                floor - 0.55 * s,
                x + side * 0.95 * s + 0.6 * s,
                floor + 0.05 * s,
            ),
            radius=0.25 * s,
            fill=(40, 36, 40),
        )
        d.line(
            (x + side * 1.5 * s, face + 2.6 * s, x + side * 0.5 * s, seat - 0.5 * s),
            fill=shade(look.top, 0.9),
            width=max(2, round(0.6 * s)),
        )
    _oval(d, x, seat - 0.5 * s, 0.62 * s, 0.36 * s, look.skin)


def chair(d: ImageDraw, x: float, floor: float, size: float) -> None:
    """A chair seen from the front, its shadow under it."""
    s, wood = size, (150, 108, 72)
    seat = floor - 3.1 * s
    _oval(d, x, floor, 2.3 * s, 0.34 * s, (118, 96, 80))
    d.rounded_rectangle(
        (x - 1.75 * s, seat - 2.1 * s, x + 1.75 * s, seat + 0.6 * s), radius=0.4 * s, fill=shade(wood, 0.85)
    )
    d.rounded_rectangle(
        (x - 1.65 * s, seat - 0.1 * s, x + 1.65 * s, seat + 0.5 * s), radius=0.25 * s, fill=wood
    )
    for side in (-1, 1):
        d.line(
            (x + side * 1.55 * s, seat, x + side * 1.7 * s, floor),
            fill=shade(wood, 0.7),
            width=max(2, round(0.24 * s)),
        )


class _Clip:
    """A drawing surface on which a rounded rectangle ends at `bottom`: shoulders become a torso that ends at
    the seat.
    """

    def __init__(self, d: ImageDraw, bottom: float) -> None:
        self._d, self._bottom = d, bottom

    def rounded_rectangle(self, box: tuple[float, float, float, float], **how: object) -> None:
        left, top, right, low = box
        self._d.rounded_rectangle((left, top, right, min(low, self._bottom)), **how)  # type: ignore[arg-type]

    def line(self, ends: tuple[float, float, float, float], **how: object) -> None:
        x0, y0, x1, y1 = ends
        self._d.line((x0, min(y0, self._bottom), x1, min(y1, self._bottom)), **how)  # type: ignore[arg-type]

    def __getattr__(self, name: str) -> object:
        return getattr(self._d, name)
