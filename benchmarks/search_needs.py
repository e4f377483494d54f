"""How well what is found is what was meant: twenty needs in a researcher's words, judged before anything was ranked.

    python -m benchmarks.search --needs

`benchmarks/needs.jsonl` holds the needs, each with a sentence that somebody might say, the concept of the codebook that comes
nearest, and the utterances that one reader, who had read them all and seen no ranking of them, would want on the first page:
those of `benchmarks/concepts.jsonl` (`ours`, 491 utterances, most of them about something else) and, with VIGNETTE_DATA, those
of eight whole conversations of the dialogue. The lexicon was tuned on the first and on a good part of the second: what is found
by a concept is better in both than elsewhere.

Two figures for each way of asking: P@10, the share of right ones among the first ten, and the share of what a first page of ten
could have shown, as many needs have fewer than ten answers. "Before" is what a search answered that wants all of the words.
"""

from __future__ import annotations

import csv
import json
import os
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import results
from benchmarks.concepts import OWN
from pipeline.concepts import lexicon
from pipeline.concepts.coder import Coder
from pipeline.errors import QueryError
from pipeline.files import data_file
from pipeline.search import Index
from pipeline.search.answers.results import Results
from pipeline.search.meaning import encoder as encoders
from pipeline.search.meaning.encoder import Encodes
from pipeline.search.meaning.vectors import Store

NEEDS = Path(__file__).with_name("needs.jsonl")
FIRST = 10
# Conversations of the dialogue that were read from their beginning to their end for the needs.
READ = frozenset(("18", "40", "63", "68", "95", "109", "123", "130"))
UTTERANCE_MS = 4000


Said = dict[str, dict[str, str]]
"""The utterances of each conversation in order, by their ids."""


@dataclass(frozen=True, slots=True)
class Need:
    """What is wanted, a sentence that somebody might say, the nearest concept, and the ids of the right answers."""

    need: str
    sentence: str
    concept: str
    ours: tuple[str, ...]
    dialogue: tuple[str, ...]

    def right(self, material: str) -> tuple[str, ...]:
        """The right answers in "ours" or "dialogue"."""
        return self.ours if material == "ours" else self.dialogue


def needs() -> list[Need]:
    """The twenty needs."""
    found = map(json.loads, NEEDS.read_text("utf-8").splitlines())
    return [
        Need(n["need"], n["sentence"], n["concept"], tuple(n["ours"]), tuple(n["dialogue"])) for n in found
    ]


def ours() -> Said:
    """Our own utterances."""
    said: Said = defaultdict(dict)
    for row in map(json.loads, OWN.read_text("utf-8").splitlines()):
        said[row["transcript_id"]][row["id"]] = row["text"]
    return said


def dialogue(data: Path) -> Said:
    """The conversations of the dialogue that were read for the needs."""
    said: Said = defaultdict(dict)
    with (data / "dialogue/dialogue.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["transcript_id"] in READ:
                said[row["transcript_id"]][f"{row['transcript_id']}-{row['utterance_id']}"] = row[
                    "utterance_text"
                ]
    return said


def save(folder: Path, conversations: Said, coder: Coder) -> None:
    """Write the conversations as transcripts, tagged as a run would."""
    for name, texts in conversations.items():
        said = [u for n, (id, text) in enumerate(texts.items()) if (u := _utterance(n, id, text, coder))]
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


def _utterance(number: int, id: str, text: str, coder: Coder) -> dict[str, Any] | None:
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
    return {"id": id, "speaker": None, **times, "text": text, "words": [], "concepts": tags}


Ask = Callable[[Index, Need], Results]


def before(index: Index, need: Need) -> Results:
    """All of the words."""
    return index.search(need.need, loosely=False)


def as_written(index: Index, need: Need) -> Results:
    """The need as it stands."""
    return index.search(need.need)


def like(index: Index, need: Need) -> Results:
    """A sentence that somebody might say."""
    return index.search(f'like:"{need.sentence}"')


def in_concept(index: Index, need: Need) -> Results:
    """The right concept, surest first."""
    return index.search(f"concept:{need.concept}")


def in_concept_by_words(index: Index, need: Need) -> Results:
    """The right concept, ordered by the need."""
    try:
        return index.search(f"concept:{need.concept} {need.need}")
    except QueryError:
        return in_concept(index, need)


def in_concept_alike(index: Index, need: Need) -> Results:
    """The right concept, ordered by the sentence."""
    return index.search(f'concept:{need.concept} like:"{need.sentence}"')


WAYS: dict[str, Ask] = {
    "before: all words": before,
    "the need as written": as_written,
    "like: a sentence": like,
    "in the concept, surest first": in_concept,
    "in the concept, by the need": in_concept_by_words,
    "in the concept, like: a sentence": in_concept_alike,
}


@dataclass(frozen=True, slots=True)
class FirstPage:
    """How many of the first ten are right, and of how many right ones there are."""

    right: int
    there: int

    @property
    def precision(self) -> float:
        return self.right / FIRST

    @property
    def share(self) -> float:
        """Of what ten could have shown."""
        return self.right / min(FIRST, self.there)


def first_page(found: Results, right: Sequence[str]) -> FirstPage:
    """The first page of some results, held against the right answers."""
    shown = [moment.utterance for hit in found.hits[:FIRST] for moment in hit.moments[:1]]
    return FirstPage(len({*shown} & {*right}), len(right))


@dataclass(frozen=True, slots=True)
class Row:
    """The means of one way of asking, over the needs that have an answer in a material."""

    material: str
    way: str
    meaning: bool
    precision: float
    share: float


def rows() -> Iterator[Row]:
    """Each material, without and with the sentence encoder, by each way of asking."""
    data = os.environ.get("VIGNETTE_DATA")
    coder = Coder(lexicon.load(data_file("concepts.toml")))
    materials = {"ours": ours(), **({"dialogue": dialogue(Path(data))} if data else {})}
    for material, conversations in materials.items():
        with tempfile.TemporaryDirectory() as place:
            save(Path(place), conversations, coder)
            Index.update(Path(place))
            found = encoders.installed()
            for encoder in (None, found) if found else (None,):
                yield from _rows_of(material, Path(place), encoder)


def _rows_of(material: str, folder: Path, encoder: Encodes | None) -> Iterator[Row]:
    asked = [need for need in needs() if need.right(material)]
    with Index.of(folder, encoder=encoder) as index:
        if encoder:
            Store.beside(index.path, encoder).update(index.connection)
        for way, ask in WAYS.items():
            pages = [first_page(ask(index, need), need.right(material)) for need in asked]
            precision, share = (
                sum(values) / len(pages)
                for values in zip(*((p.precision, p.share) for p in pages), strict=True)
            )
            yield Row(material, way, encoder is not None, precision, share)


def table(found: Sequence[Row]) -> Iterator[str]:
    """The rows as a table."""
    yield f"{'material':<10}{'asked by':<36}{'encoder':<9}{'P@10':>6}{'of what a page could show':>28}"
    for row in found:
        yield f"{row.material:<10}{row.way:<36}{'yes' if row.meaning else 'no':<9}{row.precision:>6.2f}{row.share:>28.2f}"


def figures(found: Sequence[Row]) -> dict[str, float]:
    """What of the rows is worth keeping: the share of what a page could show, by material and way of asking."""
    return {
        results.slug(f"{row.material} {row.way}{' with meaning' if row.meaning else ''}"): round(row.share, 3)
        for row in found
    }
