"""A recording with planted names, of which every place is known: half of the names are in no list that the code holds.

Words in braces are a planted name or a part of one: "I told {Ruth} about it." All else must stay as it is. Invented throughout.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.settings import CaptionSettings, Person, Settings
from pipeline.stages import captions
from pipeline.timing import Span
from pipeline.transcript import (
    Aligned,
    AlignmentReport,
    EditorCue,
    Grade,
    Heard,
    Media,
    Part,
    Parts,
    Passage,
    Proof,
    ProofKind,
    Review,
    Speaker,
    Token,
    Transcript,
    Turn,
    Utterance,
    Verdict,
    Voices,
)
from pipeline.transcript.script import ScriptAccount, TakenOff
from pipeline.transcript.verification import Checked, Opinion, Suggestion, Verification

# Given names that the code's lists hold; the first twelve are ordinary words, too.
HELD = """Will Grace Mark Hope May Rose Bill Art Faith Joy Frank Dawn Ruth Daniel Margaret Robert Susan Timothy Alice Kevin Nancy
Edward Sophie Trevor Wendy Graham Hannah Malcolm Judith Oscar""".split()  # noqa: SIM905
# Given names that they do not hold.
FOREIGN = """Oluwaseun Xochitl Siobhán Thandiwe Bjørn Anjali Wojciech Nguyet Ngozi Svetlana Aoife Kwabena Yuki Ozlem Tariq Ffion
Zsófia Lakshmi Dmitri Chidinma Farouk Hyacinth Jarnail Keziah Lysander Mireille Niamh Perpetua Rohan Solvei""".split()  # noqa: SIM905
FAMILIES = """Adeyemi Quispe Flaherty Mokoena Lindqvist Venkatesan Kowalczyk Tranh Okonkwo Petrenko Whelan Boateng Tanimoto Yildiz
Hussaini Probert Nemeth Raghunathan Volkov Eze""".split()  # noqa: SIM905
PLACES = ("Wolverton", "Kirkcudbright", "Slovenia", "Elm Street", "Royal Oak Hospital", "Thessaloniki", "Bognor", "Llandudno",
          "Ouagadougou", "Pontefract", "Saskatoon", "Mullingar", "Harlesden", "Kings Cross", "Uttoxeter", "Dunfermline",
          "Vladivostok", "Penzance", "Hoxton", "Inverurie")  # fmt: skip
# How somebody is spoken of; N is the name, F the family's, B the letters one by one.
KNOWN = [
    "Thank you, {N}.",
    "{N's} chair is empty.",
    "I told {N} about it.",
    "{N}, can you hear me?",
    "It is spelt {B}.",
    "{N} {F} rang me.\n",
    "The {Fs} moved away.",
    "{I.} {F} signed it.",
    "I met {N.}",
    "Ask {N} and me.",
    "(That was {N}!)",
    "{N—} {N,} wait.",
    "{H-} {T} went home.",
]
HEARD_OF = [
    "My friend {N} came along.",
    "I told {N} about it.",
    "{N} said so.",
    "{N's} late.",
    "It is spelt {B}.",
    "Thank you, {N}.",
]
AT_PLACES = ["We moved to {P} last year.", "I was born in {P}.", "She is from {P} and so am I."]
# Where the same words are no names.
CONTROLS = """Will you come again?|I will, and you will too.|Mark my words.|May I say something?|I hope so.|Hope is what I need.
|It was in May.|By the grace of God.|The bill came.|Art is what keeps me going.|I rose early.|Frank talk helps.|At dawn I slept.
|Faith in what?|It is a joy.|Bill me later.|Vitamin C is good.|Plan B was better.|The U-turn was mine.|I WILL do it.|Nobody will.
|In May, June and July I was well.|On Thursday I went to AA.|Mum came at Christmas.|You may go.""".replace(
    "\n", ""
).split("|")
# What people of the list are called, too.
NICKNAMES = {"Robert": "Bobby", "Margaret": "Peggy", "Susan": "Susie", "Timothy": "Timmy", "Daniel": "Danny", "Edward": "Teddy",
             "Kevin": "Kev", "Judith": "Judy", "Ruth": "Ruthie", "Dmitri": "Dmi", "Svetlana": "Svet"}  # fmt: skip
# What the second witness made of names.
MISHEARD = {
    "Ruth": "Rooth",
    "Kevin": "Kevyn",
    "Daniel": "Danyel",
    "Tariq": "Tarek",
    "Lysander": "Lie sander",
    "Ngozi": "in goes he",
}

_PLANTED = re.compile(r"\{([^}]*)\}")


@dataclass
class Material:
    """The recording, what is known about it, and which of its tokens are planted."""

    transcript: Transcript
    settings: Settings
    planted: dict[int, str] = field(default_factory=dict)
    filler: frozenset[str] = frozenset()


@dataclass
class _Builder:
    tokens: list[Token] = field(default_factory=list)
    utterances: list[Utterance] = field(default_factory=list)
    cues: list[EditorCue] = field(default_factory=list)
    planted: dict[int, str] = field(default_factory=dict)

    def say(self, text: str, speaker: str | None, label: str = "") -> tuple[int, int]:
        """Say a sentence, planted names in braces; its tokens."""
        first = len(self.tokens)
        for word in _words(text):
            bare = _PLANTED.sub(r"\1", word)
            if bare != word:
                self.planted[len(self.tokens)] = bare
            at = 400 * len(self.tokens) + 1500 * len(self.utterances)
            self.tokens.append(Token(bare, Span(at, at + 350)))
        last = len(self.tokens)
        span = Span(self.tokens[first].span.start_ms, self.tokens[last - 1].span.end_ms)
        labels = ((first, label),) if label else ()
        self.cues.append(EditorCue(first, last, span, str(len(self.cues) + 1), label_at=labels))
        self.utterances.append(Utterance(first, last, speaker, f"u{len(self.utterances) + 1}"))
        return first, last


def _words(text: str) -> list[str]:
    """The words of a sentence; a planted run of several is a planted word each."""
    return _PLANTED.sub(lambda m: " ".join(f"{{{w}}}" for w in m[1].split()), text.strip()).split()


def people() -> list[tuple[str, str]]:
    """Given and family names: of those in no list every second, of those in lists every second, is in the sidecar."""
    given = [name for pair in zip(HELD, FOREIGN, strict=True) for name in pair]
    return [(name, FAMILIES[n % len(FAMILIES)]) for n, name in enumerate(given)]


def forms(template: str, given: str, family: str) -> str:
    """A sentence of a template."""
    letters = [c for c in given.upper() if c.isalpha()]
    spelt = "-".join(letters) if len(given) % 2 else ". ".join(letters) + "."
    half = len(given) // 2
    stands_for = {
        "N": given, "Fs": f"{family}s", "F": family, "B": spelt, "I.": f"{given[0]}.", "H-": f"{given[:half]}-",
        "T": given[half:],
    }  # fmt: skip
    return re.sub(r"\{(N|Fs|F|B|I\.|H-|T)", lambda m: "{" + stands_for[m[1]], template)


def written(name: str, number: int) -> str:
    """A name as somebody might write it: without accents, with a character that nobody sees, in capitals."""
    return (name, name[:2] + "\u200b" + name[2:], name.upper(), name[:1] + "\u00ad" + name[1:])[number % 4]


def build(filler: Path, seed_labels: bool = True) -> Material:
    """The recording; `filler` is a file of sentences, a JSON object a line with its "text"."""
    made, roster = _Builder(), []
    speakers: list[Speaker] = []
    lines = list(_filler(filler))
    for n, (given, family) in enumerate(people()):
        known = n % 4 < 2
        id = f"{given}-{family}".lower() if known else None
        if known:
            roster.append(Person(f"{given} {family}", also_known_as=(given,) if n % 3 else ()))
            speakers.append(_speaker(given, family, n))
        for k, template in enumerate(KNOWN if known else HEARD_OF):
            label = given.upper() if known and k == 0 else ""
            made.say(forms(template, given, family), id, label)
            made.say(lines[(7 * n + k) % len(lines)], id)
        if given in NICKNAMES:
            made.say(f"Thanks, {{{NICKNAMES[given]}}}.", None)
            made.say(f"{{{NICKNAMES[given]}'s}} turn. I saw {{{NICKNAMES[given]}}} there.", None)
        if known and len(given) > 4:
            made.say(f"Then {{{written(given, n)}}} left.", None)
    for n, place in enumerate(PLACES):
        made.say(AT_PLACES[n % 3].replace("{P", "{" + place), None)
    for sentence in (*CONTROLS, *lines):
        made.say(sentence, None)
    settings = Settings(
        title="{Grace} and the others".replace("{", "").replace("}", ""), people=tuple(roster)
    )
    return Material(_transcript(made, speakers), settings, made.planted, frozenset())


def _filler(path: Path) -> Iterator[str]:
    for line in path.read_text("utf-8").splitlines():
        yield json.loads(line)["text"]


def _speaker(given: str, family: str, n: int) -> Speaker:
    name = f"{given} {family}"
    at = Span(1000 * n, 1000 * n + 900)
    proofs = (Proof(ProofKind.LABEL, at, given.upper()), Proof(ProofKind.SCREEN, at, f"{name}\nClient"))
    told = (
        f"the subtitles' label '{given.upper()}' at 0:0{n % 10} (100% of the evidence)",
        f"'{name}' on the screen at 0:04",
    )
    return Speaker(name.lower().replace(" ", "-"), name, "client", told, proofs, (at,))


def _transcript(made: _Builder, speakers: Sequence[Speaker]) -> Transcript:
    tokens, said = tuple(made.tokens), tuple(made.utterances)
    duration_ms = tokens[-1].span.end_ms + 1000
    aligned = Aligned(tokens, _report(made), tuple(made.cues))
    turns = [
        Turn(u.speaker, Span(tokens[u.first].span.start_ms, tokens[u.last - 1].span.end_ms))
        for u in said
        if u.speaker
    ]
    voices = Voices(tuple(speakers), tuple(turns), said)
    cues = captions.run(aligned, voices, CaptionSettings(), duration_ms=duration_ms)
    half = duration_ms // 2
    parts = Parts((
        Part("vignette-1", "vignette", "Ruth's last Thursday", Span(0, half), evidence=('a card: "Ruth\'s last Thursday"',)),
        Part("vignette-2", "vignette", "Oluwaseun and Hope Venkatesan", Span(half, duration_ms), (speakers[0].id,)),
    ))  # fmt: skip
    names = tuple(s.name.upper() for s in speakers)
    script = ScriptAccount(
        "ruth-flaherty.txt", "line", 9, names, (TakenOff(3, "[0:01] Tariq", "time"),),
        (TakenOff(4, "Kevin enters, looks at Ngozi", "stage direction"),),
    )  # fmt: skip
    return Transcript(
        Media("daniel-mokoena_session2", "ab" * 32, duration_ms, "Grace Quispe and the others", ("978-1",), "© Mireille Whelan",
              ("See how Thandiwe Mokoena listens",)),
        Heard("whisper", "tiny.en", False, (), (Span(0, duration_ms),)), aligned, voices, cues, Grade.SUBTITLES,
        review=Review("Perpetua Lindqvist", 2, 2, ("Farouk", "Rohan Eze")), parts=parts, script=script,
        provenance={"subtitles": "daniel-mokoena_session2.en.srt", "witness": "whisper/tiny.en/abc"},
        verification=_verification(made),
    )  # fmt: skip


def _place_of(made: _Builder, word: str) -> tuple[int, Span]:
    at = next(n for n, text in made.planted.items() if re.sub(r"\W.*", "", text) == word)
    return at, made.tokens[at].span


def _report(made: _Builder) -> AlignmentReport:
    otherwise = []
    for name, heard in MISHEARD.items():
        at, span = _place_of(made, name)
        otherwise.append(Passage(span, at, at + 1, heard=heard))
    missing = Passage(Span(0, 900), 0, 0, heard="and then Siobhan and Rooth came from Bognor")
    gone = Passage(Span(0, 900), 0, 0, text="Trevor Adeyemi was here", heard="")
    return AlignmentReport(
        Verdict.PIECES, ("Ruth's part is missing",), (), (missing,), (gone,), (), tuple(otherwise)
    )


def _verification(made: _Builder) -> Verification:
    checked, suggested = [], []
    for n, (name, heard) in enumerate(MISHEARD.items()):
        at, span = _place_of(made, name)
        checked.append(Checked(span, at, at + 1, Opinion.OTHERWISE, heard))
        suggested.append(Suggestion(f"s{n}", span, at, at + 1, heard, 0.9))
    return Verification("whisper/tiny.en/abc", tuple(checked), tuple(suggested), 9, 8)
