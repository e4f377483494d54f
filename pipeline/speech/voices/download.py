"""Download of the GE2E speaker encoder, out of Resemblyzer's wheel, which pip fetches without its dependencies.

pip knows the machine's package index or its folder of wheels; the weights in the wheel are checked against a known digest and
kept as `models/ge2e.onnx`. Nothing of the package is installed or run.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from pipeline import wheels
from pipeline.errors import OutputError, WeightsError
from pipeline.files import write_atomic
from pipeline.speech.voices import ge2e
from pipeline.speech.voices.embeddings import GE2E_FILE

NAME = "speakers"
REQUIREMENT = "Resemblyzer==0.1.4"
SIZE_MB = 16  # of the wheel


def fetch(folder: Path) -> Path:
    """Fetch the wheel, convert its weights and put them into `folder`. Gives the file; raises WeightsError or OutputError."""
    with tempfile.TemporaryDirectory() as place:
        try:
            network = ge2e.from_wheel(wheels.download(REQUIREMENT, Path(place)))
        except WeightsError as error:
            raise WeightsError(
                NAME,
                error.problem,
                "speakers are told apart without it, but badly; try again later with 'vignette models fetch speakers', or copy "
                f"{GE2E_FILE} from a machine that has it to models/",
            ) from None
        except (ValueError, KeyError) as error:
            raise WeightsError(NAME, str(error), "check where pip takes its packages from") from None
    target = folder / GE2E_FILE
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(
            folder, f"cannot be made: {error.strerror}", "check the folder's permissions"
        ) from error
    write_atomic(target, network, private=False)
    return target
