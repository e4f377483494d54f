"""The lexicon's file: what it holds, what it says about itself, and how its mistakes are answered."""

from pathlib import Path

import pytest

from pipeline.concepts import inflections, lexicon
from pipeline.concepts.self_test import Failure, check
from pipeline.errors import LexiconError
from pipeline.files import data_file

SMALL = """version = "7"
passed_over = "just"

[forms]
feel = "feel feels felt"

[sets]
use = "drink~ | smoke~"
whom = '''
me | you   # people
{use} friend
'''

[[broader]]
id = "b"
label = "B"

[[concept]]
id = "c"
label = "C"
broader = "b"
objectives = ["LO1"]
definition = "what it is"
patterns = '''
# a remark
i feel~ ... {use}
  when {use} ?  # another
'''
blocks = "high school"
examples = '''
I felt like a drink.
'''
"""


@pytest.fixture(scope="module")
def book():
    return lexicon.load(data_file("concepts.toml"))


def test_a_small_lexicon_is_read():
    small = lexicon.parse(SMALL)
    assert (small.version, small.language, small.broader) == ("7", "en", {"b": "B"})
    assert small.passed_over == {"just"}
    (concept,) = small.concepts
    assert (concept.id, concept.objectives, concept.examples) == ("c", ("LO1",), ("I felt like a drink.",))
    assert [(r.pattern.source, r.blocking) for r in small.rules] == [
        ("i feel~ ... {use}", False),
        ("when {use} ?", False),
        ("high school", True),
    ]
    assert small.children("b") == ("c",)


@pytest.mark.parametrize(
    ("old", "new", "line", "column", "problem"),
    [
        ("i feel~ ... {use}", "i feel~ ... {drug}", 26, 13, "there is no set called 'drug'"),
        ("  when {use} ?", "  when ({use} ?", 27, 8, "'(' is never closed"),
        ('"high school"', '"high (school"', 29, 16, "'(' is never closed"),
        ("{use} friend", "{usw} friend", 11, 1, "there is no set called 'usw' - did you mean 'use'?"),
        ('use = "drink~ | smoke~"', 'use = "drink~ | {whom}"', 8, 8, "the set 'use' refers to itself"),
        ('broader = "b"', 'broader = "bb"', 21, 12, "there is no broader concept 'bb'"),
        ("patterns =", "pattern =", 24, 1, "'pattern' is not known in a concept - did you mean 'patterns'?"),
        ('label = "C"', 'label = ""', 20, 10, "this concept has no 'label'"),
        ('version = "7"', 'verson = "7"', 1, 1, "'verson' is not known here - did you mean 'version'?"),
        ('id = "c"', "id = c", 19, 6, "not valid TOML"),
        ('label = "C"', 'label = "C"\nterms = ["a"]', 21, 9, "'terms' must be text"),
    ],
)
def test_a_mistake_is_one_sentence_with_its_place(old, new, line, column, problem):
    assert old in SMALL
    with pytest.raises(LexiconError) as caught:
        lexicon.parse(SMALL.replace(old, new, 1), Path("mine.toml"))
    error = caught.value
    assert problem in str(error)
    assert (error.line, error.column) == (line, column)
    assert str(error).startswith(f"mine.toml, line {line}, column {column}: ")
    assert "\n" not in str(error)


def test_a_pattern_that_stands_for_too_much_is_refused():
    many = " ".join(["(a b|c d|e f|g h|i j|k l)"] * 6)
    with pytest.raises(LexiconError, match="46,656 phrases"):
        lexicon.parse(SMALL.replace("i feel~ ... {use}", many))


def test_an_entry_goes_on_after_a_bar_and_keeps_its_places():
    long = SMALL.replace("i feel~ ... {use}", "i (feel~|\n    want|\n  {drug})")
    with pytest.raises(LexiconError) as caught:
        lexicon.parse(long)
    assert (caught.value.line, caught.value.column) == (28, 3)
    good = lexicon.parse(long.replace("{drug}", "like"))
    assert good.rules[0].pattern.source == "i (feel~|want|like)"


def test_a_block_may_begin_on_the_line_of_its_marks():
    with pytest.raises(LexiconError) as caught:
        lexicon.parse(SMALL.replace("patterns = '''\n# a remark", "patterns = '''a (b"))
    assert (caught.value.line, caught.value.column) == (24, 17)


def test_a_concept_may_not_stand_there_twice():
    again = SMALL[SMALL.index("[[concept]]") :]
    with pytest.raises(LexiconError, match="stands here twice"):
        lexicon.parse(SMALL + "\n" + again)


@pytest.mark.parametrize("content", [None, b"version = '\xff'"])
def test_a_file_that_cannot_be_read_is_said_so(tmp_path, content):
    path = tmp_path / "x.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(LexiconError, match=r"x\.toml"):
        lexicon.load(path)


def test_our_lexicon_holds_the_codebook(book):
    assert list(book.broader) == [
        "relapse-process",
        "recovery-work",
        "motivation",
        "emotion",
        "interpersonal-process",
    ]
    assert [len(book.children(b)) for b in book.broader] == [4, 3, 5, 3, 7]
    assert all(set(c.objectives) <= {"LO1", "LO2", "LO3"} and c.objectives for c in book.concepts)
    assert all(c.definition and len(c.examples) >= 3 and len(c.counterexamples) >= 2 for c in book.concepts)


