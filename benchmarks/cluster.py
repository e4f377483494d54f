"""What a Ray cluster costs and brings: overhead per recording, 1 to 4 workers, and an archive on many machines, computed.

    python -m benchmarks.cluster [--clips 24] [--record]          (needs the extra `cluster`)

Measured, by the clock, on this machine alone: a folder of clips of a sentence each, run with `--jobs 1` and on clusters of 1, 2
and 4 workers with a core each, all on loopback; and the same when nothing is to do, where all that a cluster takes more is its
own. More workers than cores show nothing but that. An archive is computed from what a film of 83 minutes takes by the clock on a
machine of two cores (`python -m benchmarks.whole_run`) and that overhead, as if n such machines worked all the time.
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
# The archive: so many videos like the film that was measured, on so many machines like the one that measured it.
VIDEOS = 400
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


def archive(overhead_s: float) -> dict[str, float]:
    """Hours for the archive, computed from the film's recorded time and the overhead of each recording."""
    film = json.loads((results.FOLDER / "whole_run.json").read_text("utf-8"))["figures"]
    hours = {n: VIDEOS * (film["whole_s"] + overhead_s) / n / 3600 for n in MACHINES}
    for machines, took in hours.items():
        print(
            f"computed: {VIDEOS} videos of {film['minutes']:.0f} minutes on {machines} machines: {took:.1f} h"
        )
    return {f"archive_{n}_h": took for n, took in hours.items()}


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
    figures |= archive(overhead_s)
    if options.record:
        results.record("cluster", figures)


if __name__ == "__main__":
    main()
