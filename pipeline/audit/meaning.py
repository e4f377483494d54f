"""Rules about meaning: captions say what is said - no negation more or less, no other number or name, no garbled word.
One function per rule."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from pipeline.audit.against_sound import matched
from pipeline.audit.matching import written_words
from pipeline.audit.model import Hit, Severity, ShownCue, SpokenWord, View
from pipeline.english.contrast import contrast
from pipeline.english.pronounce import dictionary
from pipeline.english.spelling import CLOSED_CLASS, likely_word
from pipeline.languages import primary
from pipeline.words import bare_word, plain_words

# More words than this in place of others are another text, not a change of meaning; chosen, as the second listener's limit.
MAX_CHANGED_WORDS = 4
# A word that a text uses more often than this is the text's own; chosen.
MAX_SLIPS = 2
# Text of which fewer words than this share are in the dictionary is not English, whatever is said of it; chosen.
MIN_ENGLISH_SHARE = 0.85
# Signs behind a word that say that it was cut off ("recov-"), or that it goes on in another piece of itself.
_CUT_OFF = "-–—'’"


def changed_meaning(view: View) -> Iterator[Hit]:
    """Passages where captions and transcript differ by a negation, a number or a name."""
    words, names = view.facts.words or (), known_names(view)
    for run, between in _differences(view):
        shown, said = [word for word, _ in run], [w.text for w in words[between[0] : between[1]]]
        what = contrast(shown, said, names)
        if what:
            cue = run[min(1, len(run) - 1)][1]
            text, heard = _plain(shown), _plain(said)
            yield Hit(f"'{text}' is shown where '{heard}' is said: another {what}.", cue, text, heard)


def _differences(view: View) -> Iterator[tuple[list[tuple[str, ShownCue]], tuple[int, int]]]:
    """Short passages that differ: the captions' words with the one before and the one after, which agree, and the range of
    the transcript's words from the one to the other."""
    found = matched(view)
    shown = [
        (word, cue, pair)
        for cue in view.cues
        for word, pair in zip(written_words(cue), found.of_cue[cue.number], strict=True)
    ]
    sure = [k for k, (_, _, pair) in enumerate(shown) if pair is not None]
    for a, b in pairwise(sure):
        first, last = shown[a][2], shown[b][2]
        assert first is not None and last is not None
        between = range(first + 1, last)
        changed = max(b - a - 1, len(between))
        unseen = not any(found.found[k] for k in between)
        if 0 < changed <= MAX_CHANGED_WORDS and first < last and unseen:
            yield [(word, cue) for word, cue, _ in shown[a : b + 1]], (first, last + 1)


def _plain(words: Sequence[str]) -> str:
    """Words in a row as they are quoted, without what stands around them."""
    return " ".join(words).strip(' .,;:!?…"“”')


def heard_differently(view: View) -> Iterator[Hit]:
    """Substitutions: passages where a recognizer heard something else, or where the sound does not bear the text out."""
    names = known_names(view)
    for passage in view.facts.differing:
        cue = next((c for c in view.cues if c.span.overlap_ms(passage.span)), None)
        if not passage.heard:
            yield Hit(
                f"'{passage.text[:40]}' fits the sound badly.",
                cue,
                None,
                passage.text[:40],
                span=passage.span,
            )
            continue
        what = contrast(passage.text.split(), passage.heard.split(), names)
        yield Hit(
            f"'{passage.text[:40]}' was heard as '{passage.heard[:40]}'"
            + (f": another {what}." if what else "."),
            cue,
            passage.heard[:40],
            passage.text[:40],
            Severity.ERROR if what else None,
            passage.span,
        )


def known_names(view: View) -> frozenset[str]:
    """Names that are known: those to expect, those of speakers, and words that captions write with a capital alone."""
    if "names" not in view.shared:
        given = [*view.facts.names, *(name for cue in view.cues for name in cue.names)]
        said = {word for name in given for word in plain_words(name)}
        view.shared["names"] = frozenset(said | _capitalised(view.facts.words or (), view.cues))
    found = view.shared["names"]
    assert isinstance(found, frozenset)
    return found


def _capitalised(words: Sequence[SpokenWord], cues: Sequence[ShownCue]) -> set[str]:
    """Words that stand with a capital within a sentence, and nowhere without one."""
    texts = [[word.text for word in words], *(cue.text.split() for cue in cues)]
    capital = {
        bare_word(here).removesuffix("'s")
        for text in texts
        for before, here in pairwise(text)
        if here[:1].isupper() and before[-1:].isalpha()
    }
    small = {bare_word(word) for text in texts for word in text if word[:1].islower()}
    return capital - small - {"i", "i'm", "i've", "i'd", "i'll"}


def unknown_words(view: View) -> Iterator[Hit]:
    """Words that are none, one slip away from one that is: "becuase"."""
    if primary(view.document.lang) not in ("", "en"):
        return
    shown = [(word, cue) for cue in view.cues for word in written_words(cue)]
    counts = Counter(bare_word(word) for word, _ in shown)
    english = sum(n for w, n in counts.items() if w in dictionary())
    if english + MAX_SLIPS < MIN_ENGLISH_SHARE * sum(counts.values()):
        return
    names = {name for text in view.facts.names for name in plain_words(text)} | set(
        plain_words(" ".join(name for cue in view.cues for name in cue.names))
    )
    own = {w: n for w, n in counts.items() if n > MAX_SLIPS or w in dictionary()} | dict.fromkeys(names, 1)
    small = {bare_word(word) for word, _ in shown if word[:1].islower()}
    for written, cue in shown:
        word = bare_word(written)
        if word in names or counts[word] > MAX_SLIPS or written[-1:] in _CUT_OFF or _is_acronym(written):
            continue
        likely = likely_word(word.removesuffix("'s"), own)
        # What has a capital everywhere may be a name, unless it is near to a word of grammar or of the same letters.
        sure = (
            likely
            and word not in dictionary()
            and (likely in names | CLOSED_CLASS or sorted(likely) == sorted(word))
        )
        if likely and (word in small or sure):
            plain = re.sub(r"\W+$", "", written)
            meant = likely.capitalize() if plain[0].isupper() else likely
            yield Hit(f"'{plain}' is no word that is known; likely '{meant}'.", cue, plain, meant)


def _is_acronym(word: str) -> bool:
    return sum(map(str.isupper, word)) > 1


def misspelled_names(view: View) -> Iterator[Hit]:
    """Words that are one edit away from a name that is known."""
    known = {part for name in view.facts.names for part in name.split() if len(part) >= 4}
    lower = {k.casefold() for k in known}
    for cue in view.cues if known else ():
        for word in re.findall(r"[A-Z][\w’'-]{3,}", cue.text):
            bare = re.sub(r"['’]s$", "", word)
            if bare.casefold() not in lower and (near := _similar_name(bare, known)):
                yield Hit(f"'{bare}' may be '{near}'.", cue, bare, near)
                break


def _similar_name(word: str, known: set[str]) -> str | None:
    """A known name at most one edit away from the word, with the same first letter."""
    for name in sorted(known):
        if (
            abs(len(name) - len(word)) <= 1
            and name[0] == word[0]
            and _one_edit_apart(word.casefold(), name.casefold())
        ):
            return name
    return None


def _one_edit_apart(one: str, other: str) -> bool:
    """Whether the Damerau-Levenshtein distance is at most one: a letter replaced, added, dropped, or two swapped."""
    start = next(
        (k for k, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )
    a, b = one[start:], other[start:]
    return a[1:] == b[1:] or a[1:] == b or a == b[1:] or (a[:2] == b[:2][::-1] and a[2:] == b[2:])
