"""Mutated files through every reader: none may crash, and none may take longer than 5 seconds.

    python -m benchmarks.fuzz                   1,000 files of text and 100 recordings
    python -m benchmarks.fuzz --count 10000 --heads 1000 --seed 7
    python -m benchmarks.fuzz --kind docx --keep FOLDER      what fails is written there

A file fails when its reader raises anything but one of our errors, kills its process, or takes too long. "net" counts errors
that came of what no reader had thought of (`pipeline.errors.foreign`): a sentence, but not the best one. The same seed makes
the same files.
"""

from __future__ import annotations

import argparse
import os
import random
import select
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks import results
from benchmarks.fuzz_material import SEEDS, Seed, mutated
from pipeline.errors import VignetteError

# A file that is not read after this long hangs.
MOST_S = 5.0
COUNT, HEADS = 1000, 100
SEED = 1


@dataclass(frozen=True)
class Fault:
    """A file that no reader may fail on: its kind and number, what became of it, and where."""

    kind: str
    number: int
    problem: str
    data: bytes


# --- readers -------------------------------------------------------------------------------------------------------------


def read_captions(path: Path) -> None:
    from pipeline.audit import captions
    from pipeline.formats.readers import raw_cues, read

    read(path)
    raw_cues(path)
    captions.load(path)


def read_script(path: Path) -> None:
    from pipeline.formats.readers import read

    read(path)


def read_document(path: Path) -> None:
    from pipeline.audit import captions
    from pipeline.commands.mux import ffmetadata
    from pipeline.formats.document import reader

    captions.load(path)
    ffmetadata(reader.read(path).scenes)


def read_sidecar(path: Path) -> None:
    from pipeline.settings import load

    load(None, path)


def read_lexicon(path: Path) -> None:
    from pipeline.concepts import codebook, lexicon
    from pipeline.concepts.coder import Coder

    codebook.load(path)
    Coder(lexicon.load(path)).code("I only drink because everybody does")


def read_journal(path: Path) -> None:
    from pipeline.edits import Replay, journal

    Replay(journal.read(path))


def read_labelled(path: Path) -> None:
    from pipeline.concepts.scoring import read_labelled

    read_labelled(path, frozenset(("trigger", "craving")))


def read_turns(path: Path) -> None:
    from pipeline.formats.readers import rttm

    rttm.read(path, "morning")


def read_heard(path: Path) -> None:
    from pipeline.formats import heard

    heard.read(path)


def read_codings(path: Path) -> None:
    from pipeline.search import refi_reader

    refi_reader.read(path)


def read_network(path: Path) -> None:
    """A checkpoint: ValueError is what its reader promises, and who calls it tells of."""
    from pipeline.speech.voices import torch_zip

    with path.open("rb") as file, suppress(ValueError):
        torch_zip.read(file)


def read_kept(path: Path) -> None:
    """What lies in `.work`: a digest cache, an artefact, the digests of outputs."""
    from pipeline.media.digest import digest
    from pipeline.run.store import Store
    from pipeline.transcript import Sound

    digest(Path(__file__), path)
    store = Store(path.parent)
    store.load(path.stem, Sound, {})
    store.reads(path.stem)


def read_recording(path: Path) -> None:
    from pipeline.media.facts import decode_audio
    from pipeline.settings import PictureSettings
    from pipeline.stages import picture

    audio = decode_audio(path)
    picture.run(path, audio.duration_ms, PictureSettings(read_text=False))


READERS: dict[str, Callable[[Path], None]] = {
    "captions": read_captions,
    "script": read_script,
    "document": read_document,
    "sidecar": read_sidecar,
    "lexicon": read_lexicon,
    "journal": read_journal,
    "labelled": read_labelled,
    "turns": read_turns,
    "heard": read_heard,
    "codings": read_codings,
    "network": read_network,
    "kept": read_kept,
    "recording": read_recording,
}


# --- running -------------------------------------------------------------------------------------------------------------


def attempt(read: Callable[[Path], None], path: Path) -> str:
    """What a reader makes of a file: "" where all is well, "net" where only the net caught it, else the fault."""
    try:
        read(path)
    except VignetteError as error:
        str(error)
        return "net" if "holds something that cannot be read" in str(error) else ""
    except Exception as error:  # noqa: BLE001 - that is what is looked for
        place = traceback.extract_tb(error.__traceback__)[-1]
        return f"{type(error).__name__} in {Path(place.filename).name}:{place.lineno}"
    return ""


