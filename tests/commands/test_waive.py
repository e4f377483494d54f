"""Findings that a person accepts: written into the journal, seen by every later check, tied to one place."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipeline.commands.check import check
from pipeline.commands.waive import journal_for, waivers_for
from pipeline.edits import append, read
from pipeline.edits.model import Decision, Withdraw
from pipeline.errors import UsageError

YEAH = "".join(
    f"{n}\n00:00:{10 * n:02},000 --> 00:00:{10 * n:02},400\n{'TIM: ' * (n == 2)}Yeah.\n\n"
    for n in range(1, 5)
)


@pytest.fixture
def talk(tmp_path: Path) -> Path:
    path = tmp_path / "talk.en.srt"
    path.write_text(YEAH, encoding="utf-8")
    return path


def vignette(*args: object) -> tuple[int, str]:
    from pipeline.cli.app import app

    ran = CliRunner().invoke(app, [str(a) for a in args], standalone_mode=False)
    if isinstance(ran.exception, UsageError):
        return 2, str(ran.exception)
    status = ran.return_value if isinstance(ran.return_value, int) else ran.exit_code
    return status, ran.output


def short(path: Path) -> list[tuple[int | None, str]]:
    return [(f.start_ms, f.waived_by) for f in check([path]).reports[0].findings if f.id == "min-duration"]


def test_waiving_one_yeah_does_not_waive_them_all(talk: Path) -> None:
    status, said = vignette(
        "check", talk, "--waive", "min-duration", "--at", "0:20", "--reason", "a grunt", "--by", "Ana"
    )
    assert status == 0, said
    assert [who for _, who in short(talk)] == ["", "Ana", "", ""] or short(talk).count((20_000, "Ana")) == 1
    assert sum(bool(who) for _, who in short(talk)) == 1
    (decision,) = read(journal_for(talk)).decisions
    assert (decision.anchor and decision.anchor.text, decision.who) == ("Yeah.", "Ana")
    text = check([talk]).text
    assert "1 waived" in text
    assert "by Ana, a grunt" in text
    rows = json.loads(check([talk], format="json").text)["files"][0]["findings"]
    assert [r["reason"] for r in rows if r["waived_by"]] == ["a grunt"]


def test_a_waiver_survives_a_move_and_another_label_and_counts_no_more(talk: Path) -> None:
    for at in ("0:10", "0:20", "0:30", "0:40"):
        assert (
            vignette("check", talk, "--waive", "min-duration", "--at", at, "--reason", "so", "--by", "A")[0]
            == 0
        )
    assert check([talk]).exit_status == 0
    talk.write_text(YEAH.replace(",000 -->", ",150 -->").replace("TIM", "TIM B"), encoding="utf-8")
    assert all(who for _, who in short(talk))
    talk.write_text(YEAH.replace("Yeah.", "No, never."), encoding="utf-8")
    assert not any(who for _, who in short(talk))
    assert "fits no finding here any more" in check([talk]).text


def test_a_withdrawn_waiver_holds_no_longer(talk: Path) -> None:
    vignette("check", talk, "--waive", "min-duration", "--at", "0:20", "--reason", "so", "--by", "Ana")
    (decision,) = read(journal_for(talk)).decisions
    append(journal_for(talk), [Decision("", "Ana", Withdraw(decision.id))])
    assert waivers_for(talk) == []
    assert not any(who for _, who in short(talk))


def test_a_finding_about_the_whole_file_can_be_waived(talk: Path) -> None:
    status, said = vignette(
        "check", talk, "--waive", "non-speech-missing", "--reason", "no sounds", "--by", "A"
    )
    assert status == 0, said
    assert [f.waived_by for f in check([talk]).reports[0].findings if f.id == "non-speech-missing"] == ["A"]


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["--waive", "min-duration"], "needs a reason"),
        (["--waive", "min-duration", "--reason", "x"], "say which with --at"),
        (["--waive", "min-duration", "--reason", "x", "--at", "9:00"], "nearest is at"),
        (["--waive", "nothing", "--reason", "x"], "no open finding"),
        (["--reason", "x"], "goes with --waive"),
        (["--waive", "min-duration", "--reason", "x", "--fix"], "one file"),
        (["--waive", "min-duration", "--reason", "x", "--at", "soon"], "--at"),
    ],
)
def test_wrong_wishes(talk: Path, args: list[str], said: str) -> None:
    status, text = vignette("check", talk, *args, "--by", "Ana")
    assert status == 2
    assert said in text
    assert not journal_for(talk).exists()


def test_mends_leave_alone_what_was_waived(talk: Path) -> None:
    for at in ("0:10", "0:20", "0:30"):
        vignette("check", talk, "--waive", "min-duration", "--at", at, "--reason", "so", "--by", "A")
    said = vignette("check", talk, "--fix")[1]
    assert "+00:00:40,000" in said
    assert "+00:00:10,000" not in said
    assert "+00:00:30,000" not in said


def test_one_unreadable_file_does_not_keep_the_others_from_being_mended(talk: Path) -> None:
    bad = talk.with_name("bad.srt")
    bad.write_bytes(b"\x00\x01\x02")
    status, said = vignette("check", bad, talk, talk.with_name("none.srt"), "--fix")
    assert status == 1
    assert "4 captions mended" in said
    assert "bad.srt" in said
    assert "none.srt" in said
