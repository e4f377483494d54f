"""Fixtures of the review page's tests."""

import pytest

from tests.support.project import Project, copy_of
from tests.support.review_pages import Desk, captioned_demo


@pytest.fixture
def demo(tmp_path, tmp_path_factory) -> Project:
    """A copy of the captioned demo."""
    return copy_of(captioned_demo(tmp_path_factory), tmp_path / "project")


@pytest.fixture
def desk(demo) -> Desk:
    """The review page of a copy of the captioned demo."""
    return Desk(demo)
