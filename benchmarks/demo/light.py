"""Light in the pictures: late sun from one side, corners that darken, and what is behind a face out of focus."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from PIL.Image import Image

# What red, green and blue are multiplied with where the light falls and where it does not.
_SUN, _SHADE = (1.10, 1.05, 0.97), (0.80, 0.73, 0.69)
# Of the picture's height: how much is blurred behind a face.
_OUT_OF_FOCUS = 0.016


@functools.cache
def _falling(width: int, height: int, from_left: bool) -> NDArray[np.float64]:
    """How much each colour of each pixel is multiplied with: shape (height, width, 3)."""
    x, y = np.meshgrid(np.linspace(0, 1, width), np.linspace(0, 1, height))
    side = x if from_left else 1 - x
    pool = np.exp(-(((side - 0.36) / 0.52) ** 2) - ((y - 0.34) / 0.62) ** 2)[..., None]
    return pool * np.array(_SUN) + (1 - pool) * np.array(_SHADE)


def lit(picture: Image, from_left: bool = True) -> Image:
    """The picture in warm light from one side."""
    from PIL import Image

    colours = np.asarray(picture, dtype=np.float64) * _falling(picture.width, picture.height, from_left)
    return Image.fromarray(np.clip(np.rint(colours), 0, 255).astype(np.uint8))


def out_of_focus(picture: Image) -> Image:
    """The picture as it looks behind somebody on whom the lens is focused."""
    from PIL import ImageFilter

    return picture.filter(ImageFilter.GaussianBlur(_OUT_OF_FOCUS * picture.height))


def with_beam(picture: Image, corners: list[tuple[float, float]], strength: float = 0.16) -> Image:
    """The picture with a patch of sun on what lies between those corners (in pixels), soft at its edges."""
    from PIL import Image, ImageDraw, ImageFilter

    mask = Image.new("L", picture.size, 0)
    ImageDraw.Draw(mask).polygon(corners, fill=round(255 * strength))
    mask = mask.filter(ImageFilter.GaussianBlur(_OUT_OF_FOCUS * picture.height))
    return Image.composite(Image.new("RGB", picture.size, (255, 226, 170)), picture, mask)
