"""What `make bench` says, and where it may write it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from importlib import import_module
from pathlib import Path
from xml.etree import ElementTree

import pytest

from benchmarks import REGISTRY, plot, report
from benchmarks.figure import Aim, Figure, Scale
from benchmarks.gauge import percentile

PAGE = Path(__file__).parents[3] / "docs" / "benchmarks.md"
ACCEPT = Figure(what="accept", ours=3.0, other=2.0, against="bare", unit="ms")


def test_a_ratio_is_ours_over_the_other() -> None:
    assert ACCEPT.compared == "1.50 x"


def test_decibels_are_subtracted() -> None:
    assert Figure(what="", ours=32, other=30.5, against="", unit="dB", scale=Scale.DIFFERENCE).compared == "+1.50 dB"


@pytest.mark.parametrize(("percent", "value"), [(50, 50.0), (99, 99.0), (100, 100.0)])
def test_a_percentile_is_one_of_the_values(percent: float, value: float) -> None:
    assert percentile([float(number) for number in range(100, 0, -1)], percent) == value


def test_every_row_of_the_table_is_as_wide_as_the_others() -> None:
    lines = report.table([ACCEPT, Figure(what="a longer name", ours=12345, other=0.0002, against="b", unit="s")])
    assert len({len(line) for line in lines.splitlines()}) == 1
    assert "12,345 s" in lines


def test_what_could_not_be_measured_is_said_with_the_reason() -> None:
    head = report.headline(machine="a machine", on=date(2026, 11, 21), took_s=9)
    text = report.account({"accept": [ACCEPT]}, {"upscale": "no photo"}, head=head)
    assert "Not measured: upscale, because no photo." in text
    assert "### accept" in text
    assert "a machine" in text


@pytest.mark.parametrize(
    ("aim", "said"),
    [(Aim(1.5), "<= 1.5 x, reached"), (Aim(1.4), "<= 1.4 x, missed"), (Aim(3, more=True), ">= 3 x, missed")],
)
def test_an_aim_is_told_with_whether_it_was_reached(aim: Aim, said: str) -> None:
    assert said in report.table([replace(ACCEPT, aim=aim)])


def test_the_plot_stands_above_the_tables_and_holds_every_ratio(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"{report.BEGIN}\n{report.END}\n", "utf-8")
    decibels = Figure(what="", ours=32, other=30.5, against="", unit="dB", scale=Scale.DIFFERENCE)
    enormous = Figure(what="enormous", ours=1e9, other=1, against="bare", unit="s", aim=Aim(1.5))
    nothing = Figure(what="lost", ours=0, other=26, against="bare", unit="")
    plot.draw({"accept": [ACCEPT, decibels, enormous, nothing], "none": [decibels]}, "a machine", tmp_path / "page.svg")
    report.put(page, "new", "page.svg")
    assert page.read_text("utf-8").index("(page.svg)") < page.read_text("utf-8").index("new")
    assert (tmp_path / "page.svg").read_text("utf-8").startswith("<?xml")


def drawn_texts(svg: Path) -> dict[str, tuple[float, bool]]:
    """Every text: where it starts or, where the second is true, ends; from the left."""
    found = ElementTree.fromstring(svg.read_text("utf-8")).iter("{http://www.w3.org/2000/svg}text")
    return {
        (each.text or "").strip(): (float(each.attrib["x"]), "anchor: end" in each.attrib["style"]) for each in found
    }


def test_a_figure_beyond_the_scale_is_told_where_no_name_stands(tmp_path: Path) -> None:
    figures = {
        "0 against 26": Figure(what="lost", ours=0, other=26, against="bare", unit=""),
        "0 against 10 pictures": Figure(what="lost again", ours=0, other=10, against="bare", unit="pictures"),
        "0.02 x": Figure(what="small", ours=1, other=50, against="bare", unit="s"),
    }
    plot.draw({"crowd": [*figures.values()]}, "a machine", tmp_path / "page.svg")
    texts = drawn_texts(tmp_path / "page.svg")
    for label in figures:
        start, ends_there = texts[label]
        assert not ends_there
        assert start > texts["1 x"][0]


def test_only_what_stands_between_the_marks_is_replaced(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"before\n{report.BEGIN}\nold\n{report.END}\nafter\n", "utf-8")
    report.put(page, "new")
    assert page.read_text("utf-8") == f"before\n{report.BEGIN}\n\nnew\n\n{report.END}\nafter\n"


def test_a_page_without_marks_stays_as_it_is(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("mine", "utf-8")
    with pytest.raises(ValueError, match="marks"):
        report.put(page, "new")
    assert page.read_text("utf-8") == "mine"


def test_the_page_of_the_docs_has_its_marks() -> None:
    page = PAGE.read_text("utf-8")
    assert page.index(report.BEGIN) < page.index(report.END)


@pytest.mark.parametrize("name", REGISTRY)
def test_every_measurement_of_the_registry_can_be_run(name: str) -> None:
    assert callable(import_module(REGISTRY[name]).measure)
