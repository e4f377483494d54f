"""What measurements are made with stays outside: no sentence of the counselling dialogue stands in this repository."""

from __future__ import annotations

import csv
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.project import ROOT

RUN_OF_WORDS = 8
DIALOGUE = Path("dialogue", "dialogue.csv")


def words_of(text: str) -> list[str]:
    return re.findall(r"[a-z0-9']+", text.lower().replace("’", "'"))


def runs(words: list[str]) -> Iterator[tuple[str, ...]]:
    """Every run of so many words."""
    return zip(*(words[n:] for n in range(RUN_OF_WORDS)), strict=False)


def shared_with(spoken: set[tuple[str, ...]], text: str) -> list[str]:
    return [" ".join(run) for run in runs(words_of(text)) if run in spoken]


@pytest.fixture(scope="module")
def spoken() -> set[tuple[str, ...]]:
    """The runs of words of the dialogue."""
    if "VIGNETTE_DATA" not in os.environ:
        pytest.skip("VIGNETTE_DATA is not set")
    path = Path(os.environ["VIGNETTE_DATA"], DIALOGUE)
    with path.open(encoding="utf-8", errors="replace", newline="") as rows:
        return {run for row in csv.DictReader(rows) for run in runs(words_of(row["utterance_text"]))}


def test_no_run_of_eight_words_of_the_dialogue_stands_here(spoken: set[tuple[str, ...]]) -> None:
    assert len(spoken) > 10_000
    told = next(iter(spoken))
    assert shared_with(spoken, f"He said:\n“{' '.join(told).upper()}.”")  # it would be seen
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    found = {}
    for name in filter(None, listed.decode().split("\0")):
        content = (ROOT / name).read_bytes() if (ROOT / name).is_file() else b""
        if b"\0" in content[:8000]:
            continue
        if shared := shared_with(spoken, content.decode("utf-8", "replace")):
            found[name] = shared[:3]
    assert found == {}
