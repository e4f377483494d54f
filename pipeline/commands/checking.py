"""`vignette check`: captions against published standards, with mends and waivers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from pipeline.errors import OutputError, SubtitlesError, UsageError
from pipeline.progress import Progress, silent

# Files larger than this take long enough for a person to wonder.
LARGE_BYTES = 1_000_000


def register(app: typer.Typer, say: Callable[[str], None], watch: Callable[[str], Progress]) -> None:
    """Add `check`; `say` prints, `watch` shows the progress of what it is told."""

    @app.command(
        epilog="Examples:  vignette check talk.srt   |   "
        "vignette check talk.vtt --media talk.mp4 --profile netflix --profile bbc --format html > report.html   |   "
        "vignette check talk.srt --fix   |   "
        'vignette check talk.srt --waive reading-speed-cps --at 1:02 --reason "he does speak so fast"'
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
        overwrite: Annotated[
            bool, typer.Option("--overwrite", help="With --fix: also over mends that were changed since.")
        ] = False,
        waive: Annotated[
            str,
            typer.Option("--waive", help="This rule's finding (at --at) is right as it is; with --reason."),
        ] = "",
        at: Annotated[str, typer.Option("--at", help="With --waive: when, if there are several.")] = "",
        reason: Annotated[str, typer.Option("--reason", help="With --waive: why.")] = "",
        by: Annotated[str, typer.Option("--by", help="With --waive: who says so; else your user name.")] = "",
        as_json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
    ) -> int:
        """Check captions, whoever made them: findings with clause, measured value, limit and a mend."""
        shape = "json" if as_json else format
        _refuse(shape, fail_on, in_place and not fix)
        _refuse_waiver(files, waive, at, reason, fix)
        from pipeline import evidence

        heard = evidence.evidence_of(media, progress=watch("listen")) if media else None
        if waive:
            return _waive(files[0], profile or ["training"], heard, (waive, at, reason, by), say)
        if fix:
            return _fix(files, profile or ["training"], heard, (in_place, overwrite), say, watch)
        progress = watch("check") if _size(files) > LARGE_BYTES else silent
        return _report(files, profile or ["training"], heard, shape, fail_on, say, progress)


def _size(files: Sequence[Path]) -> int:
    return sum(path.stat().st_size for path in files if path.is_file())


def _report(
    files: Sequence[Path],
    profiles: Sequence[str],
    heard: Any,
    shape: Any,
    fail_on: Any,
    say: Callable[[str], None],
    progress: Progress,
) -> int:
    from pipeline import check, settings
    from pipeline.jobs import PROJECT_FILE

    chosen = settings.load(PROJECT_FILE, None).captions
    illustrate = heard.pictures if heard else None
    facts, media = (heard.facts, heard.media.path) if heard else (None, None)
    checked = check.check(files, profiles, facts, shape, fail_on, chosen, illustrate, media, progress)
    say(checked.text.rstrip("\n"))
    return checked.exit_status


def _fix(
    files: Sequence[Path],
    profiles: Sequence[str],
    heard: Any,
    how: tuple[bool, bool],
    say: Callable[[str], None],
    watch: Callable[[str], Progress],
) -> int:
    """Show each file's mends as a diff and write the mended file (`how`: in place, overwriting); findings that stay are counted.

    Of several files one that cannot be mended does not keep the others from it.
    """
    from pipeline import check, mending, settings
    from pipeline.audit import Severity
    from pipeline.jobs import PROJECT_FILE

    limits = settings.load(PROJECT_FILE, None).captions
    rules = [check.profile_named(name, limits) for name in profiles]
    left = 0
    for path in files:
        try:
            facts, media = (heard.facts, heard.media.path) if heard else (None, None)
            progress = watch("mend") if _size([path]) > LARGE_BYTES else silent
            mended = mending.propose(path, rules, facts, media, progress)
            where, backup = mending.write(mended, *how) if mended.mends else (path, None)
        except (SubtitlesError, OutputError) as error:
            if len(files) == 1:
                raise
            say(str(error))
            left += 1
            continue
        before, after = len(mended.before.open), len(mended.after.open)
        if mended.mends:
            say(mended.diff.rstrip("\n"))
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


def _refuse_waiver(files: Sequence[Path], waive: str, at: str, reason: str, fix: bool) -> None:
    if not waive and (at or reason):
        raise UsageError(f"{'--at' if at else '--reason'} goes with --waive", "name the rule: --waive RULE")
    if waive and (len(files) != 1 or fix):
        raise UsageError("--waive takes one file, and nothing else to be done", "waive, then go on")
    if waive and not reason.split():
        raise UsageError("--waive needs a reason", 'say why it is right as it is: --reason "..."')


def _waive(
    path: Path,
    profiles: Sequence[str],
    heard: Any,
    asked: tuple[str, str, str, str],
    say: Callable[[str], None],
) -> int:
    """Write down that a finding is right as it is."""
    from pipeline import check, edits, settings, waiving
    from pipeline.commands.deciding import user
    from pipeline.commands.wishes import time_of
    from pipeline.jobs import PROJECT_FILE

    rule, at, reason, by = asked
    limits = settings.load(PROJECT_FILE, None).captions
    chosen = [check.profile_named(name, limits) for name in profiles]
    facts, media = (heard.facts, heard.media.path) if heard else (None, None)
    document, _ = check.load_with(path, facts)
    report = check.check_file(path, chosen, facts, media)
    decision = waiving.waiver(document, report, rule, time_of(at, "--at"), reason, by or user())
    journal = waiving.journal_for(path, media)
    (written,) = edits.append(journal, [decision])
    say(f"{written.id}  {rule} is waived: written to {journal}")
    return 0
