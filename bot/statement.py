"""What was spent, as Replies: to a person who asks, and to those who run the house as a cap comes near. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from bot.message import Field, Picture, Reply, Tone
from bot.spending import NOTHING, Alert, Allowance, Of, Share, Spending, Spent, TeamSpending, Unit
from bot.words import Words


def usage(spending: Spending, plot: Picture | None, words: Words, locale: str) -> Reply:
    """The answer to /usage, for one person alone; plot shows the same."""
    fields = [
        _field("today", spent(spending.today, words, locale), words, locale),
        _field("month", spent(spending.this_month, words, locale), words, locale),
        *(_allowance(number, each, words, locale) for number, each in enumerate(spending.allowances, start=1)),
    ]
    if spending.team is not None:
        fields += _team(spending.team, words, locale)
    return Reply(
        tone=Tone.HELP,
        locale=locale,
        title=words.say(locale, "usage-title"),
        body=words.say(locale, "usage-body" if spending.allowances else "usage-body-free"),
        fields=tuple(fields),
        pictures=(plot,) if plot else (),
    )


def alert(told: Alert, words: Words, locale: str, *, name: str = "") -> Reply:
    """What is posted where the house's admins read it. name: what people call the role, where not by its id."""
    kind, _, whose = told.scope.partition(":")
    return Reply(
        tone=Tone.REFUSED if told.percent >= 100 else Tone.WORKING,  # not HELP, where a name's "/" reads as a command
        locale=locale,
        title=words.say(locale, "alert-title", percent=told.percent),
        body=words.say(
            locale,
            "alert-body",
            of=kind,
            name=name or whose.partition(":")[2],
            period=told.period,
            used=_of(told.unit, told.spent, told.limit, words, locale),
        ),
    )


def spent(amount: Spent, words: Words, locale: str) -> str:
    """Such as "12 pictures, $0.30"."""
    if amount == Spent():
        return words.say(locale, "usage-nothing")
    return words.say(locale, "usage-spent", pictures=amount.pictures, cost=words.total(locale, amount.cents))


def _team(team: TeamSpending, words: Words, locale: str) -> Iterable[Field]:
    yield _field("team-today", spent(team.day, words, locale), words, locale)
    yield _field("team-month", spent(team.month, words, locale), words, locale)
    for name, shares in (("people", team.people), ("models", team.models)):
        if shares:
            yield _field(name, _listed(shares, words, locale), words, locale)
    if team.unsure != Spent():
        yield _field("unsure", spent(team.unsure, words, locale), words, locale)


def _listed(shares: Sequence[Share], words: Words, locale: str) -> str:
    return "\n".join(f"{share.name}: {spent(share.spent, words, locale)}" for share in shares)


def _allowance(number: int, each: Allowance, words: Words, locale: str) -> Field:
    """What is left of a cap, in pictures and in money as far as it says, and when it begins anew."""
    tab, parts = each.tab, []
    if tab.pictures is not None:
        left = max(NOTHING, Decimal(tab.pictures - each.spent.pictures))
        parts.append(_of(Unit.PICTURES, left, Decimal(tab.pictures), words, locale))
    if tab.cents is not None:
        parts.append(_of(Unit.CENTS, max(NOTHING, tab.cents - each.spent.cents), tab.cents, words, locale))
    anew = words.say(locale, "usage-anew", per=str(tab.per), retry_at=each.resets_at)
    whose = tab.scope.rpartition(":")[2] if tab.of in (Of.ROLE, Of.CHANNEL) else ""
    label = words.say(locale, "usage-left", of=str(tab.of), per=str(tab.per), name=whose)
    return Field(f"cap-{number}", label, f"{', '.join(parts)}; {anew}")


def _field(name: str, value: str, words: Words, locale: str) -> Field:
    return Field(name, words.say(locale, f"label-usage-{name}"), value)


def _of(unit: Unit, part: Decimal, whole: Decimal, words: Words, locale: str) -> str:
    """Such as "4 of 20 pictures" or "$0.10 of $5.00"."""
    match unit:
        case Unit.PICTURES:
            return words.say(locale, "usage-of-pictures", part=int(part), limit=int(whole))
        case Unit.CENTS:
            money = words.total(locale, part) if part else words.say(locale, "usage-nothing")
            return words.say(locale, "usage-of-money", part=money, limit=words.total(locale, whole))
