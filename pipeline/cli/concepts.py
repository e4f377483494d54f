"""`vignette concepts`: the clinical lexicon listed, tried on a text, checked, scored, and counted in a transcript."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from pipeline.cli.options import AsJson, json_text
from pipeline.cli.queries import Folder, MediaFolder
from pipeline.errors import counted
from pipeline.files import MEDIA_FOLDER, OUT_FOLDER

Lexicon = Annotated[
    Path | None, typer.Option("--lexicon", help="Another lexicon than the one that comes with Vignette.")
]


def register(app: typer.Typer, say: Callable[[str], None]) -> None:
    """Add `concepts` with `try`, `check`, `score`, `summary`, `next` and `agreement`; `say` prints."""
    group = typer.Typer(help="The clinical concepts: list, try, check, score, review.", rich_markup_mode=None)
    app.add_typer(group, name="concepts")
    _add_list(group, say)
    _add_try(group, say)
    _add_check(group, say)
    _add_score(group, say)
    _add_summary(group, say)
    _add_next(group, say)
    _add_agreement(group, say)


def _load(path: Path | None) -> Any:
    """The lexicon at `path`, else our own. Raises LexiconError."""
    from pipeline.concepts import lexicon
    from pipeline.files import data_file

    return lexicon.load(path or data_file("concepts.toml"))


def _add_list(group: typer.Typer, say: Callable[[str], None]) -> None:
    @group.callback(
        invoke_without_command=True,
        epilog='Examples:  vignette concepts   |   vignette concepts try "I only drink because..."',
    )
    def concepts(context: typer.Context, lexicon: Lexicon = None, as_json: AsJson = False) -> int:
        """List the concepts with their definitions."""
        if context.invoked_subcommand is not None:
            # What stands before the name of the subcommand is meant for it.
            given = {"as_json": as_json} | ({"lexicon": str(lexicon)} if lexicon else {})
            context.default_map = {context.invoked_subcommand: given}
            return 0
        found = _load(lexicon)
        if as_json:
            names = ("id", "label", "definition", "broader", "objectives")
            say(json_text([{n: getattr(c, n) for n in names} for c in found.concepts]))
            return 0
        for broader, label in found.broader.items():
            say(f"{label} ({broader})")
            for concept in (c for c in found.concepts if c.broader == broader):
                say(f"  {concept.id:<22}{concept.definition}")
        return 0


def _add_try(group: typer.Typer, say: Callable[[str], None]) -> None:
    @group.command(
        "try", epilog='Example:  vignette concepts try "Whenever I walk past that pub" --role client'
    )
    def try_(
        text: Annotated[str, typer.Argument(help="What somebody says in one turn.")],
        role: Annotated[str, typer.Option("--role", help="therapist, client or narrator.")] = "",
        lexicon: Lexicon = None,
        as_json: AsJson = False,
    ) -> int:
        """Show the concepts of a text, each with how sure it is, its evidence and its rule."""
        from pipeline.concepts.coder import Coder

        found = Coder(_load(lexicon)).code(text, role)
        if as_json:
            say(json_text([{**asdict(f), "evidence": text[f.start : f.end]} for f in found]))
            return 0
        for one in found:
            ways = [
                name for name in ("negated", "asked", "quoted", "hypothetical") if getattr(one.manner, name)
            ]
            spoken = f" [{', '.join(ways)}]" if ways else ""
            say(f'{one.concept:<22}{one.confidence:.2f}  "{text[one.start : one.end]}"{spoken}   {one.rule}')
        if not found:
            say("no concept")
        return 0


def _add_check(group: typer.Typer, say: Callable[[str], None]) -> None:
    @group.command(epilog="Example:  vignette concepts check --lexicon mine.toml")
    def check(lexicon: Lexicon = None, as_json: AsJson = False) -> int:
        """Read the lexicon and try it on its own examples and counterexamples."""
        from pipeline.concepts import self_test

        found = _load(lexicon)
        failures = self_test.check(found)
        if as_json:
            say(json_text({"lexicon": str(found.path), "failures": [asdict(f) for f in failures]}))
        else:
            for failure in failures:
                say(str(failure))
            say(
                f"{found.path}: {counted(len(found.concepts), 'concept')}, {counted(len(found.rules), 'pattern')}, "
                f"{counted(len(failures), 'failure')}"
            )
        return 1 if failures else 0


def _add_score(group: typer.Typer, say: Callable[[str], None]) -> None:
    @group.command(epilog="Example:  vignette concepts score labelled.jsonl --confusions")
    def score(
        rows: Annotated[Path, typer.Argument(help="JSONL: {id, transcript_id, text, concepts: [...]}.")],
        lexicon: Lexicon = None,
        confusions: Annotated[
            bool, typer.Option("--confusions", help="List what was missed or wrongly tagged.")
        ] = False,
        least: Annotated[
            float, typer.Option("--least", help="Only tags at least so sure, from 0 to 1.")
        ] = 0.0,
        as_json: AsJson = False,
    ) -> int:
        """Score the lexicon against labelled utterances: precision, recall, F1 with bootstrap intervals."""
        from pipeline.concepts import scoring
        from pipeline.concepts.coder import Coder

        found = _load(lexicon)
        labelled = scoring.read_labelled(rows, frozenset(c.id for c in found.concepts))
        scores = scoring.score(labelled, Coder(found), least)
        if as_json:
            say(json_text(scores.to_json()))
            return 0
        say(_table(scores.to_json()))
        for confusion in scores.confusions if confusions else ():
            say(str(confusion))
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


def _add_summary(group: typer.Typer, say: Callable[[str], None]) -> None:
    @group.command(epilog="Example:  vignette concepts summary transcripts/talk.json")
    def summary(
        document: Annotated[Path, typer.Argument(help="A transcript: transcripts/NAME.json.")],
        lexicon: Lexicon = None,
        as_json: AsJson = False,
    ) -> int:
        """Count a transcript's concepts and show where in it they fall."""
        from pipeline.commands.concepts import summary_of
        from pipeline.concepts.summary import sparklines

        found = _load(lexicon)
        counted = summary_of(document)
        if as_json:
            say(json_text(counted.as_json()))
        else:
            say(sparklines(counted, found) or "no concept was tagged")
        return 0


