"""A damaged index is not searched, and the next update builds it anew; one that is whole is never taken for damaged."""

import json
import random

import pytest

from pipeline.errors import IndexFileError
from pipeline.search import Index
from pipeline.search.index import build, seal
from tests.support import search_makers


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "talk.json").write_text(json.dumps(search_makers.document("talk")))
    Index.update(tmp_path)
    return tmp_path


def test_no_flipped_bit_is_searched(folder):
    path = build.index_of(folder)
    whole, choose = path.read_bytes(), random.Random(5)
    for _ in range(20):
        data = bytearray(whole)
        data[choose.randrange(len(data))] ^= 1 << choose.randrange(8)
        path.write_bytes(data)
        with pytest.raises(IndexFileError, match="vignette index"):
            Index.of(folder)
    path.write_bytes(whole)
    Index.of(folder).close()


def test_the_next_update_builds_it_anew(folder):
    path = build.index_of(folder)
    data = bytearray(path.read_bytes())
    data[-100] ^= 1
    path.write_bytes(data)
    Index.update(folder)
    Index.of(folder).close()


def test_updates_with_and_beside_a_search_leave_it_whole(folder):
    with Index.of(folder):
        (folder / "walk.json").write_text(json.dumps(search_makers.document("walk")))
        Index.update(folder)
        Index.of(folder).close()
    (folder / "talk.json").unlink()
    Index.update(folder)
    Index.of(folder).close()
    Index.update(folder, rebuild=True)
    Index.of(folder).close()


def test_an_index_that_nobody_sealed_is_searched(folder):
    seal.break_seal(build.index_of(folder))
    Index.of(folder).close()
