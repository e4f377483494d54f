"""Documents for the tests of the search, made from a few lines of dialogue as the public schema has them."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.formats.document import reader
from pipeline.search import Index
from tests.support.project import ROOT

TRUTH = ROOT / "tests" / "data" / "demo_truth.json"

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

# What a careful reader marks in the demo: utterance, concept, evidence; "-" before it for negated, "?" for
# asked.
DEMO_CONCEPTS = """
6 | resistance=only here because my wife
8 | client-autonomy=wasn't your choice
9 | denial-minimising=a few beers after work
10 | denial-minimising=I stopped counting
13 | feedback=When you said no offence, I felt it anyway
15 | client-autonomy=is up to you
16 | resistance=Resistance
17 | feedback=feedback, here-and-now=here and now
18 | lapse-relapse=nearly had a slip
20 | trigger=My mother rang
23 | shame-guilt=so ashamed
25 | shame-guilt=the shame, emotional-discomfort=stay with the shame
28 | trigger=the trigger, -trigger=not the wine
29 | ?relapse-prevention=What will you do when she rings again
30 | coping-skill=I'll call one of you
32 | emotional-discomfort=Sitting with discomfort, coping-skill=is a skill
33 | relapse-prevention=plan for relapse prevention
34 | ending-leaving=my last Thursday
37 | feedback=told me I was hiding, emotion-naming=I hated him
39 | emotion-naming=I'm angry
41 | emotion-naming=I'm angry with you, feedback=I'm angry with you
43 | ending-leaving=What will you take with you
47 | ending-leaving=Endings, trigger=a trigger
"""

ALIGNMENT = {
    "verdict": "in sync",
    "summary": [],
    "shifts": [],
    "speech_without_text": [],
    "text_without_speech": [],
    "not_confirmed": [],
    "heard_differently": [],
    "moved_cues": 0,
}

BROADER = {
    "coping-skill": "recovery-work",
    "relapse-prevention": "recovery-work",
    "denial-minimising": "motivation",
    "client-autonomy": "motivation",
    "emotional-discomfort": "emotion",
    "here-and-now": "interpersonal-process",
    "ending-leaving": "interpersonal-process",
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
            {
                "id": n.lower(),
                "name": n,
                "role": ROLES.get(n, "client"),
                "evidence": [],
                "proofs": [],
                "clips": [],
            }
            for n in names
        ],
        "vignettes": scenes,
        "turns": [],
        "utterances": utterances,
        "cues": [],
        "alignment": ALIGNMENT,
        **top,
    }


def read(name: str = "group", dialogue: str = GROUP, **top: Any) -> reader.Document:
    """The document of a dialogue as our reader reads it."""
    return reader.parse(json.dumps(document(name, dialogue, **top)).encode(), Path(f"{name}.json"))


def demo() -> dict[str, Any]:
    """The demo as it is known to its makers: speakers, scenes and times from the truth, concepts from above."""
    truth = json.loads(TRUTH.read_text("utf-8"))
    made = document("demo", "x | x", truth["title"], speakers=[], vignettes=[], utterances=[])
    people = [
        {k: p[k] for k in ("id", "name", "role")} | {"evidence": [], "proofs": [], "clips": []}
        for p in truth["people"]
    ]
    sections = [
        _scene(f"v{n}", s["kind"], s["title"], s["start_ms"]) | {"end_ms": s["end_ms"]}
        for n, s in enumerate(truth["sections"], 1)
    ]
    lines = dict(line.split(" | ", 1) for line in DEMO_CONCEPTS.strip().splitlines())
    utterances = []
    for n, u in enumerate(truth["utterances"]):
        text = " ".join(u["text"].split())
        found = _utterance(n, u["speaker"], f"v{u['section'] + 1}", text, [lines.get(str(n + 1), "")])
        utterances.append(found | {"start_ms": u["start_ms"], "end_ms": u["end_ms"]})
    made["media"]["duration_ms"] = truth["duration_ms"]
    return made | {"speakers": people, "vignettes": sections, "utterances": utterances}


class WordEncoder:
    """A sentence encoder for tests: a text is the sum of its words' directions, which words of one group of `ALIKE` share."""

    key = "0" * 8
    ALIKE = ("wine bottle booze drink alcohol", "ashamed embarrassed shame humiliated", "shop till store")

    def __init__(self) -> None:
        self.texts = 0

    def encode(self, texts: Sequence[str]) -> Any:
        self.texts += len(texts)
        found = np.array(
            [
                sum((self._direction(w) for w in re.findall(r"[a-z]+", t.lower())), np.zeros(384))
                for t in texts
            ]
        )
        return (found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-9)).astype(np.float32)

    def _direction(self, word: str) -> Any:
        group = next((line for line in self.ALIKE if word in line.split()), word if len(word) > 4 else "")
        if not group:
            return np.zeros(384)
        draw = np.random.default_rng(int.from_bytes(hashlib.sha256(group.encode()).digest()[:8], "big"))
        return draw.standard_normal(384)


def save(folder: Path, *documents: dict[str, Any]) -> Path:
    """Write documents into a folder, each under its own name; the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for each in documents:
        (folder / f"{each['media']['name']}.json").write_text(json.dumps(each), "utf-8")
    return folder


def indexed_beside_demo(folder: Path, name: str, talk: str, title: str) -> Path:
    """A folder with the demo and another conversation, indexed; the folder."""
    Index.update(save(folder, demo(), document(name, talk, title)))
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
    entries = re.split(r", (?=[-?]?[a-z-]+=)", ", ".join(filter(None, concepts)))
    tags = [_tag(entry, text) for entry in entries if entry]
    return {
        "id": f"u{number + 1}",
        "speaker": speaker.lower() or None,
        "uncertain": False,
        "overlap": False,
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
    flags = {
        "negated": entry.startswith("-"),
        "asked": entry.startswith("?"),
        "quoted": False,
        "hypothetical": False,
    }
    place = {"start_char": start, "end_char": start + len(words)}
    return {"id": concept, **place, "rule": words, **flags, "about": "unstated"}
