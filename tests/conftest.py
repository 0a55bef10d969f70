"""Two ways to search: quickly, the same examples every time, or deeply (`make test-deep`)."""

from __future__ import annotations

import pytest

from tests.search import DEEP, goes_further


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Random searches are part of `make test-deep` as well, where they go further."""
    for item in items:
        if goes_further(getattr(item, "obj", None)):
            item.add_marker("search")


def pytest_report_header() -> str:
    """Say how far random searches go."""
    return f"random searches: {'deep' if DEEP else 'quick'}"
