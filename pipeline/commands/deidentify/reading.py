"""A text as names are looked for in it: its runs of letters, and what stands around each of them."""

from __future__ import annotations

import re
from functools import cached_property

from pipeline.commands.deidentify.letters import Run, runs_of
from pipeline.commands.deidentify.ordinary import MONTHS, TITLES, is_verb, word_set

# What ends a sentence, opens a quotation or an aside, or leaves open whether one goes on.
_BEGINS = re.compile(r"[.!?…:;\n>♪♫\[(\"“„«|]|(?:^|\s)['‘]|[—–]|--|\s-\s")
_ENDS = re.compile(r"\s*(?:[,.!?;:…\n\])\"”»—–]|--|-\s|['’](?!\w))")
_POSSESSIVE = frozenset(["s", "ll", "d", "ve"])
_APOSTROPHE = re.compile(r"['’‘ʼ`´＇]")
_BEFORE_MONTHS = word_set(
    "in last next this since until till by of early late mid during every each for around before after from to"
)
# Names that are words so often that without capitals they are taken for words.
_EVERYDAY = word_set(
    "will may mark hope bill rose art joy faith grace frank dawn rob sue pat drew chase guy miles summer march april august june "
    "long short young little white black brown green gray king love hand head day read reading nice bath hill wood cook price "
    "church bush bell bird cross field fox lock law moon nail pace power rice sharp small stone storm sweet walker waters wise "
    "hull deal battle split ware major lot nash rush dash case hall hart rich ray pearl jack don wade lance skip stew dick chuck"
)
_DETERMINERS = word_set("the a an no any some this that free")
# What follows an ordinary word at the beginning of a sentence, and hardly ever a name.
_EXPLAINS = word_set("a an the what all everything something nothing one that where when how")
_NOUNS = word_set(
    "hope grace faith joy art charity patience mercy love harmony melody summer autumn winter spring"
)


class Reading:
    """A text with its runs of letters; places are indices of `runs`."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.runs: list[Run] = runs_of(text)

    @cached_property
    def is_cased(self) -> bool:
        """Whether capitals tell anything here: there are small letters and capitals."""
        return any(c.isupper() for c in self.text) and any(c.islower() for c in self.text)

    def before(self, at: int) -> str:
        """What stands between the run before and this one."""
        return self.text[self.runs[at - 1].end if at else 0 : self.runs[at].start]

    def after(self, at: int) -> str:
        """What stands between this run and the next."""
        end = self.runs[at + 1].start if at + 1 < len(self.runs) else len(self.text)
        return self.text[self.runs[at].end : end]

    def word(self, at: int) -> str:
        """The folded run at a place, "" outside of the text."""
        return self.runs[at].folded if 0 <= at < len(self.runs) else ""

    def begins_sentence(self, at: int) -> bool:
        """Whether this run begins a sentence, so that its capital says nothing."""
        gap = self.before(at)
        if not at:
            return True
        before = self.word(at - 1)
        if gap.startswith(".") and (before in TITLES or (len(before) == 1 and before != "i")):
            gap = gap[1:]
        return bool(_BEGINS.search(gap))

    def is_shouted(self, at: int) -> bool:
        """Whether the words around this one are in capitals, too, so that its own say nothing."""
        if not self.runs[at].is_all_capitals:
            return False
        near = [self.runs[n] for n in (at - 2, at - 1, at + 1, at + 2) if 0 <= n < len(self.runs)]
        long = [run for run in near if len(run.folded) > 1]
        return bool(long) and all(run.is_all_capitals for run in long)

    def is_possessive(self, at: int) -> bool:
        """Whether an apostrophe and an ending follow: "Ruth's", "Ruth'll"."""
        return bool(_APOSTROPHE.fullmatch(self.after(at))) and self.word(at + 1) in _POSSESSIVE

    def ends_clause(self, at: int) -> bool:
        """Whether a comma, a full stop or the end of the text follows."""
        following = self.text[
            self.runs[at].end : self.runs[at].end + 8
        ]  # an apostrophe before a letter ends nothing
        return not self.word(at + 1) or bool(_ENDS.match(following))

    def is_addressed(self, at: int, last: int) -> bool:
        """Whether the runs `[at, last]` stand as people are addressed: by themselves between commas or at either end."""
        begins = self.begins_sentence(at) or "," in self.before(at)
        return begins and self.ends_clause(last) and ("," in self.before(at) or "," in self.after(last)[:2])

    def is_month(self, at: int) -> bool:
        """Whether a word that is a month's name, too, is that here: "in May", "May 5", "May and June"."""
        if self.word(at) not in MONTHS:
            return False
        beside = {self.word(at - 1), self.word(at + 1), self.word(at + 2), self.word(at - 2)}
        digits = re.search(r"\d(?:st|nd|rd|th)?\s*$", self.before(at)) or re.match(r"\W*\d", self.after(at))
        after_number = (
            re.search(r"\d", self.before(at - 1))
            if at and self.word(at - 1) in ("st", "nd", "rd", "th")
            else None
        )
        is_dated = bool(digits or after_number or (beside - {self.word(at)}) & MONTHS)
        return is_dated or (self.word(at - 1) in _BEFORE_MONTHS and not self.begins_sentence(at))

    def may_be_name(self, at: int) -> bool:
        """Whether a run that is an ordinary word, too, is a name here, by its capital or by what stands beside it."""
        run = self.runs[at]
        if not run.is_capitalised:
            return not self.is_cased and (run.folded not in _EVERYDAY or self._is_introduced(at))
        if self.is_month(at):
            return False
        if self.begins_sentence(at) or self.is_shouted(at) or (run.is_all_capitals and self._is_grammar(at)):
            return self._is_name_by_what_follows(at)
        return self.word(at - 1) not in _DETERMINERS

    def _is_grammar(self, at: int) -> bool:
        """Whether a word in capitals is merely stressed: "I WILL do it"."""
        return not self.ends_clause(at) and not is_verb(self.word(at + 1))

    def _is_introduced(self, at: int) -> bool:
        before = f"{self.word(at - 2)} {self.word(at - 1)}"
        return self.word(at - 1) in TITLES or before in (
            "i m",
            "i am",
            "name is",
            "name s",
            "call me",
            "this is",
        )

    def _is_name_by_what_follows(self, at: int) -> bool:
        """At the beginning of a sentence: "Will, you ..." and "Will said" are names, "Will you" is none."""
        if self.is_possessive(at) or self.ends_clause(at):
            return True
        after = self.word(at + 1)
        if after in ("is", "was") and self.word(at) in _NOUNS:
            return self.word(at + 2) not in _EXPLAINS
        if after in ("and", "or") or is_verb(after):
            return True
        following = self.runs[at + 1] if at + 1 < len(self.runs) else None
        if following is None or after == "i" or not following.is_capitalised or following.is_all_capitals:
            return False
        asks = self.word(at) in ("will", "may") and "?" in self.text[following.end : following.end + 80]
        return not asks
