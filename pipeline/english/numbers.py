"""Number verbalization: how whole numbers are said in English, as cardinals, ordinals, years, decades, fractions, digits.

Our own, because the two libraries for it do not suit: one can only be built from source, the other takes over two seconds to
import, once in every worker process. A *reading* is one way to say a number, in lower-case words.
"""

from __future__ import annotations

_BELOW_TWENTY = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_TENS = ["_", "_", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_THOUSANDS = ["_", "thousand", "million", "billion", "trillion"]
_IRREGULAR_ORDINALS = {
    "one": "first",
    "two": "second",
    "three": "third",
    "five": "fifth",
    "eight": "eighth",
    "nine": "ninth",
    "twelve": "twelfth",
}
# Singular and plural; all other denominators are ordinals.
_DENOMINATORS = {2: ("half", "halves"), 4: ("quarter", "quarters")}
LARGEST = 10**15 - 1  # beyond it no name is in common use, and a number is read digit by digit
_LARGEST_DIGITS = len(str(LARGEST))


def _number_words() -> frozenset[str]:
    words = [w for w in (*_BELOW_TWENTY, *_TENS, "hundred", *_THOUSANDS) if w != "_"]
    return frozenset((*words, *map(_ordinal_of, words)))


def cardinal(number: int, joiner: str = "") -> str:
    """The cardinal of `number`; `joiner` "and" gives the British "two hundred and five". Raises ValueError when negative."""
    if number < 0:
        raise ValueError(f"only whole numbers from 0 on are said here: {number}")
    if number > LARGEST:
        return digits(str(number))
    if number < 1000:
        return _below_thousand(number, joiner)
    groups: list[int] = []
    rest = number
    while rest:
        rest, group = divmod(rest, 1000)
        groups.append(group)
    said = [f"{_below_thousand(g, joiner)} {_THOUSANDS[i]}" for i, g in enumerate(groups) if g and i]
    last = [_below_thousand(groups[0], joiner)] if groups[0] else []
    if last and joiner and groups[0] < 100:
        last.insert(0, joiner)
    return " ".join([*reversed(said), *last])


def cardinal_of(text: str, joiner: str = "") -> str:
    """The cardinal of a run of digits, commas among them; of any length, which `int` does not take."""
    plain = text.replace(",", "").lstrip("0") or "0"
    return digits(plain) if len(plain) > _LARGEST_DIGITS else cardinal(int(plain), joiner)


def _below_thousand(number: int, joiner: str) -> str:
    hundreds, rest = divmod(number, 100)
    small = (
        _BELOW_TWENTY[rest]
        if rest < 20
        else f"{_TENS[rest // 10]} {_BELOW_TWENTY[rest % 10] if rest % 10 else ''}".strip()
    )
    if not hundreds:
        return small
    return " ".join(
        w for w in (_BELOW_TWENTY[hundreds], "hundred", joiner if rest else "", small if rest else "") if w
    )


def digits(text: str, zero: str = "zero") -> str:
    """Every digit by its name: "207" is "two zero seven"."""
    return " ".join(zero if c == "0" else _BELOW_TWENTY[int(c)] for c in text)


def readings(text: str) -> tuple[str, ...]:
    """The readings of a run of digits, likeliest first: a year where it looks like one, digits after a leading zero.

    Four digits from 1100 to 2099 look like a year.
    """
    if len(text) > 1 and text[0] == "0":
        return digits(text, "oh"), digits(text)
    if len(text) > _LARGEST_DIGITS:
        return (digits(text),)
    number = int(text)
    if len(text) == 4 and 1100 <= number <= 2099:
        return year(number), cardinal(number), cardinal(number, "and")
    if number < 100:
        return (cardinal(number),)
    pairs = (
        f"{cardinal(number // 100)} {_last_two_digits(number % 100)}"
        if 100 < number < 10_000 and number % 100
        else ""
    )
    return tuple(
        dict.fromkeys(r for r in (cardinal(number), cardinal(number, "and"), pairs, digits(text)) if r)
    )


def year(number: int) -> str:
    """A year as it is said: 1455 "fourteen fifty five", 1906 "nineteen oh six", 2005 "two thousand five"."""
    century, rest = divmod(number, 100)
    if 2000 <= number <= 2009 or number == 1000:
        return cardinal(number)
    return f"{cardinal(century)} {_last_two_digits(rest)}"


def _last_two_digits(rest: int) -> str:
    """How the last two digits of a year are said after its century."""
    if rest == 0:
        return "hundred"
    return cardinal(rest) if rest > 9 else f"oh {cardinal(rest)}"


def ordinals(number: int | str) -> tuple[str, ...]:
    """The readings of an ordinal, a number or its digits: 101 "one hundred first", "one hundred and first"."""
    return tuple(dict.fromkeys(_ordinal_of(cardinal_of(str(number), joiner)) for joiner in ("", "and")))


def _ordinal_of(said: str) -> str:
    before, _, last = said.rpartition(" ")
    regular = last[:-1] + "ieth" if last.endswith("y") else last + "th"
    return f"{before} {_IRREGULAR_ORDINALS.get(last, regular)}".strip()


def decades(text: str) -> tuple[str, ...]:
    """The readings of "1960", "60" or "2000" followed by an s, without the s in `text`."""
    number = int(text)
    plain = f"{cardinal(number)}s" if not number % 1000 else ""
    if plain:
        return (plain,)
    century = f"{cardinal(number // 100)} " if len(text) == 4 else ""
    last = number % 100
    if not last:
        return (f"{century}hundreds",)
    said = cardinal(last)
    return (f"{century}{said[:-1]}ies" if said.endswith("y") else f"{century}{said}s",)


def fractions(above: int, below: int) -> tuple[str, ...]:
    """The readings of `above/below`: a fraction where it is a proper one, else the two numbers ("24/7")."""
    plain = f"{cardinal(above)} {cardinal(below)}"
    if not 0 < above < below or below > 20:
        return plain, f"{cardinal(above)} out of {cardinal(below)}"
    singular, plural = _DENOMINATORS.get(below, (ordinals(below)[0], ordinals(below)[0] + "s"))
    named = f"{cardinal(above)} {singular if above == 1 else plural}"
    other = (f"a {singular}",) if above == 1 else ()
    return named, *other, f"{cardinal(above)} out of {cardinal(below)}", plain


NUMBER_WORDS = _number_words()
"""All words that numbers are said with, cardinal and ordinal: "nine", "ninth", "hundred"."""
