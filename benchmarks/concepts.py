"""How well and how fast concepts are tagged: precision, recall and F1 by concept, micro and macro.

    python -m benchmarks.concepts [FILE.jsonl ...]

Without files it measures `benchmarks/concepts.jsonl`, utterances written for this project and the demo's, in three parts:
the demo, talk written to be oblique, and plain sentences in which technical words have another sense (every tag there is
false). These were written by the lexicon's author, who has seen what failed: they show what works, not how well it
generalises. For that, give files of utterances that people labelled, or set VIGNETTE_DATA to a folder with
`concepts/dev.jsonl` and `dialogue/dialogue.csv`, and `speech/ami_topics` for meetings about a product, in which next to every
tag is false.

`benchmarks/dialogue_labels.jsonl` labels utterances of that dialogue by number, without their text. All were drawn by chance
and labelled by the codebook before the lexicon's tags for them were looked at. Those called "learnt from" then served to
mend the lexicon, and labels missed at the first reading were added to them; those called "held out" did not: theirs is the
figure that says how the lexicon does on talk it has not seen, though whoever labelled it wrote patterns too. Backchannels
are among them as they fall, so labels are scarce and false tags weigh more than in material chosen to hold something;
"five words or more" leaves most of these out. The last 150 plain sentences were written in five batches of 30, in which the
lexicon of that hour had 2, 1, 4, 2 and 2 false tags before it was mended.

Micro counts decisions, macro is the mean over concepts; intervals are 95 % bootstrap intervals over transcripts (see
`pipeline.concepts.scoring`). How far the tags' confidence can be trusted is measured by `benchmarks.concept_confidence`, whose
table is printed, too. Tags per 100 utterances of unlabelled talk show how much a reader is shown.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks import results
from pipeline.concepts import lexicon
from pipeline.concepts.coder import Coder
from pipeline.concepts.scoring import Labelled, Scores, read_labelled, score
from pipeline.files import data_file
from pipeline.stages import concepts
from pipeline.timing import Span
from pipeline.transcript import Token, Utterance

OWN = Path(__file__).with_suffix(".jsonl")
LABELS = Path(__file__).with_name("dialogue_labels.jsonl")
WORDS_OF_83_MINUTES = 12_000
FEW_WORDS = 5
PLAIN = "plain"
FALSE_TAGS_WHEN_NEW, BATCH_OF_PLAIN = (2, 1, 4, 2, 2), 30


def main() -> None:
    """Measure what the command line names."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE.jsonl", help="labelled utterances")
    results.offer(parser)
    options = parser.parse_args()
    figures = measure(options.files)
    if options.record:
        results.record("concepts", figures)


def measure(paths: Sequence[Path]) -> dict[str, float]:
    """Print every table for the files named, or for those that are there; gives the figures of our own utterances."""
    from benchmarks import concept_confidence  # which takes the labelled rows from here

    clock = time.process_time()
    book = lexicon.load(data_file("concepts.toml"))
    coder = Coder(book)
    print(f"lexicon {book.version}: {len(book.concepts)} concepts, {len(book.rules)} rules,", end=" ")
    read_s = time.process_time() - clock
    print(f"ready after {read_s:.2f} s of processor time,", end=" ")
    clock = time.process_time()
    coder.code("I have not smoked since Sunday, but I was scared of the party.")
    first_s = time.process_time() - clock
    print(f"the first turn tagged after {first_s:.2f} s more\n")
    figures: dict[str, float] = {"lexicon_read_cpu_s": read_s, "first_turn_cpu_s": first_s}
    known = frozenset(c.id for c in book.concepts)
    data = os.environ.get("VIGNETTE_DATA")
    files = list(paths) or [OWN, *([Path(data) / "concepts/dev.jsonl"] if data else [])]
    for path in files:
        rows = read_labelled(path, known)
        _print_scores(path.name, score(rows, coder))
        figures |= _own_figures(rows, coder) if path == OWN else {}
        for sample in sorted({row.sample for row in rows if row.sample}):
            _print_part(sample, [row for row in rows if row.sample == sample], coder)
        print()
    if data and (rows := dialogue_rows(Path(data) / "dialogue/dialogue.csv")):
        for sample in ("learnt from", "held out"):
            part = [row for row in rows if row.sample == sample]
            _print_scores(f"dialogue, {sample}", score(part, coder))
            _print_part("five words or more", [r for r in part if len(r.text.split()) >= FEW_WORDS], coder)
            print()
        print("how sure the tags are, on talk that neither lexicon nor model has seen:")
        concept_confidence.reliability(Path(data), coder)
        print()
    figures |= _print_speed(read_labelled(OWN, known), book)
    if data:
        _print_density(Path(data) / "dialogue/dialogue.csv", coder)
        _print_meetings(Path(data) / "speech/ami_topics", coder)
    return figures


