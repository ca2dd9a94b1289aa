"""The statements about thresholds that were passed, and where that was told."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from bot.spending import Alert, Unit
from bot.store.tables import alerts

KEPT: Final = timedelta(days=2)
"""What was passed longer ago is no news, as for a place that the settings name since today."""
_KEY: Final = (alerts.c.scope, alerts.c.period, alerts.c.unit, alerts.c.allowed)


def due(connection: sa.Connection, place: str, now: datetime) -> tuple[Alert, ...]:
    """What is to be told in the place, the oldest first: of each cap only the highest threshold, and no lower later."""
    told = alerts.alias("told")
    known = sa.exists().where(
        told.c.place == place,
        told.c.percent >= alerts.c.percent,
        *(told.c[column.name] == column for column in _KEY),
    )
    found = sa.select(alerts).where(alerts.c.place == "", alerts.c.at > now - KEPT, ~known)
    highest: dict[tuple[object, ...], Alert] = {}
    for row in connection.execute(found.order_by(alerts.c.at)):
        cap = row.scope, row.period, row.unit, row.allowed
        if cap in highest and highest[cap].percent > row.percent:  # passed by a clock that was ahead
            continue
        highest[cap] = Alert(
            scope=row.scope,
            period=row.period,
            unit=Unit(row.unit),
            limit=row.allowed,
            percent=row.percent,
            spent=row.spent,
        )
    return tuple(highest.values())


def told(connection: sa.Connection, place: str, alert: Alert, now: datetime) -> bool:
    """Note that it is told there; False where another process was first."""
    row = _of(alert) | {"place": place, "spent": alert.spent, "at": now}
    try:
        with connection.begin_nested():
            connection.execute(alerts.insert(), row)
    except IntegrityError:
        return False
    return True


def not_told(connection: sa.Connection, place: str, alert: Alert) -> None:
    """It could not be told there after all."""
    mine = (alerts.c[name] == value for name, value in _of(alert).items())
    connection.execute(alerts.delete().where(alerts.c.place == place, *mine))


def _of(alert: Alert) -> dict[str, object]:
    return {
        "scope": alert.scope,
        "period": alert.period,
        "unit": alert.unit,
        "allowed": alert.limit,
        "percent": alert.percent,
    }
