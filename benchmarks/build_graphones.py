"""Learn how English letters are said from PocketSphinx's own dictionary, measure it on words held out, write
the model.

usage: python -m benchmarks.build_graphones [--measure]

Every letter is paired with none, one or two phones (a *graphone*) by Viterbi training; n-grams of graphones,
up to ORDER long, are counted and written for `pipeline.english.pronounce`. With --measure every tenth
word (chosen by a digest of its spelling) is held out: the phone and word error rates against the nearest of
its pronunciations are printed, and nothing is written. The method is that of Bisani and Ney, "Joint-sequence
models for grapheme-to-phoneme conversion", Speech Communication 50 (2008), with one letter per graphone.
"""

from __future__ import annotations

import argparse
import hashlib
import lzma
import math
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

from pipeline import intact
from pipeline.english import pronounce
from pipeline.files import data_file

ORDER = 6
# Long n-grams seen once are left out, to keep the file small.
LEAST_COUNT = {4: 2, 5: 2, 6: 2}
_ROUNDS = 5
_SAMPLE = 12_000

Entry = tuple[str, tuple[str, ...]]
Pairs = list[tuple[str, str]]


def entries() -> list[Entry]:
    """Spelling and phones of every dictionary entry that is spelt with letters alone, alternates included."""
    found = []
    for line in pronounce.dictionary_path().read_text("utf-8").splitlines():
        word, *phones = line.split()
        word = re.sub(r"\(\d+\)$", "", word).replace("'", "")
        if re.fullmatch("[a-z]{2,}", word) and any(c in "aeiouy" for c in word):
            found.append((word, tuple(phones)))
    return found


class Aligner:
    """Pairs letters with phones; `cost` of a letter said as a chunk of 0 to 2 phones is learnt from
    entries."""

    def __init__(self, sample: Sequence[Entry]) -> None:
        together: Counter[tuple[str, str]] = Counter()
        letters: Counter[str] = Counter()
        for word, phones in sample:
            for at, letter in enumerate(word):
                letters[letter] += 1
                centre = at * len(phones) / len(word)
                for other, phone in enumerate(phones):
                    together[letter, phone] += math.exp(-abs(other - centre))  # type: ignore[assignment]
        self._first = {pair: n / letters[pair[0]] for pair, n in together.items()}
        self._learnt: dict[tuple[str, str], float] = {}
        for _ in range(_ROUNDS):
            self._learn(sample)

    def cost(self, letter: str, chunk: tuple[str, ...]) -> float:
        if self._learnt:
            return self._learnt.get((letter, "_".join(chunk)), 12.0)
        if not chunk:
            return 2.5
        each = [-math.log(self._first.get((letter, phone), 1e-4)) for phone in chunk]
        return sum(each) + 2.0 * (len(chunk) - 1)

    def align(self, entry: Entry) -> Pairs | None:
        """The cheapest pairing, or None where there are more than two phones to a letter."""
        word, phones = entry
        best: dict[int, tuple[float, Pairs]] = {0: (0.0, [])}
        for letter in word:
            following: dict[int, tuple[float, Pairs]] = {}
            for at, (cost, pairs) in best.items():
                for size in range(min(2, len(phones) - at) + 1):
                    chunk = phones[at : at + size]
                    total = cost + self.cost(letter, chunk)
                    if at + size not in following or total < following[at + size][0]:
                        following[at + size] = (total, [*pairs, (letter, "_".join(chunk))])
            best = following
        return best[len(phones)][1] if len(phones) in best else None

    def _learn(self, sample: Iterable[Entry]) -> None:
        counts: dict[str, Counter[str]] = defaultdict(Counter)
        for entry in sample:
            for letter, chunk in self.align(entry) or []:
                counts[letter][chunk] += 1
        self._learnt = {
            (letter, chunk): -math.log(n / seen.total())
            for letter, seen in counts.items() for chunk, n in seen.items() if n > 1
        }  # fmt: skip


def count(aligned: Iterable[Pairs]) -> dict[tuple[str, ...], int]:
    """How often every run of up to ORDER graphones is seen, words being framed by "<" and ">"."""
    counts: Counter[tuple[str, ...]] = Counter()
    for pairs in aligned:
        units = ["<", *(f"{letter}:{chunk}" for letter, chunk in pairs), ">"]
        for end in range(1, len(units)):
            for size in range(1, min(ORDER, end + 1) + 1):
                counts[tuple(units[end + 1 - size : end + 1])] += 1
    return {gram: n for gram, n in counts.items() if n >= LEAST_COUNT.get(len(gram), 1)}


def write(counts: dict[tuple[str, ...], int], path: Path) -> None:
    """One n-gram a line, sorted; what it shares with the line before is written as a number of units."""
    lines, before = [], ()  # type: list[str], tuple[str, ...]
    for gram in sorted(counts):
        shared = next(
            (i for i, (a, b) in enumerate(zip(gram, before, strict=False)) if a != b),
            min(len(gram), len(before)),
        )
        lines.append(" ".join([str(shared), *gram[shared:], str(counts[gram])]))
        before = gram
    path.write_bytes(lzma.compress("\n".join(lines).encode("ascii"), preset=9 | lzma.PRESET_EXTREME))


def held_out(word: str) -> bool:
    return hashlib.sha256(word.encode()).digest()[0] % 10 == 0


def edits(reference: Sequence[str], hypothesis: Sequence[str]) -> int:
    """Levenshtein's distance."""
    row = list(range(len(hypothesis) + 1))
    for i, r in enumerate(reference, 1):
        before, row[0] = row[0], i
        for j, h in enumerate(hypothesis, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (r != h))
    return row[-1]


def measure(model: pronounce.Graphones, test: dict[str, list[tuple[str, ...]]]) -> None:
    wrong = phones = bad_words = 0
    for word, truths in test.items():
        said = model.best(word)[0].split()
        errors, truth = min((edits(t, said), t) for t in truths)
        wrong, phones, bad_words = wrong + errors, phones + len(truth), bad_words + (errors > 0)
    print(f"{len(test)} held-out words: phone error rate {wrong / phones:.1%}", end=", ")
    print(f"words with an error {bad_words / len(test):.1%}")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--measure", action="store_true", help="hold out a tenth, print errors, write nothing"
    )
    measuring = parser.parse_args().measure
    every = entries()
    training = [e for e in every if not (measuring and held_out(e[0]))]
    step = max(1, len(training) // _SAMPLE)
    aligner = Aligner(training[::step])
    counts = count(pairs for entry in training if (pairs := aligner.align(entry)))
    print(f"{len(training)} entries, {len(counts)} n-grams", file=sys.stderr)
    if not measuring:
        write(counts, pronounce.GRAPHONES)
        intact.record(pronounce.GRAPHONES, data_file(intact.SUMS_FILE))
        print(f"{pronounce.GRAPHONES}: {pronounce.GRAPHONES.stat().st_size / 1e6:.2f} MB")
        return
    test: dict[str, list[tuple[str, ...]]] = defaultdict(list)
    for word, phones in every:
        if held_out(word):
            test[word].append(phones)
    measure(pronounce.Graphones(counts.items()), dict(list(test.items())[::4]))


if __name__ == "__main__":
    main()
