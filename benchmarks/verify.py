"""What the second witness clears, keeps and suggests, and what it costs.

    python -m benchmarks.verify FILM_DIR     a film with truth.json, subs_exact.srt and subs_typos.srt; needs Whisper's weights

Three texts are put to the film's sound and verified in both modes: the right one (how many doubts of the alignment are left), one
with changes planted into it (how many are still named, by a doubt or a suggestion), and one with typing errors (how many of the
suggestions are right). Windows are heard once; the processor time of mode `doubts` is taken with nothing heard before.
"""

from __future__ import annotations

import argparse
import difflib
import random
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks import results
from benchmarks.align import Sound
from pipeline.english.opposites import OPPOSITES
from pipeline.formats.readers import read
from pipeline.run import hearing
from pipeline.settings import Settings, VerifySettings
from pipeline.stages import verify
from pipeline.stages.verify.testimony import Testimony
from pipeline.transcript import Aligned, Kind, Suggestion, Token, Verification
from pipeline.transcript.settled import settled
from pipeline.transcript.subtitles import Subtitles, SubtitlesWord
from pipeline.words import bare_word

MODES = ("doubts", "all")
MINUTES = 83  # the film that the project's time budget is for
NUMBERS = {
    "one": "two", "two": "three", "three": "four", "four": "five", "five": "six", "six": "seven", "seven": "eight",
    "eight": "nine", "nine": "ten", "ten": "eleven", "twenty": "thirty", "thirty": "forty", "forty": "fifty",
    "fifty": "sixty", "first": "third", "second": "fourth", "twice": "once", "once": "twice", "half": "third",
}  # fmt: skip
NEGATABLE = (
    "is",
    "was",
    "are",
    "were",
    "do",
    "did",
    "does",
    "can",
    "could",
    "would",
    "should",
    "have",
    "has",
    "had",
)
MOST = {
    "negation added": 40,
    "negation removed": 40,
    "number": 40,
    "name": 20,
    "content word": 60,
    "omitted": 40,
}
REACH = 8  # words between two changes at least, so that each is judged by itself


@dataclass(frozen=True)
class Change:
    """A planted change: its kind, and the indices of the words that show it (both neighbours of one that was left out)."""

    kind: str
    words: tuple[int, ...]


class Bench:
    """A film's sound with a witness whose testimony is kept from text to text."""

    def __init__(self, folder: Path) -> None:
        self.sound = Sound.of(next(folder.glob("*.mp4")))
        self.settings = Settings()
        self.testimony = Testimony()

    def verified(self, aligned: Aligned, mode: str, fresh: bool = False) -> tuple[Verification, float]:
        """What the witness says in a mode, and the processor time that it took."""
        kept = Testimony() if fresh else self.testimony
        witness = hearing.witness(lambda: self.sound.audio, self.sound.heard.regions, self.settings, kept)
        began = time.process_time()
        settings = VerifySettings(mode="all" if mode == "all" else "doubts")
        found = verify.run(aligned, settings, witness, "benchmark")
        if not witness.name:
            raise SystemExit("no Whisper is here: fetch one with 'vignette models fetch tiny.en'")
        self.testimony = replace(witness.kept, gains={**self.testimony.gains, **witness.kept.gains})
        return found, time.process_time() - began


def doubts(aligned: Aligned, found: Verification | None = None) -> int:
    report = settled(aligned.report, found) if found else aligned.report
    return len(verify.doubts_of(report))


def flawless(bench: Bench, given: Subtitles) -> dict[str, float]:
    """The right text: doubts before and after, and the processor time of hearing and weighing."""
    aligned = bench.sound.align(given)
    figures: dict[str, float] = {"flawless_doubts": doubts(aligned)}
    for mode in MODES:
        found, seconds = bench.verified(aligned, mode, fresh=mode == "doubts")
        projected = seconds * MINUTES * 60_000 / bench.sound.audio.duration_ms
        left = settled(aligned.report, found)
        figures |= {
            f"flawless_doubts_{mode}": doubts(aligned, found),
            f"flawless_suggested_{mode}": len(found.suggestions),
        }
        print(
            f"flawless text, {mode}: {doubts(aligned)} doubts, {doubts(aligned, found)} left; {seconds:.1f} s of work"
        )
        print(
            "  left:",
            "; ".join(
                f"{d.kind[:8]} {d.passage.text!r} / {d.passage.heard!r}" for d in verify.doubts_of(left)
            ),
        )
        if mode == "doubts":
            figures |= {"cpu_s": seconds, "cpu_83_min_s": projected}
            print(f"  on {MINUTES} minutes {projected:.0f} s")
    return figures


