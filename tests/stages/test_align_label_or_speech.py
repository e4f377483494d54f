"""What stands in front of a colon: kept as words where it is spoken, taken for who speaks where it is not."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from pipeline.commands.align import realign
from pipeline.formats.readers import read
from pipeline.media import facts
from pipeline.media.audio import Audio
from pipeline.settings import AlignSettings, Settings
from pipeline.speech.aligner.lattice import Spoken
from pipeline.speech.aligner.listen import Alignment, WordSpan
from pipeline.speech.aligner.pronounced import parts
from pipeline.stages import align
from pipeline.stages.align.label_or_speech import judged
from pipeline.timing import Span
from pipeline.transcript import Aligned, Heard, Verdict
from pipeline.transcript.subtitles import Subtitles
from tests.support.project import ROOT, Project

DATA = os.environ.get("VIGNETTE_DATA", "")
needs_data = pytest.mark.skipif(
    not DATA, reason="VIGNETTE_DATA names no folder with cases that people told of"
)
DEMO = ROOT / "media" / "demo.mp4"
# From the 44th to the 58th second of the demo: start and end there, and what is said.
FROM_MS, TO_MS = 44_770, 57_550
SAID = (
    (220, 2500, "So coming here wasn't your choice."),
    (2500, 6480, "No. And I don't think I'm as bad as some people."),
    (6484, 8500, "It's a few beers after work."),
    (8540, 12750, "I used to say a few. I stopped counting."),
)


@pytest.fixture(scope="module")
def sound() -> Audio:
    return Audio(facts.decode_audio(DEMO).samples[FROM_MS * 16 : TO_MS * 16])


def subtitles(folder: Path, texts: Sequence[str], suffix: str = ".srt") -> Subtitles:
    path = folder / f"talk{suffix}"
    cues = (
        f"{n}\n00:00:{a // 1000:02},{a % 1000:03} --> 00:00:{b // 1000:02},{b % 1000:03}\n{text}\n"
        for n, ((a, b, _), text) in enumerate(zip(SAID, texts, strict=True), 1)
    )
    path.write_text("\n".join(cues if suffix == ".srt" else texts), encoding="utf-8")
    return read(path)


def aligned(sound: Audio, given: Subtitles) -> Aligned:
    return align.run(sound, Heard("", "", False, (), ()), given, AlignSettings(processes=1))


def shown(found: Aligned) -> list[str]:
    """Each caption's words, with the labels in force in front of them."""
    labels = {at: name for cue in found.editor_cues for at, name in cue.label_at}
    return [
        " ".join(
            (f"<{labels[k]}>" if k in labels else "") + found.tokens[k].text
            for k in range(cue.first, cue.last)
        )
        for cue in found.editor_cues
    ]


@pytest.mark.parametrize(
    "names",
    [
        ("Hanna Weir", "", "Dr. Boyd", ""),
        ("", "Owen Pratt", "", "New York"),
        ("Relapse Prevention", "Motivational Interviewing", "Breathing Space", "Safety Plan"),
        ("", "Bo", "", ""),
        ("", "Eve Ray", "", "Max Lee"),
    ],
)
def test_what_nobody_says_is_who_speaks(tmp_path: Path, sound: Audio, names: Sequence[str]) -> None:
    texts = [f"{name}: {text}" if name else text for name, (*_, text) in zip(names, SAID, strict=True)]
    found = aligned(sound, subtitles(tmp_path, texts))
    assert shown(found) == [f"<{n}>{t}" if n else t for n, (*_, t) in zip(names, SAID, strict=True)]
    assert found.report.verdict is Verdict.IN_SYNC
    (told,) = found.report.summary[1:]
    assert "taken for who speaks" in told and all(f"'{n}:'" in told for n in list(filter(None, names))[:3])


@pytest.mark.parametrize(
    "texts",
    [
        ("So Coming: here wasn't your choice.", "No. And I don't think I'm as bad as some people.",
         "It's a few beers after work.", "I used to say a few. I stopped counting."),
        ("So coming here wasn't your choice.", "No. And I don't think I'm as bad as some people.",
         "It's a few beers after work.", "I used to say a few. Stopped Counting: yes it was."),
        ("So Coming Here: wasn't your choice.", "No. And I don't think I'm as bad as some people.",
         "It's A Few: beers after work.", "I used to say a few. I stopped counting."),
    ],
)  # fmt: skip
def test_what_is_said_stays_in_the_captions(tmp_path: Path, sound: Audio, texts: Sequence[str]) -> None:
    found = aligned(sound, subtitles(tmp_path, texts))
    assert shown(found) == list(texts)


def test_a_script_is_judged_as_subtitles_are(tmp_path: Path, sound: Audio) -> None:
    texts = ["Hanna Weir: So coming here wasn't your choice.", *(f"{text}" for *_, text in SAID[1:])]
    given = subtitles(tmp_path, [f"{t}\n" for t in texts], ".txt")
    assert shown(aligned(sound, given))[0] == "<Hanna Weir>So coming here wasn't your choice."


