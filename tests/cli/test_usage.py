"""Wrong usage: what click found is said in our words, with the help of the command it was made in."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from pipeline.cli.options import shape_of
from pipeline.cli.usage import usage_error
from pipeline.errors import UsageError


def context(*names: str):
    found = None
    for name in names:
        found = SimpleNamespace(parent=found, info_name=name)
    return found


def mistake(message: str, **more):
    return SimpleNamespace(format_message=lambda: message, ctx=context("vignette", "concepts", "try"), **more)


def test_an_unknown_option_names_what_is_near():
    error = usage_error(mistake("No such option: --rol", option_name="--rol", possibilities=["--role"]))
    assert str(error).startswith("there is no option --rol")
    assert "did you mean --role?" in error.remedy
    assert "vignette concepts try --help" in error.remedy


def test_an_unknown_option_like_no_other_points_to_the_help():
    error = usage_error(mistake("No such option: --xyz", option_name="--xyz", possibilities=None))
    assert "did you mean" not in error.remedy
    assert error.remedy == "vignette concepts try --help shows what there is"


@pytest.mark.parametrize(
    ("message", "wanted"),
    [("Input should be a valid integer, unable to parse string as an integer.", "a whole number"),
     ("Invalid value: Input should be a valid number", "a number"),
     ("Input should be less than or equal to 99", "less than or equal to 99")],
)  # fmt: skip
def test_a_value_of_the_wrong_type_names_its_option_and_the_type(message, wanted):
    parameter = SimpleNamespace(opts=["--audio-track"], name="audio_track")
    error = usage_error(mistake(message, param=parameter))
    assert str(error).startswith(f"--audio-track must be {wanted}")


def test_any_other_mistake_keeps_its_message_in_one_line():
    error = usage_error(mistake("Something of another\n  kind."))
    assert str(error).startswith("Something of another kind -")
    assert "\n" not in str(error)


@pytest.mark.parametrize(
    ("message", "said"),
    [("Missing argument 'QUERY'.", "QUERY is missing"), ("Missing argument 'subtitles'.", "SUBTITLES is missing"),
     ("Missing option '--out' / '-o'.", "--out is missing"), ("Missing option '-o'.", "-o is missing")],
)  # fmt: skip
def test_what_a_command_cannot_do_without_is_named(message, said):
    assert str(usage_error(mistake(message))).startswith(f"{said} - vignette concepts try --help")


@pytest.mark.parametrize(
    ("typed", "near"), [("serch", "search"), ("Decisions", "decisions"), ("xyz", ""), ("it's", "")]
)
@pytest.mark.parametrize("more", [".", ". Did you mean 'other'?"])
def test_an_unknown_command_names_what_is_near(typed, near, more):
    group = SimpleNamespace(commands={"search": 1, "decisions": 1})
    error = mistake(f"No such command '{typed}'{more}")
    error.ctx = SimpleNamespace(parent=None, info_name="vignette", command=group)
    told = str(usage_error(error))
    assert told.startswith(f"there is no command '{typed}'")
    assert told.count("did you mean") == bool(near) and (not near or f"did you mean {near}?" in told)


@pytest.mark.parametrize("format", ["html", "csv", "md"])
def test_json_and_another_format_contradict_each_other(format):
    assert shape_of(format, False) == format
    with pytest.raises(UsageError, match="contradict"):
        shape_of(format, True)


@pytest.mark.parametrize("format", ["text", "json"])
def test_json_is_short_for_its_format(format):
    assert shape_of(format, True) == "json"


@pytest.mark.parametrize("message", ["Path 'a b.srt' is not readable", "File 'a b.srt' is not readable"])
@pytest.mark.parametrize("before", ["", "Invalid value for 'files': "])
def test_a_file_that_may_not_be_read_is_no_riddle_of_the_command(before, message):
    told = str(usage_error(mistake(f"{before}{message}.")))
    assert told == "'a b.srt' cannot be read - change its permissions"
