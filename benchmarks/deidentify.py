"""De-identification measured: planted names in every form that they are written in, searched in every byte of the twins.

    python -m benchmarks.deidentify [--record] [--show]

100 names (60 people by given name, 20 families, 20 places), half of the given names in no list that the code holds, half of the
people in no roster, so that patterns alone find them; the proposed list is taken as it is, unread. Then every file of the twins
is searched, members of ZIP files and pages of SQLite files too, without case and accents: a leak is a planted name. Names that
are ordinary words are searched where they were planted. Damage is every other word that is not as it was.
"""

from __future__ import annotations

import argparse
import io
import re
import sys
import tempfile
import time
import unicodedata
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks import results
from benchmarks.deidentify_material import (
    FAMILIES,
    FOREIGN,
    HELD,
    MISHEARD,
    NICKNAMES,
    PLACES,
    Material,
    build,
)
from pipeline.commands.deidentify import deidentify, found, key, ordinary
from pipeline.run.jobs import Job

FILLER = Path(__file__).with_name("concepts.jsonl")
# Planted names that are ordinary words, too, or parts of names that are.
WORDS = frozenset(
    [
        "will",
        "grace",
        "mark",
        "hope",
        "may",
        "rose",
        "bill",
        "art",
        "faith",
        "joy",
        "frank",
        "dawn",
        "royal",
        "oak",
        "hospital",
        "street",
        "elm",
        "kings",
        "cross",
    ]
)


@dataclass(frozen=True, slots=True)
class Measured:
    """What came of it: leaks and damaged words as they stand, and counts."""

    leaks: tuple[str, ...]
    damaged: tuple[str, ...]
    planted: int
    words: int
    files: int
    seconds: float

    @property
    def damaged_percent(self) -> float:
        return 100 * len(self.damaged) / self.words


def folded(text: str) -> str:
    """Without case, accents and characters that nobody sees: independent of how the code folds."""
    plain = unicodedata.normalize("NFKD", text).casefold().replace("ø", "o").replace("ł", "l")
    return "".join(c for c in plain if not unicodedata.combining(c) and unicodedata.category(c) != "Cf")


def texts_of(path: Path) -> Iterator[str]:
    """All that a file holds, as text: its name, its bytes, those of a ZIP file's members (packed, they say nothing)."""
    data = path.read_bytes()
    yield path.name
    if not zipfile.is_zipfile(io.BytesIO(data)):
        yield data.decode("utf-8", "ignore")
    else:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for name in archive.namelist():
                yield name
                yield archive.read(name).decode("utf-8", "ignore")


def searched() -> set[str]:
    """The folded names to look for everywhere."""
    names = {w for name in (*HELD, *FOREIGN, *FAMILIES, *PLACES) for w in folded(name).split()}
    heard = {folded(h) for h in (*MISHEARD.values(), *NICKNAMES.values())}
    return {n for n in names | heard if n not in WORDS}


def leaks_in(files: list[Path]) -> Iterator[str]:
    wanted = re.compile(
        r"(?<![^\W\d_])(?:" + "|".join(sorted(map(re.escape, searched()))) + r")s?(?![^\W\d_])"
    )
    spelt = re.compile(
        "|".join(
            rf"\b{sep.join(name)}\b" for sep in (r"\. ?", "-") for name in sorted(searched()) if len(name) > 2
        )
    )
    for path in files:
        for text in texts_of(path):
            plain = folded(text)
            for match in (*wanted.finditer(plain), *spelt.finditer(plain)):
                yield f"{path.name}: {plain[max(0, match.start() - 30) : match.end() + 30]!r}"


def measure(folder: Path) -> Measured:
    """Write the twins of the material into a folder, and search them."""
    material = build(FILLER)
    media = folder / "media" / f"{material.transcript.media.name}.mp4"
    job = Job(media, folder / "transcripts", material.settings)
    began = time.monotonic()
    written = found.Material(material.settings, material.transcript, (), (job.name,))
    empty = key.Key(secret="benchmark")
    proposed = found.proposed(empty, written)
    made = deidentify.Found(job, material.transcript, written, proposed, empty)
    deidentify.write(made, folder / "twins")
    seconds = time.monotonic() - began
    files = [p for p in sorted((folder / "twins").rglob("*")) if p.is_file()]
    twin = deidentify.twin_by(made).transcript
    stays = ("Street", "Hospital")  # what sort of place it is, is told
    kept = [
        t
        for n, t in material.planted.items()
        if twin.tokens[n].text == t and len(t) > 3 and not t.startswith(stays)
    ]
    names = {w for e in proposed.entries for w in e.words}
    damaged = [
        f"{material.transcript.text(max(0, n - 3), n + 4)!r} -> {twin.tokens[n].text}"
        for n, t in enumerate(material.transcript.tokens)
        if n not in material.planted
        and twin.tokens[n].text != t.text
        and not _is_own(t.text, names, material)
    ]
    words = sum(n not in material.planted for n in range(len(twin.tokens)))
    return Measured(
        (*leaks_in(files), *(f"as it was: {k}" for k in kept)),
        tuple(damaged),
        len(material.planted),
        words,
        len(files),
        seconds,
    )


# The names of the people and places in the sentences of the filler.
OWN = frozenset(
    [
        "daniel",
        "marsh",
        "ruth",
        "calder",
        "alan",
        "frew",
        "colin",
        "denise",
        "leo",
        "maya",
        "terry",
        "marcus",
        "anna",
        "joe",
        "sam",
        "carla",
        "mike",
        "crewe",
        "spain",
        "alps",
    ]
)


def _is_own(text: str, names: set[str], material: Material) -> bool:
    """Whether a word of the filler is a name there."""
    return folded(re.sub(r"\W*(?:['’]s)?\W*$", "", text)).strip(".,!?\"'") in OWN


def _is_listed(name: str) -> bool:
    """Whether a list of the code holds a name."""
    words = {folded(w) for w in name.split()}
    return bool(words & (ordinary.given_names() | ordinary.WORD_SURNAMES | ordinary.PLACE_WORDS))


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--show", action="store_true", help="name every leak and every damaged word")
    results.offer(parser)
    args = parser.parse_args()
    unheld = [n for n in (*HELD, *FOREIGN, *FAMILIES, *PLACES) if not _is_listed(n)]
    with tempfile.TemporaryDirectory() as folder:
        found_ = measure(Path(folder))
    names = len(HELD) + len(FOREIGN) + len(FAMILIES) + len(PLACES)
    print(f"{names} names ({len(unheld)} in no list), {found_.planted} places, {found_.files} files: "
          f"{len(found_.leaks)} leaks; {len(found_.damaged)} of {found_.words} other words damaged "
          f"({found_.damaged_percent:.2f} %); {found_.seconds:.1f} s")  # fmt: skip
    for line in (*found_.leaks, *found_.damaged) if args.show else ():
        print(f"  {line}")
    if args.record:
        figures = {
            "names": names, "unlisted": len(unheld), "places": found_.planted, "files": found_.files,
            "leaks": len(found_.leaks), "damaged_percent": found_.damaged_percent, "words": found_.words,
        }  # fmt: skip
        results.record("deidentify", figures)
    return 1 if found_.leaks else 0


if __name__ == "__main__":
    sys.exit(main())
