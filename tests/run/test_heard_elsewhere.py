"""A run with what another program heard: nothing is transcribed again, it is told, and what does not fit is refused."""

import json

import numpy as np
import pytest

from pipeline.errors import DocumentError, UsageError
from pipeline.media.audio import Audio
from pipeline.run import heard_elsewhere, jobs
from pipeline.settings import Settings
from pipeline.stages import transcribe
from pipeline.timing import SAMPLE_RATE_HZ, Span
from pipeline.transcript import Heard
from tests.support.project import CLIP_S


@pytest.fixture(scope="module")
def whisperx(truth):
    """What WhisperX would have written of the clip, each utterance's words spread over it; one word without times."""
    segments = []
    for said in truth["utterances"]:
        if said["end_ms"] >= CLIP_S * 1000 or said["backchannel"]:
            continue
        texts = said["text"].split()
        step = (said["end_ms"] - said["start_ms"]) / len(texts)
        words = [
            {
                "word": t,
                "start": (said["start_ms"] + n * step) / 1000,
                "end": (said["start_ms"] + (n + 1) * step) / 1000,
            }
            for n, t in enumerate(texts)
        ]
        times = {"start": said["start_ms"] / 1000, "end": said["end_ms"] / 1000}
        segments.append({**times, "text": said["text"], "words": words, "speaker": "SPEAKER_00"})
    del segments[0]["words"][1]["start"], segments[0]["words"][1]["end"]
    return {"segments": segments, "word_segments": [], "language": "en"}


def test_its_words_become_the_transcript_and_it_is_told(clip_project, whisperx):
    (clip_project.media / "clip.txt").unlink()
    (clip_project.media / "clip.whisper.json").write_text(json.dumps(whisperx), "utf-8")
    ran = clip_project.quick("run", "--json", "--verify", "none")
    assert ran.status == 0, ran.out
    (recording,) = ran.json["recordings"]
    told = json.dumps(recording, ensure_ascii=False)
    assert "the words are what WhisperX heard (clip.whisper.json)" in told
    assert "its speakers are not taken" in told
    assert "1 word had no time there" in told
    document = json.loads((clip_project.out / "clip.json").read_text("utf-8"))
    assert (document["grade"], document["provenance"]["heard"]) == ("machine text", "clip.whisper.json")
    assert document["provenance"]["model"] == "WhisperX"
    given = " ".join(w["word"] for s in whisperx["segments"] for w in s["words"])
    assert " ".join(w["text"] for u in document["utterances"] for w in u["words"]).split() == given.split()
    again = clip_project.quick("run", "--json", "--verify", "none")
    assert not [s for s in again.json["recordings"][0]["stages"] if s["done"]]


def test_outputs_that_would_replace_it_are_refused(clip_project, whisperx):
    (clip_project.media / "clip.txt").unlink()
    heard = clip_project.media / "clip.json"
    heard.write_text(json.dumps(whisperx), "utf-8")
    ran = clip_project.quick("run", "--transcripts", "media")
    assert ran.status == 1
    assert "clip.json: is an input of this very run" in ran.err
    assert json.loads(heard.read_text("utf-8")) == whisperx


@pytest.fixture
def planned(tmp_path):
    """Plans a job beside whose recording, of which nothing is read, a file lies or is named."""
    media = tmp_path / "talk.mp4"
    media.write_bytes(b"")

    def plan(value, name, named=False, language="en"):
        path = tmp_path / name
        path.write_text(json.dumps(value), "utf-8")
        over = (f"language={language}",)
        request = jobs.Request((media,), out=tmp_path / "out", overrides=over, heard=path if named else None)
        return jobs.plan(request)

    return plan


@pytest.mark.parametrize("told", ["de", "german", "fr-FR"])
def test_another_language_is_refused_in_one_sentence(planned, whisperx, told):
    ((_, error),) = planned({**whisperx, "language": told}, "talk.whisper.json").refused
    assert f"was heard in the language '{told.lower()}', and the recording's is 'en'" in str(error)


