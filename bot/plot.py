"""Draws what was spent: by day, by person, by model, as one PNG that is as wide as a phone shows it.

`drawing` decides what is drawn and is pure; `png` draws, which takes a third of a second, so call it in a thread.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from bot.spending import NOTHING, Share, Spending, Spent, TeamSpending, Unit
from bot.words import Words

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

ROWS: Final = 8
"""People or models drawn; the others stand together in a last row."""
NAME_LENGTH: Final = 28
"""Characters of a name beside its amount."""

_WIDTH: Final = 7.2
_DPI: Final = 150
"""1080 pixels wide: three for each one of a phone's screen, so text of 14 points reads like 10."""
# Inches of the page from here on.
_MARGIN: Final = 0.45
_HEAD: Final = 1.4
_DAYS: Final = 3.2
_HEADING: Final = 0.5
_DATES: Final = 0.38
_ROW: Final = 0.6
_GUTTER: Final = 3.4
"""Bars' widths at the left for the names of amounts."""

# Each at least 4.5 : 1 against the paper, but for tracks and lines, which say nothing by themselves.
_PAPER, _INK, _SOFT, _LINE = "#ffffff", "#16202a", "#5a6672", "#e4e8ec"
_BY_DAY, _TODAY, _BY_PERSON, _BY_MODEL = "#0f766e", "#b45309", "#4338ca", "#a21caf"
_KEYS: Final = {
    Unit.CENTS: ("plot-title-money", "plot-days-money"),
    Unit.PICTURES: ("plot-title-pictures", "plot-days-pictures"),
}
_FACES: Final[tuple[str, ...]] = (
    "DejaVu Sans", "Noto Sans CJK JP", "Noto Sans CJK SC", "Hiragino Sans", "Yu Gothic", "Noto Sans Arabic",
    "Noto Sans Hebrew", "Noto Sans Devanagari", "Arial Unicode MS",
)  # fmt: skip
"""The first comes with the library; of the others, those that are on this machine help out."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: what it is of, how much, and that in words."""

    name: str
    amount: float
    said: str


@dataclass(frozen=True, slots=True)
class Panel:
    """Bars below a heading."""

    heading: str
    bars: Sequence[Bar]
    colour: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """All that is drawn. days are the oldest first, with to_date up to today; scale names amounts on their axis."""

    title: str
    whose: str
    days: Panel
    ranks: Sequence[Panel]
    scale: Sequence[tuple[float, str]]
    to_date: bool = True


def drawing(spending: Spending, words: Words, locale: str) -> Drawing | None:
    """The team's, where the person may see it, else their own; None where nothing was spent."""
    if spending.team is not None:
        return of_team(spending.team, words, locale)
    return _drawn("plot-whose-own", spending.days, spending.this_month, (), None, words, locale)


def of_team(team: TeamSpending, words: Words, locale: str, *, month: str | None = None) -> Drawing | None:
    """What all spent; of a month that is past, "2026-10"."""
    ranks = (("plot-people", team.people, _BY_PERSON), ("plot-models", team.models, _BY_MODEL))
    return _drawn("plot-whose-team", team.days, team.month, ranks, month, words, locale)


def _drawn(
    whose: str, days: Sequence[Share], whole: Spent, ranks: Sequence[tuple[str, Sequence[Share], str]],
    month: str | None, words: Words, locale: str,
) -> Drawing | None:  # fmt: skip
    """Money is drawn, and pictures where all of them were free."""
    if not whole.pictures and not any(share.spent.pictures for share in days):
        return None
    unit = Unit.CENTS if whole.cents or any(share.spent.cents for share in days) else Unit.PICTURES
    title_key, days_key = _KEYS[unit]
    title = {"cost": words.total(locale, whole.cents)} if unit is Unit.CENTS else {"pictures": whole.pictures}
    by_day = [
        Bar(words.date(locale, date.fromisoformat(share.name), short=True), *_amount(share, unit, words, locale))
        for share in days
    ]
    return Drawing(
        title=words.say(locale, title_key, **title, month=month),
        whose=words.say(locale, whose),
        days=Panel(words.say(locale, days_key, month=month), by_day, _BY_DAY),
        ranks=[
            Panel(words.say(locale, key, month=month), _ranked(shares, whole, unit, words, locale), colour)
            for key, shares, colour in ranks
            if shares
        ],
        scale=_scale(max(bar.amount for bar in by_day), unit, words, locale),
        to_date=month is None,
    )


