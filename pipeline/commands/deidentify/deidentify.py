"""De-identification of a recording: propose its names, and when a person has agreed to them, write the twins of its outputs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pipeline import leftovers, privacy
from pipeline.commands.deidentify import formats, git, mute
from pipeline.commands.deidentify import key as keys
from pipeline.commands.deidentify.found import Material, proposed
from pipeline.commands.deidentify.key import Entry, Key
from pipeline.commands.deidentify.letters import words_of
from pipeline.commands.deidentify.mute import Stretch
from pipeline.commands.deidentify.ordinary import is_ordinary
from pipeline.commands.deidentify.replaced import Replacer
from pipeline.commands.deidentify.sounds import Sounds
from pipeline.commands.deidentify.table import Table
from pipeline.commands.deidentify.twin import Twin, twin_of
from pipeline.commands.deidentify.values import strings
from pipeline.edits.journal import journal_of, read
from pipeline.errors import OutputError, UsageError, counted
from pipeline.files import digest_of, write_atomic
from pipeline.media.facts import decode_audio
from pipeline.run import derived, outputs
from pipeline.run.jobs import Job, sidecar_of
from pipeline.run.preview import preview
from pipeline.run.store import Store
from pipeline.run.track import listened_to
from pipeline.search.index import build, seal
from pipeline.transcript import Transcript

# Where twins go: apart from the outputs, so that no search over those finds them.
FOLDER = Path("deidentified")
# The paths of the twins of a recording, in its store.
_TWINS = "twins.json"
_ELSEWHERE = "choose another folder with -o"


@dataclass(frozen=True, slots=True)
class Proposed:
    """Names that a person has to look through before twins are written; `new` are those that were met for the first time."""

    key: Path
    entries: tuple[Entry, ...]
    new: frozenset[Entry]

    def as_json(self) -> dict[str, Any]:
        """The same as plain JSON values."""
        rows = [
            {"kind": e.kind, "name": e.name, "also_known_as": list(e.also), "pseudonym": e.pseudonym, "found": e.found,
             "is_name": e.is_name, "new": e in self.new}
            for e in self.entries
        ]  # fmt: skip
        return {"key": str(self.key), "confirmed": False, "names": rows}


@dataclass(frozen=True, slots=True)
class Written:
    """The twins that were written, the stretches in which names are said, how many words were replaced, and notes."""

    files: tuple[Path, ...]
    stretches: tuple[Stretch, ...]
    replaced_words: int
    notes: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The same as plain JSON values."""
        return {
            "files": [str(p) for p in self.files],
            "stretches": [s.as_json() for s in self.stretches],
            "replaced_words": self.replaced_words,
            "notes": list(self.notes),
        }


@dataclass(frozen=True, slots=True)
class Found:
    """A recording as it stands, and the key with all its names; `before` is the key as it was read."""

    job: Job
    transcript: Transcript
    material: Material
    key: Key
    before: Key

    @property
    def is_confirmed(self) -> bool:
        """Whether a person has looked through all the names of this recording."""
        known = {(e.kind, e.name, e.also, e.is_name) for e in self.before.entries}
        return self.before.confirmed and all(
            (e.kind, e.name, e.also, e.is_name) in known for e in self.key.entries
        )

    def proposal(self, path: Path) -> Proposed:
        """What a person has to look through."""
        known = {(e.kind, e.name, e.also) for e in self.before.entries}
        new = frozenset(e for e in self.key.entries if (e.kind, e.name, e.also) not in known)
        return Proposed(path, self.key.entries, new)


def look(job: Job, key_file: Path, folder: Path) -> Found:
    """Find the names of a recording that was captioned. Raises NotCaptioned, SettingsError, UsageError, JournalError."""
    _keep_apart(job, key_file, folder)
    key = keys.read(key_file)
    shown = preview(job, tagging=True).transcript
    decisions = read(journal_of(job.media)).decisions
    files = (job.name, *([job.subtitles.stem] if job.subtitles else []))
    material = Material(job.settings, shown, decisions, files)
    grown = proposed(key, material)
    keys.check(key_file, grown.entries)  # a pseudonym of before may be somebody's name here
    return Found(job, shown, material, grown, key)


def save(found: Found, key_file: Path, confirmed: bool) -> tuple[str, ...]:
    """Write the key where anything in it changed; says what was done to keep it out of version control."""
    key = replace(found.key, confirmed=confirmed)
    if key != found.before or not key_file.exists():
        privacy.make_folder(key_file.parent)
        keys.write(key_file, key)
    key_file.chmod(0o600)
    ignored = git.keep_out(key_file)
    return (f"git ignores {key_file} from now on (.git/info/exclude)",) if ignored else ()


def twin_by(found: Found) -> Twin:
    """The twin of a recording by its key. Raises OutputError where it would still hold a name."""
    table = Table.of(found.key.entries, found.material.said_small())
    no_names = [w for e in found.key.entries for w in words_of(e.pseudonym)]
    no_names += [w for e in found.key.entries if not e.is_name for w in e.words]
    twin = twin_of(found.transcript, Replacer(table, Sounds(table.words, no_names)), found.key.secret)
    _check(twin, table)
    return twin


