"""What really happens in the film, as JSON for tests and RTTM for scoring speakers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from benchmarks.demo.camera import LowerThird, Shot
from benchmarks.demo.screenplay import Screenplay
from benchmarks.demo.timeline import Film


def truth(
    play: Screenplay, film: Film, shots: Sequence[Shot], thirds: Sequence[LowerThird]
) -> dict[str, Any]:
    """The whole truth as JSON data; all times in milliseconds of presentation time, spans half open."""
    heard = {u.speaker for u in film.utterances}
    return {
        "duration_ms": film.duration_ms,
        "title": play.title,
        "people": [asdict(p) for p in play.people if p.id in heard],
        "utterances": [asdict(u) for u in film.utterances],
        "sections": [asdict(s) for s in film.sections],
        "shots": [asdict(s) for s in shots],
        "lower_thirds": [
            {"start_ms": t.start_ms, "end_ms": t.end_ms, "speaker": t.who}
            | {"name": play.person(t.who).name, "role": play.person(t.who).credit}
            for t in thirds
        ],
        "sounds": [asdict(s) for s in film.sounds],
    }


def rttm(film: Film, name: str) -> str:
    """One line per utterance, as the NIST evaluations write them (seconds with three digits)."""
    return "".join(
        f"SPEAKER {name} 1 {u.start_ms / 1000:.3f} {(u.end_ms - u.start_ms) / 1000:.3f}"
        f" <NA> <NA> {u.speaker} <NA> <NA>\n"
        for u in film.utterances
    )


def script(play: Screenplay, film: Film) -> str:
    """The film's words as a script: scene titles, then NAME: what is said; murmurs are left out."""
    parts = []
    for number, section in enumerate(film.sections):
        parts.append(section.title.upper() + "\n")
        for u in film.utterances:
            if u.section == number and not u.backchannel:
                parts.append(f"{play.person(u.speaker).name.split()[0].upper()}: {u.text}\n")
    return "\n".join(parts)


def timecode(duration_ms: int) -> str:
    """h:mm:ss, rounded to the second, as a sidecar writes a duration."""
    seconds = round(duration_ms / 1000)
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def sidecar(play: Screenplay, film: Film, note: str) -> str:
    """The settings file that goes beside the video: what is known about it before anybody listens."""
    heard = {u.speaker for u in film.utterances}
    lines = [f"# {note}", f'title = "{play.title}"', 'language = "en"']
    lines += [
        f'expected_duration = "{timecode(film.duration_ms)}"',
        'credits = "All people and words are invented."',
    ]
    lines += ["learning_objectives = ["]
    lines += [f'    "{goal}",' for goal in OBJECTIVES]
    lines += ["]", f"terms = [{', '.join(f'{term!r}' for term in TERMS)}]".replace("'", '"')]
    for p in play.people:
        if p.id in heard:
            lines += ["", "[[people]]", f'name = "{p.name}"', f'role = "{p.role}"']
            if " " in p.name:
                lines += [f'also_known_as = ["{p.name.split()[0]}"]']
    return "\n".join(lines) + "\n"


OBJECTIVES = (
    "Recognise resistance as information about the working relationship",
    "Describe how feedback between members differs from advice by a professional",
    "Prepare a group and its departing member for an ending",
)
TERMS = ("relapse prevention", "here and now", "resistance", "slip", "trigger", "Thursday group")
