"""What happens to machines, done to a run of the demo: how often a result was lost, or wrong without a word.

    python -m benchmarks.faults                       all of it
    python -m benchmarks.faults kill artefacts        these kinds alone
    python -m benchmarks.faults --kills 100 --seed 7  more moments, others
    python -m benchmarks.faults media --record        beside what was recorded of the other kinds

Each trial breaks something, then runs again with nothing broken: the outputs must be, byte for byte, those of a run that nobody
disturbed, and no temporary file may be left. A trial is *silent* when the disturbed command said that all was well and left
other outputs. Kinds: killed (SIGKILL) at random moments; the disk full at every stage (a small tmpfs, which needs root, and
writes that fail); the recording replaced, cut, grown and gone between runs and during one; the same command at once; folders that
cannot be written (as root, and as nobody); a clock set back; one bit flipped of what a run stored, of the journal, of the index,
of what ships or was fetched; a folder of many recordings of which 50 are broken in every way; what is far too long.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks import fault_damage, fault_machines, fault_sizes, results
from benchmarks.fault_ground import Ground, Tally

KILLS, FLIPS, ERRORS, ENTRIES, SEED = 50, 200, 20, 1000, 1

KINDS: dict[str, Callable[[Ground, Path, argparse.Namespace, random.Random], Tally]] = {
    "kill": fault_machines.kill,
    "full": fault_machines.full,
    "media": fault_machines.media,
    "twice": fault_machines.twice,
    "readonly": fault_machines.readonly,
    "clock": fault_machines.clock,
    "artefacts": fault_damage.artefacts,
    "journal": fault_damage.journal,
    "index": fault_damage.index,
    "weights": fault_damage.weights,
    "folder": fault_damage.folder,
    "sizes": fault_sizes.sizes,
}


# What may go wrong with the weights that were fetched and with the results of the stages that use them.
WHOLE = ("kill", "artefacts", "weights", "sizes")


class Grounds:
    """The projects that trials begin with, each captioned when it is first asked for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._made: dict[bool, Ground] = {}

    def of(self, whole: bool) -> Ground:
        """The project with what was fetched, or without."""
        if whole not in self._made:
            self._made[whole] = Ground(self.folder / ("whole" if whole else "plain"), whole)
        return self._made[whole]


def with_earlier(tallies: Sequence[Tally], path: Path) -> dict[str, float]:
    """What was counted, kind by kind, and what was recorded earlier of kinds that were not tried now; the sums of both."""
    earlier = json.loads(path.read_text("utf-8"))["figures"] if path.is_file() else {}
    now = {
        f"{t.kind}_{name}": count
        for t in tallies
        for name, count in (("trials", t.trials), ("wrong", len(t.wrong)), ("silent", len(t.silent)))
    }
    by_kind = {k: v for k, v in earlier.items() if "_" in k} | now
    sums = {
        n: sum(v for k, v in by_kind.items() if k.endswith(f"_{n}")) for n in ("trials", "wrong", "silent")
    }
    return {**by_kind, **sums}


def main() -> int:
    """Do it, and count; the status is 1 when anything was lost or silent."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("kinds", nargs="*", help=", ".join(KINDS))
    parser.add_argument("--kills", type=int, default=KILLS)
    parser.add_argument("--flips", type=int, default=FLIPS)
    parser.add_argument("--errors", type=int, default=ERRORS, help="writes that fail, one after the other")
    parser.add_argument("--entries", type=int, default=ENTRIES, help="recordings in the folder of many")
    parser.add_argument("--seed", type=int, default=SEED)
    results.offer(parser)
    arguments = parser.parse_args()
    if unknown := set(arguments.kinds) - KINDS.keys():
        parser.error(f"there is no kind {', '.join(sorted(unknown))}; there are {', '.join(KINDS)}")
    since = time.monotonic()
    tallies = []
    with tempfile.TemporaryDirectory(prefix="faults-") as folder:
        Path(folder).chmod(0o755)
        grounds = Grounds(Path(folder))
        for kind in arguments.kinds or KINDS:
            ground = grounds.of(kind in WHOLE)
            place = Path(folder) / kind
            place.mkdir()
            tallies.append(KINDS[kind](ground, place, arguments, random.Random(arguments.seed)))
            print(f"{tallies[-1]}  ({time.monotonic() - since:.0f} s)", flush=True)
            shutil.rmtree(place)
    wrong, silent = (sum(len(getattr(t, n)) for t in tallies) for n in ("wrong", "silent"))
    trials, told = sum(t.trials for t in tallies), sum(t.said for t in tallies)
    seconds = time.monotonic() - since
    print(f"{trials} trials, {told} told, {wrong} wrong, {silent} silent, {seconds:.0f} s")
    if arguments.record:
        results.record(
            "faults", with_earlier(tallies, results.FOLDER / "faults.json"), "python -m benchmarks.faults"
        )
    return 1 if wrong or silent else 0


if __name__ == "__main__":
    sys.exit(main())