@pytest.mark.parametrize(
    ("told", "of"), [("en", "en-GB"), ("english", "en"), ("", "en"), ("hungarian", "hu"), ("de", "de")]
)
def test_the_same_language_is_not(planned, whisperx, told, of):
    (job,) = planned({**whisperx, "language": told}, "talk.whisper.json", language=of).jobs
    assert job.heard is not None


def test_what_only_might_be_one_is_left_aside_and_told(planned, whisperx):
    (job,) = planned({**whisperx, "language": "de"}, "talk.json").jobs
    assert job.heard is None
    assert any("talk.json lies beside it and is not used" in note for note in job.notes)


def test_a_named_one_says_how_later_commands_find_it(planned, whisperx):
    (job,) = planned(whisperx, "elsewhere.json", named=True).jobs
    assert job.heard is not None
    assert any("talk.whisper.json" in note for note in job.notes)


def test_a_named_one_goes_with_one_recording(tmp_path):
    for name in ("a.mp4", "b.mp4"):
        (tmp_path / name).write_bytes(b"")
    with pytest.raises(UsageError, match="--heard goes with exactly one recording"):
        jobs.plan(jobs.Request((tmp_path,), out=tmp_path / "out", heard=tmp_path / "x.json"))


def test_a_file_that_is_missing_is_one_sentence(planned, tmp_path):
    request = jobs.Request((tmp_path / "talk.mp4",), out=tmp_path / "out", heard=tmp_path / "no.json")
    (tmp_path / "talk.mp4").write_bytes(b"")
    ((_, error),) = jobs.plan(request).refused
    assert "no.json: cannot be read" in str(error)


@pytest.fixture
def hear(tmp_path, monkeypatch):
    """Takes words at these seconds of a recording of 60 s in which somebody speaks from 10 to 20 s."""
    speech = Heard("", "", False, (), (Span(10_000, 20_000),))
    monkeypatch.setattr(transcribe, "regions_only", lambda *_, **__: speech)
    audio = Audio(np.zeros(60 * SAMPLE_RATE_HZ, np.float32))

    def run(*starts, text="word{n}", **more):
        words = [{"word": text.format(n=n), "start": s, "end": s + 0.1} for n, s in enumerate(starts)]
        pieces = [{"text": w["word"], "start": w["start"], "end": w["end"], "words": [w]} for w in words]
        path = tmp_path / "talk.json"
        path.write_text(json.dumps({"segments": pieces, **more}), "utf-8")
        return heard_elsewhere.run(path, audio, Settings(), lambda _: None)

    return run


@pytest.mark.parametrize(
    ("starts", "more", "said"),
    [
        ((11, 12, 90), {}, "it has words at 1:30, and the recording ends at 1:00"),
        ((11, 12, 13), {"info": {"duration": 75.0}}, "it is of a recording of 1:15, and this one lasts 1:00"),
        ((30, 40, 50, 11), {}, "3 of its 4 words stand where nobody speaks"),
    ],
)
def test_what_was_heard_of_another_recording_is_refused(hear, starts, more, said):
    with pytest.raises(DocumentError, match="does not fit this recording") as refused:
        hear(*starts, **more)
    assert said in str(refused.value)


def test_a_length_that_differs_by_rounding_is_the_same(hear):
    assert len(hear(11, 12, 13, info={"duration": 61.2}).tokens) == 3


def test_a_word_in_silence_is_left_out_and_told(hear):
    found = hear(11, 12, 13, 50)
    assert [t.text for t in found.tokens] == ["word0", "word1", "word2"]
    assert any("1 word left out" in note for note in found.notes)


def test_a_loop_is_left_out_and_many_different_words_are_none(hear):
    starts = [11 + n / 10 for n in range(60)]
    looped = hear(*starts, text="no")
    assert len(looped.tokens) < 20
    assert any("only repeat others" in note for note in looped.notes)
    assert len(hear(*starts).tokens) == 60
