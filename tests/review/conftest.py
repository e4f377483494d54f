"""Fixtures of the review page's tests."""

import pytest

from tests.support.project import Project, captioned_demo, copy_of
from tests.support.review_pages import Desk


@pytest.fixture
def demo(tmp_path, tmp_path_factory) -> Project:
    """A copy of the captioned demo."""
    captioned, _ = captioned_demo(tmp_path_factory)
    return copy_of(captioned, tmp_path / "project")


@pytest.fixture
def desk(demo) -> Desk:
    """The review page of a copy of the captioned demo."""
    return Desk(demo)
