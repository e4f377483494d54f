"""How time and memory grow with the length of a recording, and with the number of recordings of a folder.

    python -m benchmarks.growth [--minutes 10 83 300 600] [--clips 10 100 1000] [--jobs 2] [--record]

The recordings are made of the eight sentences of the tests' tiny Whisper, 27 s of talk in every 90 s, with subtitles of them; a
clip is one sentence. Printed are, for each size, the processor time and the time by the clock, each by the minute of sound or by
the clip, the peak resident memory of all processes together, and what it takes again when nothing is to do. Processor time
includes that of all processes; the time by the clock depends on what else the machine does. What does not grow evenly is marked.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks import results
from benchmarks.whole_run import ROOT, children_s, reported
from pipeline.media.facts import decode_audio
from pipeline.timing import SAMPLE_RATE_HZ, SAMPLES_PER_MS, format_timecode

SAID = ROOT / "tests" / "data" / "tiny_whisper"
PERIOD_MS = 90_000
HISS = 12  # of 32768
# One that takes by the minute, or by the clip, so much more than the smallest does not grow evenly.
UNEVEN = 1.25


@dataclass(frozen=True)
class Took:
    """What a run took: seconds of the processors and by the clock, peak memory in MB, and the same again with nothing to do."""

    processor_s: float
    clock_s: float
    peak_mb: float
    again_s: float


def measured(folder: Path, jobs: int, wanted: int) -> Took:
    """Run a folder twice. Stops where not all of the `wanted` recordings come out."""
    first, spent, peak_mb, clock_s = _run(folder, jobs)
    done = [r for r in first["recordings"] if r["status"] == "done"]
    if len(done) != wanted:
        sys.exit(f"{len(done)} of {wanted} recordings came out")
    again, again_spent, _, _ = _run(folder, jobs)
    if {r["status"] for r in again["recordings"]} != {"up to date"}:
        sys.exit("the second run found something to do")
    return Took(spent, clock_s, peak_mb, again_spent)


def _run(folder: Path, jobs: int) -> tuple[dict, float, float, float]:
    before = children_s()
    report, clock_s, peak_mb = reported(folder, "--jobs", str(jobs), "--set", "verify.mode=none")
    return report, children_s() - before, peak_mb, clock_s


def talk(folder: Path, minutes: int) -> int:
    """One recording of so many minutes with its subtitles."""
    import av

    said = decode_audio(SAID / "sentences.flac").samples
    period = np.random.default_rng(1).integers(-HISS, HISS, PERIOD_MS * SAMPLES_PER_MS).astype(np.int16)
    period[: len(said)] += said
    count = round(minutes * 60_000 / PERIOD_MS)
    with av.open(str(folder / "talk.flac"), "w") as file:
        stream = file.add_stream("flac", rate=SAMPLE_RATE_HZ, layout="mono")
        for _ in range(count):
            frame = av.AudioFrame.from_ndarray(period[None], format="s16", layout="mono")
            frame.sample_rate = SAMPLE_RATE_HZ
            file.mux(stream.encode(frame))
        file.mux(stream.encode(None))
    cues = [
        (k * PERIOD_MS + s["words"][0][1], k * PERIOD_MS + s["words"][-1][2], s["text"])
        for k in range(count)
        for s in _sentences()
    ]
    (folder / "talk.en.srt").write_text("\n".join(_srt(n, *cue) for n, cue in enumerate(cues, 1)), "utf-8")
    return 1


def clips(folder: Path, count: int) -> int:
    """So many recordings of a sentence each, with their subtitles."""
    from tests.support import clips as recipes

    return len(recipes.clips(folder, count))


def _sentences() -> list[dict]:
    return json.loads((SAID / "sentences.json").read_text("utf-8"))


def _srt(number: int, start_ms: int, end_ms: int, text: str) -> str:
    return f"{number}\n{format_timecode(start_ms, ',')} --> {format_timecode(end_ms, ',')}\n{text}\n"


def table(make: Callable[[Path, int], int], sizes: list[int], unit: str, jobs: int, keep: bool) -> None:
    """Measure each size, print a line for it, and record what is known so far: the largest take an hour."""
    figures: dict[str, float] = {}
    first = 0.0
    for size in sizes:
        with tempfile.TemporaryDirectory() as scratch:
            media = Path(scratch) / "media"
            media.mkdir()
            took = measured(Path(scratch), jobs, make(media, size))
        each = took.processor_s / size
        first = first or each
        uneven = "  grows" if each > UNEVEN * first else ""
        print(
            f"{size:>5} {unit}: {took.processor_s:7.1f} s of processor time, {each:.2f} s each; {took.clock_s:.0f} s by the "
            f"clock; peak {took.peak_mb:.0f} MB; again {took.again_s:.1f} s{uneven}",
            flush=True,
        )
        key = f"{unit}_{size}"
        figures |= {
            f"{key}_processor_s": took.processor_s,
            f"{key}_each_s": each,
            f"{key}_clock_s": took.clock_s,
            f"{key}_peak_mb": took.peak_mb,
            f"{key}_again_s": took.again_s,
        }
        if keep:
            command = f"python -m benchmarks.growth --{unit} {' '.join(map(str, sizes))}"
            results.record(f"growth_{unit}", figures, command)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--minutes", nargs="*", type=int, default=[10, 83, 300, 600], help="lengths of a recording"
    )
    parser.add_argument(
        "--clips", nargs="*", type=int, default=[10, 100, 1000], help="how many recordings of a sentence"
    )
    parser.add_argument("--jobs", type=int, default=2, help="how many clips at once")
    results.offer(parser)
    options = parser.parse_args()
    table(talk, options.minutes, "minutes", 1, options.record)
    table(clips, options.clips, "clips", options.jobs, options.record)


if __name__ == "__main__":
    main()
