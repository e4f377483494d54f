"""What a Ray cluster costs and brings: overhead per recording, 1 to 4 workers, and an archive on many machines, computed.

    python -m benchmarks.cluster [--clips 24] [--record]          (needs the extra `cluster`)

Measured, by the clock, on this machine alone: a folder of clips of a sentence each, run with `--jobs 1` and on clusters of 1, 2
and 4 workers with a core each, all on loopback; and the same when nothing is to do, where all that a cluster takes more is its
own. More workers than cores show nothing but that. An archive is computed from the processor time of a minute of sound
(`python -m benchmarks.growth`) and that overhead, as if every core of n machines worked all the time.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks import results
from benchmarks.whole_run import ROOT
from tests.support import clips as recipes
from tests.support.clusters import RAY, nodes

WORKERS = (1, 2, 4)
# The archive: so many videos of so many minutes, and machines with so many cores.
VIDEOS, MINUTES, CORES = 400, 83, 2
MACHINES = (1, 4, 16)


def timed(folder: Path, *args: str) -> float:
    """Seconds by the clock of a run. Stops where a recording fails."""
    env = {**os.environ, **RAY, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "pipeline", "run", "--json", "--set", "verify.mode=none", *args]
    since = time.monotonic()
    ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, env=env)
    if ran.returncode:
        sys.exit(ran.stdout[-500:] + ran.stderr)
    return time.monotonic() - since


def first_and_again(count: int, *args: str) -> tuple[float, float]:
    """Seconds for a folder of so many clips, and for the same once more with nothing to do."""
    with tempfile.TemporaryDirectory() as scratch:
        media = Path(scratch) / "media"
        media.mkdir()
        recipes.clips(media, count)
        return timed(Path(scratch), *args), timed(Path(scratch), *args)


def minute_s() -> float:
    """Processor seconds of a minute of sound, of the longest recording that was measured and kept."""
    kept = json.loads((results.FOLDER / "growth_minutes.json").read_text("utf-8"))["figures"]
    longest = max(int(key.split("_")[1]) for key in kept if key.endswith("_each_s"))
    return float(kept[f"minutes_{longest}_each_s"])


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--clips", type=int, default=24, help="how many recordings of a sentence")
    results.offer(parser)
    options = parser.parse_args()
    figures: dict[str, float] = {"clips": options.clips}
    figures["local_s"], figures["local_again_s"] = first_and_again(options.clips, "--jobs", "1")
    print(f"--jobs 1: {figures['local_s']:.1f} s; again {figures['local_again_s']:.1f} s", flush=True)
    for count in WORKERS:
        with nodes(count) as cluster:
            first, again = first_and_again(options.clips, "--cluster", cluster.address)
        figures[f"workers_{count}_s"], figures[f"workers_{count}_again_s"] = first, again
        print(f"{count} workers: {first:.1f} s; again {again:.1f} s", flush=True)
    overhead_s = max(0.0, figures["workers_1_again_s"] - figures["local_again_s"]) / options.clips
    figures["overhead_s"] = overhead_s
    print(f"overhead per recording, joining the cluster included: {overhead_s:.2f} s")
    each_s = MINUTES * minute_s() + overhead_s
    for machines in MACHINES:
        hours = VIDEOS * each_s / (machines * CORES) / 3600
        figures[f"archive_{machines}_h"] = hours
        print(
            f"computed: {VIDEOS} videos of {MINUTES} minutes on {machines} machines of {CORES} cores: {hours:.1f} h"
        )
    if options.record:
        results.record("cluster", figures)


if __name__ == "__main__":
    main()
