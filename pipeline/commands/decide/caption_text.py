"""A caption's text as a person rewrites it: other words, and its lines divided where they put the breaks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from pipeline.commands.decide.desk import Desk
from pipeline.edits.ledger import SEEN
from pipeline.edits.maker import Maker, differences
from pipeline.edits.model import CueOf, Decision, sealed
from pipeline.errors import UsageError
from pipeline.transcript import Cue, Transcript, lines_of

# The longest word of a caption, in characters. Longer ones are the cat's; no line is so wide.
MAX_WORD_CHARS = 100
# Later than any decision of today: what a decision is tried with that was not made yet.
_AT_LAST = "2299-12-31T23:59:59.000000Z"


def text_of(cue: Cue, shown: Transcript) -> str:
    """The words of a caption on its lines, without labels and dashes: what is edited."""
    return "\n".join(" ".join(shown.tokens[k].text for k in line) for line in lines_of(cue, shown.tokens))


def rewritten(desk: Desk, cue: Cue, text: str) -> Iterator[Sequence[Decision]]:
    """The caption reads `text`, divided into its lines: first its words, at once; then its lines, which take a look at what
    comes of the words. Raises UsageError.
    """
    lines = [" ".join(line.split()) for line in text.splitlines() if line.split()]
    if not lines:
        raise UsageError("a caption needs words", "delete it if nobody says them")
    check_words(text)
    made = _reworded(desk, cue, " ".join(lines))
    yield made
    is_as_it_was = lines == text_of(cue, desk.transcript).splitlines()
    if not is_as_it_was and (len(lines) > 1 or not made):
        yield _divided(desk, made, cue, lines)


def check_words(text: str) -> None:
    """Raise UsageError for a word that is longer than any."""
    if any(len(word) > MAX_WORD_CHARS for word in text.split()):
        raise UsageError(f"a word has more than {MAX_WORD_CHARS} letters", "divide it by spaces")


def _reworded(desk: Desk, cue: Cue, text: str) -> list[Decision]:
    tokens = desk.transcript.tokens
    there = [k for line in lines_of(cue, tokens) for k in line]
    if len(there) == cue.last - cue.first:
        return desk.maker.words(cue.first, cue.last, text)
    made: list[Decision] = []  # a passage that nobody says lies between the words; it stays as it is
    for a, b, words in differences([tokens[k].text for k in there], text.split()):
        first, last = there[a], there[b - 1] + 1
        if last - first != b - a:
            raise UsageError(
                "these words stand on both sides of a passage that nobody says", "change one side at a time"
            )
        made += desk.maker.words(first, last, " ".join(words))
    return made


def _divided(desk: Desk, made: Sequence[Decision], cue: Cue, lines: Sequence[str]) -> list[Decision]:
    """The decision that gives a caption these lines, once the decisions before it hold; none where it has them then."""
    tried = [sealed(replace(d, at=_AT_LAST)) for d in made]
    then = desk.then(tried)
    words = " ".join(lines).split()
    found = next(
        (c for c in then.transcript.captions.cues if text_of(c, then.transcript).split() == words and
         c.span.overlap_ms(cue.span)), None,
    )  # fmt: skip
    if found is None or text_of(found, then.transcript).splitlines() == list(lines):
        return []
    counts = [len(line.split()) for line in lines]
    breaks = tuple(sum(counts[:n]) for n in range(1, len(counts)))
    decided = Maker(then.transcript, then.replay, desk.who).cue(found.first, found.last, CueOf(breaks=breaks))
    unmade = {d.id for d in tried}
    seen = {k: [i for i in v if i not in unmade] if k == SEEN else v for k, v in decided.seen.items()}
    return [replace(decided, seen={k: v for k, v in seen.items() if v or k != SEEN})]