def files(seed: Seed, count: int, number: int) -> Iterator[tuple[int, bytes]]:
    """So many mutated files, numbered; the same for the same `number`."""
    for at in range(count):
        yield at, mutated(seed, random.Random(f"{number} {seed.name} {at}"))


def run(seed: Seed, count: int, number: int, folder: Path) -> tuple[list[Fault], Counter[str]]:
    """All files of one seed, in a child process that is begun anew behind each file that kills or stops it."""
    faults: list[Fault] = []
    told: Counter[str] = Counter()
    at = 0
    while at < count:
        last, problem = _child(seed, count, number, folder, at, told)
        if problem:
            data = next(d for n, d in files(seed, count, number) if n == last)
            faults.append(Fault(seed.name, last, problem, data))
        at = last + 1
    return faults, told


def _child(
    seed: Seed, count: int, number: int, folder: Path, first: int, told: Counter[str]
) -> tuple[int, str]:
    """Run from file `first` on in a child; gives the last file it began, and what went wrong with it."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        _work(seed, count, number, folder, first, writing)
    os.close(writing)
    at, problem = first, ""
    with os.fdopen(reading) as lines:
        while True:
            if not select.select([lines], [], [], MOST_S)[0]:
                os.kill(child, 9)
                problem = f"takes longer than {MOST_S:.0f} s"
                break
            line = lines.readline().rstrip("\n")
            if not line:
                break
            mark, _, rest = line.partition(" ")
            if mark == "begin":
                at = int(rest)
            elif rest in ("", "net"):
                told[rest] += 1
            else:
                problem = rest
                break
        else:
            pass
    ended = os.waitpid(child, 0)[1]
    if not problem and ended:
        problem = f"kills its process ({ended})"
    return (at, problem) if problem else (count, "")


def _work(seed: Seed, count: int, number: int, folder: Path, first: int, writing: int) -> None:
    path = folder / f"{seed.name}{seed.suffix}"
    try:
        for at, data in files(seed, count, number):
            if at < first:
                continue
            path.write_bytes(data)
            os.write(writing, f"begin {at}\n".encode())
            found = attempt(READERS[seed.kind], path)
            os.write(writing, f"end {found}\n".encode())
            if found not in ("", "net"):
                break
    finally:
        os._exit(0)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--count", type=int, default=COUNT, help="how many files of text, of all kinds together"
    )
    parser.add_argument("--heads", type=int, default=HEADS, help="how many recordings, of all kinds together")
    parser.add_argument("--seed", type=int, default=SEED, help="another number makes other files")
    parser.add_argument("--kind", help="one seed alone")
    parser.add_argument("--keep", type=Path, help="a folder for the files that failed")
    results.offer(parser)
    given = parser.parse_args()
    chosen = [s for s in SEEDS if given.kind in (None, s.name, s.kind)]
    since, files_tried, net = time.monotonic(), Counter[str](), 0
    faults: list[Fault] = []
    with tempfile.TemporaryDirectory(prefix="vignette-fuzz-") as folder:
        for seed in chosen:
            attempt(
                READERS[seed.kind], _written(seed, Path(folder))
            )  # loads what it needs, outside of the time
            group = "recordings" if seed.kind == "recording" else "texts"
            like = [s for s in chosen if (s.kind == "recording") == (group == "recordings")]
            share = -(-(given.heads if group == "recordings" else given.count) // len(like))
            found, told = run(seed, share, given.seed, Path(folder))
            print(f"{seed.name:<12} {share:5} files  {len(found)} faults  {told['net']} net", flush=True)
            faults += found
            files_tried[group] += share
            net += told["net"]
    for fault in faults:
        print(f"{fault.kind} {fault.number}: {fault.problem}")
        if given.keep:
            given.keep.mkdir(parents=True, exist_ok=True)
            (given.keep / f"{fault.kind}-{fault.number}").write_bytes(fault.data)
    print(f"{files_tried.total():,} files, {len(faults)} faults")
    if given.record:
        seconds = time.monotonic() - since
        texts, recordings = files_tried["texts"], files_tried["recordings"]
        figures = {
            "texts": texts,
            "recordings": recordings,
            "kinds": len(chosen),
            "faults": len(faults),
            "net": net,
        }
        results.record("fuzz", {**figures, "seconds": seconds})
    sys.exit(bool(faults))


def _written(seed: Seed, folder: Path) -> Path:
    path = folder / f"{seed.name}{seed.suffix}"
    path.write_bytes(seed.data())
    return path


if __name__ == "__main__":
    main()
