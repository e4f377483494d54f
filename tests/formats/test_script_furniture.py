"""What stands on a script's pages and nobody says, and above all what looks like it and is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.formats.readers import read
from pipeline.transcript import Kind
from pipeline.transcript.script import account
from tests.support.word_documents import document, paragraph, table


def halves(folder: Path, content: str | bytes, name: str = "talk.txt") -> tuple[str, list[str]]:
    """What is said, and what is said to be left out."""
    path = folder / name
    path.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
    found = read(path)
    told = account(found)
    assert told is not None
    return " ".join(w.text for w in found.words if w.kind is Kind.WORD), [t.text for t in told.left_out]


LONG = "so we sat there by the water until somebody came and told us all to go"
OTHER = "I went because my brother asked me, and then he never came himself"


@pytest.mark.parametrize(
    ("content", "said", "left_out"),
    [
        (
            f"The river talks\n\nInes: {LONG}.\n\nThe river talks\nPage 1 of 3\n\nBram: {OTHER}.\n\n"
            f"The river talks\nPage 2 of 3\n\nInes: So.\n",
            f"{LONG}. {OTHER}. So.",
            ["The river talks", "The river talks", "Page 1 of 3", "The river talks", "Page 2 of 3"],
        ),
        (f"{LONG}.\n\n- 3 -\n\n{OTHER}.\n\n- 4 -\n", f"{LONG}. {OTHER}.", ["- 3 -", "- 4 -"]),
        (f"{LONG}.\n1\n{OTHER}.\n2\n{LONG}.\n3\n", f"{LONG}. {OTHER}. {LONG}.", ["1", "2", "3"]),
        (f"RIVER TALKS\n{LONG}.\n\fRIVER TALKS\n{OTHER}.\n\fRIVER TALKS\nSo.\n", f"{LONG}. {OTHER}. So.", ["RIVER TALKS"] * 3),
        (
            f"{LONG}.\n\nThe river talks | Page 1\n\n{OTHER}.\n\nThe river talks | Page 2\n",
            f"{LONG}. {OTHER}.",
            ["The river talks | Page 1", "The river talks | Page 2"],
        ),
        (
            "Project: Rivers\nDate: 6 January 2025\nParticipants: Ines Calder, Bram Voss\nDuration: 14 min\n\n"
            "Ines: Welcome.\n\nBram: Hello.\n\nInes: So.\n",
            "Welcome. Hello. So.",
            ["Project: Rivers", "Date: 6 January 2025", "Participants: Ines Calder, Bram Voss", "Duration: 14 min"],
        ),
        (
            "Interview with Bram Voss\n12 March 2024\nInterviewer: Ines Calder\nRespondent: Bram Voss\n\n"
            "Ines: Welcome.\n\nBram: Hello.\n\nInes: So.\n",
            "Welcome. Hello. So.",
            ["Interview with Bram Voss", "12 March 2024", "Interviewer: Ines Calder", "Respondent: Bram Voss"],
        ),
        (
            "📝 Notes\n\nSummary\nInes opened the evening, and Bram spoke of his brother.\n\nDetails\n"
            "Rivers: Bram told of a river (00:00:04).\n\n📖 Transcript\n\n00:00:00\n\nInes: Welcome.\nBram: Hello.\n"
            "00:05:00\n\nInes: So.\n\nMeeting ended after 00:06:00 👋\n",
            "Welcome. Hello. So.",
            [
                "📝 Notes", "Summary", "Ines opened the evening, and Bram spoke of his brother.", "Details",
                "Rivers: Bram told of a river .", "📖 Transcript", "Meeting ended after 00:06:00 👋",
            ],
        ),
        ("Transcript\n\n0:00\nso we sat there\n0:03\nby the water\n", "so we sat there by the water", ["Transcript"]),
        ("Ines: Welcome.\nTranscribed by https://otter.ai\n", "Ines: Welcome.", ["Transcribed by https://otter.ai"]),
        ("Ines: So.\n\nBram: No.\n\nInes: Yes.\n\nEND OF TRANSCRIPT\n", "So. No. Yes.", ["END OF TRANSCRIPT"]),
        (
            "Transcript\nSearch in video\n0:00\nso we sat there\n0:03\nby the water\nEnglish (auto-generated)\nAll\n"
            "From River channel\n",
            "so we sat there by the water",
            ["Transcript", "Search in video", "English (auto-generated)", "All", "From River channel"],
        ),
        (
            "The river talks\nSonix is the world’s most advanced transcription platform. Fast and accurate.\n\n"
            "Ines Calder: [00:00:02] Welcome.\n\nBram Voss: [00:00:04] Hello.\n\nInes Calder: [00:00:09] So.\n\n"
            "Automatically convert your mp4 files to text (txt file) and subtitles in minutes.\n",
            "Welcome. Hello. So.",
            [
                "The river talks", "Sonix is the world’s most advanced transcription platform. Fast and accurate.",
                "Automatically convert your mp4 files to text (txt file) and subtitles in minutes.",
            ],
        ),
        (
            "River talks - January 06\nVIEW RECORDING - 14 mins (No highlights):\n\n---\n\n0:02 - Ines Calder\n  Welcome.\n\n"
            "0:07 - Bram Voss (Rivers)\n  Hello.\n\n0:11 - Ines Calder\n  So.\n",
            "Welcome. Hello. So.",
            ["River talks - January 06", "VIEW RECORDING - 14 mins (No highlights):"],
        ),
        ("So we went.\n\n(End of recording)\n", "So we went.", ["(End of recording)"]),
        ("We sat down.\n\nTHE SECOND EVENING\n\nWe stood up.\n", "We sat down. We stood up.", ["THE SECOND EVENING"]),
        ("Ines Calder  0:00\nSo.\n\nBram Voss  0:04\n\nInes Calder  0:09\nYes.\n", "So. Yes.", ["Bram Voss"]),
    ],
)  # fmt: skip
def test_furniture_is_left_out_and_said(tmp_path: Path, content: str, said: str, left_out: list[str]) -> None:
    assert halves(tmp_path, content) == (said, left_out)


@pytest.mark.parametrize(
    "content",
    [
        "How many were there?\n\nTwelve.\n\nAnd who?",
        "At 10:30 we met.\n\n10:30: we met.\n\nAnd 10:30 it was.",
        "10:30 we met at the door.\n\n11:15 we ate.\n\n12:40 we left.",
        f"{LONG}.\n\n10:30 {LONG}\n\n11:15 {OTHER}",
        "We met at 10:30\nAnd we left by 11:15\nSo that was it.",
        f"We left at 10:30\n{LONG}.\n\nWe left at 10:45\n{OTHER}.\n\nWe left at 10:59\n{LONG}.",
        "It ended 3:16 for them\nand 4:20 for us",
        "(3:16) For so it is written.\n\nAnd then.",
        "Come down to the river\n\nI went there alone\n\nCome down to the river\n\nAnd we sang\n\nCome down to the river",
        "Hallelujah\n\nWe went down.\n\nAmen\n\nWe sang.\n\nHallelujah\n\nWe went home.",
        "1\n\n2\n\n3\n\nGo!",
        "Step 1\nBreathe in.\n\nStep 2\nBreathe out.",
        "Page 3 is torn.\n\nPage 4 is not.",
        "Summary\n\nSo this is what we learned. It is not much.",
        "Time: that is what we lack\n\nand we have none of it.",
        "Good evening everybody\n\nTonight we talk about rivers. It is a long story.\n\nThe end.",
        "Download it, she said.\n\nTranscript in hand, he left.",
        "I read on Page 10\nand then I read on Page 10\nand then I read on Page 10",
        "I waited (3s) and waited.",
    ],
)
def test_what_is_said_stays(tmp_path: Path, content: str) -> None:
    assert halves(tmp_path, content) == (" ".join(content.split()), [])


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("Ines Calder  0:04\nChapter two\n\nBram Voss  0:09\nRead on.\n\nInes Calder  0:12\nIt was cold.",
         "Chapter two Read on. It was cold."),
        ("Ines: Welcome.\n\nBram: When was it?\n\nInes: January 6, 2025\n\nBram: Ah.",
         "Welcome. When was it? January 6, 2025 Ah."),
        ("Ines Calder  0:00\nSo.\n\n10:30 we met at the door, and it was cold.\n\nBram Voss  0:14\nYes.",
         "So. 10:30 we met at the door, and it was cold. Yes."),
        ("Good evening everybody\n0:04\nTonight we talk\n0:08\nabout rivers",
         "Good evening everybody Tonight we talk about rivers"),
        ("Interviewer: Good evening.\nInterviewee: Hello.\nInterviewer: So.", "Good evening. Hello. So."),
        ("0:00 Okay\n0:02 Right\n0:04 Hello there\n0:06 Good evening everyone",
         "Okay Right Hello there Good evening everyone"),
        ("TOM (sighs):\tHello.\nJAX:\tHi.\nTOM:\tSo.", "Hello. Hi. So."),
    ],
)  # fmt: skip
def test_what_is_said_in_a_turn_stays(tmp_path: Path, content: str, said: str) -> None:
    assert halves(tmp_path, content) == (said, [])


def test_a_name_that_is_a_word_elsewhere(tmp_path: Path) -> None:
    path = tmp_path / "talk.txt"
    path.write_text("Note  0:00\nWelcome.\n\nInes Calder  0:03\nHello.\n\nNote  0:06\nNote this: it rains.\n")
    found = read(path)
    assert [(c.words[0].label, " ".join(w.text for w in c.words)) for c in found.cues] == [
        ("Note", "Welcome."), ("Ines Calder", "Hello."), ("Note", "Note this: it rains."),
    ]  # fmt: skip


def test_a_table_about_the_recording_and_its_notes(tmp_path: Path) -> None:
    made = document(
        table(("Date", "6 January 2025"), ("Interviewer", "Ines Calder"), ("Duration", "14 min")),
        table(
            ("No.", "Time", "Who", "What is said", "Comments"),
            ("1", "0:00", "Ines", "Welcome.", "warmly"),
            ("2", "0:03", "", "Sit down.", ""),
            ("3", "0:05", "Bram", "Hello.", ""),
        ),
        paragraph("Ines Calder stopped transcription"),
    )
    said, left_out = halves(tmp_path, made, "talk.docx")
    assert said == "Welcome. Sit down. Hello."
    assert left_out == [
        "Date 6 January 2025", "Interviewer Ines Calder", "Duration 14 min", "No. Time Who What is said Comments", "1 warmly",
        "2", "3", "Ines Calder stopped transcription",
    ]  # fmt: skip


def test_a_cell_that_is_said_gets_no_colon(tmp_path: Path) -> None:
    made = document(table(("And yet you came", "so late."), ("What made you stay", "so long?")))
    assert halves(tmp_path, made, "talk.docx") == (
        "And yet you came so late. What made you stay so long?",
        [],
    )


def test_the_sentence_about_a_script(tmp_path: Path) -> None:
    path = tmp_path / "talk.txt"
    path.write_text(
        "The river talks\nMon, Jan 6, 2025 7:30PM • 0:14\n\nSPEAKERS\nInes Calder, Bram Voss\n\nInes Calder  0:00\n"
        "Welcome.\n\nBram Voss  0:04\nHello.\n\nTranscribed by https://otter.ai\n"
    )
    told = account(read(path))
    assert told is not None
    assert told.sentence("all in the JSON") == (
        "talk.txt: 2 lines are speech, 2 names, 2 times; 5 left out: 'The river talks' (line 1), "
        "'Mon, Jan 6, 2025 7:30PM • 0:14' (line 2), 'SPEAKERS' (line 4) and 2 more (all in the JSON)"
    )
    path.write_text("We went.\n")
    plain = account(read(path))
    assert plain is not None
    assert plain.sentence() == "talk.txt: 1 line is speech; nothing is left out"


def test_subtitles_have_no_account(tmp_path: Path) -> None:
    path = tmp_path / "talk.srt"
    path.write_text("1\n00:00:01,000 --> 00:00:02,000\n0:04\n")
    assert account(read(path)) is None