def test_our_lexicon_does_what_its_own_sentences_say(book):
    assert [str(failure) for failure in check(book)] == []


def test_sentences_that_come_out_otherwise_are_reported():
    wrong = SMALL.replace("I felt like a drink.", "I like tea.") + "counterexamples = 'When drinking?'\n"
    missed, false = (f for f in check(lexicon.parse(wrong)) if not f.lacks)
    assert missed == Failure("c", "I like tea.")
    assert false == Failure("c", "When drinking?", "when {use} ?")
    assert str(missed) == "c: no pattern finds the example “I like tea.”"
    assert str(false) == "c: the counterexample “When drinking?” is found by when {use} ?"


def test_a_lexicon_loaded_lazily_reads_no_patterns(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(SMALL.replace("patterns = '''", "patterns = '''\n(never closed", 1), encoding="utf-8")
    seen = lexicon.load_lazily(path)
    assert [c.id for c in seen.concepts] == [c.id for c in lexicon.parse(SMALL).concepts]
    with pytest.raises(LexiconError, match="never closed"):
        _ = seen.rules
    with pytest.raises(LexiconError, match="never closed"):
        lexicon.load(path)


def test_the_listed_forms_are_those_of_the_library():
    lines = [line.split() for line in data_file(inflections.FORMS_FILE).read_text("utf-8").splitlines()]
    assert len(lines) > 500
    for word, *others in lines:
        assert inflections.from_library(word) == {word, *others}


def test_a_word_that_is_not_listed_is_asked_of_the_library():
    listed = {line.split()[0] for line in data_file(inflections.FORMS_FILE).read_text("utf-8").splitlines()}
    assert "catalogue" not in listed
    assert inflections.inflector({})("catalogue") >= {"catalogue", "catalogues", "catalogued"}
    assert not inflections.inflector({})("activit")


CHAIN = "\n".join(f's{n} = "{{s{n + 1}}}"' for n in range(200)) + '\ns200 = "x"'
DOUBLED = "\n".join(f's{n} = "(a|{{s{n + 1}}}) (b|{{s{n + 1}}})"' for n in range(18)) + '\ns18 = "x y"'


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ('label = "B"\n', "", 14),
        ('id = "b"\nlabel = "B"', 'id = 3\nlabel = "B"', 15),
        ('[[broader]]\nid = "b"\nlabel = "B"\n', "", 18),
        ('version = "7"', "version = [7]", 1),
        ('passed_over = "just"', "passed_over = { a = 1 }", 2),
        ('feel = "feel feels felt"', "feel = 3", 5),
        ('feel = "feel feels felt"', 'feel = ["feel", "felt"]', 5),
        ('use = "drink~ | smoke~"', "use = 1.5", 8),
        ('objectives = ["LO1"]', "objectives = 1", 22),
        ('objectives = ["LO1"]', "objectives = [1]", 22),
        ("...", "..." + "9" * 5000, 26),
        ("{use}\n", "(" * 3000 + "x" + ")" * 3000 + "\n", 26),
        ("{use}\n", "[" * 3000 + "\n", 26),
        ('use = "drink~ | smoke~"', CHAIN + '\nuse = "{s0}"', 33),
        ('use = "drink~ | smoke~"', DOUBLED + '\nuse = "{s0}"', 13),
    ],
)
def test_a_value_of_another_kind_or_beyond_all_bounds_is_told_with_its_place(old, new, line):
    text = SMALL.replace(old, new, 1)
    with pytest.raises(LexiconError) as caught:
        lexicon.parse(text)
    assert caught.value.line == line, str(caught.value)


@pytest.mark.parametrize(
    "text", ["a = " + "[" * 20_000, "version = " + "1" * 5000, "a = {" * 5000, "d = 2026-13-99"]
)
def test_toml_that_its_own_reader_gives_up_is_one_sentence(text):
    with pytest.raises(LexiconError, match="not valid TOML"):
        lexicon.parse(text)


def test_brackets_and_sets_may_stand_in_each_other_within_reason():
    nested = SMALL.replace("when {use} ?", "when " + "(a|" * 20 + "x" + ")" * 20)
    assert len(lexicon.parse(nested).rules) == 3


@pytest.mark.parametrize(
    ("examples", "counterexamples", "lacks"),
    [(3, 2, []), (4, 5, []), (2, 2, ["2 examples"]), (1, 0, ["1 example,", "0 counterexamples"])],
)
def test_a_concept_needs_sentences_for_and_against(examples, counterexamples, lacks):
    sentences = "I felt like a drink.\n" * examples, "I like milk.\n" * counterexamples
    text = SMALL.split("examples =")[0]
    text += f"examples = '''\n{sentences[0]}'''\ncounterexamples = '''\n{sentences[1]}'''\n"
    told = [str(f) for f in check(lexicon.parse(text)) if f.lacks]
    assert len(told) == len(lacks) and all(part in one for part, one in zip(lacks, told, strict=True))
