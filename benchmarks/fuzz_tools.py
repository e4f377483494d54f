"""Seeds of the mutator in what other programs found: turns (RTTM), words (Whisper's and whisper.cpp's JSON), codings (REFI-QDA),
and a checkpoint of a network (PyTorch's zip)."""

from __future__ import annotations

import io
import json
import zipfile

RTTM = """;; turns of a meeting
SPKR-INFO morning 1 <NA> <NA> <NA> unknown Ruth <NA> <NA>
SPEAKER morning 1 1.000 2.500 <NA> <NA> Ruth <NA> <NA>
SPEAKER morning 1 3.900 2.300 <NA> <NA> Omar <NA> <NA>
LEXEME morning 1 4.000 0.200 Who lex Omar 0.9 <NA>
SPEAKER morning 1 5.100 3.000 <NA> <NA> Ruth <NA> <NA>
"""

WHISPER = json.dumps(
    {
        "text": " Good morning, everybody. Who wants to begin?",
        "segments": [
            {
                "id": 0, "start": 1.0, "end": 3.5, "text": " Good morning, everybody.", "tokens": [50363, 4599],
                "words": [
                    {"word": " Good", "start": 1.0, "end": 1.3, "probability": 0.9},
                    {"word": " morning,", "start": 1.3, "end": 1.8, "probability": 0.8},
                    {"word": " everybody.", "start": 1.8, "end": 3.5, "probability": 0.7},
                ],
            },
            {"id": 1, "start": 3.9, "end": 6.2, "text": " Who wants to begin?", "words": [{"word": "Who", "score": 0.5}]},
        ],
        "language": "en",
        "duration": 9.0,
    }
)  # fmt: skip

WHISPER_CPP = json.dumps(
    {
        "model": {"type": "base"},
        "params": {"model": "models/ggml-base.en.bin", "language": "en"},
        "result": {"language": "en"},
        "transcription": [
            {
                "offsets": {"from": 1000, "to": 3500},
                "text": " Good morning",
                "tokens": [
                    {"text": "[_BEG_]", "offsets": {"from": 0, "to": 0}, "id": 50363, "p": 0.9},
                    {"text": " Good", "offsets": {"from": 1000, "to": 1300}, "id": 4599, "p": 0.9},
                    {"text": " mor", "offsets": {"from": 1300, "to": 1500}, "id": 1, "p": 0.9},
                    {"text": "ning", "offsets": {"from": 1500, "to": 1800}, "id": 2, "p": 0.9},
                ],
            }
        ],
    }
)

QDE = """<?xml version="1.0" encoding="utf-8"?>
<Project xmlns="urn:QDA-XML:project:1.0" name="p" origin="QualCoder">
 <Users><User guid="11111111-0000-4000-8000-000000000001" name="Ana"/></Users>
 <CodeBook><Codes><Code guid="22222222-0000-4000-8000-000000000001" name="Relapse" isCodable="false">
  <Code guid="22222222-0000-4000-8000-000000000002" name="Trigger" isCodable="true"/></Code></Codes></CodeBook>
 <Sources>
  <TextSource guid="33333333-0000-4000-8000-000000000001" name="morning">
   <PlainTextContent>Ruth: Good morning, everybody.&#13;
It was a long week &amp; I slept badly.</PlainTextContent>
   <PlainTextSelection guid="44444444-0000-4000-8000-000000000001" name="a long week" startPosition="39" endPosition="50">
    <Coding guid="55555555-0000-4000-8000-000000000001" creatingUser="11111111-0000-4000-8000-000000000001">
     <CodeRef targetGUID="22222222-0000-4000-8000-000000000002"/></Coding></PlainTextSelection>
  </TextSource>
  <VideoSource guid="33333333-0000-4000-8000-000000000002" name="morning.mp4" path="relative:///morning.mp4">
   <Transcript guid="66666666-0000-4000-8000-000000000001" name="t"><PlainTextContent>Good morning.</PlainTextContent>
    <SyncPoint guid="77777777-0000-4000-8000-000000000001" timeStamp="1000" position="0"/>
    <SyncPoint guid="77777777-0000-4000-8000-000000000002" timeStamp="3500" position="13"/>
    <TranscriptSelection guid="88888888-0000-4000-8000-000000000001" fromSyncPoint="77777777-0000-4000-8000-000000000001"
     toSyncPoint="77777777-0000-4000-8000-000000000002"><Coding guid="55555555-0000-4000-8000-000000000002">
     <CodeRef targetGUID="22222222-0000-4000-8000-000000000002"/></Coding></TranscriptSelection></Transcript>
   <VideoSelection guid="99999999-0000-4000-8000-000000000001" begin="1000" end="3500">
    <Coding guid="55555555-0000-4000-8000-000000000003"><CodeRef targetGUID="22222222-0000-4000-8000-000000000001"/></Coding>
   </VideoSelection>
  </VideoSource>
 </Sources>
</Project>
"""

# A dictionary with one tensor of two by three numbers, as torch.save writes it.
_PICKLE = (
    b"\x80\x02}X\x06\x00\x00\x00weightctorch._utils\n_rebuild_tensor_v2\n((X\x07\x00\x00\x00storagectorch\nFloatStorage\n"
    b"X\x01\x00\x00\x000X\x03\x00\x00\x00cpuK\x06tQK\x00K\x02K\x03\x86K\x03K\x01\x86\x89ccollections\nOrderedDict\n)RtRs."
)


def checkpoint() -> bytes:
    """The zip of a checkpoint, uncompressed as PyTorch leaves it."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:  # its time is fixed: the same seed makes the same files
        archive.writestr(zipfile.ZipInfo("net/data.pkl"), _PICKLE)
        archive.writestr(zipfile.ZipInfo("net/data/0"), bytes(24))
    return made.getvalue()
