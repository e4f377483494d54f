"""Language codes: ISO 639-1 as language tags write it, ISO 639-2 as containers do, and the names that people write out."""

from __future__ import annotations

# ISO 639-1 -> ISO 639-2 (terminological code, then bibliographic), then the name in English and in the language itself.
_NAMES: dict[str, tuple[str, ...]] = {
    "da": ("dan", "danish", "dansk"),
    "de": ("deu", "ger", "german", "deutsch"),
    "en": ("eng", "english"),
    "es": ("spa", "spanish", "español", "espanol"),
    "fi": ("fin", "finnish", "suomi"),
    "fr": ("fra", "fre", "french", "français", "francais"),
    "it": ("ita", "italian", "italiano"),
    "ja": ("jpn", "japanese"),
    "nl": ("nld", "dut", "dutch", "nederlands"),
    "no": ("nor", "norwegian", "norsk"),
    "pl": ("pol", "polish", "polski"),
    "pt": ("por", "portuguese", "português", "portugues"),
    "ru": ("rus", "russian"),
    "sv": ("swe", "swedish", "svenska"),
    "zh": ("zho", "chi", "chinese"),
}


def base_of(tag: str) -> str:
    """The language of a tag without its region: "en" for "en-GB"."""
    return tag.replace("_", "-").split("-")[0].lower()


def spellings(tag: str) -> tuple[str, ...]:
    """Every way in which the language of a tag may be written, in lower case: its own code first."""
    base = base_of(tag)
    return base, *_NAMES.get(base, ())


def three_letters(tag: str) -> str:
    """The code that containers want; the tag as it is for a language that is not in the table."""
    names = _NAMES.get(base_of(tag))
    return names[0] if names else tag


def known() -> frozenset[str]:
    """All codes and names of the table, in lower case."""
    return frozenset(name for code in _NAMES for name in spellings(code))