Blocks = Sequence[tuple[str, int, int, int, int]]


# --- planted changes


def planted(bench: Bench, given: Subtitles) -> dict[str, float]:
    """Changes planted into the right text: those that are named without the witness, and with it."""
    spoilt, changes = spoil(given, random.Random(11))
    aligned = bench.sound.align(spoilt)
    before = {c for c in changes if c.words and not c_named(c, aligned, None).isdisjoint(c.words)}
    figures: dict[str, float] = {"planted": len(changes), "planted_named": len(before)}
    for mode in MODES:
        found, _ = bench.verified(aligned, mode)
        after = {c for c in changes if not c_named(c, aligned, found).isdisjoint(c.words)}
        kept = 100 * len(after & before) / max(1, len(before))
        figures |= {f"planted_named_{mode}": len(after), f"planted_kept_{mode}_percent": kept}
        print(
            f"planted, {mode}: {len(before)} of {len(changes)} named before, {len(after)} after; {kept:.1f} % of them kept"
        )
        for kind in MOST:
            own = [c for c in changes if c.kind == kind]
            by = [sum(c in s for c in own) for s in (before, after)]
            key = results.slug(kind)
            figures |= {f"{key}": len(own), f"{key}_named": by[0], f"{key}_named_{mode}": by[1]}
            print(f"  {kind:18} {len(own):3}: {by[0]:3} -> {by[1]:3}")
        print("  lost:", "; ".join(aligned.tokens[c.words[0]].text for c in before - after))
    return figures


def c_named(change: Change, aligned: Aligned, found: Verification | None) -> set[int]:
    """The words that a person is pointed to; for one left out also those beside speech without text."""
    report = settled(aligned.report, found) if found else aligned.report
    passages = [d.passage for d in verify.doubts_of(report)]
    more = found.suggestions if found else ()
    named = {n for p in (*passages, *more) for n in range(p.first, p.last)}
    if change.kind == "omitted":
        named |= {n for p in (*passages, *more) if p.first == p.last for n in (p.first - 1, p.first)}
    return named


def spoil(given: Subtitles, rng: random.Random) -> tuple[Subtitles, list[Change]]:
    """The text with up to `MOST` changes of each kind, far enough from each other."""
    words = [w for cue in given.cues for w in cue.words]
    places = list(range(2, len(words) - 2))
    rng.shuffle(places)
    content = sorted({bare_word(w.text) for w in words if w.kind is Kind.WORD and len(bare_word(w.text)) > 4})
    capital = Counter(w.text for a, w in pairwise(words) if w.text[:1].isupper() and a.text[-1:].isalpha())
    names = sorted(n for n in capital if n.isalpha() and len(n) > 2)
    chosen: dict[int, tuple[str, str]] = {}
    count: Counter[str] = Counter()
    for kind in MOST:
        for n in places:
            near = any(m in chosen for m in range(n - REACH, n + REACH + 1))
            if (
                count[kind] < MOST[kind]
                and not near
                and (new := changed(words[n], kind, rng, content, names)) is not None
            ):
                chosen[n] = kind, new
                count[kind] += 1
    return put_in(given, chosen)


def changed(
    word: SubtitlesWord, kind: str, rng: random.Random, content: Sequence[str], names: Sequence[str]
) -> str | None:
    """A word with a change of this kind ("" where it is left out); None where it cannot have one."""
    bare = bare_word(word.text)
    if word.kind is not Kind.WORD or not bare:
        return None
    if kind == "negation added" and bare in NEGATABLE:
        return word.text.replace(bare, f"{bare} not")
    if (
        kind == "negation removed"
        and bare in OPPOSITES
        and (bare.endswith("n't") or bare in ("not", "never"))
    ):
        positive = next(
            (
                " ".join(o)
                for o in OPPOSITES[bare]
                if not any(w.endswith("n't") or w in ("not", "never") for w in o)
            ),
            None,
        )
        return positive
    if kind == "number" and bare in NUMBERS:
        return word.text.lower().replace(bare, NUMBERS[bare])
    if kind == "name" and word.text in names and len(names) > 1:
        return rng.choice([n for n in names if n != word.text])
    if kind == "content word" and bare in content:
        return rng.choice([c for c in content if c != bare])
    return "" if kind == "omitted" and len(bare) > 2 else None


def put_in(given: Subtitles, chosen: dict[int, tuple[str, str]]) -> tuple[Subtitles, list[Change]]:
    cues, changes, at, now = [], [], 0, 0
    for cue in given.cues:
        own: list[SubtitlesWord] = []
        for word in cue.words:
            kind, text = chosen.get(at, ("", word.text))
            new = [replace(word, text=t) for t in text.split()] if kind else [word]
            if kind:
                shown = range(now, now + len(new)) if new else (now - 1, now)
                changes.append(Change(kind, tuple(shown)))
            own += new
            now += len(new)
            at += 1
        cues.append(replace(cue, words=tuple(own)))
    return replace(given, cues=tuple(cues)), changes


