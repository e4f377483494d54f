"""Nobody is accused falsely: shapes that look like a fault and are right, each beside the fault that it looks like."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.audit import Facts, Finding, audit
from pipeline.audit.captions import load
from pipeline.audit.fixes import mend
from pipeline.audit.model import SpokenWord
from pipeline.audit.report import as_text
from pipeline.formats.writers.render import DRAFT_NOTICE
from pipeline.profiles import PROFILES
from pipeline.timing import Span


def written(folder: Path, *texts: str, encoding: str = "utf-8") -> Path:
    cues = (
        f"{n}\n00:00:{4 * n:02},000 --> 00:00:{4 * n + 3:02},000\n{t}\n\n" for n, t in enumerate(texts, 1)
    )
    path = folder / "talk.srt"
    path.write_bytes("".join(cues).encode(encoding))
    return path


def found(path: Path, rule: str, profile: str = "training", facts: Facts | None = None) -> list[Finding]:
    return [f for f in audit(load(path)[0], [PROFILES[profile]], facts).findings if f.id == rule]


@pytest.mark.parametrize(
    "texts",
    [
        ("«\u00a0Écoute, ça a été là-bas, à Noël.\u00a0»", "PÂTÉ, GÂTEAUX, À L’ÂGE ÉGAL."),
        ("NÃO, «IRMÃ», AMANHÃ.", "Disse: «AMANHÃ»", "Até já, irmão."),
        ("Hôm nay trời đẹp quá.", "ÂN, CẦN PHẢI, Ă, Â… ÂM NHẠC"),
        ("Привет, как дела?", "Сегодня «четверг»."),
        ("مرحبا، كيف حالك؟", "اليوم الخميس."),
        ("你好，我们开始吧。", "今天是星期四……"),
        ("こんにちは。", "木曜日です。"),
        ("Größe – „gut“", "Übung"),
    ],
)
def test_no_script_is_taken_for_damage(texts: tuple[str, ...], tmp_path: Path) -> None:
    path = written(tmp_path, *texts)
    assert not found(path, "mojibake")
    assert not any("twice" in note for note in load(path)[0].notes)


@pytest.mark.parametrize(
    "text", ["Écoute, là-bas, à Noël.", "Привет, как дела?", "“Yes”, she said — ‘no’.", "你好，我们开始吧。"]
)
def test_what_was_encoded_twice_is_damage(text: str, tmp_path: Path) -> None:
    twice = "".join(
        bytes([b]).decode("cp1252") if b not in (0x81, 0x8D, 0x8F, 0x90, 0x9D) else chr(b)
        for b in text.encode()
    )
    assert [f.line for f in found(written(tmp_path, "Yes.", twice), "mojibake")] == [7]


def test_one_damaged_line_among_good_ones_is_told(tmp_path: Path) -> None:
    path = written(tmp_path, *["Il a été là, à Noël."] * 9, "Il a été".encode().decode("cp1252"))
    assert [f.line for f in found(path, "mojibake")] == [39]


def test_the_notice_of_a_draft_is_no_caption(tmp_path: Path) -> None:
    path = written(tmp_path, DRAFT_NOTICE, "So we begin.", f"{DRAFT_NOTICE}\nThen we go on, as we do.")
    document = load(path)[0]
    assert [(cue.number, cue.text) for cue in document.cues] == [
        (2, "So we begin."),
        (3, "Then we go on, as we do."),
    ]
    assert not found(path, "speaker-label-style", "netflix")
    mended, _ = mend(document, [PROFILES["netflix"]])
    assert DRAFT_NOTICE in mended.cues[1].raw


@pytest.mark.parametrize("form", ["{}: {}", "[{}] {}", "({}) {}"])
@pytest.mark.parametrize("name", [("Daniel", "Ruth"), ("DANIEL", "RUTH")])
def test_labels_that_are_all_alike_are_in_one_style(form: str, name: tuple[str, str], tmp_path: Path) -> None:
    texts = [form.format(name[k % 2], "Yes, that is so.") for k in range(6)]
    path = written(tmp_path, *texts)
    assert not found(path, "speaker-label-style")
    standard = found(path, "speaker-label-style", "netflix")
    assert bool(standard) == (form != "[{}] {}")
    other = "[Ruth] And so it is." if name[0].isupper() else "RUTH: And so it is."
    assert [f.cue_index for f in found(written(tmp_path, *texts, other), "speaker-label-style")] == [7]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("(applause)", True),
        ("(applause) Thank you all.", True),
        ("- (laughs) No.\n- Yes.", True),
        ("(DOOR SLAMS)", True),
        ("[applause]", False),
        ("I went (or so I say) home.", False),
        ("The group (all five of us) met.", False),
    ],
)
def test_sounds_in_round_brackets_are_seen_wherever_they_stand(text: str, told: bool, tmp_path: Path) -> None:
    assert bool(found(written(tmp_path, "Yes.", text), "non-speech-style", "netflix")) is told


def test_a_caption_is_not_late_for_a_word_of_another_utterance(tmp_path: Path) -> None:
    """The first "Well" is not in the transcript; an equal one is said four seconds before, by somebody else."""
    path = written(tmp_path, "Yes.", "Well I never knew about that.")
    said = [SpokenWord("Well", Span(4200, 4500), speaker="Ann")] + [
        SpokenWord(word, Span(8300 + 300 * k, 8600 + 300 * k), speaker="Tom")
        for k, word in enumerate(["I", "never", "knew", "about", "that."])
    ]
    assert not found(path, "sync-late", facts=Facts(words=tuple(said)))
    own = [
        SpokenWord(word, Span(5000 + 300 * k, 5300 + 300 * k))
        for k, word in enumerate(["Well", "I", "never", "knew"])
    ]
    assert [f.measured for f in found(path, "sync-late", facts=Facts(words=tuple(own)))] == [3000]


def test_a_mend_never_passes_the_end_of_the_recording(tmp_path: Path) -> None:
    path = written(tmp_path, "Yes.", "No.")
    path.write_text(path.read_text("utf-8").replace("00:00:11,000", "00:00:08,300"), "utf-8")
    for duration_ms, end_ms in ((8700, 8700), (60_000, 8833)):
        mended, mends = mend(load(path)[0], [PROFILES["training"]], Facts(duration_ms=duration_ms))
        assert [one.number for one in mends] == [2]
        assert mended.cues[1].span.end_ms == end_ms


def test_one_voice_needs_no_names(tmp_path: Path) -> None:
    path = written(tmp_path, "Yes.", "That is so.")
    assert not found(path, "speakers-absent", facts=Facts(voices=1))
    assert found(path, "speakers-absent", facts=Facts(voices=2))
    assert found(path, "speakers-absent")


def test_what_would_let_a_rule_look_is_named(tmp_path: Path) -> None:
    text = as_text([audit(load(written(tmp_path, "Yes."))[0], [PROFILES["training"]])])
    (line,) = [line for line in text.splitlines() if "could not look" in line]
    assert "--media RECORDING tells " in line
    assert "'vignette run RECORDING'" in line
    heard = as_text(
        [
            audit(
                load(written(tmp_path, "Yes."))[0], [PROFILES["training"]], Facts(duration_ms=9000, speech=())
            )
        ]
    )
    assert "--media RECORDING tells" not in next(
        line for line in heard.splitlines() if "could not look" in line
    )
