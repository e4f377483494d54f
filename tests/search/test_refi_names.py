"""Names that the tools of qualitative research want unique, and people who come again."""

from __future__ import annotations

import unicodedata
import zipfile
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from pipeline.concepts.codebook import Code
from pipeline.search import Codebook, refi_qda
from pipeline.search.refi_names import Names
from tests.search.test_refi_qda import NOW, every
from tests.support import search_makers
from tests.support.refi_standard import validate


def spoken_by(name: str, *people: tuple[str, str, str]) -> dict:
    document = search_makers.document(name)
    for number, speaker in enumerate(document["speakers"]):
        _, shown, role = people[number % len(people)]
        speaker |= (
            {"name": shown, "role": role} if number < len(people) else {"name": f"Extra {name} {number}"}
        )
    return document


def exported(tmp_path, *documents, codes=None, folders=()):
    for folder, document in folders:
        search_makers.save(tmp_path / "t" / folder, document)
    search_makers.save(tmp_path / "t", *documents)
    made = refi_qda.export(tmp_path / "t", tmp_path / "x.qdpx", tmp_path, codes=codes or Codebook(), now=NOW)
    with zipfile.ZipFile(made.path) as archive:
        root = ElementTree.fromstring(archive.read("project.qde"))
    validate(root)
    return root


def cases(root) -> dict[str, int]:
    found = every(root, "Case")
    names = [c.get("name") for c in found]
    assert len({unicodedata.normalize("NFKC", n).casefold() for n in names}) == len(names)
    return {c.get("name"): len(every(c, "SourceRef")) for c in found}


def test_a_person_in_two_recordings_is_one_case_and_an_unnamed_voice_is_none(tmp_path):
    first = spoken_by("first", ("a", "Hanna Weir", "client"), ("b", "Speaker 2", ""))
    second = spoken_by("second", ("a", "hanna  weir", "narrator"), ("b", "Speaker 2", ""))
    root = exported(tmp_path, first, second)
    found = cases(root)
    assert found["Hanna Weir"] == 2
    assert found["first: Speaker 2"] == found["second: Speaker 2"] == 1
    roles = [
        t.text for c in every(root, "Case") if c.get("name") == "Hanna Weir" for t in every(c, "TextValue")
    ]
    assert roles == ["client, narrator"]


def test_roles_and_initials_tell_no_person(tmp_path):
    people = (("a", "Therapist", ""), ("b", "T1", ""))
    found = cases(exported(tmp_path, spoken_by("one", *people), spoken_by("two", *people)))
    assert {"one: Therapist", "two: Therapist", "one: T1", "two: T1"} <= found.keys()


def test_two_of_one_name_in_one_recording_are_two(tmp_path):
    found = cases(exported(tmp_path, spoken_by("one", ("a", "Jo", ""), ("b", "Jo", ""))))
    assert sum(name.startswith("one: Jo") or name.startswith("Jo") for name in found) == 2
    found = cases(exported(tmp_path / "2", spoken_by("one", ("a", "Jo Lee", ""), ("b", "JO LEE", ""))))
    assert sum(name.casefold().startswith("jo lee") for name in found) == 2


def test_recordings_of_one_name_in_two_folders_have_two_names(tmp_path):
    talks = [(folder, search_makers.document("talk")) for folder in ("monday", "tuesday")]
    root = exported(tmp_path, folders=talks)
    names = [e.get("name") for kind in ("VideoSource", "Transcript") for e in every(root, kind)]
    assert sorted(names) == ["talk", "talk (tuesday)", "talk.txt", "talk.txt (tuesday)"]


def test_codes_of_one_label_have_two_names(tmp_path):
    codes = Codebook({"a": Code("a", "Other"), "b": Code("b", "other"), "c": Code("c", "part of the Video")})
    names = [
        c.get("name") for c in every(exported(tmp_path, search_makers.document("talk"), codes=codes), "Code")
    ]
    assert len({n.casefold() for n in names}) == len(names)
    assert {"Other", "other (b)", "other (part)"} <= {*names}


@given(
    st.lists(
        st.tuples(
            st.sampled_from(("Ann", "ann", "Ａnn", "Ann (x)", "Ann (2)", "é", "é")),
            st.sampled_from(("", "x", ".")),
        ),
        max_size=12,
    )
)
def test_no_name_is_given_twice(asked):
    names = Names()
    given_ = [names.unique(name, of) for name, of in asked]
    assert len({unicodedata.normalize("NFKC", n).casefold() for n in given_}) == len(asked)


def test_a_name_that_was_only_heard_is_a_case_in_each_recording(tmp_path):
    documents = [spoken_by(name, ("a", "Hanna Weir", "")) for name in ("first", "second")]
    assert {name: count for name, count in cases(exported(tmp_path, *documents)).items() if "Hanna" in name} == {
        "Hanna Weir": 1, "Hanna Weir (second)": 1}  # fmt: skip
    documents[0]["speakers"][0]["evidence"] = documents[1]["speakers"][0]["evidence"] = ["named by a person"]
    assert cases(exported(tmp_path, *documents))["Hanna Weir"] == 2
