"""Errors keep their facts, say one sentence, and survive the way between processes."""

import inspect
import pickle
from pathlib import Path

import pytest

from pipeline import errors
from pipeline.errors import VignetteError

EXAMPLES = {
    "UsageError": {"problem": "no", "remedy": "yes"},
    "SettingsError": {"where": "a.toml", "key": "x", "problem": "is no setting", "nearest": "y"},
    "MediaError": {"path": Path("a.mp4"), "problem": "holds no sound"},
    "NotCaptioned": {"path": Path("a.mp4"), "problem": "was not captioned yet", "remedy": "vignette run"},
    "SubtitlesError": {"path": Path("a.srt"), "problem": "is binary", "offset": 7},
    "DocumentError": {"path": Path("a.json"), "problem": "is odd", "where": "utterance 3"},
    "WeightsError": {"model": "small.en", "problem": "is missing", "remedy": "fetch it"},
    "RecognizerError": {"recognizer": "sphinx", "problem": "gave up"},
    "OutputError": {"path": Path("a.vtt"), "problem": "cannot be written"},
    "TranscriptError": {"problem": "odd"},
    "LexiconError": {"path": Path("concepts.toml"), "line": 3, "column": 4, "problem": "is odd"},
    "Interrupted": {"stage": "align"},
}


def kinds():
    return [
        k
        for _, k in inspect.getmembers(errors, inspect.isclass)
        if issubclass(k, VignetteError) and k is not VignetteError
    ]


def test_every_error_has_an_example_here():
    assert {k.__name__ for k in kinds()} == set(EXAMPLES)


def test_the_tree_in_the_docstring_is_the_tree():
    assert all(k.__name__ in errors.__doc__ for k in kinds())


@pytest.mark.parametrize("kind", kinds(), ids=lambda k: k.__name__)
def test_pickling_keeps_facts_and_sentence(kind):
    error = kind(**EXAMPLES[kind.__name__])
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is kind
    assert str(again) == str(error)
    assert again.facts() == error.facts()
    assert "\n" not in str(error)
    assert error.exit_status in (1, 2, 130)


def test_names_give_the_terminal_no_orders():
    assert str(errors.MediaError(Path("a\x1b[31m\nb.mp4"), "is odd")) == "a\\x1b[31m\\nb.mp4: is odd"
