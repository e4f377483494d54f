"""Keeping hits as quotes, listing them, and saving queries, as a person does it."""

import json

import pytest
from typer.testing import CliRunner

from pipeline import edits
from pipeline.cli.app import app
from pipeline.cli.search import numbers_of
from pipeline.commands import saved_searches, search
from pipeline.commands.quotes import quotes_in
from pipeline.edits.model import Decision, Withdraw
from pipeline.errors import QueryError, UsageError
from pipeline.search.meaning import encoder
from tests.support import search_makers


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A folder with the demo's transcript and a file in the place of its recording."""
    monkeypatch.setattr(encoder, "installed", lambda: None)
    monkeypatch.chdir(tmp_path)
    document = search_makers.demo()
    search_makers.save(tmp_path / "transcripts", document)
    search.index(tmp_path / "transcripts")
    (tmp_path / "media").mkdir()
    (tmp_path / "media" / f"{document['media']['name']}.mp4").touch()
    return tmp_path


def run(*arguments):
    ran = CliRunner().invoke(app, arguments, standalone_mode=False)
    if ran.exception and not isinstance(ran.exception, SystemExit):
        raise ran.exception
    return ran.stdout


def test_hits_are_kept_and_found_again(project):
    hits = json.loads(run("search", "shame", "--json"))["hits"]
    printed = run(
        "search", "shame", "--keep", "first  look", "--hits", "1", "--memo", " =1+1 ", "--by", "Ana"
    )
    assert "1 quote kept by Ana" in printed
    (journal,) = (project / "media").glob("*.edits.jsonl")
    (decision,) = edits.read(journal).decisions
    assert (decision.value.collection, decision.value.memo) == ("first look", "=1+1")
    listed = json.loads(run("quotes", "--json"))
    assert [h["moments"][0]["text"] for h in listed["hits"]] == [hits[0]["moments"][0]["text"]]
    again = json.loads(run("search", 'collection:"first look"', "--json"))
    assert again["hits"][0]["moments"][0]["quotes"] == ["kept by Ana in 'first look': =1+1"]
    assert "kept by Ana in 'first look': =1+1" in run("quotes", "--format", "csv")


def test_a_quote_that_was_taken_back_is_none(project):
    run("search", "shame", "--keep", "x", "--by", "Ana")
    (journal,) = (project / "media").glob("*.edits.jsonl")
    kept = edits.read(journal).decisions
    edits.append(journal, [Decision("", "Ana", Withdraw(kept[0].id))])
    assert len(quotes_in(project / "media")) == len(kept) - 1


def test_nothing_is_kept_of_what_cannot_be(project):
    for wrong, what in (
        (("search", "shame", "--hits", "1"), "go with --keep"),
        (("search", "shame", "--keep", "x", "--hits", "99", "--by", "Ana"), "there is no hit 99"),
        (("search", "shame", "--keep", "x", "--hits", "3-1", "--by", "Ana"), "are no numbers of hits"),
        (("search", "shame", "--keep", "x", "--count-by", "speaker", "--by", "Ana"), "cannot be kept"),
    ):
        with pytest.raises(UsageError, match=what):
            run(*wrong)
    next((project / "media").glob("*.mp4")).unlink()
    with pytest.raises(UsageError, match="there is no recording of"):
        run("search", "shame", "--keep", "x", "--by", "Ana")
    assert not list((project / "media").glob("*.jsonl"))


def test_numbers_of_hits():
    assert numbers_of("1,3-5, 4") == (1, 3, 4, 5)
    assert numbers_of("") == ()
    for wrong in ("0", "a", "1-", "-2", "5-3"):
        with pytest.raises(UsageError):
            numbers_of(wrong)


def test_a_saved_query_is_asked_again_and_goes_with_more_words(project):
    run("search", "shame OR goodbye", "--save", "Moments", "--by", "Ana")
    assert run("search", "--saved", "moments", "--exact") == run("search", "shame OR goodbye", "--exact")
    assert run("search", "--saved", "Moments", "speaker:Ruth") == run(
        "search", "(shame OR goodbye) speaker:Ruth"
    )
    run("search", "goodbye", "--save", "moments", "--by", "Ben")
    assert json.loads(run("searches", "--json")) == [{"name": "moments", "query": "goodbye", "who": "Ben"}]


def test_what_is_no_query_or_name_is_not_saved(project):
    media = project / "media"
    with pytest.raises(QueryError):
        saved_searches.save("x", "(shame", "Ana", media)
    with pytest.raises(UsageError, match="needs a name"):
        saved_searches.save(" \n ", "shame", "Ana", media)
    with pytest.raises(UsageError, match="there is no saved search 'x'"):
        saved_searches.saved_query("x", media)
    (media / saved_searches.FILE_NAME).write_text("[]\n", "utf-8")
    with pytest.raises(UsageError, match="is damaged"):
        saved_searches.save("x", "shame", "Ana", media)
    assert (media / saved_searches.FILE_NAME).read_text("utf-8") == "[]\n"
