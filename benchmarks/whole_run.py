"""How long a whole run takes, stage by stage, and how much memory: `vignette run` on one video in an empty folder.

usage: python -m benchmarks.whole_run [VIDEO] [SUBTITLES] [--profile] [--record]      (default: the demo)

Prints seconds per stage, the whole, the second run that finds nothing to do, and the peak resident memory of all processes
together (Linux; sampled five times a second, memory shared between processes counted once per process). The whole and the second
run are told in processor time too, and as multiples of what decoding the sound and finding speech in it takes in the same
minutes, which a busy machine changes less. Modules are read compiled, as a user's are, whatever the environment says.

With `--profile`: processor time of each stage and group of functions instead, one stage after the other, and peak memory of each
stage (`benchmarks/profiled_run.py`).
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # run as a script, from anywhere

from benchmarks import results

DEMO = ROOT / "media" / "demo.mp4"


def family_rss_mb(pid: int) -> float:
    """Resident memory of a process and all below it, in MB; 0 where /proc does not tell."""
    children: dict[int, list[int]] = {}
    rss: dict[int, float] = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            fields = (entry / "stat").read_text().rsplit(")", 1)[1].split()
            rss[int(entry.name)] = int((entry / "statm").read_text().split()[1]) * 4096 / 1e6
            children.setdefault(int(fields[1]), []).append(int(entry.name))
        except (OSError, IndexError, ValueError):
            continue  # it ended while we looked
    total, waiting = 0.0, [pid]
    while waiting:
        one = waiting.pop()
        total += rss.get(one, 0.0)
        waiting += children.get(one, [])
    return total


def run(folder: Path, *args: str) -> tuple[dict, float, float]:
    """`vignette run --json` in `folder`: its report on the one recording, seconds, peak MB."""
    report, seconds, peak_mb = reported(folder, *args)
    return report["recordings"][0], seconds, peak_mb


def reported(folder: Path, *args: str) -> tuple[dict, float, float]:
    """`vignette run --json` in `folder`: its report on all recordings, seconds by the clock, peak MB of all its processes."""
    begun = time.monotonic()
    command = [sys.executable, "-m", "pipeline", "run", "--json", *args]
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True, env=environment())
    peak, over = [0.0], threading.Event()

    def watch() -> None:
        while not over.wait(0.2):
            peak[0] = max(peak[0], family_rss_mb(process.pid))

    watcher = threading.Thread(target=watch)
    watcher.start()
    out, _ = process.communicate()
    over.set()
    watcher.join()
    return json.loads(out), time.monotonic() - begun, peak[0]


def environment() -> dict[str, str]:
    """That of a user: this source, whose modules stay compiled; else every command compiles all of them, for half a second."""
    return {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"} | {"PYTHONPATH": str(ROOT)}


def children_s() -> float:
    """Processor seconds of all processes that ended below this one."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def yardstick_s(video: Path) -> float:
    """Processor seconds for decoding the sound of a recording and for finding speech in it."""
    from pipeline.media.facts import decode_audio
    from pipeline.speech.vad import speech_probabilities

    begun = time.process_time()
    speech_probabilities(decode_audio(video))
    return time.process_time() - begun


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("video", nargs="?", type=Path, default=DEMO, help="default: the demo")
    parser.add_argument("subtitles", nargs="?", type=Path, default=DEMO.with_suffix(".en.srt"))
    parser.add_argument("--profile", action="store_true", help="tell where the time goes instead")
    results.offer(parser)
    options = parser.parse_args()
    work = profile if options.profile else measure
    figures = work(options.video, options.subtitles)
    name = "whole_run" if options.video.resolve() != DEMO else "whole_run_demo"
    if options.record:
        results.record(f"{name}_profile" if options.profile else name, figures)


@contextmanager
def project(video: Path, subtitles: Path) -> Iterator[Path]:
    """An empty folder with the video and its subtitles in `media/`."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "media").mkdir()
        shutil.copy(video, folder / "media" / f"video{video.suffix}")
        shutil.copy(subtitles, folder / "media" / f"video.en{subtitles.suffix}")
        yield folder


def profile(video: Path, subtitles: Path) -> dict[str, float]:
    """Run once in a process of its own that measures itself, print where the time went; gives the figures."""
    from benchmarks import profiled_run

    with project(video, subtitles) as folder:
        command = [sys.executable, "-m", "benchmarks.profiled_run", str(folder)]
        ran = subprocess.run(
            command, cwd=ROOT, stdout=subprocess.PIPE, text=True, env=environment(), check=True
        )
    return profiled_run.told(json.loads(ran.stdout))


def measure(video: Path, subtitles: Path) -> dict[str, float]:
    """Run twice, print what it took; gives the figures."""
    with project(video, subtitles) as folder:
        begun_s = children_s()
        first, took_s, peak_mb = run(folder)
        whole_cpu_s = children_s() - begun_s
        if first["error"]:
            sys.exit(first["error"]["message"])
        for stage in first["stages"]:
            print(f"{stage['name']:<14}{stage['took_ms'] / 1000:8.1f} s")
        print(f"{'whole run':<14}{took_s:8.1f} s   peak {peak_mb:.0f} MB")
        second, again_s, _ = run(folder)
        again_cpu_s = children_s() - begun_s - whole_cpu_s
        print(f"{'second run':<14}{again_s:8.1f} s   ({second['status']})")
        yard_s = yardstick_s(video)
        for name, seconds in (("whole run", whole_cpu_s), ("second run", again_cpu_s)):
            print(
                f"{name:<14}{seconds:8.1f} s of processor time, {seconds / yard_s:.2f} of decoding and finding speech"
            )
        for note in first["notes"]:
            print(f"  {note}")
        written = json.loads(next((folder / "transcripts").glob("video*.json")).read_text("utf-8"))
    stages = {f"{results.slug(stage['name'])}_s": stage["took_ms"] / 1000 for stage in first["stages"]}
    minutes = written["media"]["duration_ms"] / 60_000
    return {
        **stages,
        "minutes": minutes,
        "whole_s": took_s,
        "again_s": again_s,
        "peak_gb": peak_mb / 1000,
        "whole_cpu_s": whole_cpu_s,
        "again_cpu_s": again_cpu_s,
        "whole_of_yardstick": whole_cpu_s / yard_s,
        "again_of_yardstick": again_cpu_s / yard_s,
    }


if __name__ == "__main__":
    main()
