"""How fast the search is: indexing, size, and a mix of queries over generated transcripts.

    python -m benchmarks.search                        10,000 and 100,000 utterances (about 10 and 100 videos)
    python -m benchmarks.search --utterances 1000000   about 1,000 videos; needs 2 GB of disk
    python -m benchmarks.search --json
    python -m benchmarks.search --needs                whether what is found is what was meant (see benchmarks/search_needs.py)

Utterances are drawn from a chain of word pairs over real text, so that words, phrases and neighbours have
real frequencies: the counselling dialogues under $VIGNETTE_DATA if that is set, else the demo's screenplay.
The queries are drawn, too: 40 % single words by their frequency, 20 % phrases of two or three neighbouring
words, 15 % a concept with facets, 15 % sequences, 10 % prefixes and NEAR. Each is asked once, on an index
just opened, for its first 20 hits.

Two clocks are shown: wall time, and the processor's time, which a busy machine disturbs less.
"""

from __future__ import annotations

import argparse
import bisect
import csv
import itertools
import json
import os
import random
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from benchmarks import results, search_needs
from pipeline.search import Codebook, Index, update
from pipeline.search.index.build import index_of

SCREENPLAY = Path(__file__).parent / "screenplay.txt"
PER_VIDEO, QUERIES = 1000, 400
CONCEPTS = {
    "relapse-process": ("trigger", "craving-urge", "function-of-use", "lapse-relapse"),
    "recovery-work": ("relapse-prevention", "coping-skill", "recovery-resilience"),
    "motivation": ("change-talk", "ambivalence", "resistance", "denial-minimising", "client-autonomy"),
    "emotion": ("emotion-naming", "emotional-discomfort", "shame-guilt"),
    "interpersonal-process": ("feedback", "here-and-now", "conflict-tension", "self-disclosure", "relating"),
}
CODES = Codebook.of({c: broader for broader, below in CONCEPTS.items() for c in below})
NAMES = tuple(c for below in CONCEPTS.values() for c in below)
ROLES = ("therapist", "cotherapist", "client", "client", "client", "client")
TAGGED = 0.3  # of the utterances; a careful reader marks about as many in a group session


def sentences() -> tuple[str, list[list[str]]]:
    """Where the text is from, and its sentences as words."""
    folder = os.environ.get("VIGNETTE_DATA")
    path = Path(folder) / "dialogue" / "dialogue.csv" if folder else None
    if path and path.is_file():
        with path.open(encoding="utf-8", newline="") as file:
            texts = [row["utterance_text"] for row in csv.DictReader(file)]
    else:
        path = SCREENPLAY
        lines = path.read_text("utf-8").splitlines()
        texts = [line.split(":", 1)[1] for line in lines if re.match(r"[A-Z]+( \(.*\))?:", line)]
    split = [s.split() for text in texts for s in re.split(r"(?<=[.?!])\s+", text)]
    return path.name, [s for s in split if s]


class Chain:
    """Draws sentences in which each word follows the one before as often as in the text."""

    def __init__(self, text: list[list[str]], seed: int) -> None:
        self.random = random.Random(seed)
        after: dict[str, Counter[str]] = {}
        for sentence in text:
            for word, following in itertools.pairwise(["", *sentence, ""]):
                after.setdefault(word, Counter())[following] += 1
        self.after = {w: (list(c), list(itertools.accumulate(c.values()))) for w, c in after.items()}

    def utterance(self) -> list[str]:
        """One to three sentences, at most 40 words."""
        words: list[str] = []
        for _ in range(self.random.choice((1, 1, 2, 3))):
            word = self.next("")
            while word and len(words) < 40:
                words.append(word)
                word = self.next(word)
        return words

    def next(self, word: str) -> str:
        words, sums = self.after[word]
        return words[bisect.bisect(sums, self.random.random() * sums[-1])]


