"""The command line: what it says, where it says it, and the exit status that goes with it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.cli.console import SilentWatcher
from pipeline.run import batch, jobs
from tests.run.test_run import tone
from tests.support.project import ROOT, environment


@pytest.mark.parametrize("command", [(), ("run",), ("doctor",), ("forget",)])
def test_help_shows_examples(project, command):
    ran = project.quick(*command, "--help") if command else project.run("--help")
    assert ran.status == 0
    assert "Example" in ran.out


@pytest.mark.parametrize(
    "args",
    [("rnu",), ("run", "--outt", "x"), ("run", "--set", "captions.max_line=1"), ("run", "nowhere.mp4", "--subtitles"),
     ("forget",), ("run", "a.mp4", "b.mp4", "--subtitles", "c.srt"), ("run", "--recognizer", "siri")],
)  # fmt: skip
def test_wrong_usage_is_one_sentence_and_status_2(project, args):
    ran = project.run(*args) if args == ("rnu",) else project.quick(*args)
    assert ran.status == 2
    assert ran.out == ""
    assert len(ran.err.strip().splitlines()) == 1
    as_json = project.quick(*args, "--json") if args[-1] != "--subtitles" else ran
    if as_json is not ran:
        assert as_json.status == 2
        assert set(as_json.json) == {"error"}
        assert as_json.err == ""


def test_an_empty_media_folder(project):
    ran = project.quick("run")
    assert ran.status == 2
    assert "no recording" in ran.err


def test_a_recording_that_is_not_there(project):
    ran = project.quick("run", "nowhere.mp4", "--json")
    assert ran.status == 1
    assert ran.json["recordings"][0]["error"]["kind"] == "MediaError"


def test_a_sidecar_without_its_video(project):
    (project.media / "film.toml").write_text("title = 'The Film'")
    ran = project.quick("run")
    assert "'The Film'" in ran.out
    assert "film.mp4" in ran.out


@pytest.mark.parametrize("read_text", ["false", pytest.param("true", marks=pytest.mark.slow)])
def test_nothing_is_said_about_words(captioned, read_text):
    """Progress and results hold times and names of files, never what was said."""
    ran = captioned.quick("run", "--force", "sound", "--set", f"picture.read_text={read_text}")
    assert ran.status == 0
    said = (captioned.media / "clip.txt").read_text(encoding="utf-8").split("\n\n")
    assert not [s for s in said if s.strip() and s.strip() in ran.out + ran.err]
    assert "align" in ran.err


def test_a_run_that_finds_nothing_to_do_loads_neither_stages_nor_numpy(captioned):
    assert captioned.quick("run").status == 0
    code = (
        "import atexit, sys; from pipeline.cli.app import main; sys.argv = ['vignette', 'run', '--quiet']; "
        "atexit.register(lambda: print(*sys.modules)); main()"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code],
        cwd=captioned.folder,
        env=environment(captioned.folder),
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = set(ran.stdout.split())
    assert "pipeline.run.graph" in loaded
    assert (
        not {"numpy", "pipeline.stages.align", "pipeline.stages.speakers", "pipeline.stages.captions"}
        & loaded
    )


def test_doctor_knows_the_next_run(captioned):
    ran = captioned.quick("doctor", "--json")
    assert ran.status == 0, ran.out
    found = {f["subject"]: f["says"] for f in ran.json}
    assert "clip.txt" in found["media/clip.mp4"]
    assert "ffmpeg version" in found["ffmpeg"]
    assert "PocketSphinx" in found["recognizer"]


def test_doctor_speaks_to_people_too(project):
    tone(project.media / "a.wav")
    ran = project.quick("doctor")
    assert ran.status == 0
    assert "no subtitles" in ran.out


def test_forgetting(captioned):
    ran = captioned.quick("forget", "clip", "--yes")
    assert ran.status == 0
    assert not [p for p in captioned.out.rglob("*") if p.is_file()]
    assert (captioned.media / "clip.mp4").is_file()
    assert captioned.quick("forget", "clip", "--yes").status == 2


def test_forgetting_takes_the_copy_and_the_sheet_along_but_no_changed_one(captioned):
    clip = Path("media", "clip.mp4")
    for command in ("mux", "sheet"):
        assert captioned.quick(command, clip).status == 0
    sheet = captioned.out / "clip.parts.html"
    sheet.write_text(sheet.read_text("utf-8") + "<!-- mine -->", "utf-8")
    ran = captioned.quick("forget", "clip", "--yes")
    assert ran.status == 0 and "clip.parts.html" in ran.out
    assert [p.name for p in captioned.out.glob("*") if p.is_file()] == ["clip.parts.html"]


def test_forgetting_these_or_all(captioned):
    ran = captioned.quick("forget", "clip", "--all")
    assert (ran.status, "--all" in ran.err) == (2, True)
    assert (captioned.out / "clip.json").is_file()


def test_an_option_without_its_value(project):
    ran = project.quick("run", "--subtitles")
    assert (ran.status, "--subtitles needs a value" in ran.err) == (2, True)


def test_forgetting_all_as_json(captioned):
    ran = captioned.quick("forget", "--all", "--json", "--yes")
    assert [r["name"] for r in ran.json] == ["clip"]


@pytest.mark.parametrize("how", [("clip",), ("--all",), ("clip", "--json"), ("media/clip.mp4", "--mended")])
def test_nothing_is_forgotten_where_nobody_can_be_asked(captioned, how):
    ran = captioned.quick("forget", *how)
    assert (ran.status, "--yes" in ran.err + ran.out) == (2, True)
    assert (captioned.out / "clip.json").is_file()


@pytest.mark.parametrize("named", ["media/clip.mp4", "transcripts/clip.en.srt", "clip.json", "./clip"])
def test_a_path_names_a_recording_to_forget(captioned, named):
    assert captioned.quick("forget", named, "--yes").out.startswith("clip: ")


def test_nothing_to_forget_is_said(project):
    ran = project.quick("forget", "--all")
    assert (ran.status, "nothing in 'transcripts'" in ran.out) == (0, True)
    ran = project.quick("forget", "clap")
    assert (ran.status, "there are: none" in ran.err) == (2, True)


def test_a_recording_of_which_nothing_can_be_made_leaves_nothing_behind(project):
    (project.media / "talk.mp4").write_bytes(b"no film at all")
    assert project.quick("run").status == 1
    assert not (project.out / ".work").exists()


@pytest.mark.parametrize("command", ["align", "adopt"])
def test_arguments_the_wrong_way_round_are_told(captioned, command):
    srt = "transcripts/clip.en.srt"
    more = ("-o", "timed.srt") if command == "align" else ()
    ran = captioned.quick(command, srt, "media/clip.mp4", *more)
    assert (ran.status, f"vignette {command} media/clip.mp4 {srt}" in ran.err) == (2, True)


def test_a_recording_that_grows_during_a_run_is_not_published_and_the_others_are(project):
    for name in ("a", "b"):
        tone(project.media / f"{name}.wav")

    class Growing(SilentWatcher):
        def stage_began(self, stage, reason):
            if stage == "picture" and not (project.out / "a.json").exists():
                with (project.media / "a.wav").open("ab") as file:
                    file.write(bytes(1000))
            return super().stage_began(stage, reason)

    found = batch.run(jobs.plan(jobs.Request(folder=project.media, out=project.out)), Growing())
    told = {o.media.name: str(o.error or "") for o in found}
    assert "grew from" in told["a.wav"] and "while it was read" in told["a.wav"]
    assert told["b.wav"] == ""
    assert not (project.out / "a.json").exists() and (project.out / "b.json").exists()
    (again, _) = batch.run(jobs.plan(jobs.Request(folder=project.media, out=project.out)), SilentWatcher())
    assert again.error is None


def test_the_version(project):
    assert project.run("--version").out.startswith("vignette ")


def test_json_is_all_there_is_on_stdout(captioned):
    ran = captioned.run("run", "--json", "--force", "captions")
    assert ran.err == ""
    json.loads(ran.out)


def test_the_bare_command_says_in_three_lines_what_is_here_and_what_to_do_next(project):
    ran = project.run()
    assert ran.status == 0
    assert len(ran.out.splitlines()) == 3
    assert "no recording" in ran.out and "vignette run" in ran.out and "--help" in ran.out
    tone(project.media / "a.wav")
    assert "vignette run   (captions a.wav)" in project.quick().out


def test_the_bare_command_knows_what_is_captioned(captioned):
    here, following, _ = captioned.quick().out.splitlines()
    assert "1 recording in media/, 1 of them captioned" in here
    assert "vignette edits next" in following


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_output_is_one_sentence(captioned):
    with Path("/dev/full").open("w") as full:
        command = [sys.executable, "-m", "pipeline", "doctor"]
        ran = subprocess.run(
            command,
            cwd=captioned.folder,
            env=environment(captioned.folder),
            stdout=full,
            stderr=-1,
            text=True,
        )
    assert ran.returncode == 1
    assert len(ran.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize(
    "setting",
    ["captions.max_lines=" + "9" * 5000, "a" + ".b" * 3000 + "=1", "captions.max_lines=" + "[" * 100_000],
)
def test_hostile_settings(project, setting):
    tone(project.media / "a.wav")
    ran = project.quick("run", "--set", setting)
    assert ran.status == 2
    assert len(ran.err.strip().splitlines()) == 1


@pytest.mark.parametrize(("data", "says"), [(b"", "zero bytes"), (bytes(range(256)) * 9, "not a recording")])
def test_doctor_opens_what_it_is_asked_about(project, data, says):
    (project.media / "a.mp4").write_bytes(data)
    ran = project.quick("doctor", "media/a.mp4")
    assert ran.status == 1
    (problem,) = [line for line in ran.out.splitlines() if line.startswith("PROBLEM")]
    assert says in problem


@pytest.mark.parametrize("command", [("doctor",), ("doctor", "--json"), ("run",)])
def test_a_closed_output_is_one_sentence_and_nothing_is_done(project, command):
    line = " ".join([sys.executable, "-m", "pipeline", *command, ">&-"])
    ran = subprocess.run(
        ["/bin/sh", "-c", line],
        cwd=project.folder,
        env=environment(project.folder),
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    assert ran.returncode == 1
    assert (
        ran.stderr
        == "vignette: standard output: is closed, so nothing was done - send it to a file: > FILE\n"
    )
    assert not project.out.exists()


def test_without_a_place_for_errors_the_answer_is_given_all_the_same(project):
    line = f"{sys.executable} -m pipeline --version 2>&-"
    ran = subprocess.run(
        ["/bin/sh", "-c", line],
        cwd=project.folder,
        env=environment(project.folder),
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    assert (ran.returncode, ran.stdout.split()[0]) == (0, "vignette")


def test_bytes_that_are_no_text_are_one_sentence(project, monkeypatch, capsys):
    from pipeline.cli import app

    def write_journal(*_, **__):
        "a reason \udcff".encode()

    monkeypatch.setattr(app, "_commands", lambda name: write_journal)
    monkeypatch.setattr(sys, "argv", ["vignette", "decide"])
    with pytest.raises(SystemExit) as ended:
        app.main()
    assert ended.value.code == 2
    said = "what was given holds a byte that is no text (\\udcff) - write it in UTF-8"
    assert capsys.readouterr().err == f"vignette: {said}\n"


def test_ctrl_c_while_the_commands_are_being_loaded_is_a_sentence_too():
    code = (
        "import sys\n"
        "class Pressed:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'pipeline.cli.app':\n"
        "            raise KeyboardInterrupt\n"
        "sys.meta_path.insert(0, Pressed())\n"
        "from pipeline.__main__ import main\n"
        "main()\n"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False)
    assert (ran.returncode, ran.stderr) == (130, "vignette: stopped before anything was done\n")
