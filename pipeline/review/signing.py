"""The sign-off sheet of the page: signatures, the bytes that they are about, what was watched, and how accurate that was."""

from __future__ import annotations

from typing import Any

from pipeline.commands.decide.signed import bytes_digest, signatures
from pipeline.commands.watched_captions import estimate, watched
from pipeline.edits.ledger import State, wanted
from pipeline.review.sheet import needs
from pipeline.review.sitting import Sitting
from pipeline.run import outputs
from pipeline.run.store import Store

# So many decisions are listed, the latest.
MAX_DECISIONS = 200


def signing(sitting: Sitting) -> dict[str, Any]:
    """All that a person wants to see before and after they sign."""
    look = sitting.look()
    shown, replay = look.transcript, look.shown.replay
    done = watched(shown, replay)
    ours, mended = outputs.derived_files(sitting.job.out, Store.of(sitting.job.out, sitting.job.name))
    parts = []
    for part in shown.parts.parts:
        inside = [d for c, d in zip(shown.captions.cues, done, strict=True) if c.span.start_ms in part.span]
        parts.append(
            {"id": part.id, "title": part.title or part.id, "cues": len(inside), "reviewed": sum(inside)}
        )
    return {
        "revision": look.revision,
        "signatures": [s.as_json() for s in signatures(shown, replay)],
        "now": bytes_digest(shown),
        "applied": look.applied,
        "mended": [p.name for p in mended],
        "files": sorted(p.name for p in ours),
        "parts": parts,
        "estimate": estimate(shown, replay).as_json(),
        "left": len(needs(sitting, look)),
        "decisions": _decisions(sitting),
    }


def _decisions(sitting: Sitting) -> list[dict[str, Any]]:
    """What was decided, the latest first."""
    standings = sitting.look().shown.replay.report.standings
    return [
        {"id": s.decision.id, "who": s.decision.who, "at": s.decision.at, "kind": s.decision.kind,
         "what": wanted(s.decision), "state": str(s.state), "why": s.why,
         "start_ms": s.decision.anchor.start_ms if s.decision.anchor else None}
        for s in reversed(standings)
        if s.state is not State.WITHDRAWN and s.decision.kind != "withdraw"
    ][:MAX_DECISIONS]  # fmt: skip
