"""The REFI-QDA project, read by a reader written from the standard: its structure as a table, and its references followed."""

import hashlib
import re
import zipfile
from collections import Counter
from datetime import UTC, datetime
from xml.etree import ElementTree

import pytest

from pipeline.concepts.codebook import Code
from pipeline.errors import OutputError
from pipeline.search import Codebook, IndexFileError, refi_qda
from tests.support import refi_standard, search_makers
from tests.support.refi_standard import GUIDS, local, validate

NOW = datetime(2026, 5, 4, 12, 30, tzinfo=UTC)
CODES = Codebook(
    {
        **Codebook.of(search_makers.BROADER).codes,
        "trigger": Code("trigger", "Trigger", "A cue that sets off use.", "relapse-process"),
    }
)


def every(root, name):
    return [e for e in root.iter() if local(e) == name]


@pytest.fixture
def transcripts(tmp_path):
    clinic = search_makers.document("clinic", search_makers.CLINIC, "One to one", draft=True)
    clinic["media"]["has_picture"] = False
    return search_makers.save(
        tmp_path / "transcripts", search_makers.demo(), clinic, search_makers.document()
    )


@pytest.fixture
def opened(transcripts, tmp_path):
    """The exported archive and the root of its XML."""
    made = refi_qda.export(transcripts, tmp_path / "all.qdpx", tmp_path / "media", codes=CODES, now=NOW)
    with zipfile.ZipFile(made.path) as archive:
        yield archive, ElementTree.fromstring(archive.read("project.qde"))


def test_the_structure_is_the_standards(opened):
    _, root = opened
    assert local(root) == "Project"
    validate(root)


def test_every_reference_has_its_target_and_every_guid_is_one_thing(opened):
    archive, root = opened
    guids = Counter(e.get("guid") for e in root.iter() if e.get("guid"))
    assert [g for g, n in guids.items() if n > 1] == []
    references = {v for e in root.iter() for k, v in e.items() if k in GUIDS - {"guid"}}
    assert references <= guids.keys()
    inside = {e.get("plainTextPath").replace("internal://", "Sources/") for e in every(root, "Transcript")}
    assert inside | {"project.qde"} == set(archive.namelist())


def coded(archive, root):
    """(video, code, characters of the transcript, from ms, to ms) of every coded passage, by positions alone."""
    codes = {c.get("guid"): c.get("name") for c in every(root, "Code")}
    for source in (*every(root, "VideoSource"), *every(root, "AudioSource")):
        for transcript in every(source, "Transcript"):
            text = archive.read(transcript.get("plainTextPath").replace("internal://", "Sources/")).decode(
                "utf-8"
            )
            points = {p.get("guid"): p for p in every(transcript, "SyncPoint")}
            for selection in every(transcript, "TranscriptSelection"):
                first, last = points[selection.get("fromSyncPoint")], points[selection.get("toSyncPoint")]
                words = text[int(first.get("position")) : int(last.get("position"))]
                code = codes[every(selection, "CodeRef")[0].get("targetGUID")]
                yield source.get("name"), code, words, int(first.get("timeStamp")), int(last.get("timeStamp"))


def test_passages_and_times_are_those_of_the_documents(opened, transcripts):
    archive, root = opened
    found = list(coded(archive, root))
    assert ("clinic", "shame-guilt", "ashamed") in [f[:3] for f in found]
    step_ms = 4000 // len(["I", "was", "standing", "in", "the", "shop", "with", "a", "bottle", "of", "wine."])
    times = (16_000 + 2 * step_ms, 16_000 + 6 * step_ms)
    assert ("group", "Trigger", "standing in the shop", *times) in found
    documents = (
        search_makers.demo(),
        search_makers.document(),
        search_makers.document("x", search_makers.CLINIC),
    )
    assert len(found) == sum(len(u["concepts"]) for d in documents for u in d["utterances"])


def test_synchronisation_rises_in_text_and_time(opened):
    _, root = opened
    for transcript in every(root, "Transcript"):
        points = [(int(p.get("position")), int(p.get("timeStamp"))) for p in every(transcript, "SyncPoint")]
        assert points == sorted(points)
        assert len({position for position, _ in points}) == len(points)


