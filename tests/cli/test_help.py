"""Help as a manual: every command has examples that parse, every option and argument a sentence, every error a remedy."""

from __future__ import annotations

import ast
import os
import re
import shlex
from pathlib import Path

import pytest
import typer

from pipeline.audit.rules import RULES
from pipeline.cli.app import app
from pipeline.cli.check import Standard
from pipeline.profiles import PROFILES
from tests.support.project import ROOT

HOUSE = ROOT / "pipeline"


def tree(command, names=()):
    """Every command with the names by which it is called."""
    yield names, command
    for name, below in getattr(command, "commands", {}).items():
        yield from tree(below, (*names, name))


ALL = dict(tree(typer.main.get_command(app)))
SHOWN = {names: command for names, command in ALL.items() if not command.hidden}


def examples_of(command):
    lines = (command.epilog or "").splitlines()
    return [line.strip() for line in lines if line.strip().startswith("vignette")]


@pytest.mark.parametrize("names", SHOWN, ids=" ".join)
def test_every_command_has_a_sentence_and_examples_of_itself(names):
    command = SHOWN[names]
    assert re.match(r"[A-Z].*[.;:]", command.help or ""), command.help
    assert examples_of(command)
    for example in examples_of(command):
        if names and "     (" not in example and not hasattr(command, "commands"):
            assert example.startswith(" ".join(["vignette", *names])), example


@pytest.mark.parametrize("names", SHOWN, ids=" ".join)
def test_every_option_and_argument_has_a_sentence(names):
    for parameter in SHOWN[names].params:
        said = getattr(parameter, "help", None) or ""
        assert re.match(r"[A-Z\[].*\.$", said, re.DOTALL), f"{names} {parameter.name}: {said!r}"


@pytest.mark.parametrize("names", [n for n, c in SHOWN.items() if not hasattr(c, "commands")], ids=" ".join)
def test_every_example_is_a_command_that_there_is(names):
    """An example is parsed as a shell would, without being carried out."""
    command = SHOWN[names]
    for example in examples_of(command):
        line = example.split("     (")[0].split(" > ")[0]
        if not example.startswith(" ".join(["vignette", *names])):
            continue
        args = shlex.split(line)[1 + len(names) :]
        command.make_context(" ".join(names), args, resilient_parsing=False)


def test_an_act_has_three_options_of_its_own_at_most_and_the_same_others():
    common = {"by", "transcripts", "subtitles", "set_", "quiet", "as_json", "help"}
    for names, command in SHOWN.items():
        if names[:1] == ("edits",) and names[1:] in {("part",)}:
            continue  # what can be said of a part is five things
        if names[:1] == ("edits",) and len(names) == 2:
            own = {p.name for p in command.params if p.param_type_name == "option"} - common
            assert len(own) <= 3, f"{names}: {own}"


def test_all_acts_are_there():
    wanted = {
        *(
            "list",
            "conflicts",
            "merge",
            "adopt",
            "take",
            "text",
            "time",
            "cue",
            "split",
            "join",
            "delete",
            "add",
        ),
        *("speaker", "person", "part", "concept", "style", "waive", "review", "undo", "redo", "next"),
    }
    assert wanted <= {names[1] for names in SHOWN if names[:1] == ("edits",) and len(names) == 2}


@pytest.mark.parametrize("option", ["--json", "--quiet", "--yes", "--transcripts", "--output", "--verbose"])
def test_one_thing_has_one_name_with_one_letter(option):
    letters = {"--quiet": "-q", "--yes": "-y", "--output": "-o", "--verbose": "-v"}
    found = [p for c in SHOWN.values() for p in c.params if option in p.opts]
    assert found
    assert all(letters.get(option, option) in p.opts for p in found)


@pytest.mark.parametrize(
    ("names", "options"),
    [(("run",), ["--out", "--set", "--model", "--json"]), (("align",), ["-o", "--out", "--report", "--json", "--set"]),
     (("check",), ["--format", "--json"]), (("concepts", "score"), ["--json"]), (("search",), ["--json"])],
    ids=" ".join,
)  # fmt: skip
def test_spellings_that_stay_for_good(names, options):
    assert set(options) <= {opt for p in SHOWN[names].params for opt in p.opts}