# --- typing errors


def typed_wrong(bench: Bench, given: Subtitles, right: Subtitles) -> dict[str, float]:
    """Typing errors: how many are rightly corrected, how many corrections are wrong, and how well their confidence tells."""
    aligned = bench.sound.align(given)
    own, truth = [bare_word(t.text) for t in aligned.tokens], [bare_word(w.text) for w in right.words]
    blocks = difflib.SequenceMatcher(None, own, truth, autojunk=False).get_opcodes()
    errors = {
        "misspelt": [(i, j) for kind, i, j, _, _ in blocks if kind == "replace"],
        "missing": [(i, i) for kind, i, *_ in blocks if kind == "insert"],
    }
    figures: dict[str, float] = {f"typos_{kind}": len(places) for kind, places in errors.items()}
    for mode in MODES:
        found, _ = bench.verified(aligned, mode)
        judged = [(s, is_right(s, aligned.tokens, own, truth, blocks)) for s in found.suggestions]
        wrong = [s for s, good in judged if not good]
        for kind, places in errors.items():
            mended = sum(any(good and s.first <= i and s.last >= j for s, good in judged) for i, j in places)
            share = 100 * mended / max(1, len(places))
            figures[f"typos_{kind}_{mode}_percent"] = share
            print(
                f"typing errors, {mode}: {mended} of {len(places)} {kind} rightly suggested ({share:.0f} %)"
            )
        figures |= {
            f"suggestions_{mode}": len(judged),
            f"suggestions_{mode}_wrong_percent": 100 * len(wrong) / max(1, len(judged)),
        }
        print(
            f"  {len(judged)} suggestions, {len(wrong)} wrong:",
            "; ".join(shown(s, aligned.tokens) for s in wrong),
        )
        print("  confidence   suggestions   right")
        for low, inside in reliability(judged):
            print(f"  {low:.2f}   {len(inside):6}   {sum(inside) / len(inside):6.0%}")
            figures[f"suggested_from_{round(100 * low):03}_{mode}_right_percent"] = (
                100 * sum(inside) / len(inside)
            )
    return figures


def is_right(
    found: Suggestion, tokens: Sequence[Token], own: Sequence[str], truth: Sequence[str], blocks: Blocks
) -> bool:  # fmt: skip
    """Whether a suggestion brings its place nearer to the truth: fewer words that differ around it, and none of its own wrong."""
    low, high = max(0, found.first - 6), min(len(tokens), found.last + 6)
    a, b = truth_at(low, blocks), truth_at(high, blocks)
    before = [w for w in own[low:high] if w]
    after = [
        w
        for w in (*own[low : found.first], *map(bare_word, found.text.split()), *own[found.last : high])
        if w
    ]
    return differing(after, truth[a:b]) < differing(before, truth[a:b])


def truth_at(index: int, blocks: Blocks) -> int:
    for _, i, j, a, b in blocks:
        if i <= index <= j:
            return min(b, a + index - i)
    return 0


def differing(some: Sequence[str], others: Sequence[str]) -> int:
    codes = difflib.SequenceMatcher(None, some, [w for w in others if w], autojunk=False).get_opcodes()
    return sum(max(j - i, b - a) for kind, i, j, a, b in codes if kind != "equal")


def shown(found: Suggestion, tokens: Sequence[Token]) -> str:
    own = " ".join(t.text for t in tokens[found.first : found.last])
    return f"{own!r} -> {found.text!r} ({found.confidence:.2f})"


def reliability(judged: Sequence[tuple[Suggestion, bool]]) -> Iterator[tuple[float, list[bool]]]:
    table: dict[float, list[bool]] = defaultdict(list)
    for suggestion, good in judged:
        table[min(0.95, int(suggestion.confidence * 20) / 20)].append(good)
    return iter(sorted(table.items()))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("film", type=Path, help="folder of a film with its truth and subtitles")
    results.offer(parser)
    chosen = parser.parse_args()
    bench = Bench(chosen.film)
    right = read(chosen.film / "subs_exact.srt")
    figures = {"minutes": bench.sound.audio.duration_ms / 60_000}
    figures |= flawless(bench, right)
    figures |= planted(bench, right)
    figures |= typed_wrong(bench, read(chosen.film / "subs_typos.srt"), right)
    if chosen.record:
        results.record("verify", figures)


if __name__ == "__main__":
    main()