def alt(drawn: Drawing) -> str:
    """What a screen reader says of it."""
    days = [bar for bar in drawn.days.bars if bar.amount]
    listed = [f"{drawn.days.heading}: {', '.join(f'{bar.name} {bar.said}' for bar in days)}"]
    listed += [f"{panel.heading}: {', '.join(f'{bar.name} {bar.said}' for bar in panel.bars)}" for panel in drawn.ranks]
    return f"{drawn.whose}: {drawn.title}. {'. '.join(listed)}."[:1000]


def png(drawn: Drawing) -> bytes:
    """The picture's bytes."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    heights = [_HEADING + _ROW * len(panel.bars) for panel in drawn.ranks]
    height = _HEAD + _DAYS + sum(heights) + _MARGIN * (1 + len(heights))
    figure = Figure(figsize=(_WIDTH, height), dpi=_DPI, facecolor=_PAPER)
    FigureCanvasAgg(figure)
    left = _MARGIN / _WIDTH
    _write(figure, left, 1 - 0.45 / height, drawn.whose, size=15, color=_SOFT)
    _write(figure, left, 1 - 0.88 / height, drawn.title, size=25, weight="bold")
    top = height - _HEAD
    _draw_days(figure, drawn, top=top / height, bottom=(top - _DAYS) / height)
    top -= _DAYS
    for panel, tall in zip(drawn.ranks, heights, strict=True):
        top -= _MARGIN
        _draw_ranks(figure, panel, top=top / height, bottom=(top - tall) / height)
        top -= tall
    out = io.BytesIO()
    figure.savefig(out, format="png", facecolor=_PAPER, metadata={"Software": None})
    return out.getvalue()


def _amount(share: Share, unit: Unit, words: Words, locale: str) -> tuple[float, str]:
    """As long as the bar is, and as it is said."""
    match unit:
        case Unit.CENTS:
            return float(share.spent.cents), words.total(locale, share.spent.cents)
        case Unit.PICTURES:
            return float(share.spent.pictures), words.say(locale, "usage-pictures", pictures=share.spent.pictures)


def _ranked(shares: Sequence[Share], whole: Spent, unit: Unit, words: Words, locale: str) -> list[Bar]:
    """As many as there is room for; what is missing of the whole is the others'."""
    shown = list(shares[:ROWS])
    pictures = whole.pictures - sum(share.spent.pictures for share in shown)
    if pictures > 0:
        cents = whole.cents - sum((share.spent.cents for share in shown), NOTHING)
        shown.append(Share(words.say(locale, "plot-others"), Spent(pictures, cents)))
    return [Bar(_cut(share.name), *_amount(share, unit, words, locale)) for share in shown]


def _scale(highest: float, unit: Unit, words: Words, locale: str) -> list[tuple[float, str]]:
    """Two or three round amounts up to the highest, with how each is said."""
    if highest <= 0:
        return []
    power = 10.0 ** (len(str(int(highest))) - 1) if highest >= 1 else 0.1
    step = next(step for step in (power * k for k in (0.5, 1, 2, 2.5, 5, 10)) if highest / step < 4)
    if unit is Unit.PICTURES:
        step = max(1.0, float(round(step)))
    ticks = [step * number for number in range(1, int(highest / step) + 1)]
    if unit is Unit.PICTURES:
        return [(tick, str(int(tick))) for tick in ticks]
    return [(tick, words.money(locale, Decimal(str(tick)))) for tick in ticks]


def _cut(name: str) -> str:
    name = " ".join(name.split())
    return name if len(name) <= NAME_LENGTH else f"{name[: NAME_LENGTH - 1].rstrip()}…"


