"""Replacement: names in a text become their pseudonyms, in whatever form they stand there.

Whole words, possessives and plurals, names of several words, words run together, letters one by one ("R-U-T-H"), initials,
halves of a word divided by a hyphen, the beginning of a name that somebody breaks off, and what merely sounds like a name.
Each form yields `Change`s, places in the text with what stands there instead; all else stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from pipeline.commands.deidentify.letters import LIGHT, Run
from pipeline.commands.deidentify.ordinary import is_ordinary, word_set
from pipeline.commands.deidentify.reading import Reading
from pipeline.commands.deidentify.sounds import Sounds
from pipeline.commands.deidentify.table import Table, like

# What may stand between letters that spell a name.
_SPELT = re.compile(r"[\s.,\-‐‑–—·…'’_]{0,4}")
_BROKEN = re.compile(r"\s?(?:[-‐‑–—]|\.\.\.|…)\s*(?:[-‐‑–—]|\.\.\.|…)?\s?")
_BREAKS_OFF = re.compile(r"\s?(?:[-‐‑–—]|…|\.\.\.)")
_MAILS = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]*\w|@\w{3,}|\b(?:https?://|www\.)\S+")
_PLURALS = ("s", "es", "ies")
# What letters and numbers follow that are no initials: "vitamin C".
_LETTERED = word_set(
    "vitamin plan hepatitis hep type grade class section group step option point letter letters part room block ward unit level "
    "gate zone team side series platform appendix exhibit model factor capital track size drug schedule stage phase"
)
# Initials that are something else.
_ACRONYMS = word_set(
    "aa na ok tv uk us eu gp pc am pm id iv er od ac dc hr it pr pe dj mp bc ad po co cd ct ms mr dr st"
)
_MIN_SPELT, _MIN_HALVES, _MIN_FRAGMENT = 3, 3, 3


@dataclass(frozen=True, slots=True)
class Change:
    """`[start, end)` of a text becomes `new`."""

    start: int
    end: int
    new: str


def changed(text: str, changes: Iterable[Change]) -> str:
    """The text with its changes, which stand in order and do not overlap."""
    made, at = "", 0
    for change in changes:
        made, at = made + text[at : change.start] + change.new, change.end
    return made + text[at:]


class Replacer:
    """Finds what is to be replaced in texts; a `certain` text holds names alone (a label, a file's name)."""

    def __init__(self, table: Table, sounds: Sounds | None = None) -> None:
        self.table, self.sounds = table, sounds
        self._longest = table.longest()

    def text(self, text: str, certain: bool = False) -> str:
        """The text with every name replaced."""
        return changed(text, self.changes(text, certain)) if text else text

    def changes(self, text: str, certain: bool = False) -> list[Change]:
        """What is replaced in a text, in order; nothing overlaps."""
        if not self.table.words and not self.table.phrases:
            return []
        found = [
            Change(m.start(), m.end(), "name@example.org") for m in _MAILS.finditer(text) if self._tells(m[0])
        ]
        found += _Pass(self, Reading(text), certain).changes()
        kept: list[Change] = []
        for change in sorted(found, key=lambda c: (c.start, -c.end)):
            if not kept or change.start >= kept[-1].end:
                kept.append(change)
        return kept

    def _tells(self, address: str) -> bool:
        """Whether an address holds a name, also inside of other letters."""
        letters = "".join(run.folded for run in Reading(address).runs)
        return any(len(word) > 2 and word in letters for word in self.table.words)


class _Pass:
    """One text, run by run."""

    def __init__(self, of: Replacer, reading: Reading, certain: bool) -> None:
        self.of, self.table, self.reading, self.certain = of, of.table, reading, certain
        self.runs = reading.runs
        self.hits: dict[int, str] = {}  # places whose run is a name, or a part of one
        self.found: list[Change] = []

    def changes(self) -> list[Change]:
        at = 0
        while at < len(self.runs):
            at = self._phrase(at) or self._spelt(at) or self._halves(at) or self._word(at)
        for at in range(len(self.runs)):
            if at not in self.hits:
                self._fragment(at)
        for at in range(len(self.runs)):
            if at not in self.hits:
                self._initial(at)
        return self.found

    def _put(self, at: int, new: str, end: int | None = None) -> None:
        """Replace a run, with all the characters inside it."""
        run = self.runs[at]
        self.hits[at] = run.folded
        self.found.append(Change(run.start, run.end if end is None else end, new))

    def _phrase(self, at: int) -> int:
        """Several words that are one name; the place behind them, 0 for none."""
        for count in range(min(self.of._longest, len(self.runs) - at), 1, -1):
            words = tuple(run.folded for run in self.runs[at : at + count])
            new = self.table.phrases.get(words)
            if new and all(LIGHT.fullmatch(self.reading.before(n)) for n in range(at + 1, at + count)):
                for n, word in enumerate(new, at):
                    self._put(n, like(word, self.runs[n].written))
                return at + count
        return 0

    def _spelt(self, at: int) -> int:
        """Letters one by one that spell a name; the place behind it, 0 for none."""
        end = at
        while end < len(self.runs) and len(self.runs[end].folded) == 1:
            if end > at and not _SPELT.fullmatch(self.reading.before(end)):
                break
            end += 1
        letters = "".join(run.folded for run in self.runs[at:end])
        is_whole = len(letters) == 2 and not self.reading.before(end - 1)[:1].isspace()  # "J-O", "J. O."
        for count in range(len(letters), 1 if is_whole else _MIN_SPELT - 1, -1):
            new = self.table.words.get(letters[:count]) or self.table.joined.get(letters[:count])
            if new:
                self._spell(at, count, new)
                return at + count
        return 0

    def _spell(self, at: int, count: int, new: str) -> None:
        """A pseudonym in as many letters, one for each; what is too long stands at the last."""
        letters = [c for c in new if c.isalpha()]
        letters += letters[-1:] * (count - len(letters))
        divider = self.reading.before(at + 1).strip()[:1] or "-"
        for n in range(count):
            some = letters[n : n + 1] if n < count - 1 else letters[n:]
            written = divider.join(some)
            self._put(at + n, written.upper() if self.runs[at + n].written.isupper() else written.lower())

    def _halves(self, at: int) -> int:
        """A word that a hyphen divides, perhaps over two lines or captions; the place behind it, 0 for none."""
        if at + 1 >= len(self.runs) or not _BROKEN.fullmatch(self.reading.after(at)):
            return 0
        first, second = self.runs[at], self.runs[at + 1]
        new = self.table.words.get(first.folded + second.folded)
        if (
            new is None
            or len(first.folded + second.folded) < _MIN_HALVES
            or second.folded in self.table.words
        ):
            return 0
        cut = max(
            1, min(len(new) - 1, len(new) * len(first.folded) // (len(first.folded) + len(second.folded)))
        )
        self._put(at, like(new[:cut], first.written))
        self._put(at + 1, new[cut:].upper() if second.is_all_capitals else new[cut:].lower())
        return at + 2

    def _word(self, at: int) -> int:
        """A word that is a name, in the singular or plural, or that sounds like one; the next place."""
        run = self.runs[at]
        word, ending = self._stem(run.folded)
        if word and (self.certain or word not in self.table.doubtful or self._is_meant(at, run, ending)):
            new = self.table.words.get(word) or self.table.joined[word]
            self._put(at, like(new, run.written) + like(ending, run.written[-1] * 2 if ending else ""))
        elif not word and not is_ordinary(run.folded) and not self._parts(at, run):
            self._sounds(at, run)
        return at + 1

    def _is_meant(self, at: int, run: Run, ending: str) -> bool:
        return self.reading.may_be_name(at) and not (ending and self.reading.begins_sentence(at))

    def _stem(self, word: str) -> tuple[str, str]:
        """The name that a word is or is the plural of, and the ending; ("", "") for neither."""
        if word in self.table.words or word in self.table.joined:
            return word, ""
        for ending in _PLURALS:
            stem = word.removesuffix(ending) + ("y" if ending == "ies" else "")
            if (
                word.endswith(ending)
                and len(stem) > 2
                and stem in self.table.words
                and not is_ordinary(word, made=False)
            ):
                return stem, "s"
        return "", ""

    def _parts(self, at: int, run: Run) -> bool:
        """Names run together, each with its capital: "JaxBeatty", "RuthsSession"."""
        parts = [(m.start(), m.end(), m[0]) for m in re.finditer(r"[A-Z][a-z]+", run.written)]
        if len(run.written) != run.end - run.start or len(parts) < 2:
            return False
        changes = []
        for start, end, written in parts:
            word, ending = self._stem(written.lower())
            if word and word not in self.table.joined:
                new = like(self.table.words[word], written) + ending
                changes.append(Change(start, end, new))
        if changes:
            self._put(at, changed(run.written, changes))
        return bool(changes)

    def _sounds(self, at: int, run: Run) -> None:
        may_be = self.of.sounds and (run.is_capitalised or not self.reading.is_cased)
        name = self.of.sounds.name_like(run.folded) if self.of.sounds and may_be else ""
        if name:
            self._put(at, like(self.table.words[name], run.written))

    def _fragment(self, at: int) -> None:
        """The beginning of a name that is broken off: "Ru- Ruth", "R-Ruth", "I told Rut-"."""
        run = self.runs[at]
        if not _BREAKS_OFF.match(self.reading.after(at)):
            return
        name = self.hits.get(at + 1, "")
        if not (name.startswith(run.folded) and name != run.folded):
            whole = (w for w in self.table.words if w.startswith(run.folded) and len(w) > len(run.folded))
            is_told = len(run.folded) >= _MIN_FRAGMENT and not is_ordinary(run.folded) and run.is_capitalised
            name = next(whole, "") if is_told else ""
        if name in self.table.words:
            self._put(at, like(self.table.words[name][: len(run.folded)], run.written))

    def _initial(self, at: int) -> None:
        """Initials of people: beside another name, before a period inside a sentence, as a pair, or alone in a label."""
        run = self.runs[at]
        new = self.table.initials.get(run.folded)
        if run.is_all_capitals and len(run.folded) == 2 and (self.certain or run.folded not in _ACRONYMS):
            pair = [self.table.initials.get(c) for c in run.folded]
            if all(pair) and not is_ordinary(run.folded, made=False) and self._are_ones(run.folded):
                self._put(at, "".join(c for c in pair if c))
        elif (
            new and len(run.folded) == 1 and run.written.isupper() and (self.certain or self._is_initial(at))
        ):
            self._put(at, new)

    def _are_ones(self, pair: str) -> bool:
        """Whether two letters are the initials of one person."""
        return any(words[0][0] == pair[0] and words[-1][0] == pair[1] for words in self.table.phrases)

    def _is_initial(self, at: int) -> bool:
        before, after = self.reading.before(at), self.reading.after(at)
        word, is_beside = self.runs[at].folded, at + 1 in self.hits or at - 1 in self.hits
        if "'" in before or "’" in before or self.reading.word(at - 1) in _LETTERED:
            return False
        if (
            is_beside
            and word not in "ai"
            and (LIGHT.fullmatch(after) if at + 1 in self.hits else LIGHT.fullmatch(before))
        ):
            return True
        if is_beside and after.startswith(".") and at + 1 in self.hits:
            return True
        if self.reading.word(at - 1) in ("mr", "mrs", "ms", "miss", "dr") and LIGHT.fullmatch(before):
            return True
        following = self.runs[at + 1] if at + 1 < len(self.runs) else None
        if following is not None and len(following.folded) == 1 and after.startswith("."):
            return bool(self._are_ones(word + following.folded))
        if at and len(self.runs[at - 1].folded) == 1 and before.startswith(".") and after.startswith("."):
            return bool(self._are_ones(self.runs[at - 1].folded + word))
        if word not in self.table.given:
            return False
        ends = following is None or following.is_capitalised
        return after.startswith(":") or (after.startswith(".") and (at > 0 or not ends))


def spans_of(changes: Sequence[Change]) -> Iterator[tuple[int, int]]:
    """The places of changes."""
    return ((c.start, c.end) for c in changes)