def test_every_utterance_is_a_paragraph_that_begins_on_time(opened):
    archive, root = opened
    (source,) = (s for s in every(root, "VideoSource") if s.get("name") == "group")
    (transcript,) = every(source, "Transcript")
    text = archive.read(transcript.get("plainTextPath").replace("internal://", "Sources/")).decode("utf-8")
    assert text.splitlines()[3] == "Denise: I was standing in the shop with a bottle of wine."
    times = {int(p.get("position")): int(p.get("timeStamp")) for p in every(transcript, "SyncPoint")}
    starts = [0, *(m.end() for m in re.finditer("\n", text))][:-1]
    assert [times[s] for s in starts] == [1000 + 5000 * n for n in range(9)]


def test_codes_stand_under_their_broader_ones_and_speakers_are_cases(opened):
    _, root = opened
    (above,) = (c for c in every(root, "Code") if c.get("name") == "relapse-process")
    assert {c.get("name") for c in above} >= {"Trigger", "craving-urge", "lapse-relapse"}
    (trigger,) = (c for c in above if c.get("name") == "Trigger")
    assert trigger[0].text == "A cue that sets off use."
    roles = {c.get("name"): every(c, "TextValue")[0].text for c in every(root, "Case")}
    assert (roles["Ruth Calder"], roles["Denise"]) == ("cotherapist", "client")


def test_vignettes_are_coded_stretches_of_the_recording(opened):
    _, root = opened
    (source,) = (s for s in every(root, "VideoSource") if s.get("name") == "group")
    spans = [(s.get("name"), int(s.get("begin")), int(s.get("end"))) for s in every(source, "VideoSelection")]
    assert spans[1] == ("The door", 5000, 15_000)
    kinds = {c.get("guid"): c.get("name") for c in every(root, "Code")}
    refs = [kinds[every(s, "CodeRef")[0].get("targetGUID")] for s in every(source, "VideoSelection")]
    assert refs == ["introduction", "vignette", "vignette", "commentary"]


def test_a_draft_says_so(opened):
    _, root = opened
    (source,) = every(root, "AudioSource")
    assert every(source, "Description")[0].text == "One to one (draft, not verified)"


def test_equal_transcripts_give_equal_bytes(transcripts, tmp_path):
    digests = set()
    for name in ("a.qdpx", "b.qdpx"):
        refi_qda.export(transcripts, tmp_path / name, tmp_path, codes=CODES, now=NOW)
        digests.add(hashlib.sha256((tmp_path / name).read_bytes()).hexdigest())
    assert len(digests) == 1


@pytest.mark.parametrize("inside", [True, False])
def test_recordings_stand_inside_or_beside(transcripts, tmp_path, inside):
    media = tmp_path / "media"
    media.mkdir()
    (media / "group.mp4").write_bytes(b"a film")
    made = refi_qda.export(transcripts, tmp_path / "x.qdpx", media, inside, CODES, NOW)
    assert len(made.notes) == 2  # of the demo and the clinic there is no recording
    with zipfile.ZipFile(made.path) as archive:
        root = ElementTree.fromstring(archive.read("project.qde"))
        validate(root)
        (source,) = (s for s in every(root, "VideoSource") if s.get("name") == "group.mp4")
        if inside:
            assert archive.read(source.get("path").replace("internal://", "Sources/")) == b"a film"
        else:
            assert source.get("path") == "relative:///group.mp4"
        assert root.get("basePath") is None
        assert str(tmp_path) not in archive.read("project.qde").decode()


def test_odd_text_survives(tmp_path):
    document = search_makers.document("odd", 'A | x < y & "z" 😀 é | trigger=😀', title="<&>")
    folder = search_makers.save(tmp_path / "t", document)
    made = refi_qda.export(folder, tmp_path / "odd.qdpx", tmp_path, codes=Codebook(), now=NOW)
    with zipfile.ZipFile(made.path) as archive:
        root = ElementTree.fromstring(archive.read("project.qde"))
        validate(root)
        assert [f[1:3] for f in coded(archive, root)] == [("trigger", "😀")]


def test_damaged_documents_are_left_out_and_said(transcripts, tmp_path):
    (transcripts / "odd.json").write_text("{", "utf-8")
    made = refi_qda.export(transcripts, tmp_path / "x.qdpx", tmp_path, codes=CODES, now=NOW)
    assert (made.documents, len(made.skipped)) == (3, 1)


