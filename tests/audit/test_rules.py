"""Every rule of the audit has a case in which it fires and one in which it is silent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipeline.audit import Document, Facts, Finding, Severity, audit
from pipeline.audit.captions import load, shown_cue
from pipeline.audit.model import Differing, SpokenWord
from pipeline.audit.rules import RULES
from pipeline.audit.time_map import TimeMap
from pipeline.profiles import PROFILES
from pipeline.timing import Span
from pipeline.transcript import Shift

CueText = tuple[int, int, str]


def doc(
    *cues: CueText, names: tuple[str, ...] = (), settings: str = "", kind: str = "json", lang: str = "en"
) -> Document:
    """A document of cues given as `(start_ms, end_ms, text)`; `|` begins a new line."""
    known = {name.casefold() for name in names}
    made = [
        shown_cue(number, Span(start, end), text.split("|"), known, kind, f"c{number}", settings)
        for number, (start, end, text) in enumerate(cues, 1)
    ]
    return Document("test", kind, tuple(made), (), lang)


def said(*words: tuple[int, int, str], by: str = "", confidence: float = 1.0) -> tuple[SpokenWord, ...]:
    return tuple(
        SpokenWord(text, Span(start, end), confidence, by, text.startswith("[")) for start, end, text in words
    )


def speaking(text: str, start_ms: int, by: str = "", each_ms: int = 300) -> tuple[SpokenWord, ...]:
    """Words said one after the other."""
    return tuple(
        SpokenWord(word, Span(start_ms + k * each_ms, start_ms + (k + 1) * each_ms), 1.0, by)
        for k, word in enumerate(text.split())
    )


@dataclass(frozen=True)
class Case:
    """A document in which a rule fires under a profile, and one in which it does not."""

    fires: Document | str
    silent: Document | str
    profile: str = "training"
    facts: Facts | None = None
    silent_facts: Facts | None = None
    severity: Severity | None = None


GOOD = doc((1000, 3000, "I came here on my own."))
SRT = "1\n00:00:01,000 --> 00:00:03,000\nI came here.\n\n2\n00:00:04,000 --> 00:00:06,000\nSo did I.\n"
VTT = "WEBVTT\n\n00:01.000 --> 00:03.000\nI came here.\n\n00:04.000 --> 00:06.000\nSo did I.\n"
E, W, I = Severity.ERROR, Severity.WARNING, Severity.INFO  # noqa: E741
WORDS = Facts(words=speaking("I came here on my own.", 1000))
LONG = "This line is longer than forty-two characters, as you see."
TWO = speaking("So you came here.", 1000, "Tim") + speaking("I had no choice.", 4000, "Jax")


def drifting(rate: float) -> tuple[Document, Facts]:
    """Sixty captions over twenty minutes whose times run at `rate` of the sound's."""
    numbers = ["word" + "abcdefghij"[k // 10] + "abcdefghij"[k % 10] for k in range(60)]
    cues = [
        (int(k * 20_000 * rate), int(k * 20_000 * rate) + 2000, f"{n} is said") for k, n in enumerate(numbers)
    ]
    words = [w for k, n in enumerate(numbers) for w in speaking(f"{n} is said", k * 20_000)]
    return doc(*cues), Facts(words=tuple(words))


MAPPED = TimeMap(
    (Shift(Span(0, 100_000), -7000),), "the whole file is 7.00 s late", "vignette align A B -o C"
)
CASES: dict[str, Case] = {
    "out-of-sync": Case(GOOD, GOOD, facts=Facts(time_map=MAPPED), severity=E),
    "meaning-changed": Case(
        doc((1000, 3000, "That is the drink.")), doc((1000, 3000, "That is not the drink.")),
        facts=Facts(words=speaking("That is not the drink.", 1000)),
        silent_facts=Facts(words=speaking("That is not the drink.", 1000)), severity=E,
    ),
    "word-unknown": Case(
        doc((1000, 3000, "I came becuase of my wife.")), doc((1000, 3000, "I came because of my wife.")), severity=W
    ),
    "max-chars-line": Case(doc((0, 5000, LONG)), GOOD, severity=E),
    "max-lines": Case(doc((0, 5000, "one|two|three")), doc((0, 5000, "one|two"))),
    "needless-break": Case(doc((0, 2000, "I came|here.")), GOOD, "netflix"),
    "line-break-bad": Case(
        doc((0, 3000, "I came here with the|others of my group.")), doc((0, 3000, "I came here|with the others."))
    ),
    "line-balance": Case(doc((0, 3000, "I came here with the others|too.")), doc((0, 3000, "I came here|with the others."))),
    "position": Case(doc((0, 2000, "Hello."), settings="line:120%"), doc((0, 2000, "Hello."), settings="line:20%")),
    "reading-speed-cps": Case(doc((0, 1000, "This is far too much for a second.")), GOOD, severity=W),
    "reading-speed-wpm": Case(doc((0, 1000, "So I do it all now.")), doc((0, 3000, "So I do it.")), "dcmp", severity=W),
    "min-duration": Case(doc((0, 400, "No.")), GOOD, severity=E),
    "max-duration": Case(doc((0, 8000, "No.")), GOOD),
    "lingers": Case(
        doc((1000, 5000, "I came here on my own.")), doc((1000, 3000, "I came here on my own.")), facts=WORDS, silent_facts=WORDS
    ),
    "consistent-speed": Case(
        doc((0, 1500, "This one is very quick to be read."), (1500, 8000, "This one is slow to be read.")),
        doc((0, 2000, "This one is slow to be read."), (2000, 4000, "This one is slow to be read.")),
        "bbc",
    ),
    "min-gap": Case(doc((0, 1000, "One."), (1010, 2000, "Two.")), doc((0, 1000, "One."), (1083, 2000, "Two.")), "netflix"),
    "chain-gap": Case(doc((0, 1000, "One."), (1300, 2300, "Two.")), doc((0, 1000, "One."), (1500, 2500, "Two.")), "netflix"),
    "jerky-gap": Case(doc((0, 1000, "One."), (1500, 2500, "Two.")), doc((0, 1000, "One."), (2000, 3000, "Two.")), "bbc"),
    "overlap": Case(doc((0, 2000, "One."), (1500, 3000, "Two.")), doc((0, 2000, "One."), (2000, 3000, "Two.")), severity=E),
    "order": Case(doc((4000, 5000, "Two."), (1000, 2000, "One.")), GOOD),
    "shot-in": Case(GOOD, GOOD, "netflix", Facts(shots=(900,)), Facts(shots=(1000,))),
    "shot-out": Case(GOOD, GOOD, "netflix", Facts(shots=(3200,)), Facts(shots=(3083,))),
    "shot-cross": Case(GOOD, GOOD, "bbc", Facts(shots=(2000,)), Facts(shots=(1000,))),
    "sync-early": Case(doc((200, 3000, "I came here on my own.")), GOOD, facts=WORDS, silent_facts=WORDS),
    "sync-late": Case(doc((3500, 5000, "I came here on my own.")), GOOD, facts=WORDS, silent_facts=WORDS, severity=E),
    "drift": Case(drifting(1.002)[0], drifting(1.0)[0], facts=drifting(1.0)[1], silent_facts=drifting(1.0)[1]),
    "uncaptioned-speech": Case(
        GOOD, GOOD, facts=Facts(speech=(Span(1000, 7000),)), silent_facts=Facts(speech=(Span(1000, 3500),)), severity=E
    ),
    "text-missing": Case(doc((1000, 3000, "I came on my own.")), GOOD, facts=WORDS, silent_facts=WORDS),
    "text-added": Case(doc((1000, 3000, "Buy our wonderful new soap.")), GOOD, facts=WORDS, silent_facts=WORDS),
    "caption-without-speech": Case(doc((9000, 11_000, "I came here.")), GOOD, facts=WORDS, silent_facts=WORDS),
    "empty-stretch": Case(
        GOOD, GOOD, facts=Facts(duration_ms=40_000, speech=()), silent_facts=Facts(duration_ms=5000, speech=(Span(0, 1),))
    ),
    "heard-differently": Case(
        GOOD, GOOD, facts=Facts(differing=(Differing(Span(1000, 1500), "I came", "eye game"),)), silent_facts=Facts()
    ),
    "low-confidence": Case(
        GOOD, GOOD, facts=Facts(words=said((1000, 1300, "came"), confidence=0.2)), silent_facts=WORDS
    ),
    "speaker-missing": Case(
        doc((1000, 3000, "So you came here."), (4000, 6000, "I had no choice.")),
        doc((1000, 3000, "So you came here."), (4000, 6000, "JAX: I had no choice.")),
        facts=Facts(words=TWO), silent_facts=Facts(words=TWO),
    ),
    "speakers-absent": Case(GOOD, doc((1000, 3000, "TIM: Hello."))),
    "speaker-wrong": Case(
        doc((1000, 3000, "JAX: So you came here.")), doc((1000, 3000, "TIM: So you came here.")),
        facts=Facts(words=TWO), silent_facts=Facts(words=TWO),
    ),
    "speaker-label-style": Case(doc((0, 2000, "TIM: Hello.")), doc((0, 2000, "[Tim] Hello."), names=("Tim",)), "netflix"),
    "dialogue-dash": Case(doc((0, 2000, "- No.|- Yes.")), doc((0, 2000, "-No.|-Yes.")), "netflix"),
    "two-speakers-one-line": Case(doc((0, 2000, "No. - Yes.")), doc((0, 2000, "-No.|-Yes.")), severity=W),
    "non-speech-missing": Case(GOOD, doc((0, 2000, "[laughter]"))),
    "sound-missing": Case(
        GOOD, doc((1000, 3000, "[laughter]")), facts=Facts(words=said((1000, 2000, "[laughter]"))),
        silent_facts=Facts(words=said((1000, 2000, "[laughter]"))),
    ),
    "non-speech-style": Case(doc((0, 2000, "(laughter)")), doc((0, 2000, "[laughter]"))),
    "inaudible": Case(doc((0, 2000, "I said [inaudible] to him.")), GOOD),
    "music": Case(doc((0, 2000, "♪ Happy birthday")), doc((0, 2000, "♪ Happy birthday ♪"))),
    "italics": Case(doc((0, 2000, "<i>Hello.")), doc((0, 2000, "<i>Hello.</i>"))),
    "shouting-caps": Case(doc((0, 2000, "I WILL NOT GO THERE.")), doc((0, 2000, "TIM: I will NOT go."))),
    "ellipsis-char": Case(doc((0, 2000, "Well...")), doc((0, 2000, "Well…")), "netflix"),
    "ellipsis-continuation": Case(
        doc((0, 1000, "I went…"), (1200, 2200, "to the shop.")), doc((0, 1000, "I went…"), (1200, 2200, "Never mind.")), "netflix"
    ),
    "interruption-mark": Case(doc((0, 2000, "But I--")), doc((0, 2000, "But I...")), "bbc"),
    "numbers-1-10": Case(doc((0, 2000, "I had 3 beers.")), doc((0, 2000, "At 3:15 I took 2 mg, 1 of 3.")), "netflix"),
    "number-starts-sentence": Case(doc((0, 2000, "12 people came.")), doc((0, 2000, "Twelve people came.")), "bbc"),
    "profanity-censored": Case(doc((0, 2000, "What the f***.")), GOOD),
    "filler-policy": Case(doc((0, 9000, "um so " * 30)), doc((0, 9000, "and so " * 30))),
    "repeat-loop": Case(
        doc(*((k * 1000, k * 1000 + 900, "Thank you.") for k in range(3))),
        doc(*((k * 1000, k * 1000 + 900, "Thank you.") for k in range(2))),
    ),
    "spelling-names": Case(
        doc((0, 2000, "Ask Beaty.")), doc((0, 2000, "Ask Beatty.")), facts=Facts(names=("Jax Beatty",)),
        silent_facts=Facts(names=("Jax Beatty",)),
    ),
    "captions-absent": Case(doc(), GOOD, severity=E),
    "empty-cue": Case(doc((0, 2000, " ")), GOOD),
    "whitespace": Case(doc((0, 2000, "Hello , you.")), GOOD),
    "glyph": Case(doc((0, 2000, "Hello \ue000")), doc((0, 2000, "Café – “yes”")), severity=W),
    "past-end": Case(GOOD, GOOD, facts=Facts(duration_ms=2000), silent_facts=Facts(duration_ms=3000)),
    "lang": Case(doc((0, 2000, "Hello."), lang=""), GOOD),
    "encoding-utf8": Case(SRT.replace("came", "caf\udce9"), SRT.replace("came", "café")),
    "bom": Case("\ufeff" + SRT, SRT),
    "mojibake": Case(SRT.replace("came", "cafÃ©"), SRT.replace("came", "café")),
    "vtt-signature": Case(VTT.replace("WEBVTT\n", "WEBVTT:\n"), VTT),
    "vtt-header-blank": Case(VTT.replace("WEBVTT\n\n", "WEBVTT\n"), VTT),
    "vtt-timestamp": Case(VTT.replace("00:01.000", "00:01,000"), VTT),
    "end-after-start": Case(SRT.replace("00:00:03,000", "00:00:01,000"), SRT),
    "vtt-start-order": Case(VTT.replace("00:04.000", "00:00.500"), VTT),
    "vtt-arrow-in-text": Case(VTT.replace("I came here.", "I came --> here."), VTT),
    "vtt-blank-line-in-cue": Case(VTT.replace("I came here.", "I came\n\nhere."), VTT),
    "vtt-escape": Case(VTT.replace("came", "& came"), VTT.replace("came", "&amp; <i>came</i>")),
    "vtt-id-unique": Case(VTT.replace("00:01.000 ", "a\n00:01.000 ").replace("00:04.000 ", "a\n00:04.000 "), VTT),
    "vtt-inner-timestamp": Case(VTT.replace("came", "<00:09.000>came"), VTT.replace("came", "<00:02.000>came")),
    "vtt-voice": Case(VTT.replace("I came", "<v >I came"), VTT.replace("I came", "<v Tim>I came")),
    "vtt-style-region": Case(VTT + "\nSTYLE\n::cue { color: red }\n", VTT.replace("\n\n", "\n\nSTYLE\n::cue {}\n\n", 1)),
    "srt-number": Case(SRT.replace("2\n00:00:04", "7\n00:00:04"), SRT),
    "srt-timestamp": Case(SRT.replace("00:00:04,000", "00:00:04.00"), SRT),
    "rolling-text": Case(
        "".join(
            f"{n}\n00:00:0{n},000 --> 00:00:0{n + 1},000\nline {'abcde'[n - 1]}\nline {'abcde'[n]}\n\n"
            for n in (1, 2, 3, 4)
        ),
        SRT,
    ),
    "srt-tags": Case(SRT.replace("came", "<c.red>came</c>"), SRT.replace("came", "<i>came</i>")),
}  # fmt: skip


def findings(case: Document | str, case_profile: str, facts: Facts | None, folder: Path) -> list[Finding]:
    if isinstance(case, Document):
        document = case
    else:
        path = folder / ("file.vtt" if case.lstrip("\ufeff").startswith("WEBVTT") else "file.srt")
        path.write_bytes(case.encode("utf-8", "surrogateescape"))
        document = load(path)[0]
    return list(audit(document, [PROFILES[case_profile]], facts).findings)


def test_every_rule_has_a_case_and_every_case_a_rule() -> None:
    assert {rule.id for rule in RULES} == CASES.keys()


@pytest.mark.parametrize("rule", sorted(CASES))
def test_rule_fires(rule: str, tmp_path: Path) -> None:
    case = CASES[rule]
    found = [f for f in findings(case.fires, case.profile, case.facts, tmp_path) if f.id == rule]
    assert found
    assert case.severity is None or found[0].severity is case.severity
    assert found[0].message
    assert found[0].source
    assert found[0].mend


@pytest.mark.parametrize("rule", sorted(CASES))
def test_rule_is_silent(rule: str, tmp_path: Path) -> None:
    case = CASES[rule]
    assert rule not in {f.id for f in findings(case.silent, case.profile, case.silent_facts, tmp_path)}


def test_every_rule_names_a_source_in_each_profile_that_asks() -> None:
    fields = set(PROFILES["training"].__dataclass_fields__)
    for rule in RULES:
        assert not rule.limit or rule.limit in fields
        for name in PROFILES:
            if rule.severity_in(name) is not None:
                assert rule.source_in(name)


@pytest.mark.parametrize(
    ("rule", "fires", "profile", "severity"),
    [
        ("encoding-utf8", SRT.replace("came", "caf\udce9"), "training", W),
        ("encoding-utf8", VTT.replace("came", "caf\udce9"), "training", E),
        ("srt-timestamp", SRT.replace("00:00:04,000", "00:00:04.000"), "training", W),
        ("srt-timestamp", SRT.replace("00:00:04,000", "00:00:04"), "training", E),
        ("vtt-escape", VTT.replace("came", "<i>came"), "training", W),
        ("vtt-escape", VTT.replace("came", "a < b"), "training", E),
        ("vtt-escape", VTT.replace("I came here.", "<v Tim & Ann>I came here.</v>"), "training", E),
        ("glyph", doc((0, 2000, "He said “yes”.")), "bbc", I),
        ("glyph", doc((0, 2000, "Wait [door]")), "bbc", I),
        ("italics", doc((0, 2000, "<i>Hello.</i>"), lang="ko"), "netflix", I),
        ("speaker-missing", CASES["speaker-missing"].fires, "wcag-fcc", E),
    ],
)
def test_a_rule_grades_as_the_table_says(
    rule: str, fires: Document | str, profile: str, severity: Severity, tmp_path: Path
) -> None:
    found = findings(fires, profile, CASES[rule].facts, tmp_path)
    assert {f.severity for f in found if f.id == rule} == {severity}


def test_a_mark_that_stands_for_speech_is_what_a_caption_waits_for() -> None:
    """ "... and so": the mark has a time in the transcript; a caption that comes with it is not early."""
    words = said((1000, 3000, "..."), by="Tim") + speaking("and so it went.", 3000, "Tim")
    document = doc((1000, 4500, "TIM: ... and so it went."), names=("Tim",))
    found = audit(document, [PROFILES["training"]], Facts(words=words)).findings
    assert not {"sync-early", "sync-late"} & {f.id for f in found}
    plain = doc((1000, 4500, "TIM: and so it went."), names=("Tim",))
    early = audit(plain, [PROFILES["training"]], Facts(words=words)).findings
    assert "sync-early" in {f.id for f in early}


def test_of_three_on_screen_every_pair_is_told() -> None:
    document = doc((0, 9000, "A long one."), (1000, 4000, "Second."), (3000, 5000, "Third."))
    found = [f for f in audit(document, [PROFILES["training"]]).findings if f.id == "overlap"]
    assert sorted((f.cue_index, f.measured) for f in found) == [(1, 2000), (1, 3000), (2, 1000)]


def test_a_short_word_is_speech_however_long_it_is_shown() -> None:
    document = doc((1000, 3000, "Hmm."))
    found = audit(document, [PROFILES["bbc"]], Facts(words=said((1000, 1150, "Hmm.")))).findings
    assert "caption-without-speech" not in {f.id for f in found}


def test_a_speaker_who_talks_over_another_is_no_error() -> None:
    words = speaking("I have never said that to anyone.", 1000, "Tim") + speaking("Mm-hmm.", 1600, "Jax")
    document = doc((1000, 3600, "TIM: I have never|said that to anyone."), (1600, 2600, "JAX: Mm-hmm."))
    severity: Callable[[Facts | None], Severity] = lambda facts: next(  # noqa: E731
        f.severity for f in audit(document, [PROFILES["training"]], facts).findings if f.id == "overlap"
    )
    assert severity(Facts(words=words)) is I
    assert severity(None) is W