def test_the_words_given_are_those_captioned_and_those_said_to_be_names(tmp_path: Path, sound: Audio) -> None:
    texts = ["Hanna Weir: So coming here wasn't your choice.", "No. And I don't think I'm as bad as some people.",
             "It's A Few: beers after work.", "- Owen Pratt: I used to say a few. I stopped counting."]  # fmt: skip
    found = aligned(sound, subtitles(tmp_path, texts))
    names = [name for cue in found.editor_cues for _, name in cue.label_at]
    given = sorted(w.strip(":") for text in texts for w in text.split() if w != "-")
    assert names == ["Hanna Weir", "Owen Pratt"]
    assert (
        sorted([*(t.text.strip(":") for t in found.tokens), *(w for n in names for w in n.split())]) == given
    )


# Without sound: what the likelihoods decide


def judge(
    tmp_path: Path, texts: Sequence[str], ratio: float, is_found: bool = True
) -> tuple[list[str], tuple[str, ...]]:
    given = subtitles(tmp_path, [*texts, *(t for *_, t in SAID)][: len(SAID)])
    wanted = parts(given)
    spans = tuple(
        WordSpan(Span(300 * n, 300 * n + 300), 1.0) if is_found else None for n in range(len(wanted))
    )

    def likelihoods(tried: Sequence[Sequence[Spoken]], within: Span) -> list[float]:
        assert within and len(tried[0]) > len(tried[1])
        return [ratio, 0.0]

    found = judged(given, wanted, Alignment(spans, ()), likelihoods)
    assert [p.token for p in found.parts] == sorted(p.token for p in found.parts)
    assert len(found.parts) == len(found.listened.found)
    return [w.text for w in found.given.cues[0].words], found.summary


@pytest.mark.parametrize(
    ("ratio", "is_found", "words", "told"),
    [
        (-20.0, True, ["It", "is", "late."], "taken for who speaks"),
        (20.0, True, ["Ann", "Roy:", "It", "is", "late."], "is spoken"),
        (0.0, True, ["Ann", "Roy:", "It", "is", "late."], "does not tell"),
        (-20.0, False, ["Ann", "Roy:", "It", "is", "late."], "does not tell"),
        (float("-inf"), True, ["It", "is", "late."], "taken for who speaks"),
    ],
)
def test_in_doubt_the_words_stay(
    tmp_path: Path, ratio: float, is_found: bool, words: list[str], told: str
) -> None:
    found, summary = judge(tmp_path, ["Ann Roy: It is late."], ratio, is_found)
    assert found == words
    assert len(summary) == 1 and told in summary[0] and "'Ann Roy:'" in summary[0]


def test_text_without_doubts_is_left_alone(tmp_path: Path) -> None:
    given = subtitles(tmp_path, [t for *_, t in SAID])
    wanted = parts(given)
    listened = Alignment((None,) * len(wanted), ())
    assert judged(given, wanted, listened, lambda texts, within: pytest.fail("nobody asks")).given is given


# Situations that people told of


@needs_data
@pytest.mark.parametrize("name", ["talk.vtt", "noaside.vtt", "control.vtt"])
def test_last_name_first_is_in_sync(tmp_path: Path, name: str) -> None:
    folder = Path(DATA) / "cases" / "09-comma-names"
    found = realign(folder / "talk.m4a", folder / name, tmp_path / name, Settings())
    assert found.aligned.report.verdict is Verdict.IN_SYNC
    assert found.data == (folder / name).read_bytes()


@needs_data
@pytest.mark.slow
@pytest.mark.parametrize(
    ("case", "script", "people", "first_words"),
    [
        ("07-inaudible-mark", "talk.txt", {"Hanna", "Owen"}, "Good evening,"),
        ("09-comma-names", "talk.vtt", {"Hanna Weir", "Owen Pratt"}, "Good evening,"),
        ("10-false-labels", "talk.srt", set(), "There are"),
    ],
)
def test_whole_runs(project: Project, case: str, script: str, people: set[str], first_words: str) -> None:
    folder = Path(DATA) / "cases" / case
    for name in ("talk.m4a", script):
        (project.media / name).write_bytes((folder / name).read_bytes())
    ran = project.run("run", "media/talk.m4a")
    assert ran.status == 0, ran.err
    document = json.loads((project.out / "talk.json").read_text(encoding="utf-8"))
    words = [w for u in document["utterances"] for w in u["words"]]
    assert " ".join(w["text"] for w in words).startswith(first_words)
    named = {s["name"] for s in document["speakers"] if s["proofs"]}
    assert named == people
    given = read(folder / script)
    assert [w["text"] for w in words] == [w.text for w in given.words]
    assert [w["kind"] for w in words] == [str(w.kind) for w in given.words]
