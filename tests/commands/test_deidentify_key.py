"""The key file: what a person writes into it is honoured or refused in one sentence."""

import stat
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.commands.deidentify import git
from pipeline.commands.deidentify.key import KINDS, Entry, Key, read, write
from pipeline.commands.deidentify.letters import folded
from pipeline.errors import SettingsError

names = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\r\n"), max_size=12).map(
    lambda t: f"Q{t}"
)


@given(
    st.lists(st.tuples(st.sampled_from(KINDS), names, st.lists(names, max_size=2)), max_size=4), st.booleans()
)
def test_what_is_written_is_read(tmp_path_factory, rows, confirmed):
    path = tmp_path_factory.mktemp("key") / "k.toml"
    entries = [Entry(kind, name, "", tuple(also), "said", False) for kind, name, also in rows]
    ordered = tuple(sorted(entries, key=lambda e: KINDS.index(e.kind)))
    write(path, Key(ordered, confirmed, "s"))
    held = read(path)
    assert held == Key(
        tuple(Entry(e.kind, e.name, "", e.also, "said", False) for e in ordered), confirmed, "s"
    )
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_what_a_roster_says_besides_is_kept(tmp_path):
    path = tmp_path / "k.toml"
    path.write_text('[[people]]\nname = "Ruth"\nrole = "client"\nenrol = "ruth.wav"\n')
    write(path, read(path))
    assert 'role = "client"' in path.read_text() and read(path).entries[0].more == (
        ("role", "client"),
        ("enrol", "ruth.wav"),
    )


def test_names_alone_will_do(tmp_path):
    path = tmp_path / "k.toml"
    path.write_text('people = ["Ruth Calder"]\nterms = ["Falcon"]\n')
    assert [(e.kind, e.name) for e in read(path).entries] == [("people", "Ruth Calder"), ("terms", "Falcon")]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[[people]]\nname = "Ruth Calder"\npseudonym = "Bo"', "as many words as the name (2)"),
        ('[[people]]\nname = "Ruth"\npseudonym = "ruth"', "is a real name"),
        (
            '[[people]]\nname = "Ruth"\npseudonym = "Mary"\n[[people]]\nname = "Mary"',
            "is a real name of this list (Mary)",
        ),
        (
            '[[people]]\nname = "Ann"\npseudonym = "Bo"\n[[people]]\nname = "Eve"\npseudonym = "Bo"',
            "that of 'Ann'",
        ),
        ('[[people]]\nnmae = "Ruth"', "did you mean 'name'"),
        ("[[people]]\nname = 5", "must be a name"),
        ('[[people]]\nname = "123"', "with letters"),
        ('confirmed = "yes"', "must be true or false"),
        ("peple = []", "did you mean 'people'"),
        ('people = "Ruth"', "must be a list"),
        ("people = [3]", "neither a name nor a table"),
        ("[[people]", "not valid TOML"),
    ],
)
def test_a_mistake_is_told_with_its_place(tmp_path, text, said):
    path = tmp_path / "k.toml"
    path.write_text(text)
    with pytest.raises(SettingsError) as told:
        read(path)
    assert said in str(told.value) and str(path) in str(told.value)


def test_git_ignores_the_key(tmp_path):
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    key = tmp_path / "a [b]" / "#who is who!.toml"
    key.parent.mkdir()
    key.write_text("")
    assert git.keep_out(key) and not git.keep_out(key)
    assert subprocess.run(["git", "-C", tmp_path, "check-ignore", "-q", key], check=False).returncode == 0
    other = tmp_path / "who.toml"
    assert subprocess.run(["git", "-C", tmp_path, "check-ignore", "-q", other], check=False).returncode == 1


def test_without_git_nothing_is_written(tmp_path):
    assert not git.keep_out(tmp_path / "k.toml")
    assert folded("") == "" and list(tmp_path.iterdir()) == []
