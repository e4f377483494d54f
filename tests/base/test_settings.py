"""Settings come in layers, and every mistake is one sentence with its place and the nearest known key."""

import time
from pathlib import Path

import pytest

from pipeline.errors import SettingsError
from pipeline.settings import Person, Settings, known_keys, load


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_later_layers_win(tmp_path):
    project = write(tmp_path / "vignette.toml", "[captions]\nmax_line_chars = 37\nmax_lines = 1\n")
    sidecar = write(tmp_path / "talk.toml", 'title = "Talk"\n[captions]\nmax_lines = 3\n')
    settings = load(project, sidecar, ("captions.max_lines=4", "language=de"))
    assert (settings.captions.max_line_chars, settings.captions.max_lines) == (37, 4)
    assert (settings.title, settings.language) == ("Talk", "de")


def test_defaults_when_no_file_is_there(tmp_path):
    assert load(tmp_path / "vignette.toml", None) == Settings()


def test_a_full_sidecar(tmp_path):
    sidecar = write(
        tmp_path / "x.toml",
        'expected_duration = "1:23:04"\nisbn = ["978-1-60124-472-7"]\nterms = ["MBRP"]\n'
        '[[people]]\nname = "Jax Beatty"\nrole = "cotherapist"\nalso_known_as = ["JAX"]\n',
    )
    settings = load(None, sidecar)
    assert settings.expected_duration_ms == 4_984_000
    assert settings.people == (Person("Jax Beatty", "cotherapist", ("JAX",)),)
    assert settings.names == ("Jax Beatty", "JAX", "MBRP")


@pytest.mark.parametrize(
    ("override", "expected"),
    [
        ("captions.max_line=1", "did you mean 'captions.max_lines'"),
        ("max_line_chars=1", "did you mean 'captions.max_line_chars'"),
        ("titel=x", "did you mean 'title'"),
        ("captions.max_lines=many", "'captions.max_lines' must be"),
        ("captions.max_lines=0", "greater than or equal to 1"),
        ("captions.max_line_chars=true", "must be"),
        ("captions.min_duration_ms=90000", "less than or equal to"),
        ("expected_duration=an hour", "is not a duration"),
        ("language=Plain English", "language tag"),
        ("transcribe.recognizer=siri", "'auto', 'whisper' or 'sphinx'"),
        ("captions=1", "'captions' must be"),
        ("nonsense", "key=value"),
    ],
)
def test_mistakes_on_the_command_line(override, expected):
    with pytest.raises(SettingsError, match="--set") as caught:
        load(None, None, (override,))
    assert expected in str(caught.value)
    assert caught.value.exit_status == 2


@pytest.mark.parametrize(
    ("people", "says"),
    [
        ('[[people]]\nnme = "A"\n', "'people 1.nme' is no setting - did you mean 'name'?"),
        ('[[people]]\nname = "Ada"\n[[people]]\nname = "Jax"\nrole = 3\n', "'people 2 (Jax).role' must be"),
        ('[[people]]\nrole = "client"\n', "'people 1.name' is missing"),
        ('[[people]]\nname = "Jax"\nalso_known_as = ["J", 7]\n', "'people 1 (Jax).also_known_as 2' must be"),
        ('people = ["Jax"]\n', "'people 1' must be"),
    ],
)
def test_mistakes_in_a_file_name_the_file_and_the_person(tmp_path, people, says):
    with pytest.raises(SettingsError) as caught:
        load(None, write(tmp_path / "talk.toml", people))
    assert "talk.toml" in str(caught.value)
    assert says in str(caught.value)


def test_broken_toml_is_told_with_its_place(tmp_path):
    with pytest.raises(SettingsError, match=r"vignette\.toml.*line 1, column"):
        load(write(tmp_path / "vignette.toml", "title = a"), None)


def test_a_file_that_is_no_text(tmp_path):
    path = tmp_path / "vignette.toml"
    path.write_bytes(b"title = '\xff'")
    with pytest.raises(SettingsError, match="not UTF-8 text"):
        load(path, None)


def test_every_key_can_be_listed():
    keys = set(known_keys())
    assert {"title", "captions.max_lines", "transcribe.recognizer", "align.processes"} <= keys


def test_settings_that_contradict_each_other():
    with pytest.raises(SettingsError, match="larger than captions"):
        load(None, None, ("captions.min_duration_ms=9000", "captions.max_duration_ms=5000"))


@pytest.mark.parametrize(
    ("role", "meant"), [("therepist", "therapist"), ("cleint", "client"), ("Narator", "narrator")]
)
def test_a_misspelt_role_is_told_with_the_role_that_is_meant(tmp_path, role, meant):
    path = tmp_path / "talk.toml"
    path.write_text(f'[[people]]\nname = "Ann"\nrole = "{role}"\n', encoding="utf-8")
    with pytest.raises(SettingsError, match=rf"people 1 \(Ann\)\.role.*did you mean '{meant}'\?"):
        load(None, path)


@pytest.mark.parametrize(
    "role", ["", "therapist", "Co-therapist", "clients", "family doctor", "sponsor", "probation officer"]
)
def test_any_other_word_may_be_a_role(tmp_path, role):
    path = tmp_path / "talk.toml"
    path.write_text(f'[[people]]\nname = "Ann"\nrole = "{role}"\n', encoding="utf-8")
    assert load(None, path).people[0].role == role


@pytest.mark.parametrize("again", ["0:04", "0:04.0", "0:00:04.000"])
def test_two_parts_given_at_the_same_time_are_one_sentence(tmp_path, again):
    path = tmp_path / "talk.toml"
    path.write_text(
        f'[[vignettes]]\nstart = "0:04"\n[[vignettes]]\nstart = "0:05"\n[[vignettes]]\nstart = "{again}"\n'
    )
    with pytest.raises(SettingsError) as caught:
        load(None, path)
    assert "vignettes.2.start" in str(caught.value) and "where another part begins" in str(caught.value)


def test_thousands_of_parts_are_read_in_time_in_proportion(tmp_path):
    """Every start was compared with all before it: 4,000 parts took minutes."""
    starts = (f"0:{n // 60000 % 60:02}:{n // 1000 % 60:02}.{n % 1000:03}" for n in range(0, 80_000, 20))
    text = "".join(f'[[vignettes]]\nstart = "{start}"\n' for start in starts)
    since = time.process_time()
    assert len(load(None, write(tmp_path / "x.toml", text)).vignettes) == 4000
    assert time.process_time() - since < 5
    with pytest.raises(
        SettingsError, match=r"vignettes\.4000\.start. is 0:00:40.000, where another part begins"
    ):
        load(None, write(tmp_path / "x.toml", text + '[[vignettes]]\nstart = "0:00:40.000"\n'))
