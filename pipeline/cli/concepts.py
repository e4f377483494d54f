"""`vignette concepts`: the clinical lexicon listed, tried on a text, checked, scored, and counted in a transcript."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from pipeline.cli.command import SETTING_UP, command, subgroup
from pipeline.cli.options import AsJson, MediaFolder, Transcripts, print_json
from pipeline.errors import counted
from pipeline.files import MEDIA_FOLDER, OUT_FOLDER

Lexicon = Annotated[
    Path | None,
    typer.Option("--lexicon", help="Another lexicon than the one that comes with Vignette.", metavar="FILE"),
]

concepts = subgroup(
    "concepts",
    "The clinical concepts: list, try, check, score, review.",
    "vignette concepts list",
    'vignette concepts try "I only drink because..."',
    panel=SETTING_UP,
    default="list",
)


def _load(path: Path | None) -> Any:
    """The lexicon at `path`, else our own. Raises LexiconError."""
    from pipeline.concepts import lexicon
    from pipeline.files import data_file

    return lexicon.load(path or data_file("concepts.toml"))


@command(concepts, "vignette concepts list", "vignette concepts list --lexicon mine.toml", name="list")
def list_concepts(lexicon: Lexicon = None, as_json: AsJson = False) -> int:
    """List the concepts with their definitions."""
    found = _load(lexicon)
    if as_json:
        names = ("id", "label", "definition", "broader", "objectives")
        print_json([{n: getattr(c, n) for n in names} for c in found.concepts])
        return 0
    for broader, label in found.broader.items():
        print(f"{label} ({broader})")
        for concept in (c for c in found.concepts if c.broader == broader):
            print(f"  {concept.id:<22}{concept.definition}")
    return 0


@command(
    concepts,
    'vignette concepts try "Whenever I walk past that pub"',
    'vignette concepts try "I only drink because they do" --role client',
    name="try",
)
def try_concepts(
    text: Annotated[str, typer.Argument(help="What somebody says in one turn.")],
    role: Annotated[
        Literal["", "therapist", "client", "narrator"], typer.Option("--role", help="Who says it.")
    ] = "",
    lexicon: Lexicon = None,
    as_json: AsJson = False,
) -> int:
    """Show the concepts of a text, each with how sure it is, its evidence and its rule."""
    from pipeline.concepts.coder import Coder

    found = Coder(_load(lexicon)).code(text, role)
    if as_json:
        print_json([{**asdict(f), "evidence": text[f.start : f.end]} for f in found])
        return 0
    for one in found:
        ways = [name for name in ("negated", "asked", "quoted", "hypothetical") if getattr(one.manner, name)]
        spoken = f" [{', '.join(ways)}]" if ways else ""
        print(f'{one.concept:<22}{one.confidence:.2f}  "{text[one.start : one.end]}"{spoken}   {one.rule}')
    if not found:
        print("no concept")
    return 0


@command(concepts, "vignette concepts check", "vignette concepts check --lexicon mine.toml", name="check")
def check_lexicon(lexicon: Lexicon = None, as_json: AsJson = False) -> int:
    """Read the lexicon and try it on its own examples and counterexamples."""
    from pipeline.concepts import self_test

    found = _load(lexicon)
    failures = self_test.check(found)
    if as_json:
        print_json({"lexicon": str(found.path), "failures": [asdict(f) for f in failures]})
    else:
        for failure in failures:
            print(failure)
        print(
            f"{found.path}: {counted(len(found.concepts), 'concept')}, {counted(len(found.rules), 'pattern')}, "
            f"{counted(len(failures), 'failure')}"
        )
    return 1 if failures else 0


@command(
    concepts,
    "vignette concepts score labelled.jsonl --confusions",
    "vignette concepts score labelled.jsonl --json",
    name="score",
)
def score_concepts(
    rows: Annotated[
        Path, typer.Argument(help="JSONL: {id, transcript_id, text, concepts: [...]}.", metavar="FILE")
    ],
    lexicon: Lexicon = None,
    confusions: Annotated[
        bool, typer.Option("--confusions", help="List what was missed or wrongly tagged.")
    ] = False,
    least: Annotated[float, typer.Option("--least", help="Only tags at least so sure, from 0 to 1.")] = 0.0,
    as_json: AsJson = False,
) -> int:
    """Score the lexicon against labelled utterances: precision, recall, F1 with bootstrap intervals."""
    from pipeline.concepts import scoring
    from pipeline.concepts.coder import Coder

    found = _load(lexicon)
    labelled = scoring.read_labelled(rows, frozenset(c.id for c in found.concepts))
    scores = scoring.score(labelled, Coder(found), least)
    if as_json:
        print_json(scores.to_json())
        return 0
    print(_table(scores.to_json()))
    for confusion in scores.confusions if confusions else ():
        print(confusion)
    return 0


def _table(scores: dict[str, Any]) -> str:
    """Scores as a table: micro and macro averages, and one line for each concept."""
    head = f"{'':<24}{'precision':>10}{'recall':>8}{'F1':>7}"
    rows = [("micro", scores["micro"]), ("macro", scores["macro"]), *scores["per_concept"].items()]
    lines = [f"{name:<24}{r['precision']:>10.2f}{r['recall']:>8.2f}{r['f1']:>7.2f}" for name, r in rows]
    intervals = " to ".join(f"{x:.2f}" for x in scores["micro"]["ci"])
    return "\n".join(
        [
            head,
            *lines,
            f"{counted(scores['utterances'], 'utterance')}; micro F1 lies within {intervals} (95 %)",
        ]
    )


@command(
    concepts,
    "vignette concepts summary transcripts/talk.json",
    "vignette concepts summary transcripts/talk.json --json",
    name="summary",
)
def summarise(
    document: Annotated[Path, typer.Argument(help="A transcript: transcripts/NAME.json.", metavar="FILE")],
    lexicon: Lexicon = None,
    as_json: AsJson = False,
) -> int:
    """Count a transcript's concepts and show where in it they fall."""
    from pipeline.commands.concepts import summary_of
    from pipeline.concepts.summary import sparklines

    found = _load(lexicon)
    summary = summary_of(document)
    if as_json:
        print_json(summary.as_json())
    else:
        print(sparklines(summary, found) or "no concept was tagged")
    return 0