def test_nothing_to_export_and_nothing_of_others_lost(transcripts, tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(IndexFileError, match="holds no transcript"):
        refi_qda.export(tmp_path / "empty", tmp_path / "x.qdpx", tmp_path)
    theirs = tmp_path / "theirs.qdpx"
    theirs.write_bytes(b"PK")
    with pytest.raises(OutputError, match="was not written by us"):
        refi_qda.export(transcripts, theirs, tmp_path, codes=CODES)
    refi_qda.export(transcripts, tmp_path / "ours.qdpx", tmp_path, codes=CODES)
    refi_qda.export(transcripts, tmp_path / "ours.qdpx", tmp_path, codes=CODES)
    with pytest.raises(OutputError, match="cannot be written"):
        refi_qda.export(transcripts, tmp_path / "no" / "folder.qdpx", tmp_path, codes=CODES)
    assert [p.name for p in tmp_path.glob(".*.part")] == []


def test_a_reader_of_the_standard_finds_codes_with_colours_and_definitions(transcripts, tmp_path):
    made = refi_qda.export(transcripts, tmp_path / "all.qdpx", tmp_path / "media", codes=CODES, now=NOW)
    found = refi_standard.read(made.path)
    trigger = next(c for c in found.codes if c.name == "Trigger")
    assert (trigger.above, trigger.definition) == (("relapse-process",), "A cue that sets off use.")
    families = {c.above[0] if c.above else c.name: set() for c in found.codes}
    for code in found.codes:
        families[code.above[0] if code.above else code.name].add(code.colour)
    assert all(c.colour for c in found.codes if c.codable)
    concepts = [
        colour for name, family in families.items() if name != "Part of the video" for colour in family
    ]
    assert len(concepts) == len(set(concepts)) >= len(CODES.codes)


def test_a_reader_of_the_standard_finds_parts_as_sets_and_as_coded_stretches(transcripts, tmp_path):
    made = refi_qda.export(transcripts, tmp_path / "all.qdpx", tmp_path / "media", codes=CODES, now=NOW)
    found = refi_standard.read(made.path)
    codes, sources = found.sets["With vignette"]
    assert codes == ["vignette"]
    assert set(sources) == {c.source for c in found.coded if not c.text and c.code == "vignette"}
    assert "group" in found.cases["Denise"]


def test_a_reader_of_the_standard_finds_every_word_and_tag_at_its_time(transcripts, tmp_path):
    made = refi_qda.export(transcripts, tmp_path / "all.qdpx", tmp_path / "media", codes=CODES, now=NOW)
    found = refi_standard.read(made.path)
    group = search_makers.read()
    for spoken, line in zip(group.utterances, found.texts["group"].splitlines(), strict=True):
        assert line.endswith(spoken.text)
    tags = sorted(
        (s.text[t.start_char : t.end_char], t.start_ms, t.end_ms) for s in group.utterances for t in s.tags
    )
    assert (
        sorted((c.text, c.start_ms, c.end_ms) for c in found.coded if c.source == "group" and c.text) == tags
    )


def test_the_table_is_the_published_schemas():
    """The file itself, where the data are here: every type's children and attributes are those of the table."""
    import os
    from pathlib import Path

    folder = os.environ.get("VIGNETTE_DATA")
    schemas = sorted(Path(folder).rglob("Project*.xsd")) if folder else []
    if not schemas:
        pytest.skip("VIGNETTE_DATA names no folder with a Project.xsd")
    xs = "{http://www.w3.org/2001/XMLSchema}"
    types = {t.get("name"): t for t in ElementTree.parse(schemas[0]).getroot().iter(f"{xs}complexType")}
    for name, (_, attributes) in refi_standard.STRUCTURE.items():
        published = types.get(f"{name}Type")
        if published is None:
            continue
        must = {
            f"{a.get('name')}{'!' if a.get('use') == 'required' else ''}"
            for a in published.iter(f"{xs}attribute")
        }
        assert must == set(attributes.split()), name
        ours = re.sub(r"[?*+]", "", refi_standard.STRUCTURE[name][0]).replace("|", " ").split()
        assert [e.get("name") for e in published.iter(f"{xs}element")] == ours, name
