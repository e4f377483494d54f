"""How many recordings at once: as many as there are cores, and as the free memory holds."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from pipeline.errors import VignetteError
from pipeline.processes import cores
from pipeline.run.jobs import Job
from pipeline.speech.asr import choice

# What one recording takes at its dearest stage, without Whisper's weights: whatever its length, with the picture looked at
# beside, and for each minute: its sound, copies of what goes to the second detector of speech, and what is kept of the cepstra
# (`python -m benchmarks.growth`, rounded up).
_ANYHOW_BYTES, _MINUTE_BYTES = 650_000_000, 8_000_000
# So many of the largest files are asked how long they last: opening all of an archive would take longer than it is worth.
_MOST_ASKED = 8
# Where a container says how much memory it may have, and has (Linux, cgroup v2).
_LIMIT, _USED = Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory.current")


def at_once(jobs: Sequence[Job]) -> int:
    """How many of these recordings this machine should caption at the same time; at least 1."""
    free = free_bytes()
    if free is None or len(jobs) < 2:
        return 1
    return max(1, min(len(jobs), cores(), free // (needed_bytes(jobs) + weights_bytes(jobs))))


def needed_bytes(jobs: Sequence[Job]) -> int:
    """The memory that the longest of these recordings takes, without weights."""
    largest = sorted((job.media for job in jobs), key=_file_size, reverse=True)[:_MOST_ASKED]
    return _ANYHOW_BYTES + max(map(_minutes, largest), default=0) * _MINUTE_BYTES


def _minutes(media: Path) -> int:
    """How long a recording says that it lasts, in minutes, rounded up; 0 for what is none."""
    import av

    with suppress(OSError, ValueError, av.FFmpegError), av.open(str(media)) as container:
        return -(-(container.duration or 0) // (60 * av.time_base))
    return 0


def _file_size(path: Path) -> int:
    with suppress(OSError):
        return path.stat().st_size
    return 0


def free_bytes() -> int | None:
    """The memory that this machine, or the container we are in, can give; None where it does not tell."""
    found: int | None = None
    with suppress(OSError, ValueError, AttributeError):
        if sys.platform == "linux":
            lines = Path("/proc/meminfo").read_text("ascii").splitlines()
            found = next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:"))
        else:  # half of all, since nothing says what others use
            found = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2
    with suppress(OSError, ValueError):
        within = int(_LIMIT.read_text("ascii")) - int(_USED.read_text("ascii"))  # "max" is no number
        found = within if found is None else min(found, within)
    return found


def weights_bytes(jobs: Sequence[Job]) -> int:
    """The size of the largest Whisper that any of these recordings needs in memory; 0 for none."""
    sizes = [0]
    for settings in {job.settings.verify for job in jobs}:
        if settings.mode != "none" and (found := choice.choose_witness(settings)):
            sizes.append(_size(found.directory))
    for wanted in {job.settings.transcribe for job in jobs if job.is_bare}:
        with suppress(VignetteError):  # told where the recording is captioned
            sizes.append(_size(choice.choose(wanted).directory))
    return max(sizes)


def _size(folder: Path | None) -> int:
    with suppress(OSError):
        return sum(p.stat().st_size for p in folder.iterdir() if p.is_file()) if folder else 0
    return 0
