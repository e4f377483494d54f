"""What becomes of human decisions when everything else changes, and what one changed word costs.

    python -m benchmarks.edits [--decisions 60] [--seeds 5] [--minutes 83]

Survival: on the demo's subtitles (every word placed inside its cue), so many random decisions of every kind are made one
after the other by two people, then the recognizer, the alignment, the caption profile and the lexicon are changed in turn.
A decision is *kept* when the result shows it (`tests/support/edit_fates.py` looks at words, captions, speakers, parts, tags
that came out, with a matching of words of its own, not at what the replay says of itself), *flagged* when it is listed as a
conflict with what stands there, *overtaken* when a later decision replaced it, and *lost* otherwise. Lost must be 0.

Cost: a transcript as long as a training video is made by repeating the demo's words, one word is corrected, and the command
`vignette run` is timed from its start to its end, artefacts of listening in place.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import numpy as np

from pipeline.edits import append, journal_of
from pipeline.edits.maker import Maker
from pipeline.edits.model import KINDS
from pipeline.media.facts import Audio
from pipeline.run import graph, jobs
from pipeline.run.inputs import Inputs
from pipeline.run.preview import preview
from pipeline.run.store import Store
from pipeline.settings import Settings
from pipeline.timing import Span
from pipeline.transcript import Aligned, AlignmentReport, EditorCue, Heard, LocalSpeakers, Sound, Verdict
from tests.support.edit_fates import CHANGES, FATES, changed, fates
from tests.support.edit_makers import DEMO_SUBTITLES, compose, decide_at_random, demo_aligned


def survival(count: int, seeds: int) -> bool:
    """Print a table of what became of decisions; whether none was lost."""
    print(f"{'changed':<28}{'decisions':>10}" + "".join(f"{name:>11}" for name in FATES))
    totals: dict[str, Counter[str]] = {name: Counter() for name in CHANGES}
    kinds: set[str] = set()
    for seed in range(seeds):
        decisions = decide_at_random(random.Random(seed), demo_aligned(), count, tagging=True)
        kinds |= {d.kind for d in decisions}
        for name in CHANGES:
            aligned, settings, tagging = changed(name, random.Random(seed))
            made = compose(aligned, decisions, settings, voiced=True, tagging=tagging)
            found = fates(made, compose(aligned, (), settings, voiced=True, tagging=tagging).transcript)
            totals[name]["decisions"] += len(decisions)
            totals[name]["lost"] += len(decisions) - len(found)
            for decision, fate in found:
                totals[name][fate] += 1
                if fate == "lost":
                    print(f"lost, seed {seed}, {name}: {made.replay.ledger[decision.id]}")
    for name, t in totals.items():
        print(f"{name:<28}{t['decisions']:>10}" + "".join(f"{t[fate]:>11}" for fate in FATES))
    print(f"{len(kinds)} of {len(KINDS)} kinds of decision")
    return not any(t["lost"] for t in totals.values())


# --- what one changed word costs -----------------------------------------------------------------------------------


def long_aligned(minutes: int) -> Aligned:
    """The demo's words again and again until so many minutes are full."""
    once = demo_aligned()
    length = once.tokens[-1].span.end_ms + 1000
    tokens: list[Any] = []
    cues: list[EditorCue] = []
    for n in range(max(1, minutes * 60_000 // length)):
        by, at = n * length, len(tokens)
        tokens += [replace(t, span=t.span.shifted(by)) for t in once.tokens]
        cues += [
            replace(
                c, first=c.first + at, last=c.last + at, span=c.span.shifted(by) if c.span else None,
                breaks=tuple(b + at for b in c.breaks), dash_at=tuple(d + at for d in c.dash_at),
                label_at=tuple((k + at, label) for k, label in c.label_at),
            )
            for c in once.editor_cues
        ]  # fmt: skip
    return Aligned(tuple(tokens), AlignmentReport(Verdict.IN_SYNC), tuple(cues))


class Listened:
    """Stands for the stages that listen; everything else is done as always, and all artefacts are kept."""

    def __init__(self, store: Store, aligned: Aligned, duration_ms: int) -> None:
        self.store = store
        self.made: dict[str, Any] = {
            "sound": Sound(duration_ms, True),
            "transcribe": Heard("sphinx", "en-us", True, (), (Span(0, duration_ms),)),
            "segment": LocalSpeakers(),
            "align": aligned,
        }

    def __call__(self, stage: Any, reads: Any, produce: Any) -> Any:
        result = self.made.get(stage.name) or produce(lambda share: None)
        self.store.save(stage.name, stage.result, reads, result)
        return result


def one_word(minutes: int) -> None:
    """Print how long `vignette run` takes after one word of a long video was corrected."""
    aligned = long_aligned(minutes)
    duration_ms = aligned.tokens[-1].span.end_ms + 60_000
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "media").mkdir()
        media = folder / "media" / "long.mp4"
        media.write_bytes(b"nobody listens to this")
        (folder / "media" / "long.en.srt").write_bytes(DEMO_SUBTITLES.read_bytes())
        job = jobs.Job(media, folder / "transcripts", Settings(), folder / "media" / "long.en.srt")
        store = Store.of(job.out, job.name)
        with Inputs(job, store) as inputs:
            inputs.hand_audio(Audio(np.zeros(duration_ms * 16, np.float32)))  # for the voices: silence
            graph.transcript(inputs, Listened(store, aligned, duration_ms))
        took = [_run(folder)]
        for n in (1, 2):
            shown = preview(job, tagging=False)
            at = len(shown.transcript.tokens) * n // 3
            made = Maker(shown.transcript, shown.replay, "Ana").words(at, at + 1, "corrected")
            append(journal_of(media), made)
            took.append(_run(folder))
        took.append(_run(folder))
    print(f"{minutes} minutes, {len(aligned.tokens)} words, seconds of one core: first outputs {took[0]:.1f}, after one "
          f"changed word {took[1]:.1f}, after another {took[2]:.1f}, after none {took[3]:.1f}")  # fmt: skip


def _run(folder: Path) -> float:
    """How many seconds of one core a run takes, from the start of its process to the end."""
    since, used = time.monotonic(), _cpu_s()
    done = subprocess.run(
        [sys.executable, "-m", "pipeline", "run", "media/long.mp4"], cwd=folder, capture_output=True, text=True,
        env={"PYTHONPATH": str(ROOT), "PATH": ""}, check=False,
    )  # fmt: skip
    took, cpu = time.monotonic() - since, _cpu_s() - used
    if done.returncode != 0:
        raise SystemExit(done.stdout + done.stderr)
    stages = [line.strip() for line in done.stderr.splitlines() if line.startswith("  ")]
    print(f"  {took:.1f} s, {cpu:.2f} s of one core ({'; '.join(stages) or 'no stage'})")
    return cpu


def _cpu_s() -> float:
    """What finished child processes have used, so that a busy machine can be told from slow work."""
    times = os.times()
    return times.children_user + times.children_system


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--decisions", type=int, default=60, help="how many are made (default 60)")
    parser.add_argument("--seeds", type=int, default=5, help="how often, drawn anew (default 5)")
    parser.add_argument("--minutes", type=int, default=83, help="length of the transcript (default 83)")
    options = parser.parse_args()
    fine = survival(options.decisions, options.seeds)
    one_word(options.minutes)
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
