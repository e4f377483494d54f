"""What is taken from the page, copies that play, and how the recordings of the folder stand."""

import csv
import io
import re
import time
from html.parser import HTMLParser

import pytest

from pipeline.commands.forget import forget
from pipeline.media import proxy
from pipeline.review import copying
from pipeline.review.library import MAX_OPEN
from tests.support.review_pages import place_of

PLAYS = ["video/mp4", "video/webm", "audio/mp4", "audio/webm"]


def download(desk, kind):
    answer = desk.client.get(f"/api/videos/{desk.id}/files/{kind}")
    assert answer.status_code == 200 and answer.headers["content-disposition"].startswith("attachment")
    return answer.content.decode()


def test_captions_and_document_are_taken_as_they_stand(desk, demo):
    for kind, name in (("srt", "demo.en.srt"), ("vtt", "demo.en.vtt"), ("json", "demo.json")):
        assert download(desk, kind) == (demo.out / name).read_text("utf-8")
    desk.did("text", **place_of(desk.cue("Thusrday")), text="Welcome to the Thursday group.")
    assert all("Thursday group" in download(desk, kind) for kind in ("srt", "vtt", "json"))
    assert '"concepts": [' in download(desk, "json")
    demo.quick("run", "--quiet")
    assert download(desk, "json") == (demo.out / "demo.json").read_text(
        "utf-8"
    )  # what a run writes, before it ran and after
    assert desk.client.get(f"/api/videos/{desk.id}/files/exe").status_code == 404