def write(found: Found, folder: Path, audio: bool = False, overwrite: bool = False) -> Written:
    """Write the twins of a recording whose names are confirmed. Raises OutputError, and writes nothing that holds a name."""
    job, transcript = found.job, found.transcript
    twin = twin_by(found)
    stretches = mute.stretches(twin.said, transcript.media.duration_ms)
    files = [*formats.composed(twin.transcript, folder)]
    files.append((folder / f"{twin.transcript.media.name}.mute.csv", mute.as_csv(stretches).encode()))
    store = Store.of(job.out, job.name)
    _make(folder)
    wav = folder / f"{twin.transcript.media.name}.muted.wav"
    _refuse_foreign([*files, *([(wav, b"")] if audio else [])], store, overwrite)
    for path, data in files:
        write_atomic(path, data, _ELSEWHERE, private=True)
        path.chmod(0o600)
    made = [path for path, _ in files]
    if audio:
        track, language = listened_to(job.media, job.out)
        sound = decode_audio(job.media, track=track, language=language)
        mute.write_wav(wav, mute.muted(sound, stretches))
        made.append(wav)
    _remove_obsolete(store, made)
    derived.remember(store, made)
    build.update(folder, rebuild=True)  # a changed row would leave its old words in the file
    seal.forget_place(build.index_of(folder))
    return Written((*made, build.index_of(folder)), stretches, twin.replaced_words, tuple(_notes(found)))


def _notes(found: Found) -> Iterable[str]:
    _, mended = outputs.derived_files(found.job.out, Store.of(found.job.out, found.job.name))
    if mended:
        count = counted(len(mended), "output")
        yield f"{count} that a person mended by hand: the twins are of the run's; 'vignette edits adopt' takes mends over"
    small = not any(c.isupper() for text in found.material.spoken() for c in text)
    if small and found.material.spoken():
        yield "this text has no capitals: names that are ordinary words, too, are left where nothing else tells; look through it"


def _keep_apart(job: Job, key_file: Path, folder: Path) -> None:
    """Raise UsageError where the key would lie among the twins, or the twins among the originals."""
    if folder.resolve() in key_file.resolve().parents:
        raise UsageError(
            f"the key '{key_file}' would lie among the twins", "name another place with --roster"
        )
    if folder.resolve() in (job.out.resolve(), job.media.parent.resolve()):
        raise UsageError(f"'{folder}' holds the originals", _ELSEWHERE)
    if key_file.resolve() == sidecar_of(job.media).resolve():
        raise UsageError(f"'{key_file}' is the sidecar of the recording", "name another file with --roster")
    if key_file.is_dir():
        raise UsageError(f"'{key_file}' is a folder", "name a file with --roster")


def _make(folder: Path) -> None:
    try:
        with privacy.chosen(True):
            privacy.make_folder(folder)
    except OSError as error:
        raise OutputError(folder, f"cannot be made: {error.strerror}", _ELSEWHERE) from error
    leftovers.sweep((folder,))


def _refuse_foreign(files: Iterable[tuple[Path, bytes]], store: Store, overwrite: bool) -> None:
    """Raise OutputError where something stands that is no twin of this recording as it was left."""
    ours = {path.resolve() for path in derived.files_of(store)[0]}
    for path, data in files:
        if overwrite or not path.exists() or path.resolve() in ours:
            continue
        if path.is_dir() or digest_of(path.read_bytes()) != digest_of(data):
            raise OutputError(
                path,
                "is there already, and is no twin as this command left it",
                f"move it away, {_ELSEWHERE}, or add --overwrite",
            )


def _remove_obsolete(store: Store, made: Sequence[Path]) -> None:
    """Remove twins of an earlier time that are called otherwise since, where nobody changed them."""
    store.make()
    record = store.folder / _TWINS
    last: list[str] = []
    with suppress(OSError, ValueError):
        last = [str(path) for path in json.loads(record.read_bytes())]
    now, ours = {path.resolve() for path in made}, {path.resolve() for path in derived.files_of(store)[0]}
    for path in map(Path, last):
        if path in ours and path not in now:
            path.unlink(missing_ok=True)
    kept = [path for path in last if Path(path).is_file() and Path(path) not in now]
    write_atomic(record, json.dumps([*map(str, sorted(now)), *kept], indent=1))


def _check(twin: Twin, table: Table) -> None:
    """Raise OutputError if any text of a twin still holds a name that is no ordinary word: that would be a defect of ours."""
    sure = {w for w in table.words if w not in table.doubtful and not is_ordinary(w)}
    left = sum(bool(sure.intersection(words_of(text))) for text in strings(twin.transcript))
    if left:
        problem = f"would still hold a name in {counted(left, 'place')}, so nothing was written"
        raise OutputError(Path("the twin"), problem, "please report it, without the recording")
