"""Where the time of a run goes: processor time of each stage and group of functions, peak memory of each stage.

usage: python -m benchmarks.whole_run [VIDEO] [SUBTITLES] --profile [--record]

Processor time is that of all threads, and of child processes that have ended; a busy machine changes it little. It is told
besides as a multiple of decoding and the network of speech regions in the same run, which changes less still. Stages are done one
after the other. A group's time is its own, less that of the groups it calls. Run as a module with a folder as its argument, it
runs there and prints JSON.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import resource
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # run as a script, from anywhere

from benchmarks.whole_run import family_rss_mb
from pipeline.progress import Progress, silent
from pipeline.run import batch, beside, jobs
from pipeline.run.outcome import Outcome

# What is measured: the group, the module in which the function is looked up, and its name there.
GROUPS = (
    ("speech regions: network", "pipeline.speech.vad", "_infer"),
    ("align: pronunciations", "pipeline.stages.align", "parts"),
    ("align: mel bands", "pipeline.speech.aligner.features", "_mel_bands"),
    ("align: noise suppression", "pipeline.speech.aligner.features", "_log_energies"),
    ("align: cepstral means", "pipeline.speech.aligner.features", "_mean_normalised"),
    ("align: warps weighed", "pipeline.speech.aligner.vtln", "_likelihood"),
    ("align: warps chosen", "pipeline.speech.aligner.vtln", "BestWarps.take"),
    ("align: Gaussians", "pipeline.speech.aligner.scoring", "Block.load"),
    ("align: senones", "pipeline.speech.aligner.scoring", "Block.scores"),
    ("align: phone loop", "pipeline.speech.aligner.scoring", "PhoneLoop.__call__"),
    ("align: Viterbi", "pipeline.speech.aligner.viterbi", "Search._advance"),
    ("align: backtrace", "pipeline.speech.aligner.backtrace", "Backtrace.settle"),
    ("align: fits", "pipeline.speech.aligner.scoring", "path_scores"),
    ("align: orders tried", "pipeline.speech.aligner.listen", "Aligner.compare"),
    ("align: negations tried", "pipeline.speech.aligner.listen", "Aligner.likelihoods"),
)
# The group which, with the stage that decodes the sound, the others' time is compared to.
YARDSTICK = "speech regions: network"
_SAMPLE_S = 0.1  # memory is looked at so often


class Groups:
    """Processor seconds of groups of functions, by thread, without those of the groups that they call."""

    def __init__(self) -> None:
        self.seconds: Counter[str] = Counter()
        self._own = threading.local()
        self._lock = threading.Lock()

    def wrap(self, group: str, module: str, name: str) -> None:
        """Measure a function from now on. Raises AttributeError for one that is not there any more."""
        *path, last = name.split(".")
        owner: Any = importlib.import_module(module)
        for step in path:
            owner = getattr(owner, step)
        setattr(owner, last, self._measured(group, getattr(owner, last)))

    def _measured(self, group: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def measured(*args: Any, **keywords: Any) -> Any:
            inner: list[float] = self._own.__dict__.setdefault("inner", [])
            begun = time.thread_time()
            inner.append(0.0)
            try:
                return function(*args, **keywords)
            finally:
                took = time.thread_time() - begun
                of_others = inner.pop()
                if inner:
                    inner[-1] += took
                with self._lock:
                    self.seconds[group] += took - of_others

        return measured


class Stages:
    """The watcher of a run that keeps the processor time and the peak memory of each stage."""

    def __init__(self) -> None:
        self.seconds: Counter[str] = Counter()
        self.peak_mb: Counter[str] = Counter()
        self._now, self._since = "start", 0.0
        self._over = threading.Event()

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Look at the memory until the run is over."""
        watcher = threading.Thread(target=self._watch)
        watcher.start()
        try:
            yield
        finally:
            self._change("outputs")
            self._over.set()
            watcher.join()

    def _watch(self) -> None:
        while not self._over.wait(_SAMPLE_S):
            self.peak_mb[self._now] = max(self.peak_mb[self._now], round(family_rss_mb(os.getpid())))

    def _change(self, stage: str) -> None:
        now = processor_s()
        self.seconds[self._now] += now - self._since
        self._now, self._since = stage, now

    def began(self, media: Path, number: int, count: int) -> None:
        pass

    def stage_began(self, stage: str, reason: str) -> Progress:
        self._change(stage)
        return silent

    def stage_ended(self, stage: str) -> None:
        self._change("between stages")

    def ended(self, outcome: Outcome) -> None:
        self._change("outputs")


def processor_s() -> float:
    """Processor time of this process and of its children that have ended."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def measured() -> dict[str, Any]:
    """Run on what lies in this folder; gives seconds by stage and group, and peak memory by stage."""
    groups, stages = Groups(), Stages()
    beside.pays = lambda: False  # a stage's time can be told where no other is done meanwhile
    for group in GROUPS:
        groups.wrap(*group)
    with stages.watching():
        (outcome,) = batch.run(jobs.plan(jobs.Request()), stages)
    if outcome.error:
        sys.exit(str(outcome.error))
    return {"stages": stages.seconds, "groups": groups.seconds, "peak_mb": stages.peak_mb}


def told(found: dict[str, Any]) -> dict[str, float]:
    """Print the profile; the same as figures."""
    stages, peaks = found["stages"], found["peak_mb"]
    yard_s = stages.get("sound", 0.0) + found["groups"].get(YARDSTICK, 0.0) or 1.0
    print(f"{'processor time':<26}{'s':>8}{'of decoding and regions':>26}{'peak MB':>10}")
    for name, seconds in stages.items():
        if seconds >= 0.005:
            print(f"{name:<26}{seconds:8.2f}{seconds / yard_s:26.2f}{peaks.get(name, 0):10}")
    whole_s = sum(stages.values())
    print(f"{'all':<26}{whole_s:8.2f}{whole_s / yard_s:26.2f}{max(peaks.values(), default=0):10}")
    for group, seconds in sorted(found["groups"].items(), key=lambda g: -g[1]):
        print(f"  {group:<24}{seconds:8.2f}")
    return {
        **{f"{_key(name)}_cpu_s": seconds for name, seconds in (*stages.items(), *found["groups"].items())},
        **{f"{_key(name)}_peak_mb": peak for name, peak in peaks.items()},
        "whole_cpu_s": whole_s,
        "align_of_yardstick": stages.get("align", 0.0) / yard_s,
        "whole_of_yardstick": whole_s / yard_s,
    }


def _key(name: str) -> str:
    from benchmarks.results import slug

    return slug(name)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, help="a folder with a recording in media/")
    os.chdir(parser.parse_args().folder)
    json.dump(measured(), sys.stdout)


if __name__ == "__main__":
    main()