def _own_figures(rows: list[Labelled], coder: Coder) -> dict[str, float]:
    """All of our utterances, and the plain sentences among them, in which every tag is false."""
    plain = [row for row in rows if row.sample == PLAIN]
    every = score(rows, coder)
    low, high = every.micro_ci
    return {
        "own_utterances": every.utterances, "own_precision": every.micro.precision, "own_recall": every.micro.recall,
        "own_f1": every.micro.f1, "own_f1_low": low, "own_f1_high": high,
        "plain_sentences": len(plain), "plain_false_tags": score(plain, coder).micro.wrong,
        "plain_false_tags_when_new": sum(FALSE_TAGS_WHEN_NEW),
        "plain_sentences_when_new": BATCH_OF_PLAIN * len(FALSE_TAGS_WHEN_NEW),
    }  # fmt: skip


def dialogue_rows(path: Path) -> list[Labelled]:
    """The utterances of the dialogue that `dialogue_labels.jsonl` labels; none where the dialogue is not there."""
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        said = {(r["transcript_id"], r["utterance_id"]): r["utterance_text"] for r in csv.DictReader(file)}
    rows: list[Labelled] = []
    for line in LABELS.read_text("utf-8").splitlines():
        label = json.loads(line)
        transcript, _, utterance = label["id"].partition("-")
        text = said[transcript, utterance]
        rows.append(Labelled(label["id"], transcript, text, frozenset(label["concepts"]), label["sample"]))
    return rows


def _print_scores(name: str, scores: Scores) -> None:
    print(f"{name}: {scores.utterances} utterances")
    print(f"{'concept':<22}{'precision':>10}{'recall':>8}{'F1':>7}{'examples':>10}")
    for concept, counts in scores.per_concept.items():
        figures = f"{counts.precision:>10.2f}{counts.recall:>8.2f}{counts.f1:>7.2f}{counts.examples:>10}"
        print(f"{concept:<22}{figures}")
    low, high = scores.micro_ci
    micro = scores.micro
    print(
        f"{'micro':<22}{micro.precision:>10.2f}{micro.recall:>8.2f}{micro.f1:>7.2f}  [{low:.2f}, {high:.2f}]"
    )
    low, high = scores.macro_ci
    precision, recall, f1 = scores.macro
    print(f"{'macro':<22}{precision:>10.2f}{recall:>8.2f}{f1:>7.2f}  [{low:.2f}, {high:.2f}]", end="")
    print(f"  over {len(scores.to_json()['macro']['concepts'])} concepts")


def _print_part(name: str, rows: list[Labelled], coder: Coder) -> None:
    scores = score(rows, coder)
    micro = scores.micro
    if micro.examples:
        print(f"  {name}: micro P {micro.precision:.2f}, R {micro.recall:.2f}, F1 {micro.f1:.2f}", end=" ")
    else:
        print(f"  {name}: {micro.wrong} false tags", end=" ")
    print(f"in {len(rows)} utterances")


def _print_speed(rows: list[Labelled], book: lexicon.Lexicon) -> dict[str, float]:
    """Time the stage on as many words as 83 minutes of talk hold."""
    tokens: list[Token] = []
    utterances: list[Utterance] = []
    while len(tokens) < WORDS_OF_83_MINUTES:
        row = rows[len(utterances) % len(rows)]
        first = len(tokens)
        for word in row.text.split():
            tokens.append(Token(word, Span(len(tokens) * 400, len(tokens) * 400 + 300)))
        utterances.append(Utterance(first, len(tokens), f"s{len(utterances) % 2}", f"u{len(utterances)}"))
    clock = time.process_time()
    found = concepts.run(tokens, utterances, {}, book)
    took_s = time.process_time() - clock
    print(f"{len(tokens)} words tagged in {took_s:.2f} s of processor time ({len(found.tags)} tags)")
    return {"tagged_words": len(tokens), "tagged_cpu_s": took_s}


def _print_density(path: Path, coder: Coder) -> None:
    if not path.is_file():
        return
    with path.open(encoding="utf-8", newline="") as file:
        texts = [row["utterance_text"] for row in csv.DictReader(file)]
    tags = sum(len(coder.concepts_in(text)) for text in texts)
    print(f"{path.name}: {100 * tags / len(texts):.1f} tags per 100 of {len(texts)} unlabelled utterances")


def _print_meetings(folder: Path, coder: Coder) -> None:
    """Tags in talk that has no clinical concept to speak of: how often everyday words are mistaken for one."""
    turns = [
        turn["text"]
        for path in sorted(folder.glob("*/*.json"))
        for turn in json.loads(path.read_text("utf-8"))["turns"]
    ]
    if turns:
        words = sum(len(turn.split()) for turn in turns)
        tags = sum(len(coder.concepts_in(turn)) for turn in turns)
        print(f"meetings: {1000 * tags / words:.1f} tags per 1,000 of {words} words about other things")


if __name__ == "__main__":
    main()
