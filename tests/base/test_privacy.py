"""Permissions: what comes of a recording is its owner's alone, unless the project or the folder says otherwise."""

import os
import stat

import pytest

from pipeline import privacy


@pytest.fixture(autouse=True)
def usual(tmp_path, monkeypatch):
    """An empty project, and a system that lets everybody read new files."""
    monkeypatch.chdir(tmp_path)
    before = os.umask(0o022)
    yield
    os.umask(before)


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_new_files_are_private(tmp_path):
    assert privacy.file_mode(tmp_path) == 0o600


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("private = false\n", 0o644),
        ("private = true\n", 0o600),
        ("\ufeffprivate = false\n", 0o644),
        ("[captions]\nprivate = false\n", 0o600),  # not the project's
        ("private = no\n", 0o600),  # a mistake, which whoever reads all of it names
        ("", 0o600),
    ],
)
def test_the_project_may_say_otherwise(tmp_path, said, expected):
    (tmp_path / "vignette.toml").write_text(said, "utf-8")
    assert privacy.file_mode(tmp_path) == expected


def test_a_recording_may_say_otherwise_for_itself(tmp_path):
    with privacy.chosen(False):
        assert privacy.file_mode(tmp_path) == 0o644
    assert privacy.file_mode(tmp_path) == 0o600
    (tmp_path / "vignette.toml").write_text("private = false\n")
    with privacy.chosen(True):
        assert privacy.file_mode(tmp_path) == 0o600


def test_a_shared_folder_says_otherwise(tmp_path):
    os.umask(0o007)
    shared = tmp_path / "team"
    shared.mkdir()
    shared.chmod(0o2770)
    assert privacy.file_mode(shared) == 0o660


def test_folders_are_made_private_and_those_that_are_there_stay(tmp_path):
    (tmp_path / "out").mkdir(0o755)
    privacy.make_folder(tmp_path / "out" / ".work" / "talk")
    privacy.make_folder(tmp_path / "out" / ".work" / "talk")
    assert [mode(tmp_path / p) for p in ("out", "out/.work", "out/.work/talk")] == [0o755, 0o700, 0o700]


def test_a_file_in_the_way_of_a_folder_is_an_error(tmp_path):
    (tmp_path / "out").write_text("not a folder")
    with pytest.raises(OSError):
        privacy.make_folder(tmp_path / "out" / ".work")
    with pytest.raises(FileExistsError):
        privacy.make_folder(tmp_path / "out")
