"""Names on a line of their own, without colon or time, above what is said: NVivo's headings, screenplays, Word's styles.

A name is taken for one by the whole file: speech begins below the first, none stands above another, several come again, and
what stands between them are sentences. A refrain that comes again is one line alone, or has speech above it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from pipeline.formats.readers import names, sounds
from pipeline.formats.readers.furniture import could_be_head
from pipeline.formats.readers.script_line import ScriptLine, spoken

# All of these were set by hand.
_MIN_TURNS = 3
_MIN_SENTENCES = 0.7  # the share of the other lines that end like sentences or are longer than a name
_MIN_WORDS = 6  # a longer line is no name, however it ends


def mark(lines: Sequence[ScriptLine]) -> None:
    """Take the names off as those who begin to speak."""
    open_ = spoken(lines)
    if any(line.begins for line in open_):
        return
    found = {n: name for n, line in enumerate(open_) if (name := _name(line))}
    again = {name for name, times in Counter(found.values()).items() if times > 1}
    found = {
        n: name
        for n, name in found.items()
        if name in again or _is_surely(name) or (n and _ends(open_[n - 1].text)) or _ends_in_colon(open_[n])
    }
    found = {n: name for n, name in found.items() if n + 1 < len(open_) and n + 1 not in found}
    if _are_turns(open_, found):
        for n, name in found.items():
            line = open_[n]
            line.name, line.begins, line.heading, line.text = name, True, False, ""


def _name(line: ScriptLine) -> str:
    """The name that fills a line which begins a paragraph; "" for any other line."""
    name = names.bare(line.text)
    return name if line.opens and names.is_sure(name) and not could_be_key(line.text) else ""


def could_be_key(text: str) -> bool:
    """Whether the line has a colon within: then it is a label with its speech, or a part of a head."""
    return ":" in text.strip().removesuffix(":")


def _is_surely(name: str) -> bool:
    """Whether it is a name even where it comes only once: a role, or two or three words."""
    return sounds.names_role(name) or 2 <= len(name.split()) <= 3


def _are_turns(lines: Sequence[ScriptLine], found: dict[int, str]) -> bool:
    times = Counter(found.values())
    roles = any(sounds.names_role(name) for name in times)
    if len(found) > 1 and all(_ends_in_colon(lines[n]) for n in found):
        return all(n == min(found) or _ends(lines[n - 1].text) for n in found)
    if len(found) < _MIN_TURNS or max(times.values()) < 2 or (len(times) < 2 and not roles):
        return False
    first = min(found)
    if not all(could_be_head(line) for line in lines[:first]):
        return False
    others = [line.text.split() for n, line in enumerate(lines) if n > first and n not in found]
    sentences = sum(_ends(words[-1]) or len(words) >= _MIN_WORDS for words in others)
    return sentences >= _MIN_SENTENCES * len(others)


def _ends_in_colon(line: ScriptLine) -> bool:
    return line.text.rstrip().endswith(":")


def _ends(text: str) -> bool:
    """Whether it ends like a sentence or a part of one."""
    return text.rstrip()[-1:] in tuple('.?!…,;:—–"”’)]')
