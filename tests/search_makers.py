"""Documents for the tests of the search, made from a few lines of dialogue as the public schema has them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

ROLES = {"Daniel": "therapist", "Ruth": "cotherapist", "Alan": "commentator"}

# Scene headings are "# kind: title"; then "Speaker | words | concept=evidence, -concept=evidence (negated),
# ?concept (asked)". Every utterance lasts four seconds and stands five after the one before.
GROUP = """
# introduction: Introduction
Daniel | Welcome to the Thursday group. Listen to the silences.
# vignette: The door
Colin | I'm only here because my wife said it was this, or the door. | resistance=only here because my wife
Maya | When you said no offence, I felt it anyway. | feedback=When you said no offence, emotion-naming=felt it
# vignette: Sunday, four o'clock
Denise | I was standing in the shop with a bottle of wine. | trigger=standing in the shop, emotion-naming=wine
Denise | I was so ashamed, I couldn't look at the girl on the till. | shame-guilt=ashamed
Colin | You put it back, though. I noticed that you looked at us. | feedback=I noticed that you looked at us
Ruth | Can we stay with the shame for a moment? | ?shame-guilt=the shame
Terry | I never have cravings, not once. | -craving-urge=cravings
# commentary: Resistance
Alan | Notice that the therapists did not argue. Resistance is information. | resistance=Resistance
"""

# One to one, no vignettes, a name with a diaeresis, one line whose speaker nobody knows.
CLINIC = """
Zoë | What would you like to talk about today?
Marc | I smoke when I am stressed. It relaxes me. | trigger=when I am stressed, function-of-use=relaxes me
Zoë | So smoking is how you cope with stress. | function-of-use=how you cope with stress
Marc | He pulled the trigger of the rifle, my grandfather, in every story.
Marc | I don't feel any urge to stop. | -craving-urge=urge, resistance=don't feel any urge to stop
Zoë | Your score puts you in the higher-risk range. | feedback=Your score puts you in the higher-risk range
 | It felt like a café in here, naïve and loud.
Marc | I felt angry, then ashamed, then nothing. | emotion-naming=angry, shame-guilt=ashamed
Zoë | You felt angry. | emotion-naming=angry
Marc | I slipped in March. I had ten cigarettes that week. | lapse-relapse=slipped in March
"""

BROADER = {
    "function-of-use": "relapse-process",
    "trigger": "relapse-process",
    "craving-urge": "relapse-process",
    "lapse-relapse": "relapse-process",
    "shame-guilt": "emotion",
    "emotion-naming": "emotion",
    "feedback": "interpersonal-process",
    "resistance": "motivation",
}


def document(
    name: str = "group", dialogue: str = GROUP, title: str = "The Thursday Group", **top: Any
) -> dict[str, Any]:
    """The public document of a dialogue; `top` replaces keys of its top level."""
    scenes: list[dict[str, Any]] = []
    utterances: list[dict[str, Any]] = []
    names: list[str] = []
    for line in filter(None, (raw.strip() for raw in dialogue.splitlines())):
        if line.startswith("#"):
            kind, _, heading = line[1:].partition(":")
            start = len(utterances) * 5000
            scenes.append(_scene(f"v{len(scenes) + 1}", kind.strip(), heading.strip(), start))
            continue
        speaker, text, *concepts = [part.strip() for part in line.split("|")]
        if speaker not in names and speaker:
            names.append(speaker)
        utterances.append(
            _utterance(len(utterances), speaker, scenes[-1]["id"] if scenes else None, text, concepts)
        )
        if scenes:
            scenes[-1]["end_ms"] = utterances[-1]["end_ms"]
    duration_ms = len(utterances) * 5000 + 1000
    return {
        "schema": "vignette/1",
        "lang": "en",
        "grade": "timed from subtitles, text not verified",
        "draft": False,
        "provenance": {},
        "media": {
            "name": name,
            "sha256": "0" * 64,
            "duration_ms": duration_ms,
            "title": title,
            "isbn": [],
            "credits": "",
            "learning_objectives": [],
            "has_picture": True,
        },
        "speakers": [
            {"id": n.lower(), "name": n, "role": ROLES.get(n, "client"), "evidence": []} for n in names
        ],
        "vignettes": scenes,
        "turns": [],
        "utterances": utterances,
        "cues": [],
        "alignment": {},
        **top,
    }


def save(folder: Path, *documents: dict[str, Any]) -> Path:
    """Write documents into a folder, each under its own name; the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for each in documents:
        (folder / f"{each['media']['name']}.json").write_text(json.dumps(each), "utf-8")
    return folder


def _scene(id: str, kind: str, title: str, start_ms: int) -> dict[str, Any]:
    span = {"start_ms": start_ms, "end_ms": start_ms}
    return {"id": id, "kind": kind, "title": title, **span, "cast": [], "evidence": []}


def _utterance(
    number: int, speaker: str, scene: str | None, text: str, concepts: list[str]
) -> dict[str, Any]:
    start_ms, written = number * 5000 + 1000, text.split()
    step_ms = 4000 // len(written)
    words = [
        {
            "text": word,
            "start_ms": start_ms + at * step_ms,
            "end_ms": start_ms + (at + 1) * step_ms,
            "kind": "word",
            "confidence": 1.0,
            "text_source": "subtitles",
            "time_source": "aligned",
        }
        for at, word in enumerate(written)
    ]
    tags = [_tag(entry.strip(), text) for entry in ",".join(concepts).split(", ") if entry.strip()]
    return {
        "id": f"u{number + 1}",
        "speaker": speaker.lower() or None,
        "vignette": scene,
        "start_ms": start_ms,
        "end_ms": start_ms + 4000,
        "text": " ".join(written),
        "words": words,
        "concepts": tags,
    }


def _tag(entry: str, text: str) -> dict[str, Any]:
    concept, _, words = entry.lstrip("-?").partition("=")
    start = text.index(words)
    flags = {"negated": entry.startswith("-"), "asked": entry.startswith("?"), "quoted": False}
    return {"id": concept, "start_char": start, "end_char": start + len(words), "rule": words, **flags}
