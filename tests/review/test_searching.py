"""The search page's answers: facets, lanes, completion, and what is taken along."""

import csv
import io
import json
import zipfile

import pytest

from pipeline import edits
from tests.support.review_pages import place_of

FORMULA = '=HYPERLINK("http://evil.example","x")'


def post(desk, path, **sent):
    return desk.client.post(f"/api/search{path}", json=sent)


def found(desk, query):
    answer = post(desk, "", query=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_facets_and_lanes_say_the_same_as_the_hits_and_lead_to_fewer(desk):
    whole = found(desk, "concept:emotion OR door")
    moments = [hit["moments"][0] for hit in whole["hits"]]
    (lane,) = whole["lanes"]
    assert (lane["id"], sorted(lane["starts_ms"])) == (desk.id, sorted(m["start_ms"] for m in moments))
    for one in whole["facets"]["speaker"]:
        fewer = found(desk, one["query"])
        assert fewer["total"] == one["hits"]
        assert {hit["moments"][0]["speaker"] for hit in fewer["hits"]} == {one["value"]}
    parts = whole["facets"]["vignette"]
    assert [found(desk, one["query"])["total"] for one in parts] == [one["hits"] for one in parts]


def test_more_like_a_hit_leaves_the_hit_out(desk):
    moment = found(desk, "door")["hits"][0]["moments"][0]
    alike = found(desk, moment["like"])
    assert moment["utterance"] not in [h["moments"][0]["utterance"] for h in alike["hits"]]
    assert not any(alike["facets"].values()) and all(lane["starts_ms"] for lane in alike["lanes"])


def test_who_writes_a_query_is_helped_before_anything_was_searched(desk):
    query = "concept:sha"
    first = post(desk, "/complete", query=query, caret=len(query)).json()
    assert "shame-guilt" in [c["text"] for c in first["choices"]]
    found(desk, "door")
    names = post(desk, "/complete", query="speaker:ru", caret=10).json()
    assert [c["text"] for c in names["choices"]] == ['"Ruth Calder"']
    wrong = post(desk, "/complete", query="door concept:nonsense", caret=2).json()["problem"]
    assert wrong["at"] == len("door concept:") and "nonsense" in wrong["error"]
    assert post(desk, "/complete", query="door", caret=4).json()["problem"] is None
    assert "concept:trigger" in desk.client.get("/api/search/guide").json()["guide"]


@pytest.mark.parametrize(
    "sent",
    [{}, {"query": 3, "caret": 0}, {"query": "x" * 2001, "caret": 0}, {"query": "x", "caret": -1}, {"query": "x", "caret": True}],
)  # fmt: skip
def test_what_makes_no_sense_is_refused_in_one_sentence(desk, sent):
    answer = post(desk, "/complete", **sent)
    assert answer.status_code == 400 and answer.json()["error"]


def test_queries_are_sent_and_never_stand_in_an_address(desk):
    assert desk.client.get("/api/search?query=door").status_code == 405
    assert desk.client.get("/api/search/export?query=door").status_code == 405


def test_no_cell_of_a_table_is_a_formula_and_no_path_of_this_machine_is_in_it(desk, demo):
    desk.did("text", **place_of(desk.cue("Thusrday")), text=f"{FORMULA} marzipan")
    desk.did("person", person="daniel-marsh", name="+cmd|' /C calc'!A0")
    demo.quick("run", "--quiet")
    table = post(desk, "/export", query="marzipan", format="csv")
    assert table.headers["content-disposition"].startswith("attachment")
    rows = list(csv.DictReader(io.StringIO(table.text)))
    assert rows and "=HYPERLINK" in rows[0]["text"]
    assert not any(cell[:1] in "=+-@\t\r" for row in rows for cell in row.values() if cell)
    assert str(demo.folder) not in table.text and "file:" not in table.text
    found = post(desk, "/export", query="marzipan", format="json").json()
    assert found["hits"][0]["moments"][0]["text"].startswith("=HYPERLINK")
    assert post(desk, "/export", query="door", format="exe").status_code == 400


def test_clips_are_cut_into_one_archive_and_nothing_stays(desk, demo):
    before = {p for p in demo.folder.rglob("*") if ".work" not in p.parts}
    answer = post(desk, "/clips", query="door speaker:leo")
    names = zipfile.ZipFile(io.BytesIO(answer.content)).namelist()
    assert len(names) == 1 and names[0].endswith(".mp4") and answer.headers["x-left-out"] == "0"
    assert {p for p in demo.folder.rglob("*") if ".work" not in p.parts} == before
    assert post(desk, "/clips", query="xyzzyplugh").status_code == 400


@pytest.mark.parametrize(
    "query",
    [
        "'; DROP TABLE documents; --",
        "\x00",
        '"' * 500,
        "(" * 1500,
        "concept:" * 200,
        "a OR " * 300 + "a",
        "🙂 -> 🙂",
        "‮door",
    ],
)
def test_hostile_queries_are_answered_in_a_sentence_or_with_hits(desk, query):
    for path, more in (
        ("", {}),
        ("/complete", {"caret": min(len(query), 2000)}),
        ("/export", {"format": "csv"}),
    ):
        answer = post(desk, path, query=query, **more)
        assert answer.status_code in (200, 400), answer.text
        assert answer.status_code == 200 or answer.json()["error"]
    assert found(desk, "door")["total"]


def test_what_was_searched_decides_nothing(desk):
    found(desk, "door")
    assert not desk.journal.exists() and edits.read(desk.journal).decisions == ()
    assert json.dumps(desk.sheet()["doubts"])
