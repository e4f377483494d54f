"""Waivers of many findings at once: every open finding of a rule in a caption file, or those at a time or with words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from shlex import quote
from typing import Any

from pipeline import edits, settings
from pipeline.audit import Finding, captions
from pipeline.audit.waivers import NEAR_MS
from pipeline.commands import check
from pipeline.commands.decide.times import range_of, time_of
from pipeline.commands.named_recording import names_recording, the_recording
from pipeline.commands.waive import journal_for, waivers
from pipeline.edits.model import Decision
from pipeline.errors import NotCaptioned, UsageError, counted
from pipeline.files import PROJECT_FILE
from pipeline.formats.readers import TEXT_SUFFIXES
from pipeline.run import outputs
from pipeline.run.jobs import sidecar_of
from pipeline.words import plain_words


@dataclass(frozen=True, slots=True)
class Waived:
    """The waivers that were written down, and in which journal."""

    file: Path
    journal: Path
    rule: str
    decisions: tuple[Decision, ...]
    media: Path

    def as_json(self) -> dict[str, Any]:
        """The same as plain values for `--json`."""
        return {
            "file": str(self.file),
            "journal": str(self.journal),
            "rule": self.rule,
            "decisions": [d.id for d in self.decisions],
        }

    def __str__(self) -> str:
        return (
            f"{counted(len(self.decisions), 'finding')} '{self.rule}' in {self.file} waived by {self.decisions[0].who}; "
            f"'vignette edits undo {quote(str(self.media))}' takes it back"
        )


def waive(what: Sequence[str], where: str, reason: str, who: str, transcripts: Path) -> Waived:
    """Waive the open findings of a rule; `what` names the rule and the recording, or a caption file, in either order.

    `where` "" means all of them, else those in a time, at it, or with words. Raises UsageError.
    """
    files = [w for w in what if Path(w).suffix.lower() in (*TEXT_SUFFIXES, ".json")]
    named = [w for w in what if w not in files and names_recording(w)]
    rules = [w for w in what if w not in (*files, *named)]
    if len(rules) != 1 or len(files) + len(named) > 1:
        raise UsageError(
            "waive which rule, of which recording?", "vignette edits waive RULE MEDIA --all --reason ..."
        )
    if files:
        file, media = Path(files[0]), None
    else:
        media = the_recording([Path(w) for w in named])
        file = _captions_of(media, transcripts)
    limits = settings.load(PROJECT_FILE, None).captions
    chosen = [check.profile_named(limits.profile, limits)]
    document, _ = captions.load_with(file, None)
    report = check.check_file(file, chosen, None, media)
    journal = journal_for(file, media)
    made = waivers(document, report, rules[0], reason, who, _predicate(where))
    written = edits.append(journal, made)
    return Waived(file, journal, rules[0], written, media or journal)


def _captions_of(media: Path, transcripts: Path) -> Path:
    """The captions that a run made of a recording. Raises NotCaptioned."""
    language = settings.load(PROJECT_FILE, sidecar_of(media)).language
    for draft in (False, True):
        path = outputs.paths(transcripts, media.stem, language, draft)[0]
        if path.is_file():
            return path
    raise NotCaptioned(media, "was not captioned yet", f"vignette run {media}, then try again")


def _predicate(where: str) -> Callable[[Finding], bool]:
    """Which findings are meant: those that begin in a time, or near one, or whose caption holds words."""
    if not where:
        return lambda _: True
    try:
        start_ms, end_ms = range_of(where, "--where")
    except UsageError:
        pass
    else:
        return lambda f: (start_ms or 0) <= (f.start_ms or 0) < (end_ms if end_ms is not None else 10**10)
    try:
        at_ms = time_of(where, "--where")
    except UsageError:
        pass
    else:
        return lambda f: abs((f.start_ms or 0) - (at_ms or 0)) <= NEAR_MS
    words = " ".join(plain_words(where))
    return lambda f: f" {words} " in f" {' '.join(plain_words(f.text))} "
