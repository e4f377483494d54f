"""The twin in every format: what a run writes, what `vignette export` writes, and the project of qualitative research.

All of it is made of the twin alone, by the same writers; a format that is added to either registry has a twin by that.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pipeline.formats.document import captions
from pipeline.formats.writers import exports
from pipeline.leftovers import temporary_folder
from pipeline.run import outputs
from pipeline.search import refi_qda
from pipeline.transcript import Transcript

PROJECT = ".qdpx"


def composed(twin: Transcript, folder: Path) -> Iterator[tuple[Path, bytes]]:
    """The path and the bytes of every file of a twin."""
    made = outputs.composed(twin, folder)
    yield from made
    document = next(pair for pair in made if pair[0].suffix == ".json")
    read = captions.parse(document[1], document[0])
    draft = ".draft" if twin.is_draft else ""
    for format in exports.FORMATS.values():
        content = exports.export(read, format).content
        path = folder / f"{twin.media.name}{draft}{format.end.format(lang=twin.lang)}"
        yield path, content.encode("utf-8") if isinstance(content, str) else content
    yield folder / f"{twin.media.name}{draft}{PROJECT}", _project(document)


def _project(document: tuple[Path, bytes]) -> bytes:
    """A REFI-QDA project of this twin alone; where the recording lies is told to nobody."""
    with temporary_folder() as place:
        (place / document[0].name).write_bytes(document[1])
        target = place / f"twin{PROJECT}"
        refi_qda.export(place, target, place / "none")
        return target.read_bytes()
