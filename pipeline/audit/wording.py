"""Rules about wording: speaker labels, sounds, style, characters. One function per rule."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from functools import lru_cache

from pipeline.audit.model import Hit, Severity, ShownCue, View
from pipeline.formats.readers import sounds
from pipeline.formats.readers.turns import dashes_within
from pipeline.languages import primary
from pipeline.words import bare_word

_SOUND = re.compile(r"[\[(][^\[\]()]+[\])]")
_SQUARE = re.compile(r"\[[^\[\]]+\]")
_ROUND = re.compile(r"(?<![\w)])\([^()]+\)")
_CENSORED = re.compile(
    r"\b\w+\*{2,}\w*|(?<!\w)\*{3,}|[\[(](?:bleep(?:ed)?|expletive[^\])]*|censored)[\])]", re.I
)
_FILLERS = frozenset(("um", "uh", "erm", "er", "hmm", "mm", "uhm", "ah"))
_MEASURE = r"(?:mg|ml|g|kg|cm|mm|km|m|s|ms|%|percent|per|am|pm|a\.\s?m|p\.\s?m|o['’]clock|dollars|pounds|euros|degrees|°)"
_SMALL_NUMBER = re.compile(
    rf"(?<![\w.,:/$£€#+-])(?<!\bof )(?<!\bto )(?:[1-9]|10)(?![\w:/-]|[.,]\d|\s*{_MEASURE}\b|%|\s+(?:of|out|to|or|and|by)\s+\d)",
    re.I,
)
# What numbers are the names of, and in running text a name itself: "Room 5", "type 2", "Channel 4", "Steps 4 and 5".
_NUMBERED = re.compile(
    r"""(?:\b(?i:act|article|axis|bay|bed|block|box|bus|case|category|channel|chapter|class|client|column|day|division|door|
                exercise|exhibit|episode|figure|fig\.?|flat|flight|floor|form|gate|generation|grade|group|highway|interview|item|
                key|lane|lesson|level|line|lot|meeting|model|module|no\.|number|option|page|part|participant|patient|person|phase|
                plan|platform|point|principle|question|quarter|radio|route|room|row|rule|scenario|scene|season|section|series|
                session|set|size|slide|speaker|stage|station|step|studio|table|tape|task|term|test|therapist|tier|topic|track|
                tradition|trial|type|unit|version|vignette|volume|ward|week|year|zone)s?
       |(?<=[\w,;:][ ])(?!I[ ])[A-Z][\w’'-]*)           # a name within a sentence: "on Radio 4", "the Apollo 8"
      [ ]+(?:\d+[ ]*(?:,|and|or|to|through|&|[-–])[ ]*)*$""",
    re.VERBOSE,
)
_STARTING_NUMBER = re.compile(r"(?:^|[.?!]\s+)(\d+)\s+[A-Za-z]")
# Languages in which Netflix uses no italics, by its Timed Text Style Guides.
_NO_ITALICS_LANGUAGES = ("ar", "he", "hi", "ko", "th", "zh")
# What BBC §9.3 lists beside letters and digits, for broadcast and online, with the straight quotes of §14.
_BBC_CHARACTERS = frozenset("!)(,.?:;-'\"<>&@#%+*=/£$¢¥©®¼½¾™€♫♪←→–")
_ASCII_NOT_BBC = frozenset("[]\\^_`{|}~")
_EDGE_SPACE = re.compile(r"^\s|\s$|[ \t]{2,}|\s[!?).,;:…](?:\s|$)")


def repeats(view: View) -> Iterator[Hit]:
    """The same text three times running, as when a recognizer loops."""
    run: list[ShownCue] = []
    for cue in [*view.cues, None]:
        if cue and run and cue.text.strip() and cue.text == run[-1].text:
            run.append(cue)
            continue
        if len(run) >= 3:
            yield Hit(f"'{run[0].text[:40]}' stands {len(run)} times in a row.", run[0], len(run), 2)
        run = [cue] if cue else []


def no_speakers(view: View) -> Iterator[Hit]:
    """A file that never says who speaks; with a transcript, every change of speaker is judged instead. Of one voice
    it is enough to see it."""
    if view.cues and not view.facts.words and view.facts.voices != 1 and not view.document.names_speakers:
        yield Hit("No caption says who is speaking.")


def label_style(view: View) -> Iterator[Hit]:
    """Labels written otherwise than the profile's standard writes them; where it has no word on that, than most of the file's."""
    usual = _usual_label(view) if view.profile.name == "training" else view.profile.label
    for cue in view.cues:
        for label in cue.labels:
            wanted = usual(label.name).strip()
            if label.style != wanted:
                yield Hit(f"The label is written '{label.written}'.", cue, label.written, wanted)
                break


def _usual_label(view: View) -> Callable[[str], str]:
    """How most of a file's labels are written: in which brackets, and whether in capitals."""
    styles = Counter(
        (label.style.replace(label.name, "{}"), label.name.isupper())
        for cue in view.cues
        for label in cue.labels
        if label.name in label.style
    )
    if not styles:
        return view.profile.label
    # Where two are as frequent, our own.
    own = view.profile.label_format.format(name="{}").strip(), view.profile.label_upper
    form, upper = max(styles, key=lambda s: (styles[s], s == own))
    return lambda name: form.format(name.upper() if upper else name.title() if name.isupper() else name)


def dash_style(view: View) -> Iterator[Hit]:
    """Dialogue dashes: on both lines or none, spaced as the profile wants."""
    for cue in view.cues:
        if not cue.dashes or len(cue.lines) < 2:
            continue
        spaced = {cue.lines[k].lstrip()[1:2].isspace() for k in cue.dashes}
        if len(cue.dashes) == 1:
            yield Hit("Only one of the lines has a dialogue dash.", cue, 1, 2)
        elif spaced != {view.profile.dash.endswith(" ")}:
            yield Hit(
                "The dialogue dashes are not spaced as the profile wants.",
                cue,
                cue.lines[0][:2],
                view.profile.dash,
            )


def two_speakers_on_a_line(view: View) -> Iterator[Hit]:
    """Two speakers on one line."""
    for cue in view.cues:
        for line, names in zip(cue.lines, cue.voices, strict=False):
            if len(names) > 1 or dashes_within(line):
                yield Hit("Two people speak on one line.", cue, max(2, len(names)), 1)
                break


def no_sounds(view: View) -> Iterator[Hit]:
    """A file without a single sound caption."""
    if view.cues and not any(_has_sound(c) for c in view.cues):
        yield Hit("No caption tells a sound, a laugh or music; a person must say whether there are any.")


def _has_sound(cue: ShownCue) -> bool:
    return any(ch in cue.text for ch in "♪♫") or any(not _is_mark(m[0]) for m in _SOUND.finditer(cue.text))


def _is_mark(bracket: str) -> bool:
    """Whether a bracket marks speech that was not understood, which is no sound."""
    return sounds.names_unclear(bracket[1:-1], bracket[0] == "[")


def sound_style(view: View) -> Iterator[Hit]:
    """Sounds in brackets of the wrong kind or case for the profile."""
    for cue in view.cues:
        text = _without_labels(cue)
        square, rounded = (
            [m for m in pattern.findall(text) if not _is_mark(m)] if any(b in text for b in "[(") else []
            for pattern in (_SQUARE, _ROUND)
        )
        if view.profile.name == "bbc" and (square or (rounded and cue.is_sound)):
            yield Hit("The sound stands in brackets.", cue, (square or rounded)[0], "CAPITALS, no brackets")
        elif view.profile.name != "bbc" and (
            marks := [r for r in rounded if cue.is_sound or sounds.names_sound(r.strip("()"))]
        ):
            yield Hit("The sound stands in round brackets.", cue, marks[0], "[ ]")
        elif view.profile.name == "dcmp" and square and square[0].isupper():
            yield Hit("The sound is written in capitals.", cue, square[0], "lower case")


def inaudible(view: View) -> Iterator[Hit]:
    """Speech not understood: each mark in place of words is a gap in accuracy, until somebody has listened again."""
    for cue in view.cues:
        brackets = [m[0] for m in _SOUND.finditer(cue.text) if _is_mark(m[0])]
        loose = [w for w in _SOUND.sub(" ", cue.text).split() if sounds.is_unclear_mark(w)]
        for mark in (*brackets, *loose):
            yield Hit(f"'{mark}' stands for speech that was not understood.", cue, mark)


def music(view: View) -> Iterator[Hit]:
    """Music signs: no emoji; what begins with a sign ends with one."""
    for cue in view.cues:
        text = cue.text.strip()
        if any(ch in text for ch in "🎵🎶🎼"):
            yield Hit("Music is shown by an emoji.", cue, text[:20], "♪")
        elif text[:1] in "♪♫" and text[:1] and text[-1:] not in "♪♫":
            yield Hit("The music sign is not closed.", cue, text[:20], "♪ ... ♪")


def italics(view: View) -> Iterator[Hit]:
    """Italic tags that are not closed, or that stand in a language for which Netflix uses no italics."""
    upright = view.profile.name == "netflix" and primary(view.document.lang) in _NO_ITALICS_LANGUAGES
    for cue in view.cues:
        raw = cue.raw.lower()
        if "<i" in raw or "</i" in raw:
            opened, closed = len(re.findall(r"<i(?:\.[\w.-]+)?>", raw)), raw.count("</i>")
            if opened != closed:
                yield Hit("An italic tag is not closed.", cue, opened - closed, 0)
            elif opened and upright:
                yield Hit("Italics are not used in this language.", cue, opened, 0)


def all_capitals(view: View) -> Iterator[Hit]:
    """Four or more words running in capitals, labels and sounds left out."""
    for cue in view.cues:
        if sum(map(str.isupper, cue.text)) < 8:
            continue
        text = _SOUND.sub(" ", _without_labels(cue))
        run = best = 0
        for word in re.findall(r"[^\W\d_]+(?:['’][^\W\d_]+)?", text):
            run = run + 1 if word.isupper() and (len(word) > 1 or word in "IA") else 0
            best = max(best, run)
        if best >= 4:
            yield Hit(f"{best} words in capitals.", cue, best, 3)


def _without_labels(cue: ShownCue) -> str:
    return " ".join(cue.bare_lines)


def ellipsis(view: View) -> Iterator[Hit]:
    """An ellipsis of the other form than the profile's: one character, or three dots for the BBC."""
    wrong, right = ("…", "...") if view.profile.name == "bbc" else ("...", "…")
    for cue in view.cues:
        if wrong in cue.text:
            yield Hit(f"'{wrong}' should be '{right}'.", cue, wrong, right)


def ellipsis_at_split(view: View) -> Iterator[Hit]:
    """An ellipsis at a mere division of a sentence, with less than two seconds between."""
    for cue, after in view.document.pairs:
        begins = after.text.lstrip("-–— ")
        soon = after.span.start_ms - cue.span.end_ms < 2000
        goes_on = begins[:1].islower() or begins.startswith(("…", "..."))
        if soon and goes_on and cue.text.rstrip().endswith(("…", "...")):
            yield Hit("An ellipsis stands where the sentence merely goes on.", cue)


def interruption(view: View) -> Iterator[Hit]:
    """'--' for an abrupt stop, where the profile wants three dots."""
    for cue in view.cues:
        if re.search(r"\w(?:--|—|–)$", cue.text.rstrip()):
            yield Hit("An abrupt stop is not marked by three dots.", cue, cue.text[-3:], "...")


def small_numbers(view: View) -> Iterator[Hit]:
    """Digits for one to ten in running text, but not in times, scores, doses and measures, nor where they are a name."""
    for cue in view.cues:
        text = _without_labels(cue)
        for match in _SMALL_NUMBER.finditer(text):
            if not _NUMBERED.search(text[: match.start()]):
                yield Hit(f"'{match[0]}' is spelled out in running text.", cue, match[0])
                break


def leading_number(view: View) -> Iterator[Hit]:
    """Digits at the start of a sentence."""
    for cue in view.cues:
        if match := _STARTING_NUMBER.search(cue.text):
            yield Hit(f"A sentence begins with '{match[1]}'.", cue, match[1])


def censored(view: View) -> Iterator[Hit]:
    """Strong language masked in writing."""
    for cue in view.cues:
        if match := _CENSORED.search(cue.text):
            yield Hit(f"'{match[0]}' masks what is said.", cue, match[0])


def fillers(view: View) -> Iterator[Hit]:
    """The share of words that are um and uh: for a person to judge, never to be cut."""
    words = [bare_word(w) for c in view.cues for w in c.text.split()]
    count = sum(w in _FILLERS for w in words)
    if len(words) >= 50 and count > 0.04 * len(words):
        share = round(100 * count / len(words), 1)
        yield Hit(f"{share:g} % of the words are fillers.", None, share, 4)


def no_captions(view: View) -> Iterator[Hit]:
    """A file that shows nothing at all."""
    if not any(cue.text.strip() for cue in view.cues):
        yield Hit("The file holds no caption.", None, 0)


def empty(view: View) -> Iterator[Hit]:
    """A caption without visible text."""
    for cue in view.cues:
        if not cue.text.strip():
            yield Hit("The caption shows nothing.", cue, 0)


def whitespace(view: View) -> Iterator[Hit]:
    """Needless spaces and empty lines."""
    for cue in view.cues:
        written = cue.raw.split("\n")  # what is shown has no empty lines
        if cue.text.strip() and not all(line.strip() for line in written):
            yield Hit("A line is empty.", cue)
            continue
        for line in cue.lines:
            if (match := _EDGE_SPACE.search(line)) and line.strip():
                yield Hit("A space too many.", cue, match[0])
                break


@lru_cache(maxsize=4096)
def _unsupported(character: str) -> tuple[Severity, str] | None:
    """What is wrong with a character on any player, and how much that matters; None where nothing is."""
    category = unicodedata.category(character)
    if category in ("Co", "Cs", "Cn") or (category == "Cc" and character not in "\t\n"):
        return Severity.WARNING, "no player can show"
    if 0x1F000 <= ord(character) <= 0x1FAFF:
        return Severity.INFO, "is an emoji"
    if character in "\u202d\u202e":
        return Severity.WARNING, "turns the text behind it around"
    if character in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069":
        return Severity.INFO, "is an invisible direction mark"
    return None


@lru_cache(maxsize=4096)
def _unsupported_by_bbc(character: str) -> tuple[Severity, str] | None:
    """What is wrong with a character by BBC §9.3: letters and digits are fine, of signs those that the clause names."""
    trouble = _unsupported(character)
    if trouble or character.isalnum() or character.isspace() or unicodedata.combining(character):
        return trouble
    return None if character in _BBC_CHARACTERS else (Severity.INFO, "is not in the BBC's set of characters")


def glyphs(view: View) -> Iterator[Hit]:
    """Characters that players may not show."""
    find = _unsupported_by_bbc if view.profile.name == "bbc" else _unsupported
    for cue in view.cues:
        if cue.text.isascii() and cue.text.isprintable() and _ASCII_NOT_BBC.isdisjoint(cue.text):
            continue
        for character in cue.text:
            trouble = find(character)
            if trouble:
                yield Hit(
                    f"U+{ord(character):04X} {trouble[1]}.",
                    cue,
                    f"U+{ord(character):04X}",
                    severity=trouble[0],
                )
                break


def no_language(view: View) -> Iterator[Hit]:
    """A file whose language nobody states."""
    if not view.document.lang:
        yield Hit("The language of the captions is not stated.")
