"""`vignette check`: captions against published standards, with mends and waivers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from pipeline.errors import UsageError
from pipeline.progress import Progress


def register(app: typer.Typer, say: Callable[[str], None], watch: Callable[[str], Progress]) -> None:
    """Add `check`; `say` prints, `watch` shows the progress of what it is told."""

    @app.command(
        epilog="Examples:  vignette check talk.srt   |   "
        "vignette check talk.vtt --media talk.mp4 --profile netflix --profile bbc --format html > report.html   |   "
        "vignette check talk.srt --fix"
    )
    def check(
        files: Annotated[list[Path], typer.Argument(help="Captions: SRT, WebVTT, ASS or our JSON.")],
        media: Annotated[
            Path | None, typer.Option("--media", help="Their recording, to check against the sound.")
        ] = None,
        profile: Annotated[
            list[str] | None,
            typer.Option("--profile", help="training, netflix, bbc, dcmp or wcag-fcc; repeatable."),
        ] = None,
        format: Annotated[str, typer.Option("--format", help="text, json, html or csv.")] = "text",
        fail_on: Annotated[str, typer.Option("--fail-on", help="error or warning.")] = "error",
        fix: Annotated[
            bool, typer.Option("--fix", help="Propose mends, and write them beside the file.")
        ] = False,
        in_place: Annotated[
            bool, typer.Option("--in-place", help="With --fix: mend the file itself; a backup stays.")
        ] = False,
        as_json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
    ) -> int:
        """Check captions, whoever made them: findings with clause, measured value, limit and a mend."""
        shape = "json" if as_json else format
        _refuse(shape, fail_on, in_place and not fix)
        from pipeline import evidence

        heard = evidence.evidence_of(media, progress=watch("listen")) if media else None
        if fix:
            return _fix(files, profile or ["training"], heard, in_place, say)
        return _report(files, profile or ["training"], heard, shape, fail_on, say)


def _report(
    files: Sequence[Path],
    profiles: Sequence[str],
    heard: Any,
    shape: Any,
    fail_on: Any,
    say: Callable[[str], None],
) -> int:
    from pipeline import check, settings
    from pipeline.jobs import PROJECT_FILE

    chosen = settings.load(PROJECT_FILE, None).captions
    illustrate = heard.pictures if heard else None
    checked = check.check(files, profiles, heard.facts if heard else None, shape, fail_on, chosen, illustrate)
    say(checked.text.rstrip("\n"))
    return checked.exit_status


def _fix(
    files: Sequence[Path], profiles: Sequence[str], heard: Any, in_place: bool, say: Callable[[str], None]
) -> int:
    """Show each file's mends as a diff and write the mended file; findings that stay are counted."""
    from pipeline import check, mending, settings
    from pipeline.audit import Severity
    from pipeline.jobs import PROJECT_FILE

    limits = settings.load(PROJECT_FILE, None).captions
    rules = [check.profile_named(name, limits) for name in profiles]
    left = 0
    for path in files:
        mended = mending.propose(path, rules, heard.facts if heard else None)
        before, after = len(mended.before.open), len(mended.after.open)
        if mended.mends:
            say(mended.diff.rstrip("\n"))
            where, backup = mending.write(mended, in_place)
            kept = f"; the original is {backup}" if backup else ""
            say(
                f"{where}: {len(mended.mends)} captions mended, {before} findings before, {after} after{kept}"
            )
        else:
            say(f"{path}: nothing that a machine should mend, {before} findings")
        left += any(f.severity >= Severity.ERROR for f in mended.after.open)
    return 1 if left else 0


def _refuse(shape: str, fail_on: str, in_place_alone: bool) -> None:
    if shape not in ("text", "json", "html", "csv"):
        raise UsageError(f"there is no format '{shape}'", "choose text, json, html or csv")
    if fail_on not in ("error", "warning"):
        raise UsageError(f"--fail-on cannot be '{fail_on}'", "choose error or warning")
    if in_place_alone:
        raise UsageError("--in-place goes with --fix", "add --fix")
