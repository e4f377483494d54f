"""What the audit finds about a recording's captions as they stand, and what people decide about many such findings at once.

Findings of one rule and one cause are alike: they are looked at together, mended together where a program can, or waived
together with one reason.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from pipeline.audit import Finding, Report, audit, fixes
from pipeline.audit.captions import facts_of, of_document
from pipeline.audit.grading import Topic
from pipeline.audit.model import Document, Facts, ShownCue
from pipeline.audit.waivers import Waiver, waive
from pipeline.commands.check import profile_named
from pipeline.commands.decide.desk import Desk
from pipeline.commands.decide.needs import Harm
from pipeline.commands.waive import waivers, waivers_for
from pipeline.edits.model import CueOf, Decision
from pipeline.errors import UsageError
from pipeline.formats.document import captions, writer
from pipeline.profiles import Profile
from pipeline.transcript import Cue

_HARM = {
    Topic.HEADLINE: Harm.SYNC,
    Topic.MEANING: Harm.MEANING,
    Topic.SYNCHRONY: Harm.SYNC,
    Topic.COMPLETENESS: Harm.MISSING,
    Topic.FORM: Harm.FORM,
}
# What differs from one finding to the next of the same cause: numbers, and what is quoted.
_PARTICULARS = re.compile(r'"[^"]*"|“[^”]*”|\d+(?:[.,:]\d+)*')


@dataclass(frozen=True)
class Findings:
    """The captions as they stand, audited under the profile that they were made for, what people waived marked.

    `held` is that audit where it was made already.
    """

    desk: Desk
    held: tuple[Document, Report] | None = None

    @property
    def profile(self) -> Profile:
        job = self.desk.job
        assert job is not None, "what lies nowhere has no settings"
        return profile_named(self.desk.transcript.profile, job.settings.captions)

    @cached_property
    def _read(self) -> tuple[Document, Facts]:
        """The captions as the audit reads them, and what is known of the recording."""
        read = captions.parse(writer.dumps(self.desk.transcript).encode("utf-8", "replace"), self._path)
        return of_document(read), facts_of(read)

    @cached_property
    def _audited(self) -> tuple[Document, Report]:
        document, facts = self._read
        return document, waive(audit(document, [self.profile], facts), self._waivers())

    @property
    def _path(self) -> Path:
        job = self.desk.job
        assert job is not None, "what lies nowhere has no document"
        return job.out / f"{job.name}.json"

    def _waivers(self) -> list[Waiver]:
        return waivers_for(self._path, self.desk.job.media if self.desk.job else None)

    @property
    def document(self) -> Document:
        return (self.held or self._audited)[0]

    @property
    def report(self) -> Report:
        return (self.held or self._audited)[1]

    def open(self) -> list[Finding]:
        """The open findings, the most harmful first and then in order of time."""
        return sorted(
            self.report.open, key=lambda f: (_HARM[f.topic], -f.severity, f.start_ms or 0, f.cue_index or 0)
        )

    def has_any(self, keys: Collection[str]) -> bool:
        """Whether any of these is open."""
        return any(key_of(f) in keys for f in self.report.open)

    def as_json(self) -> list[dict[str, Any]]:
        """The open findings as the page shows them, in the same shape as what else needs a person."""
        cues = self.desk.transcript.captions.cues
        return [_as_json(f, _cue_of(f, cues)) for f in self.open()]

    def waived(self, keys: Collection[str], reason: str) -> list[Decision]:
        """The decisions that these findings are right as they are. Raises UsageError where none of them is open."""
        rules = dict.fromkeys(f.id for f in self.open() if key_of(f) in keys)
        if not rules:
            raise UsageError("this is found no more", "look at the list again")
        chosen = [
            decision
            for rule in rules
            for decision in waivers(
                self.document, self.report, rule, reason, self.desk.who, lambda f: key_of(f) in keys
            )
        ]
        return chosen

    def mends(self, keys: Collection[str]) -> list[fixes.Mend]:
        """What a program can mend of these findings without making another worse; words are never changed."""
        document, facts = self._read
        found = fixes.mend(
            document, [self.profile], facts, self._waivers(), only=lambda f: key_of(f) in keys
        )[1]
        cues = self.desk.transcript.captions.cues
        return [m for m in found if _decided(m, cues[m.number - 1], self.desk) is not None]

    def mended(self, keys: Collection[str]) -> list[Decision]:
        """The decisions that come of these mends. Raises UsageError where nothing can be mended."""
        cues = self.desk.transcript.captions.cues
        found = [_decided(m, cues[m.number - 1], self.desk) for m in self.mends(keys)]
        made = [d for d in found if d is not None]
        if not made:
            raise UsageError(
                "none of these can be mended by a program", "edit the captions, or say why they are right"
            )
        return made

    def preview(self, keys: Collection[str]) -> list[dict[str, Any]]:
        """What mending would change, caption by caption."""
        return [
            {
                "cue": m.number - 1,
                "rules": list(m.rules),
                "before": _shown(m.before),
                "after": _shown(m.after),
            }
            for m in self.mends(keys)
        ]


def key_of(finding: Finding) -> str:
    """The name of a finding for as long as its caption stays."""
    return f"finding {finding.id} {finding.profile} {finding.start_ms or 0} {finding.cue_index or 0} {finding.line}"


def cause_of(finding: Finding) -> str:
    """What a finding says without its particulars: the same of all that have the same cause."""
    return " ".join(_PARTICULARS.sub("…", finding.message).split())


def _as_json(finding: Finding, cue: Cue | None) -> dict[str, Any]:
    start = finding.start_ms or 0
    unit = f" {finding.unit}" if finding.unit else ""
    evidence = [
        ("caption", finding.text),
        ("measured", f"{finding.measured}{unit}" if finding.measured is not None else ""),
        ("limit", f"{finding.limit}{unit}" if finding.limit else ""),
        ("source", finding.source),
        ("what to do", finding.mend),
    ]
    can = [*(["mend"] if _can_be_mended(finding) else []), *(["text"] if cue is not None else []), "waive"]
    return {
        "key": key_of(finding), "kind": "finding", "title": finding.message, "harm": _HARM[finding.topic].name.lower(),
        "start_ms": start, "end_ms": finding.end_ms or start, "first": cue.first if cue else -1,
        "last": cue.last if cue else -1, "evidence": [{"what": w, "text": t} for w, t in evidence if t], "can": can,
        "rule": finding.id, "proposed": "", "ref": finding.severity.name.lower(), "cause": cause_of(finding),
    }  # fmt: skip


def _can_be_mended(finding: Finding) -> bool:
    return finding.fixable and finding.cue_index is not None and finding.id in fixes.FIXERS


def _cue_of(finding: Finding, cues: Sequence[Cue]) -> Cue | None:
    """The caption that a finding is about: findings count captions from 1."""
    index = finding.cue_index
    return cues[index - 1] if index is not None and 0 < index <= len(cues) else None


def _shown(cue: ShownCue) -> dict[str, Any]:
    return {"start_ms": cue.span.start_ms, "end_ms": cue.span.end_ms, "lines": list(cue.lines)}


def _decided(mend: fixes.Mend, cue: Cue, desk: Desk) -> Decision | None:
    """The decision about a caption that a mend comes to: other times, other line breaks; None where it is neither."""
    before, after = mend.before, mend.after
    start = after.span.start_ms if after.span.start_ms != before.span.start_ms else None
    end = after.span.end_ms if after.span.end_ms != before.span.end_ms else None
    breaks: tuple[int, ...] | None = None
    if after.lines != before.lines:
        counts = [len(line.split()) for line in after.bare_lines if line.split()]
        if sum(counts) != sum(len(t.text.split()) for t in desk.transcript.tokens[cue.first : cue.last]):
            return None  # words that no caption shows lie between
        breaks = tuple(sum(counts[:n]) for n in range(1, len(counts)))
    if start is None and end is None and breaks is None:
        return None
    return desk.maker.cue(cue.first, cue.last, CueOf(start, end, breaks))
