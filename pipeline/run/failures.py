"""Which recordings the last run of each could not caption, beside the artefacts of all: for `vignette run --only failed`.

A recording of which nothing could be made leaves no artefact behind, so that this is kept apart.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from pathlib import Path

from filelock import FileLock, Timeout

from pipeline import privacy
from pipeline.errors import OutputError
from pipeline.files import WORK_FOLDER, write_atomic

_FILE, _LOCK = "failed.json", "failed.lock"
# So long two runs wait for each other, in seconds.
_WAIT_S = 5.0


def known(out: Path) -> frozenset[str]:
    """The recordings whose last run failed, as `place` names them; none where the list is missing or damaged."""
    with suppress(OSError, ValueError):
        held = json.loads((out / WORK_FOLDER / _FILE).read_text("utf-8"))
        if isinstance(held, list):
            return frozenset(map(str, held))
    return frozenset()


def place(out: Path, media: Path) -> str:
    """Where a recording lies as seen from the folder of outputs."""
    return os.path.relpath(os.path.realpath(media), os.path.realpath(out))


def note(out: Path, media: Path, failed: bool) -> None:
    """Remember whether the run of a recording failed; where nothing can be written, nothing is."""
    name = place(out, media)
    if (name in known(out)) == failed:
        return
    with suppress(OSError, OutputError, Timeout):
        privacy.make_folder(out / WORK_FOLDER)
        with FileLock(out / WORK_FOLDER / _LOCK, timeout=_WAIT_S):
            held = known(out)
            now = held | {name} if failed else held - {name}
            write_atomic(out / WORK_FOLDER / _FILE, json.dumps(sorted(now), indent=1))