@command(concepts, "vignette concepts next", "vignette concepts next --limit 5", name="next")
def next_questions(
    transcripts: Transcripts = OUT_FOLDER,
    media: MediaFolder = MEDIA_FOLDER,
    limit: Annotated[int, typer.Option("--limit", min=1, help="How many to show.")] = 10,
    as_json: AsJson = False,
) -> int:
    """Show the tags at which a person's look pays most: doubtful ones, of rules that gave many."""
    from pipeline.commands.concept_review import questions

    found = questions(transcripts, limit, media)
    if as_json:
        print_json([question.as_json() for question in found])
        return 0
    print("\n".join(map(str, found)) or "nothing to ask: there is no tag that nobody decided about")
    if found:
        print('\nanswer with: vignette edits concept NAME "WORDS" CONCEPT --verdict confirmed (or rejected)')
    return 0


@command(
    concepts,
    "vignette concepts agreement",
    "vignette concepts agreement --media recordings/",
    name="agreement",
)
def show_agreement(
    transcripts: Transcripts = OUT_FOLDER, media: MediaFolder = MEDIA_FOLDER, as_json: AsJson = False
) -> int:
    """Measure how far people and the machine agree on concepts (Cohen's kappa), by what people decided."""
    from pipeline.commands.concept_review import agreements

    found = agreements(transcripts, media)
    if as_json:
        print_json([one.as_json() for one in found])
    else:
        print("\n".join(map(str, found)) or "nobody has decided about a concept, or reviewed a video, yet")
    return 0
