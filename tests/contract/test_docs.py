"""The pages for people lead somewhere: every link to a file, every decision in the index, every test that is named."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[2]
PAGES = [HOUSE / "README.md", HOUSE / "CHANGELOG.md", *sorted(HOUSE.glob("docs/**/*.md"))]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(HOUSE)))
def test_every_link_of_a_page_leads_to_a_file(page: Path) -> None:
    links = re.findall(r"\]\(((?!https?:)[^)#\s]+)", page.read_text("utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_every_decision_is_in_the_index() -> None:
    folder = HOUSE / "docs" / "decisions"
    index = (folder / "README.md").read_text("utf-8")
    assert [page.name for page in folder.glob("*.md") if page.name not in index and page.name != "README.md"] == []


def named_tests() -> Iterator[tuple[str, str]]:
    """What the tables of docs/testing.md say shows a behaviour: a file below tests/, a test in it."""
    page = (HOUSE / "docs" / "testing.md").read_text("utf-8")
    for row in (line for line in page.splitlines() if line.startswith("|")):
        file = ""
        for name in re.findall(r"`([\w/]+\.py|test_\w+)`", row):
            if name.startswith("test_"):
                yield file, name
            else:
                file = name


def functions_of(file: Path) -> set[str]:
    parsed = ast.parse(file.read_text("utf-8")) if file.is_file() else ast.Module([], [])
    return {node.name for node in ast.walk(parsed) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


def test_every_test_that_the_docs_name_exists() -> None:
    named = list(named_tests())
    assert named
    assert [(file, name) for file, name in named if name not in functions_of(HOUSE / "tests" / file)] == []
