"""Errors keep their facts, say one sentence, and survive the way between processes."""

import ast
import inspect
import pickle
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import errors
from pipeline.errors import VignetteError

EXAMPLES = {
    "UsageError": {"problem": "no", "remedy": "yes"},
    "SettingsError": {"where": "a.toml", "key": "x", "problem": "is no setting", "nearest": "y"},
    "MediaError": {"path": Path("a.mp4"), "problem": "holds no sound"},
    "NotCaptioned": {"path": Path("a.mp4"), "problem": "was not captioned yet", "remedy": "vignette run"},
    "SubtitlesError": {"path": Path("a.srt"), "problem": "is binary", "offset": 7},
    "TurnsError": {"path": Path("a.rttm"), "problem": "is odd", "line": 3},
    "DocumentError": {"path": Path("a.json"), "problem": "is odd", "where": "utterance 3"},
    "WeightsError": {"model": "small.en", "problem": "is missing", "remedy": "fetch it"},
    "RecognizerError": {"recognizer": "sphinx", "problem": "gave up"},
    "OutputError": {"path": Path("a.vtt"), "problem": "cannot be written"},
    "BusyError": {"path": Path("a"), "problem": "another run works on it"},
    "TranscriptError": {"problem": "odd"},
    "LexiconError": {"path": Path("concepts.toml"), "line": 3, "column": 4, "problem": "is odd"},
    "QueryError": {"problem": "no", "remedy": "yes", "query": "a b", "at": 2},
    "FileError": {"path": Path("a"), "problem": "is odd", "remedy": "mend it"},
    "JournalError": {"path": Path("a.edits.jsonl"), "problem": "is odd", "remedy": "move it away"},
    "JournalChanged": {"path": Path("a.edits.jsonl"), "problem": "was written", "remedy": "look again"},
    "IndexFileError": {"path": Path("index.sqlite"), "problem": "is odd"},
    "WorkerDied": {"path": Path("a.mp4"), "problem": "was ended", "remedy": "run it alone"},
    "ClusterError": {"address": "10.0.0.1:6379", "problem": "went away", "remedy": "start it again"},
    "Defect": {"kind_of_error": "KeyError", "log": Path("a.log")},
    "Interrupted": {"stage": "align"},
}

# Exceptions between two functions of one room, each caught there: no person ever sees one, and none is a VignetteError.
SIGNALS = {
    "_Abandoned",
    "Damaged",
    "NotationError",
    "NotUnderstood",
    "NoRoomError",
    "ShareDone",
    "TooLarge",
    "_NeverDone",
    "_Refused",
    "_Stopped",
}


def kinds():
    return [
        k
        for _, k in inspect.getmembers(errors, inspect.isclass)
        if issubclass(k, VignetteError) and k is not VignetteError
    ]


def test_every_error_has_an_example_here():
    assert {k.__name__ for k in kinds()} == set(EXAMPLES)


def depth_in_docstring(name):
    line = next(line for line in errors.__doc__.splitlines() if f" {name} " in f"{line} ")
    return line.index(name) // 4


def test_the_tree_in_the_docstring_is_the_tree():
    for kind in kinds():
        generations = kind.mro().index(VignetteError)
        assert depth_in_docstring(kind.__name__) == 1 + generations, kind


def test_no_error_stands_anywhere_else():
    elsewhere = {
        node.name
        for path in Path(errors.__file__).parent.rglob("*.py")
        if path.name != "errors.py"
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.ClassDef)
        and any("Error" in ast.unparse(base) or "Exception" in ast.unparse(base) for base in node.bases)
    }
    assert elsewhere == SIGNALS


def test_what_is_wrong_with_a_file_is_told_by_its_path_its_place_and_what_to_do():
    for kind in kinds():
        if issubclass(kind, errors.FileError):
            error = kind(Path("a.x"), "is odd", "mend it")
            assert str(error) == "a.x: is odd - mend it"
    assert str(errors.DocumentError(Path("a"), "is odd", where="cue 3")) == "a, cue 3: is odd"
    assert str(errors.SubtitlesError(Path("a"), "is odd", "", 3, 7)) == "a, line 3, byte 7: is odd"
    assert str(errors.LexiconError(Path("a"), "is odd", "", 3, 7)) == "a, line 3, column 7: is odd"


@pytest.mark.parametrize("kind", kinds(), ids=lambda k: k.__name__)
def test_pickling_keeps_facts_and_sentence(kind):
    error = kind(**EXAMPLES[kind.__name__])
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is kind
    assert str(again) == str(error)
    assert again.facts() == error.facts()
    assert "\n" not in str(error) or kind is errors.QueryError  # whose second and third line are the caret's
    assert error.exit_status in (1, 2, 130)


def test_names_give_the_terminal_no_orders():
    assert str(errors.MediaError(Path("a\x1b[31m\nb.mp4"), "is odd")) == "a\\x1b[31m\\nb.mp4: is odd"


@given(st.lists(st.text(min_size=1, max_size=12), max_size=6), st.text(max_size=12), st.integers(1, 3))
def test_the_nearest_names_are_known_ones_and_never_more_than_asked(known, wanted, most):
    near = errors.nearest(wanted, known, most)
    assert set(near) <= set(known)
    assert len(near) == len(set(near)) <= most
    if wanted.strip() and wanted in known:
        assert near[0].casefold() == wanted.casefold() or wanted != wanted.strip()


def test_a_slip_is_known_for_what_it_is_whatever_its_case():
    assert errors.nearest("SMAL.en", ("small.en", "tiny.en")) == ["small.en"]
    assert errors.nearest("trigger", ("Triggers",)) == ["Triggers"]
    assert errors.nearest("xyz", ("small.en",)) == []


def test_nothing_else_looks_for_nearest_names_or_names_the_folders():
    for path in Path(errors.__file__).parent.rglob("*.py"):
        text = path.read_text("utf-8")
        assert ("get_close_matches" in text) == (path.name == "errors.py"), path
        for folder in ("media", "transcripts", "models"):
            assert f'= Path("{folder}")' not in text or path.name == "files.py", path


@pytest.mark.parametrize(
    "count, said", [(0, "0 captions"), (1, "1 caption"), (2, "2 captions"), (12_003, "12,003 captions")]
)
def test_a_number_agrees_with_its_noun(count, said):
    assert errors.counted(count, "caption") == said
    assert errors.counted(1, "entry", "entries") == "1 entry"
    assert errors.counted(2, "entry", "entries") == "2 entries"
