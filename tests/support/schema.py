"""The public document against its schema: one validator for all tests, since to make one takes longer than to use it."""

from __future__ import annotations

from functools import cache
from typing import Any

import jsonschema

from pipeline.formats.document import writer


@cache
def _validator() -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(writer.schema())


def must_be_valid(document: Any) -> None:
    """Raises jsonschema.ValidationError where the document breaks a rule of the schema."""
    _validator().validate(document)
