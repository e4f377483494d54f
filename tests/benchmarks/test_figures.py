"""The README's figures: written from what the benchmarks recorded, never typed; and how that is recorded."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from benchmarks import build_demo, figures, results
from tests.support.project import ROOT

README = (ROOT / "README.md").read_text("utf-8")
TEMPLATES = tomllib.loads(figures.TEMPLATES.read_text("utf-8"))["section"]
ITEMS = [item for section in TEMPLATES for item in (*section["row"], *section.get("text", []))]
LIBRARIES = {
    "__init__",
    "align_speech",
    "caption_cuts",
    "caption_faults",
    "caption_makers",
    "caption_material",
    "caption_onsets",
    "deidentify_material",
    "fault_damage",
    "fault_ground",
    "fault_machines",
    "fault_sizes",
    "fuzz_formats",
    "fuzz_material",
    "fuzz_tools",
    "reference_speech",
    "results",
    "search_needs",
    "sized_whisper",
    "sounds",
    "whole_parts",
    "word_errors",
}
NEEDS_TORCH = {"train_tiny_whisper"}
BENCHMARKS = sorted({p.stem for p in (ROOT / "benchmarks").glob("*.py")} - LIBRARIES - NEEDS_TORCH)


def kept(folder: Path, name: str, date: str = "2026-01-02", **values: float) -> None:
    """A result as a benchmark would have recorded it."""
    result = {
        "benchmark": name, "command": f"python -m benchmarks.{name}", "commit": "1a2b3c4", "date": date,
        "figures": values, "machine": {"cores": 2}, "note": "",
    }  # fmt: skip
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.json").write_text(json.dumps(result), "utf-8")


def table(folder: Path, *rows: str) -> str:
    """The block of one table, whose rows are "result: template"."""
    lines = ["[[section]]", 'columns = ["what", "figure", "command"]']
    for row in rows:
        name, _, template = row.partition(": ")
        lines += [
            "[[section.row]]",
            f'result = "{name}"',
            f'cells = ["{name}", "{template}"]',
            f'command = "{name}"',
        ]
    templates = folder / "figures.toml"
    templates.write_text("\n".join(lines), "utf-8")
    return figures.block(templates, folder / "results")


# --- the README


def test_the_readme_says_what_was_measured():
    assert figures.renewed(README, figures.block()) == README, "run `python -m benchmarks.figures`"


def test_every_result_has_what_its_sentences_ask_for():
    """A dash would hide a figure whose name was misspelt; only ffsubsync, which few have installed, may be missing."""
    found = figures.load(figures.RESULTS)
    for item in ITEMS:
        for template in (*item.get("cells", []), item.get("words", "")):
            if item["result"] in found and "ffsubsync" not in template:
                assert figures.filled(template, found[item["result"]].figures)[1], template


def test_results_name_no_machine_and_no_place():
    for path in figures.RESULTS.glob("*.json"):
        text = path.read_text("utf-8")
        assert not re.search(r"(?<![\w.])/\w|[A-Z]:\\\\", text), path.name
        assert text == json.dumps(json.loads(text), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def test_what_the_rows_say_of_the_films_faults_is_what_the_builder_does():
    labels = " ".join(row["cells"][0] for section in TEMPLATES for row in section["row"])
    assert f"{build_demo.LONG_OFFSET_MS / 1000} s late" in labels
    assert f"{build_demo.LONG_CUT_MS // 1000} s cut out" in labels


# --- from figures to sentences


def test_numbers_are_written_as_the_sentence_asks(tmp_path):
    kept(
        tmp_path / "results",
        "one",
        all_percent=100.0,
        none=0.0,
        nearly=99.96,
        many=12_345,
        s_least=3.2,
        s_most=4.9,
    )
    text = table(
        tmp_path, "one: {all_percent:.1f} % {none:.2f} {nearly:.1f} {many:,} {s:.0f} s {s_least:.1f} s"
    )
    assert "| 100 % 0 100.0 12,345 3 to 5 s 3.2 s |" in text


def test_a_range_that_reads_as_one_number_is_one(tmp_path):
    kept(tmp_path / "results", "one", s_least=3.04, s_most=2.96)
    assert "| 3.0 s |" in table(tmp_path, "one: {s:.1f} s")


def test_what_nobody_measured_says_so(tmp_path):
    text = table(tmp_path, "one: {figure:.1f} s")
    assert "| one | not measured here yet | `one` |" in text
    assert "Measured on" not in text


def test_a_figure_that_the_result_lacks_is_a_dash(tmp_path):
    kept(tmp_path / "results", "one", there=1)
    assert "| one | - |" in table(tmp_path, "one: {there} of {missing:.1f}")


def test_the_table_says_when_and_on_what_it_was_measured(tmp_path):
    kept(tmp_path / "results", "one", s=1)
    text = table(tmp_path, "one: {s} s")
    assert text.endswith("Measured on 2026-01-02 at 1a2b3c4, on 2 cores.")


def test_a_row_of_another_day_bears_its_date(tmp_path):
    for name, date in (("one", "2026-01-02"), ("two", "2026-01-02"), ("old", "2025-12-24")):
        kept(tmp_path / "results", name, date, s=1)
    text = table(tmp_path, "one: {s} s", "two: {s} s", "old: {s} s")
    assert "| one | 1 s |" in text and "| two | 1 s |" in text
    assert "| old | 1 s (2025-12-24) |" in text
    assert text.endswith("What bears a date, 2025-12-24 at 1a2b3c4: on 2 cores.")


def test_a_command_is_shown_as_it_was_typed_and_once(tmp_path):
    kept(tmp_path / "results", "one", s=1)
    text = table(tmp_path, "one: {s} s", "one: {s} seconds")
    assert "| 1 s | `python -m benchmarks.one` |" in text
    assert '| 1 seconds | " |' in text


def test_check_tells_a_readme_that_differs_and_leaves_it(tmp_path, monkeypatch, capsys):
    readme = tmp_path / "README.md"
    readme.write_text(README.replace(figures.END, f"a figure typed by hand\n{figures.END}"), "utf-8")
    typed = readme.read_text("utf-8")
    monkeypatch.setattr(sys, "argv", ["figures", "--check"])
    assert figures.main(readme) == 1 and readme.read_text("utf-8") == typed
    monkeypatch.setattr(sys, "argv", ["figures"])
    assert figures.main(readme) == 0 and readme.read_text("utf-8") == README
    monkeypatch.setattr(sys, "argv", ["figures", "--check"])
    assert figures.main(readme) == 0
    assert "the README says what was measured" in capsys.readouterr().out


def test_a_readme_without_marks_is_not_written_to():
    with pytest.raises(ValueError, match="no <!-- figures -->"):
        figures.renewed("# Vignette\n", "figures")


# --- recording


def test_a_recorded_result_says_how_it_was_measured(tmp_path, capsys):
    results.record(
        "quick", {"b_s": 1.23456789, "a_words": 7}, "python -m benchmarks.quick", folder=tmp_path / "results"
    )
    found = json.loads((tmp_path / "results" / "quick.json").read_text("utf-8"))
    assert found["figures"] == {"a_words": 7, "b_s": 1.23457}
    assert (
        list(found)
        == sorted(found)
        == ["benchmark", "command", "commit", "date", "figures", "machine", "note"]
    )
    assert found["machine"]["cores"] >= 1 and found["command"] == "python -m benchmarks.quick"
    assert capsys.readouterr().err == "recorded in benchmarks/results/quick.json\n"


@pytest.mark.parametrize("value", [float("nan"), "seven", None])
def test_what_is_no_number_is_not_recorded_and_the_old_result_stays(tmp_path, capsys, value):
    results.record("quick", {"a_s": 1.0}, "quick", folder=tmp_path)
    before = (tmp_path / "quick.json").read_bytes()
    results.record("quick", {"a_s": value}, "quick", folder=tmp_path)
    assert (tmp_path / "quick.json").read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["quick.json"]
    assert "The figures of quick were not recorded: " in capsys.readouterr().err


def test_a_folder_that_cannot_be_written_is_said_in_a_sentence(tmp_path, capsys):
    (tmp_path / "results").write_text("a file where the folder should be")
    results.record("quick", {"a_s": 1.0}, "quick", folder=tmp_path / "results")
    said = capsys.readouterr().err
    assert said.startswith("The figures of quick were not recorded: ") and said.count("\n") == 1


def test_a_command_is_kept_without_its_paths(tmp_path):
    film, script = tmp_path / "group session.mp4", tmp_path / "talk.srt"
    film.touch(), script.touch()
    argv = [
        str(ROOT / "benchmarks" / "whole_run.py"),
        str(film),
        str(script),
        "--record",
        f"--keep={tmp_path}",
    ]
    assert results.typed(argv) == "python -m benchmarks.whole_run FILM SUBTITLES --keep=FOLDER"
    assert (
        results.typed(["whisper.py", "--model", "small-shaped"])
        == "python -m benchmarks.whisper --model small-shaped"
    )
    assert results.typed(["captions.py", "--only", "a b"]) == "python -m benchmarks.captions --only 'a b'"


def test_a_changed_tree_is_told_from_a_commit(tmp_path):
    def git(*words: str) -> None:
        subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@b", *words], cwd=tmp_path, check=True)

    assert results.commit(tmp_path) == "unknown"
    (tmp_path / "benchmarks" / "results").mkdir(parents=True)
    (tmp_path / "code.py").touch()
    git("init", "-q")
    git("add", ".")
    git("commit", "-qm", "first")
    (tmp_path / "benchmarks" / "results" / "one.json").touch()
    assert re.fullmatch("[0-9a-f]{7,}", results.commit(tmp_path))
    (tmp_path / "code.py").write_text("changed")
    assert re.fullmatch(r"[0-9a-f]{7,}\+changes", results.commit(tmp_path))


@pytest.mark.slow
@pytest.mark.parametrize("name", BENCHMARKS)
def test_every_benchmark_says_what_it_measures(name, tmp_path):
    asked = [sys.executable, "-m", f"benchmarks.{name}", "--help"]
    ran = subprocess.run(
        asked, cwd=ROOT, text=True, capture_output=True, env={**os.environ, "COLUMNS": "200"}
    )
    assert ran.returncode == 0, ran.stderr
    words = ran.stdout.split("\n\n", 1)[1].split("options:")[0]
    assert re.search(r"[A-Z][^.]+[.:?]", words), ran.stdout
