"""How well what is found is what was meant: twenty needs in a researcher's words, judged before anything was ranked.

    python -m benchmarks.search --needs

`benchmarks/needs.jsonl` holds the needs, each with a sentence that somebody might say and the concept of the codebook that it
is about. An utterance is right for a need when a reader gave it that concept; the labels are those of `benchmarks.concepts`,
older than any ranking, and utterances that nobody labelled are passed over. With VIGNETTE_DATA these are the dialogue's, else
our own utterances. A good part of the labelled talk served to mend the lexicon: what is found by a concept is better there
than elsewhere ("held out" counts the rest alone, in which some needs have few right answers).

The figure is P@10, the share of right ones among the first ten. "Before" is what a search answered that wants all of the words.
"""

from __future__ import annotations

import csv
import json
import os
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.concepts import OWN, dialogue_rows
from pipeline.concepts import lexicon
from pipeline.concepts.coder import Coder
from pipeline.concepts.scoring import Labelled, read_labelled
from pipeline.errors import QueryError
from pipeline.files import data_file
from pipeline.search import Index
from pipeline.search.answers.results import Results
from pipeline.search.meaning import encoder
from pipeline.search.meaning.vectors import Store

NEEDS = Path(__file__).with_name("needs.jsonl")
FIRST = 10
DEPTH = 400  # hits that are asked for, as unlabelled ones among them are passed over
UTTERANCE_MS = 4000


@dataclass(frozen=True, slots=True)
class Need:
    """What is wanted, a sentence that somebody might say, and the concept by which answers are judged."""

    need: str
    sentence: str
    concept: str


def needs() -> list[Need]:
    """The twenty needs."""
    return [Need(**json.loads(line)) for line in NEEDS.read_text("utf-8").splitlines()]


def talk(data: Path | None, coder: Coder) -> tuple[dict[str, list[str]], list[Labelled]]:
    """The utterances of each conversation in order, and the labelled rows; a row's id is its conversation and number."""
    conversations: dict[str, list[str]] = defaultdict(list)
    if data is not None and (rows := dialogue_rows(data / "dialogue/dialogue.csv")):
        numbers: dict[str, str] = {}
        with (data / "dialogue/dialogue.csv").open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                said = conversations[row["transcript_id"]]
                numbers[f"{row['transcript_id']}-{row['utterance_id']}"] = (
                    f"{row['transcript_id']}-{len(said)}"
                )
                said.append(row["utterance_text"])
        return conversations, [
            Labelled(numbers[r.id], r.group, r.text, r.concepts, r.sample) for r in rows if r.id in numbers
        ]
    found = []
    for own in read_labelled(OWN, frozenset(c.id for c in coder.lexicon.concepts)):
        found.append(
            Labelled(
                f"{own.group}-{len(conversations[own.group])}", own.group, own.text, own.concepts, own.sample
            )
        )
        conversations[own.group].append(own.text)
    return conversations, found


def save(folder: Path, conversations: Mapping[str, Sequence[str]], coder: Coder) -> None:
    """Write the conversations as transcripts, tagged as a run would."""
    for name, texts in conversations.items():
        said = [u for n, text in enumerate(texts) if (u := _utterance(n, text, coder))]
        media = {"name": name, "duration_ms": len(texts) * UTTERANCE_MS, "title": "", "has_picture": False}
        made = {
            "schema": "vignette/1",
            "lang": "en",
            "grade": "",
            "draft": False,
            "media": media,
            "speakers": [],
        }
        path = folder / f"{name}.json"
        path.write_text(json.dumps({**made, "vignettes": [], "utterances": said}), "utf-8")


def _utterance(number: int, text: str, coder: Coder) -> dict[str, Any] | None:
    text = " ".join(text.split())
    if not text:
        return None
    tags = [
        {
            "id": f.concept,
            "start_char": f.start,
            "end_char": f.end,
            "rule": f.rule,
            "confidence": f.confidence,
        }
        for f in coder.code(text)
    ]
    times = {"start_ms": number * UTTERANCE_MS, "end_ms": (number + 1) * UTTERANCE_MS}
    return {"id": f"{number}", "speaker": None, **times, "text": text, "words": [], "concepts": tags}


Ask = Callable[[Index, Need], Results]


def before(index: Index, need: Need) -> Results:
    """All of the words."""
    return index.search(need.need, DEPTH, loosely=False)


def as_written(index: Index, need: Need) -> Results:
    """The need as it stands."""
    return index.search(need.need, DEPTH)


def like(index: Index, need: Need) -> Results:
    """A sentence that somebody might say."""
    return index.search(f'like:"{need.sentence}"', DEPTH)


def in_concept(index: Index, need: Need) -> Results:
    """The right concept, surest first."""
    return index.search(f"concept:{need.concept}", DEPTH)


def in_concept_by_words(index: Index, need: Need) -> Results:
    """The right concept, ordered by the need."""
    try:
        return index.search(f"concept:{need.concept} {need.need}", DEPTH)
    except QueryError:
        return in_concept(index, need)


def in_concept_alike(index: Index, need: Need) -> Results:
    """The right concept, ordered by the sentence."""
    return index.search(f'concept:{need.concept} like:"{need.sentence}"', DEPTH)


WAYS: dict[str, Ask] = {
    "before: all words": before,
    "the need as written": as_written,
    "like: a sentence": like,
    "in the concept, surest first": in_concept,
    "in the concept, by the need": in_concept_by_words,
    "in the concept, like: a sentence": in_concept_alike,
}


def precision(results: Results, right: Mapping[str, frozenset[str]], concept: str) -> float:
    """P@10 over the labelled ones among the hits."""
    names = (f"{m.video}-{m.utterance}" for hit in results.hits for m in hit.moments)
    judged = [name for name in names if name in right][:FIRST]
    return sum(concept in right[name] for name in judged) / FIRST


def rows() -> Iterator[tuple[str, bool, dict[str, float]]]:
    """(way, with the sentence encoder, mean P@10 of all and of held-out utterances)."""
    data = os.environ.get("VIGNETTE_DATA")
    coder = Coder(lexicon.load(data_file("concepts.toml")))
    conversations, labelled = talk(Path(data) if data else None, coder)
    judged = {"all": {r.id: r.concepts for r in labelled}}
    judged["held out"] = {r.id: r.concepts for r in labelled if r.sample == "held out"}
    asked = needs()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        save(folder, conversations, coder)
        Index.update(folder)
        for meaning in (False, True):
            if meaning and encoder.folder() is None:
                break
            with Index.of(folder) as index:
                if meaning:
                    Store.beside(index.path, encoder.Encoder(encoder.folder() or folder)).update(
                        index.connection
                    )
                for way, ask in WAYS.items():
                    found = [(need, ask(index, need)) for need in asked]
                    yield (
                        way,
                        meaning,
                        {
                            name: sum(precision(results, right, need.concept) for need, results in found)
                            / len(asked)
                            for name, right in judged.items()
                            if right
                        },
                    )


def table() -> Iterator[str]:
    """P@10 of each way, without and with the sentence encoder."""
    yield f"{'P@10':<36}{'encoder':<9}{'all':>6}{'held out':>10}"
    for way, meaning, figures in rows():
        held_out = f"{figures['held out']:>10.2f}" if "held out" in figures else ""
        yield f"{way:<36}{'yes' if meaning else 'no':<9}{figures['all']:>6.2f}{held_out}"
