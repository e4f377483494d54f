"""What a wish names - words, a concept, a person, a time - held against the recording before anything is written down.

A decision about what does not exist would stand in the journal as a conflict from its first day.
"""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable

from pipeline.edits.voices import speaker_called
from pipeline.errors import UsageError
from pipeline.timing import clock
from pipeline.transcript import Transcript


def with_edges(there: str, named: str, become: str) -> str:
    """What words become, with the punctuation around them `there` that a person did not name and gives no other for."""
    if not become.split():
        return become
    before, behind = _edges(there)
    named_before, named_behind = _edges(named)
    new_before, new_behind = _edges(become)
    keeps_before, keeps_behind = not (named_before or new_before), not (named_behind or new_behind)
    return f"{before if keeps_before else ''}{become.strip()}{behind if keeps_behind else ''}"


def _edges(text: str) -> tuple[str, str]:
    """The punctuation in front of the first word and behind the last; none where there is nothing else."""
    signs = [unicodedata.category(c)[0] in "PS" for c in text.strip()]
    if all(signs):
        return "", ""
    text = text.strip()
    return text[: signs.index(False)], text[len(text) - signs[::-1].index(False) :]


def person(shown: Transcript, wanted: str) -> str:
    """The id of the speaker with this id or name. Raises UsageError."""
    found = speaker_called(shown.voices, wanted)
    if found is None:
        names = {s.id: f"{s.id} ({s.name})" if s.name else s.id for s in shown.voices.speakers}
        written = {s.id: {s.id, s.name, *s.name.split()} for s in shown.voices.speakers}
        near = set(_nearest(wanted, sorted(set().union(*written.values()))))
        chosen = [i for i in names if written[i] & near] or list(names)
        raise UsageError(
            f"there is no speaker '{wanted}'",
            f"there is {', '.join(names[i] for i in chosen)}" if chosen else "nobody is heard in it",
        )
    return found


def concept(shown: Transcript, wanted: str) -> str:
    """The id of a concept of the lexicon, or of the recording's tags. Raises UsageError, LexiconError."""
    from pipeline.concepts import lexicon
    from pipeline.files import data_file

    known = {c.id for c in lexicon.glance(data_file("concepts.toml")).concepts}
    known |= {tag.concept for tag in shown.concepts.tags}
    plain = wanted.strip().casefold()
    if plain not in known:
        near = _nearest(plain, sorted(known))
        remedy = f"did you mean {' or '.join(near)}?" if near else "vignette concepts lists them"
        raise UsageError(f"there is no concept '{wanted}'", remedy)
    return plain


def within(shown: Transcript, span: tuple[int | None, int | None], option: str) -> None:
    """Raise UsageError for a time behind the end of the recording."""
    duration_ms = shown.media.duration_ms
    behind = next((t for t in span if t is not None and t > duration_ms), None)
    if behind is not None:
        raise UsageError(
            f"{option}: {clock(behind)} is behind the end of the recording",
            f"it ends at {clock(duration_ms)}",
        )


def _nearest(wanted: str, known: Iterable[str]) -> list[str]:
    names = {name.casefold(): name for name in known if name}
    close = difflib.get_close_matches(wanted.strip().casefold(), list(names), 3, 0.6)
    return [names[name] for name in close]