def _draw_days(figure: Figure, drawn: Drawing, *, top: float, bottom: float) -> None:
    left, right = _MARGIN / _WIDTH, 1 - _MARGIN / _WIDTH
    height = figure.get_figheight()
    _write(figure, left, top - 0.15 / height, drawn.days.heading, size=16, weight="bold")
    axes = figure.add_axes((left, bottom + _DATES / height, right - left, top - bottom - (_DATES + _HEADING) / height))
    bars = drawn.days.bars
    places = range(len(bars))
    highest = max((bar.amount for bar in bars), default=0.0) or 1.0
    for amount, said in drawn.scale:
        axes.axhline(amount, color=_LINE, linewidth=1.4, zorder=0)
        _write(axes, -_GUTTER, amount + highest * 0.015, said, size=12.5, color=_SOFT, va="bottom")
    last = _TODAY if drawn.to_date else drawn.days.colour
    colours = [drawn.days.colour] * (len(bars) - 1) + [last]
    axes.bar(places, [bar.amount for bar in bars], width=0.72, color=colours, zorder=2)
    axes.axhline(0, color=_SOFT, linewidth=1.4, zorder=3)
    axes.set_xlim(-_GUTTER, len(bars) - 0.4)
    axes.set_ylim(0, highest * 1.1)
    _bare(axes)
    for place in range(len(bars) - 1, -1, -7):
        end = place == len(bars) - 1
        today = end and drawn.to_date
        _write(
            axes, place + 0.4 if end else place, -0.05, bars[place].name, size=13, va="top", transform="below",
            ha="right" if end else "center", color=_TODAY if today else _SOFT, weight="bold" if today else "normal",
        )  # fmt: skip


def _draw_ranks(figure: Figure, panel: Panel, *, top: float, bottom: float) -> None:
    """Name and amount above each bar, so that both have room on a narrow screen."""
    left, right = _MARGIN / _WIDTH, 1 - _MARGIN / _WIDTH
    height = figure.get_figheight()
    _write(figure, left, top - 0.15 / height, panel.heading, size=16, weight="bold")
    axes = figure.add_axes((left, bottom, right - left, top - bottom - _HEADING / height))
    most = max((bar.amount for bar in panel.bars), default=0.0) or 1.0
    for row, bar in enumerate(panel.bars):
        axes.barh(row + 0.36, 1.0, height=0.2, color=_LINE, zorder=1)
        axes.barh(row + 0.36, bar.amount / most, height=0.2, color=panel.colour, zorder=2)
        _write(axes, 0, row + 0.16, bar.name, size=14, va="bottom")
        _write(axes, 1, row + 0.16, bar.said, size=14, va="bottom", ha="right", weight="bold")
    axes.set_xlim(0, 1)
    axes.set_ylim(len(panel.bars) - 0.5, -0.2)
    _bare(axes)


def _bare(axes: Axes) -> None:
    axes.set_facecolor("none")
    axes.set_xticks([])
    axes.set_yticks([])
    for spine in axes.spines.values():
        spine.set_visible(False)


def _write(on: Any, x: float, y: float, text: str, *, transform: str = "", **style: Any) -> None:
    """Text as it is: dollar signs begin no formula, and what no typeface here has is left out."""
    faces, known = _typefaces()
    shown = "".join(sign for sign in text if sign.isspace() or ord(sign) in known).strip() or "–"
    style = {"color": _INK, "va": "center", "ha": "left", "family": faces, **style}
    if transform == "below":
        style["transform"] = on.get_xaxis_transform()
    on.text(x, y, shown, parse_math=False, **style)


@cache
def _typefaces() -> tuple[list[str], frozenset[int]]:
    """The typefaces that there are, and every sign that one of them has."""
    from matplotlib.font_manager import fontManager, get_font

    there = {entry.name: entry.fname for entry in fontManager.ttflist}
    faces = [face for face in _FACES if face in there]
    return faces, frozenset(sign for face in faces for sign in get_font(there[face]).get_charmap())