class Cells(HTMLParser):
    """The cells of a page's tables, and all its tags."""

    def __init__(self):
        super().__init__()
        self.tags, self.rows = [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_data(self, data):
        if self.rows and self.rows[-1] and self.tags[-1] in ("td", "th"):
            self.rows[-1][-1] += data


def test_the_report_tells_rule_time_decision_reviewer_and_date(desk):
    desk.did("person", person="daniel-marsh", name='=1+1<script>alert("x")</script>')
    desk.did("text", **place_of(desk.cue("Thusrday")), text="@SUM(A1) the Thursday group.")
    finding = next(
        f
        for f in desk.client.get(f"/api/videos/{desk.id}/findings").json()["findings"]
        if f["rule"] == "reading-speed-cps"
    )
    desk.did(
        "waive",
        who="Ben",
        key=finding["key"],
        rule=finding["rule"],
        start_ms=finding["start_ms"],
        reason="-as spoken",
    )
    rows = list(csv.DictReader(io.StringIO(download(desk, "report.csv"))))
    (waived,) = [r for r in rows if r["rule"] == "reading-speed-cps" and r["state"] == "accepted"]
    assert (waived["reviewer"], waived["reason"]) == ("Ben", "'-as spoken")
    assert (
        re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d UTC", waived["date"])
        and waived["limit"]
        and waived["source"]
    )
    assert any(r["what"] == "decision" and r["rule"] == "words" and r["reviewer"] == "Ana" for r in rows)
    assert any(r["state"] == "open" for r in rows)
    assert not any(c[:1] in "=+-@\t\r" for row in rows for c in row.values() if c)
    page = Cells()
    page.feed(download(desk, "report.html"))
    assert "script" not in page.tags and "img" not in page.tags
    assert [row[9] for row in page.rows[1:] if row[2] == "reading-speed-cps" and row[8] == "accepted"] == [
        "Ben"
    ]
    assert len(page.rows) - 1 == len([r for r in rows if r["what"] != "fact"])


def test_the_report_is_a_command_too_which_overwrites_nobodys_work(demo):
    ran = demo.quick("report", "demo")
    assert ran.status == 0 and (demo.out / "demo.report.html").is_file(), ran.err
    assert demo.quick("report", "demo", "-o", "r.csv", "--json").status == 0
    (demo.folder / "r.csv").write_text("mine")
    refused = demo.quick("report", "demo", "-o", "r.csv")
    assert refused.status != 0 and (demo.folder / "r.csv").read_text() == "mine"
    assert demo.quick("report", "demo", "-o", "r.pdf").status == 2
    forget(demo.out, "demo")
    assert not (demo.out / "demo.report.html").exists()


def copied(desk, what, plays=PLAYS):
    address = f"/api/videos/{desk.id}/copy/{what}"
    begun = desk.client.post(address, json={"plays": plays})
    assert begun.status_code == 200, begun.text
    until = time.monotonic() + 300
    while (state := desk.client.get(address).json())["state"] == "running":
        assert time.monotonic() < until
        time.sleep(0.1)
    return state


def test_a_copy_is_made_when_asked_for_served_in_ranges_and_forgotten(desk, demo):
    before = (demo.media / "demo.mp4").read_bytes()
    assert desk.client.get(f"/copy/{desk.id}/sound").status_code == 404
    assert copied(desk, "sound")["state"] == "done"
    part = desk.client.get(f"/copy/{desk.id}/sound", headers={"range": "bytes=0-9"})
    assert part.status_code == 206 and part.headers["content-type"] == "audio/mp4"
    assert (demo.media / "demo.mp4").read_bytes() == before
    (made,) = (demo.out / ".work" / "demo").glob("sound-*")
    assert made.stat().st_mode & 0o077 == 0 or made.stat().st_mode == (demo.out / "demo.json").stat().st_mode
    forget(demo.out, "demo")
    assert not made.exists() and (demo.media / "demo.mp4").exists()


def test_a_recording_that_changed_has_no_copy_and_the_old_one_goes(desk, demo, monkeypatch):
    made = []
    monkeypatch.setattr(
        proxy, "encode", lambda recording, target, *_: (target.write_bytes(b"copy"), made.append(1))
    )
    assert copied(desk, "picture")["state"] == "done" and copied(desk, "picture")["state"] == "done"
    assert made == [1]
    with (demo.media / "demo.mp4").open("ab") as file:
        file.write(b"more")
    assert desk.client.get(f"/copy/{desk.id}/picture").status_code == 404
    assert copied(desk, "picture")["state"] == "done"
    assert len(list((demo.out / ".work" / "demo").glob("copy-*"))) == 1


def test_a_copy_that_fails_or_is_stopped_leaves_nothing(desk, demo, monkeypatch):
    folder = demo.out / ".work" / "demo"
    refused = desk.client.post(f"/api/videos/{desk.id}/copy/picture", json={"plays": ["video/strange"]})
    assert refused.status_code == 500 and "no copy" in refused.json()["error"]
    (demo.media / "demo.mp4").write_bytes(b"no recording at all")
    assert copied(desk, "picture")["state"] == "failed"
    left = (
        folder / ".vignette-999999-000000-deadbeef.part"
    )  # of a process that was killed, on another machine
    ours = next(iter(folder.glob("*.json"))).with_name(f"{copying.leftovers.part_beside(folder / 'x').name}")
    dead = ours.with_name(re.sub(r"vignette-\d+-", "vignette-4194000-", ours.name))
    dead.write_bytes(b"half")
    assert copied(desk, "sound")["state"] == "failed"
    assert not dead.exists() and not left.exists() and not list(folder.glob("*.part"))


@pytest.mark.parametrize("path", ["copy/../x", "copy/other", "copy/picture%00"])
def test_no_address_of_a_copy_leads_elsewhere(desk, path):
    assert desk.client.get(f"/api/videos/{desk.id}/{path}").status_code == 404
    assert desk.client.get(f"/copy/{desk.id}/..%2f..%2fdemo.json").status_code == 404


def test_a_recording_that_leads_out_of_the_folder_is_not_copied(desk, demo, tmp_path):
    outside = tmp_path / "elsewhere.mp4"
    (demo.media / "demo.mp4").rename(outside)
    (demo.media / "demo.mp4").symlink_to(outside)
    assert desk.client.post(f"/api/videos/{desk.id}/copy/picture", json={"plays": PLAYS}).status_code == 404


def test_the_folder_says_why_a_recording_is_not_up_to_date(desk, demo):
    def standing():
        return desk.client.get(f"/api/videos/{desk.id}/next").json()

    assert standing()["why"] == []
    desk.did("text", **place_of(desk.cue("Thusrday")), text="Welcome to the Thursday group.")
    assert standing() == {"why": ["1 decision since the last run"], "changes": "1 in text", "captioned": True}
    demo.quick("run", "--quiet")
    assert standing()["why"] == []
    with (demo.media / "demo.mp4").open("ab") as file:
        file.write(b"\0")
    assert any("the recording changed" in why for why in standing()["why"])
    assert desk.client.get("/api/videos/nobody/next").status_code == 404


def test_what_was_read_for_the_folder_alone_is_not_held(desk):
    sitting = desk.library.sitting(desk.id)
    summary = desk.client.get(f"/api/videos/{desk.id}/summary").json()
    assert summary["cues"] > 60 and not sitting.is_open
    desk.sheet()
    assert sitting.is_open
    desk.client.get(f"/api/videos/{desk.id}/summary")
    assert sitting.is_open
    for n in range(MAX_OPEN):
        desk.library.opened(type("Other", (), {"id": str(n), "rest": lambda self: None})())
    assert not sitting.is_open
