"""How much memory a very long recording takes: hours of sentences and silence, transcribed in a fresh folder.

    python -m benchmarks.long_sound [HOURS ...] [--record]        (default: 1 10)

The sound is the eight sentences of the tests' tiny Whisper, then silence with a faint hiss, over and over; the tiny double
hears them, so that what grows with the length of a recording shows, and not the size of a model (add that once). Printed are
seconds and peak resident memory of the whole run, and how many words came out. Ten hours of sound alone are 1.15 GB of 16-bit
samples, kept in a file that is mapped into memory.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import numpy as np

from benchmarks import results
from benchmarks.whole_run import run
from pipeline.media.facts import decode_audio
from pipeline.timing import SAMPLE_RATE_HZ

TINY = Path(__file__).parent.parent / "tests" / "data" / "tiny_whisper"
MINUTE = 60 * SAMPLE_RATE_HZ
SPEECH_EVERY_MINUTES = 3
HISS = 12  # of 32768


def write(path: Path, hours: float) -> None:
    """A FLAC file of so many hours."""
    import av

    draw = np.random.default_rng(1)
    said = decode_audio(TINY / "sentences.flac").samples
    period = draw.integers(-HISS, HISS, SPEECH_EVERY_MINUTES * MINUTE).astype(np.int16)
    period[: len(said)] += said
    with av.open(str(path), "w") as file:
        stream = file.add_stream("flac", rate=SAMPLE_RATE_HZ, layout="mono")
        for _ in range(round(hours * 60 / SPEECH_EVERY_MINUTES)):
            frame = av.AudioFrame.from_ndarray(period[None], format="s16", layout="mono")
            frame.sample_rate = SAMPLE_RATE_HZ
            file.mux(stream.encode(frame))
        file.mux(stream.encode(None))


def main() -> None:
    """Print one line per length."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("hours", nargs="*", type=float, default=[1.0, 10.0], help="how long the sounds are")
    results.offer(parser)
    options = parser.parse_args()
    for hours in options.hours:
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch)
            write(folder / "long.flac", hours)
            choices = (f"transcribe.model={TINY}", "transcribe.recognizer=whisper")
            report, seconds, peak_mb = run(folder, "long.flac", "--set", choices[0], "--set", choices[1])
            text = folder / "transcripts" / "long.txt"
            words = len(text.read_text("utf-8").split()) if text.is_file() else 0
            print(
                f"{hours:g} h: {report['status']} in {seconds:.0f} s, peak {peak_mb:.0f} MB, {words} words of text",
                flush=True,
            )
        figures = {"hours": hours, "whole_s": seconds, "peak_gb": peak_mb / 1000, "words": words}
        if options.record:
            command = f"python -m benchmarks.long_sound {hours:g}"
            results.record(f"long_sound_{results.slug(f'{hours:g}')}h", figures, command)


if __name__ == "__main__":
    main()
