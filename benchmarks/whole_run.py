"""How long a whole run takes, stage by stage, and how much memory: `vignette run` on one video in an empty folder.

usage: python -m benchmarks.whole_run [VIDEO] [SUBTITLES] [--profile] [--record]      (default: the demo)

Prints seconds per stage, the whole, the second run that finds nothing to do, and the peak resident memory of all processes
together (Linux; sampled five times a second, memory shared between processes counted once per process). Then one word is changed,
by a decision, and run; and another caption profile. All of these are told in processor time too, and as multiples of what
decoding the sound and finding speech in it takes in the same minutes, which a busy machine changes less. Modules are read
compiled, as a user's are, whatever the environment says.

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
    """Run, run again, change a word, change the profile; print what it took; gives the figures."""
    with project(video, subtitles) as folder:
        begun_s = children_s()
        first, took_s, peak_mb = run(folder)
        cpu_s = {"whole": children_s() - begun_s}
        if first["error"]:
            sys.exit(first["error"]["message"])
        for stage in first["stages"]:
            print(f"{stage['name']:<14}{stage['took_ms'] / 1000:8.1f} s")
        print(f"{'whole run':<14}{took_s:8.1f} s   peak {peak_mb:.0f} MB")
        begun_s = children_s()
        second, again_s, _ = run(folder)
        cpu_s["again"] = children_s() - begun_s
        print(f"{'second run':<14}{again_s:8.1f} s   ({second['status']})")
        written = json.loads(next((folder / "transcripts").glob("video*.json")).read_text("utf-8"))
        cpu_s |= after_changes(folder, written)
        yard_s = yardstick_s(video)
        for name, seconds in cpu_s.items():
            print(
                f"{_CALLED[name]:<14}{seconds:8.1f} s of processor time, {seconds / yard_s:.2f} of decoding and finding speech"
            )
        for note in first["notes"]:
            print(f"  {note}")
    stages = {f"{results.slug(stage['name'])}_s": stage["took_ms"] / 1000 for stage in first["stages"]}
    minutes = written["media"]["duration_ms"] / 60_000
    return {
        **stages,
        "minutes": minutes,
        "whole_s": took_s,
        "again_s": again_s,
        "peak_gb": peak_mb / 1000,
        **{f"{name}_cpu_s": seconds for name, seconds in cpu_s.items()},
        **{f"{name}_of_yardstick": seconds / yard_s for name, seconds in cpu_s.items()},
    }


# What was run -> how it is told.
_CALLED = {
    "whole": "whole run",
    "again": "second run",
    "decision": "decision",
    "word": "changed word",
    "profile": "other profile",
}


def after_changes(folder: Path, written: dict) -> dict[str, float]:
    """Processor seconds for deciding that one word in the middle reads otherwise, for the run after it, and for one with another
    caption profile."""
    media = next((folder / "media").glob("video.*[!srt]"))
    word = changed_word(written)
    at = f"{word['start_ms'] // 60_000}:{word['start_ms'] % 60_000 // 1000:02}"
    decide = [
        "edits",
        "text",
        str(media),
        word["text"],
        f"{word['text'].strip('.,?!')}s",
        "--at",
        at,
        "--by",
        "benchmark",
    ]
    runs = {
        "decision": decide,
        "word": ["run"],
        "profile": ["run", "--set", f"captions.profile={OTHER_PROFILE}"],
    }
    found = {}
    for name, command in runs.items():
        begun_s = children_s()
        subprocess.run(
            [sys.executable, "-m", "pipeline", *command],
            cwd=folder,
            env=environment(),
            check=True,
            stdout=subprocess.DEVNULL,
        )
        found[name] = children_s() - begun_s
    return found


# The profile that is run last, when all else is up to date.
OTHER_PROFILE = "bbc"


def changed_word(written: dict) -> dict:
    """The longest plain word of the utterance in the middle of the recording."""
    said = written["utterances"]
    middle = sorted(range(len(said)), key=lambda n: abs(n - len(said) // 2))
    words = (w for n in middle for w in sorted(said[n]["words"], key=lambda w: -len(w["text"])))
    return next(w for w in words if w["text"].strip(".,?!").isalpha())


if __name__ == "__main__":
    main()