def test_the_standards_that_can_be_chosen_are_those_there_are():
    assert {str(s) for s in Standard} == set(PROFILES)


def test_rules_in_examples_exist():
    known = {rule.id for rule in RULES}
    said = [shlex.split(e.split("     (")[0]) for e in examples_of(SHOWN["edits", "waive"])]
    assert {words[3] for words in said} <= known


ARGUMENTS = {"UsageError": 2, "QueryError": 2, "WeightsError": 3, "RecognizerError": 3}
FILE_ERRORS = (
    *("MediaError", "NotCaptioned", "SubtitlesError", "DocumentError", "LexiconError", "JournalError"),
    "JournalChanged",
    *("IndexFileError", "OutputError"),
)


def raised():
    for path in sorted(HOUSE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
                yield path, node.exc


def test_every_error_that_is_raised_has_a_remedy():
    wanted = ARGUMENTS | dict.fromkeys(FILE_ERRORS, 3)
    without = []
    for path, call in raised():
        least = wanted.get(getattr(call.func, "id", ""))
        if least is None or any(isinstance(a, ast.Starred) for a in call.args):
            continue
        if len(call.args) < least and all(k.arg != "remedy" for k in call.keywords):
            without.append(f"{path.relative_to(ROOT)}:{call.lineno}: {ast.unparse(call)}")
    assert without == []


@pytest.mark.parametrize(
    ("typed", "meant"),
    [(("serach", "x"), "search"), (("edits", "txet"), "text"), (("run", "--quite"), "--quiet"),
     (("run", "--recognizer", "sfinx"), "sphinx"), (("check", "a.srt", "--profile", "netflicks"), "netflix"),
     (("search", "x", "--count-by", "speakers"), "speaker"), (("run", "--force", "captoins"), "captions"),
     (("run", "--set", "captions.max_line=2"), "captions.max_lines"), (("concepts", "scroe"), "score"),
     (("models", "fetch", "smal.en", "--yes"), "small.en")],
    ids=" ".join,
)  # fmt: skip
def test_what_was_mistyped_is_answered_with_the_nearest(captioned, typed, meant):
    (captioned.folder / "a.srt").write_text("1\n00:00:01,000 --> 00:00:02,000\nHello.\n", "utf-8")
    ran = captioned.quick(*typed)
    assert ran.status != 0
    assert f"did you mean '{meant}'" in ran.err or f"did you mean {meant}" in ran.err, ran.err


@pytest.mark.parametrize(
    ("words", "at", "offered"),
    [("vignette ed", 1, "edits"), ("vignette edits und", 2, "undo"), ("vignette run --verb", 2, "--verbose"),
     ("vignette check --profile net", 3, "netflix"), ("vignette concepts ", 2, "score")],
    ids=str,
)  # fmt: skip
def test_the_shell_completes(project, words, at, offered, monkeypatch, capsys):
    from pipeline.cli.app import main

    monkeypatch.chdir(project.folder)
    for name, value in {
        "_VIGNETTE_COMPLETE": "complete_bash",
        "COMP_WORDS": words,
        "COMP_CWORD": str(at),
    }.items():
        monkeypatch.setitem(os.environ, name, value)
    monkeypatch.setattr("sys.argv", ["vignette"])
    with pytest.raises(SystemExit):
        main()
    assert offered in capsys.readouterr().out.split()


def test_completion_can_be_installed(project):
    ran = project.run("--help")
    assert "--install-completion" in ran.out


def test_nothing_reads_what_was_typed_but_the_application():
    reads = [
        p.relative_to(HOUSE).as_posix() for p in HOUSE.rglob("*.py") if "sys.argv" in p.read_text("utf-8")
    ]
    assert reads == [Path("cli/app.py").as_posix()]
