"""Removal of derived data: the outputs and artefacts of a recording and what commands made of it, not what a person changed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.commands.guarded_file import made_of
from pipeline.errors import OutputError, UsageError, counted, nearest
from pipeline.files import WORK_FOLDER
from pipeline.run import derived, outputs
from pipeline.run.store import Store
from pipeline.search.index import build

# What is not known any more, and what a person does about it.
_RECORD_DAMAGED = (
    "the record of what was made of it was damaged: look for copies, sheets, clips and captions yourself"
)


@dataclass(frozen=True, slots=True)
class Forgotten:
    """The result of a removal: the outputs removed, and those kept because a person mended them."""

    name: str
    removed: tuple[Path, ...]
    kept: tuple[Path, ...]
    is_record_damaged: bool = False

    def __str__(self) -> str:
        kept = f"; kept, because a person changed it: {', '.join(map(str, self.kept))} (--mended removes that too)"
        told = f"{self.name}: {counted(len(self.removed), 'output')} and all artefacts removed{kept if self.kept else ''}"
        return f"{told}; {_RECORD_DAMAGED}" if self.is_record_damaged else told

    def as_json(self) -> dict[str, Any]:
        """The same as plain values for `--json`."""
        return {
            "name": self.name,
            "removed": [str(p) for p in self.removed],
            "kept": [str(p) for p in self.kept],
            "record_damaged": self.is_record_damaged,
        }


def known(out: Path) -> tuple[str, ...]:
    """The names of all recordings that have artefacts in this output folder, sorted."""
    work = out / WORK_FOLDER
    return tuple(sorted(p.name for p in work.iterdir() if p.is_dir())) if work.is_dir() else ()


def named(out: Path, given: str) -> str:
    """The recording that somebody names, by its name, its path or that of one of its outputs.

    Raises UsageError, which says what there is, where nothing was derived from it.
    """
    names = known(out)
    file = Path(given).name
    # "talk.en.srt" may be an output of "talk" as well as the recording "talk.en.srt": the longest name counts.
    dots = [at for at, c in enumerate(file) if c == "."]
    for name in (given, file, *(file[:at] for at in reversed(dots))):
        if name in names:
            return name
    near = nearest(Path(file).stem, names)
    hint = f"did you mean {near[0]}? " if near else ""
    raise UsageError(
        f"nothing in '{out}' was derived from a recording named '{given}'",
        f"{hint}there are: {', '.join(names) or 'none'}",
    )


def search_index(out: Path) -> Path:
    """The path of the folder's search index, which holds the words of its transcripts once `vignette index` has run."""
    return out / WORK_FOLDER / "search.sqlite"


def _index_anew(folder: Path, out: Path) -> None:
    """Build the search index of a folder of twins from nothing, as a deleted row would leave its words in the file."""
    if folder.resolve() != out.resolve() and search_index(folder).is_file():
        build.update(folder, rebuild=True)


def made_beside(out: Path, name: str) -> tuple[tuple[Path, ...], tuple[Path, ...]]:
    """What `mux` and `sheet` made of a recording in this folder: as they left it, and what a person changed since."""
    found = [(path, ours) for path, command, source, ours in made_of(out) if Path(source).stem == name]
    return tuple(p for p, ours in found if ours), tuple(p for p, ours in found if not ours)


def forget(out: Path, name: str, mended_too: bool = False) -> Forgotten:
    """Remove the outputs and artefacts of a recording, with `mended_too` also the outputs that a person mended.

    Raises UsageError for an unknown name, OutputError when a file cannot be removed or a run is working on the recording.
    """
    if name not in known(out):
        raise UsageError(
            f"nothing in '{out}' was derived from a recording named '{name}'",
            f"there are: {', '.join(known(out)) or 'none'}",
        )
    store = Store.of(out, name)
    with store.locked():
        ours, mended = outputs.derived_files(out, store)
        copies, changed = made_beside(out, name)
        others, others_changed = derived.files_of(store)
        ours = tuple(dict.fromkeys((*ours, *copies, *others)))
        mended = tuple(dict.fromkeys((*mended, *changed, *others_changed)))
        gone = (*ours, *mended) if mended_too else ours
        for path in gone:
            try:
                path.unlink(missing_ok=True)
            except OSError as error:
                raise OutputError(
                    path,
                    f"cannot be removed: {error.strerror}",
                    "change its folder's permissions, then forget again",
                ) from error
    is_record_damaged = derived.is_damaged(store) or (store.is_record_damaged() and not store.written())
    origin = store.origin()
    elsewhere = {path.parent for path in gone} - {out}
    store.sweep(*([origin.parent] if origin else []), *elsewhere)
    store.forget()
    for folder in elsewhere:
        _index_anew(folder, out)
    return Forgotten(name, gone, () if mended_too else mended, is_record_damaged)
