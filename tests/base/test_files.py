"""write_atomic: the old file or the new one, never half of either."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from pathlib import Path

import pytest

from pipeline import files
from pipeline.errors import OutputError
from pipeline.files import why_unreadable, write_atomic


def _names(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.iterdir())


def test_writes_text_as_utf8_without_touching_line_ends(tmp_path: Path) -> None:
    path = tmp_path / "a file's “name”.srt"
    write_atomic(path, "naïve\r\n\n")
    assert path.read_bytes() == "naïve\r\n\n".encode()


def test_replaces_and_leaves_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "x.bin"
    write_atomic(path, b"old")
    write_atomic(path, b"new")
    assert path.read_bytes() == b"new"
    assert _names(tmp_path) == ["x.bin"]


def test_keeps_permissions_and_gives_new_files_to_their_owner_alone(tmp_path: Path) -> None:
    kept, plain, fresh, model = (tmp_path / name for name in ("kept", "plain", "fresh", "model"))
    kept.write_text("old")
    kept.chmod(0o640)
    plain.write_text("as open() would")
    write_atomic(kept, "new")
    write_atomic(fresh, "new")
    write_atomic(model, "nobody's words", private=False)
    assert stat.S_IMODE(kept.stat().st_mode) == 0o640
    assert stat.S_IMODE(fresh.stat().st_mode) == 0o600
    assert stat.S_IMODE(model.stat().st_mode) == stat.S_IMODE(plain.stat().st_mode)


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    target, link = tmp_path / "target", tmp_path / "link"
    target.write_text("old")
    link.symlink_to(target)
    write_atomic(link, "new")
    assert link.is_symlink()
    assert target.read_text() == "new"


@pytest.mark.parametrize(
    ("number", "says"),
    [(errno.ENOSPC, "the disk is full"), (errno.EROFS, "read-only"), (errno.EIO, os.strerror(errno.EIO))],
)
def test_a_failing_disk_leaves_the_old_file_and_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, says: str
) -> None:
    path = tmp_path / "x.srt"
    path.write_text("old")

    def fail(_: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OutputError, match=says) as caught:
        write_atomic(path, "new")
    assert caught.value.path == path
    assert path.read_text() == "old"
    assert _names(tmp_path) == ["x.srt"]


def test_an_interrupt_cleans_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_atomic(tmp_path / "x.srt", "new")
    assert _names(tmp_path) == []


def test_a_missing_folder_is_said(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="its folder does not exist"):
        write_atomic(tmp_path / "none" / "x.srt", "new")


def test_a_folder_in_the_way_is_said(tmp_path: Path) -> None:
    (tmp_path / "x.srt").mkdir()
    with pytest.raises(OutputError, match="a folder of this name"):
        write_atomic(tmp_path / "x.srt", "new")


def test_a_file_where_the_folder_should_be_is_said(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file")
    with pytest.raises(OutputError, match="is a file"):
        write_atomic(tmp_path / "out" / "x.srt", "new")


def test_a_protected_file_is_not_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x.srt"
    path.write_text("old")
    # root may write anywhere, so the system's answer is stood in for
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(OutputError, match="we may not write here"):
        write_atomic(path, "new")
    assert path.read_text() == "old"


@pytest.mark.parametrize("fails", [False, True])
def test_what_is_written_in_pieces_is_there_whole_or_not_at_all(tmp_path: Path, fails: bool) -> None:
    target = tmp_path / "sound.npy"
    target.write_bytes(b"old")
    with contextlib.suppress(KeyboardInterrupt), files.replacing(target) as part, part.open("wb") as file:
        file.write(b"half")
        assert target.read_bytes() == b"old"
        if fails:
            raise KeyboardInterrupt
        file.write(b" and half")
    assert target.read_bytes() == (b"old" if fails else b"half and half")
    assert [p.name for p in tmp_path.iterdir()] == ["sound.npy"]


def test_a_file_that_cannot_be_flushed_is_not_moved_over_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    part, target = tmp_path / "part", tmp_path / "x.mkv"
    part.write_bytes(b"new")
    target.write_bytes(b"old")

    def fail(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as broken:
        broken.setattr(os, "fsync", fail)
        with pytest.raises(OSError, match="space"):
            files.move_atomic(part, target)
    assert target.read_bytes() == b"old"
    files.move_atomic(part, target)
    assert target.read_bytes() == b"new"
    assert _names(tmp_path) == ["x.mkv"]


def test_what_we_did_not_write_is_somebody_elses(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    assert not files.is_foreign(path, ())
    path.write_bytes(b"ours")
    assert not files.is_foreign(path, {files.digest_of(b"ours")})
    assert files.digest_of(b"ours") == files.digest_of_file(path)
    path.write_bytes(b"mended")
    assert files.is_foreign(path, {files.digest_of(b"ours")})
    with pytest.raises(OutputError, match=r"cannot be read: .* - it was left as it is"):
        files.is_foreign(tmp_path, ())


@pytest.mark.parametrize(
    ("number", "problem", "remedy"),
    [
        (errno.ENOENT, "there is no such file", "check the name"),
        (errno.EACCES, "we may not read it", "change its permissions"),
        (errno.EISDIR, "it is a folder", "name one file in it"),
        (errno.ELOOP, os.strerror(errno.ELOOP), "look at it"),
    ],
)
def test_why_a_file_cannot_be_read_comes_with_what_to_do_about_that(
    number: int, problem: str, remedy: str
) -> None:
    error = OSError(number, os.strerror(number))
    assert why_unreadable(error, "look at it") == (f"cannot be read: {problem}", remedy)