def video(number: int, chain: Chain, utterances: int) -> dict[str, Any]:
    """A public document of so many utterances by six people in ten vignettes."""
    draw, name = chain.random, f"video-{number:05}"
    people = [
        {"id": f"p{n}", "name": f"Person {n}", "role": role, "evidence": []} for n, role in enumerate(ROLES)
    ]
    made, at_ms = [], 0
    for place in range(utterances):
        words = chain.utterance()
        timed = []
        for word in words:
            timed.append(
                {"text": word, "start_ms": at_ms, "end_ms": at_ms + 280, "kind": "word", "confidence": 0.9,
                 "text_source": "subtitles", "time_source": "aligned"}
            )  # fmt: skip
            at_ms += 300
        text = " ".join(words)
        made.append(
            {"id": f"u{place + 1}", "speaker": f"p{draw.randrange(6)}", "vignette": f"v{place * 10 // utterances + 1}",
             "start_ms": timed[0]["start_ms"], "end_ms": timed[-1]["end_ms"], "text": text, "words": timed,
             "concepts": concepts(draw, words)}
        )  # fmt: skip
        at_ms += 700
    bounds = [made[n * utterances // 10]["start_ms"] for n in range(10)] + [at_ms]
    scenes = [
        {"id": f"v{n + 1}", "kind": "commentary" if n % 3 == 2 else "vignette", "title": f"Part {n + 1}",
         "start_ms": bounds[n], "end_ms": bounds[n + 1], "cast": [], "evidence": []}
        for n in range(10)
    ]  # fmt: skip
    media = {
        "name": name,
        "sha256": "0" * 64,
        "duration_ms": at_ms,
        "title": f"Group session {number}",
        "has_picture": True,
    }
    return {"schema": "vignette/1", "lang": "en", "grade": "machine text", "draft": False, "media": media,
            "speakers": people, "vignettes": scenes, "utterances": made}  # fmt: skip


def concepts(draw: random.Random, words: list[str]) -> list[dict[str, Any]]:
    """No concept, one or two, each with two words as evidence; some concepts are far commoner than others."""
    found = []
    while draw.random() < TAGGED:
        at = draw.randrange(len(words))
        start = sum(len(w) + 1 for w in words[:at])
        end = start + len(" ".join(words[at : at + 2]))
        concept = NAMES[int(len(NAMES) * draw.random() ** 2)]
        found.append({"id": concept, "start_char": start, "end_char": end, "rule": "generated", "negated": draw.random() < 0.1,
                      "asked": draw.random() < 0.1, "quoted": False, "hypothetical": False, "about": "speaker"})  # fmt: skip
    return found


def queries(text: list[list[str]], count: int, seed: int) -> Iterator[tuple[str, str]]:
    """(kind, query); one seed gives one mix."""
    draw = random.Random(seed)
    plain = [[w for w in (re.sub(r"[^\w']", "", x) for x in s) if re.search(r"\w", w)] for s in text]
    plain = [s for s in plain if len(s) > 3]
    words = [w for s in plain for w in s]

    def concept() -> str:
        return f"concept:{draw.choice((*NAMES, *CONCEPTS))}"

    def phrase() -> str:
        sentence = draw.choice(plain)
        at, length = draw.randrange(len(sentence) - 2), draw.choice((2, 3))
        return '"' + " ".join(sentence[at : at + length]) + '"'

    def near() -> str:
        sentence = draw.choice(plain)
        if draw.random() < 0.5:
            return draw.choice([w for w in words if len(w) > 3])[: draw.choice((2, 3, 4))] + "*"
        return " NEAR/5 ".join(draw.sample(sentence, 2))

    def facets() -> str:
        more = (
            "role:client",
            "speaker:p2",
            "kind:commentary",
            "negated:yes",
            "video:video-00003",
            f"-{concept()}",
            draw.choice(words),
        )
        return " ".join((concept(), *draw.sample(more, draw.choice((1, 2)))))

    def sequence() -> str:
        second = draw.choice((concept(), draw.choice(words)))
        return f"{concept()} -> {second} within {draw.choice((10, 30, 60))}s{draw.choice(('', ' by:other', ' by:same'))}"

    kinds: list[tuple[str, Callable[[], str]]] = [
        *[("word", lambda: draw.choice(words))] * 8, *[("phrase", phrase)] * 4, *[("concept", facets)] * 3,
        *[("sequence", sequence)] * 3, *[("prefix, near", near)] * 2,
    ]  # fmt: skip
    for number in range(count):
        kind, make = kinds[number % len(kinds)]
        yield kind, make()


class Clocks:
    """Milliseconds on both clocks since it was made."""

    def __init__(self) -> None:
        self.start = time.perf_counter(), time.process_time()

    def ms(self) -> tuple[float, float]:
        return (time.perf_counter() - self.start[0]) * 1000, (time.process_time() - self.start[1]) * 1000


def share(values: list[float], part: float) -> float:
    """The smallest value that at least this part of all values does not exceed."""
    return sorted(values)[max(0, min(len(values) - 1, int(len(values) * part + 0.999999) - 1))]


def measure(utterances: int, ask: int, folder: Path) -> dict[str, Any]:
    """All figures for one size."""
    source, text = sentences()
    chain = Chain(text, seed=1)
    for number in range(max(1, utterances // PER_VIDEO)):
        path = folder / f"video-{number:05}.json"
        path.write_text(json.dumps(video(number, chain, min(PER_VIDEO, utterances))), "utf-8")
    bytes_read = sum(p.stat().st_size for p in folder.glob("*.json"))
    figures: dict[str, Any] = {
        "utterances": utterances,
        "text": source,
        "documents_mb": round(bytes_read / 1e6, 1),
    }
    figures |= index_figures(folder, utterances, chain)
    figures["queries"] = query_figures(folder, list(queries(text, ask, seed=2)))
    figures["scan_ms"] = [round(ms) for ms in scan(folder)]
    return figures


def index_figures(folder: Path, utterances: int, chain: Chain) -> dict[str, Any]:
    clocks = Clocks()
    built = update(folder)
    whole = clocks.ms()
    assert built.utterances == utterances and not built.skipped
    size = built.index.stat().st_size
    (folder / "video-00000.json").write_text(json.dumps(video(0, chain, min(PER_VIDEO, utterances))), "utf-8")
    for path in folder.glob("*.json"):
        os.utime(path, (1, 1))  # long ago, or every file would be read again to be sure
    clocks = Clocks()
    update(folder)
    one = clocks.ms()
    clocks = Clocks()
    update(folder)
    nothing = clocks.ms()
    return {
        "index_utterances_per_s": [round(utterances / ms * 1000) for ms in whole],
        "index_mb": round(size / 1e6, 1),
        "index_bytes_per_utterance": round(size / utterances),
        "rehash_all_and_one_changed_ms": [round(ms) for ms in one],
        "nothing_changed_ms": [round(ms) for ms in nothing],
    }


def query_figures(folder: Path, asked: list[tuple[str, str]]) -> dict[str, Any]:
    times: dict[str, list[tuple[float, float]]] = {"all": []}
    slowest: tuple[float, str] = (0, "")
    with Index(index_of(folder), CODES) as index:
        for kind, query in asked:
            clocks = Clocks()
            index.search(query)
            took = clocks.ms()
            times["all"].append(took)
            times.setdefault(kind, []).append(took)
            slowest = max(slowest, (took[1], query))
    figures: dict[str, Any] = {
        kind: {
            "n": len(values),
            **{
                f"p{p}_ms": [round(share([v[c] for v in values], p / 100), 1) for c in (0, 1)]
                for p in (50, 90, 99)
            },
        }
        for kind, values in times.items()
    }
    return figures | {"slowest": slowest[1]}


def scan(folder: Path) -> tuple[float, float]:
    """What the same question costs without an index: every document read for one word."""
    clocks, pattern, hits = Clocks(), re.compile(r"\bfeel", re.I), 0
    for path in folder.glob("*.json"):
        hits += sum(1 for u in json.loads(path.read_bytes())["utterances"] if pattern.search(u["text"]))
    return clocks.ms()


def table(figures: dict[str, Any]) -> str:
    """One size's figures for people; pairs are wall and processor time."""
    pair = "{:,} / {:,}".format
    lines = [
        f"{figures['utterances']:,} utterances from {figures['text']} ({figures['documents_mb']} MB of JSON); wall / processor",
        f"  indexing                    {pair(*figures['index_utterances_per_s'])} utterances/s",
        f"  index                       {figures['index_mb']} MB, {figures['index_bytes_per_utterance']} bytes/utterance",
        f"  all read, one changed       {pair(*figures['rehash_all_and_one_changed_ms'])} ms",
        f"  nothing changed             {pair(*figures['nothing_changed_ms'])} ms",
        f"  scanning the JSON instead   {pair(*figures['scan_ms'])} ms",
        f"  {'queries':<14}{'n':>5}{'p50 ms':>24}{'p90 ms':>24}{'p99 ms':>24}",
    ]
    for kind, row in figures["queries"].items():
        if kind != "slowest":
            cells = "".join(f"{pair(*row[f'p{p}_ms']):>24}" for p in (50, 90, 99))
            lines.append(f"  {kind:<14}{row['n']:>5}{cells}")
    return "\n".join([*lines, f"  slowest: {figures['queries']['slowest']}"])


def record(figures: dict[str, Any], asked: int) -> None:
    """Keep one size's figures, by the clock and of the processor."""
    size, of_all = figures["utterances"], figures["queries"]["all"]
    command = f"python -m benchmarks.search --utterances {size}"
    kept = {
        "utterances": size, "queries": asked, "index_mb": figures["index_mb"],
        "indexed_per_s": figures["index_utterances_per_s"][0],
        "indexed_per_cpu_s": figures["index_utterances_per_s"][1],
    }  # fmt: skip
    for p in (50, 90, 99):
        kept |= {f"p{p}_ms": of_all[f"p{p}_ms"][0], f"p{p}_cpu_ms": of_all[f"p{p}_ms"][1]}
    results.record(f"search_{size}", kept, command + (f" --queries {asked}" if asked != QUERIES else ""))


def main() -> None:
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument(
        "--utterances", type=int, nargs="+", default=[10_000, 100_000], help="sizes, one after the other"
    )
    arguments.add_argument("--queries", type=int, default=QUERIES, help="how many are asked (default 400)")
    arguments.add_argument("--json", action="store_true", help="every figure as JSON, nothing else")
    arguments.add_argument("--needs", action="store_true", help="how well what is found is what was meant")
    results.offer(arguments)
    given = arguments.parse_args()
    if given.needs:
        rows = list(search_needs.rows())
        print("\n".join(search_needs.table(rows)))
        if given.record:
            results.record("search_needs", search_needs.figures(rows))
        return
    found = []
    for utterances in given.utterances:
        with tempfile.TemporaryDirectory() as folder:
            found.append(measure(utterances, given.queries, Path(folder)))
        if not given.json:
            print(table(found[-1]), flush=True)
        if given.record:
            record(found[-1], given.queries)
    if given.json:
        json.dump(found, sys.stdout, indent=1)


if __name__ == "__main__":
    main()