def _add_next(group: typer.Typer, say: Callable[[str], None]) -> None:
    @group.command("next", epilog="Example:  vignette concepts next --limit 5")
    def next_(
        folder: Folder = OUT_FOLDER,
        limit: Annotated[int, typer.Option("--limit", min=1, help="How many to show.")] = 10,
        as_json: AsJson = False,
    ) -> int:
        """Show the tags at which a person's look pays most: doubtful ones, of rules that gave many."""
        from pipeline.commands.concept_review import questions

        found = questions(folder, limit)
        if as_json:
            say(json_text([q.as_json() for q in found]))
            return 0
        say("\n".join(map(str, found)) or "nothing to ask: there is no tag that nobody decided about")
        if found:
            say(
                '\nanswer with: vignette decide MEDIA --words "..." --concept ID --verdict confirmed (or rejected)'
            )
        return 0


def _add_agreement(group: typer.Typer, say: Callable[[str], None]) -> None:
    @group.command(epilog="Example:  vignette concepts agreement --media media")
    def agreement(
        folder: Folder = OUT_FOLDER, media: MediaFolder = MEDIA_FOLDER, as_json: AsJson = False
    ) -> int:
        """Measure how far people and the machine agree on concepts (Cohen's kappa), by what people decided."""
        from pipeline.commands.concept_review import agreements

        found = agreements(folder, media)
        if as_json:
            say(json_text([a.as_json() for a in found]))
        else:
            say("\n".join(map(str, found)) or "nobody has decided about a concept, or reviewed a video, yet")
        return 0
