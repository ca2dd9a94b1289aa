"""Who people are, as far as Slack tells: what is asked, what is remembered, and what is taken where nothing is told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack import Settings
from adapters.slack.event import Happening, Tenant
from adapters.slack.people import People
from bot.errors import DeliveryError, PlaceBusyError, PlaceShutError
from tests.clock import HeldClock

HERE = Tenant("T1")


class Directory(AsyncWebClient):
    """A workspace's people; `asked` counts the calls, `trouble` is what they raise."""

    def __init__(self) -> None:
        super().__init__(token="xoxb-1")
        self.asked = 0
        self.trouble: Callable[[], Exception] | None = None

    async def client(self, tenant: str) -> AsyncWebClient:
        if tenant != str(HERE):
            raise PlaceShutError("the app is not installed there")
        return self

    async def api_call(self, api_method: str, **sent: Any) -> Any:
        self.asked += 1
        if self.trouble is not None:
            raise self.trouble()
        if api_method == "usergroups.users.list":
            return {"users": ["U1"]}
        profile = {"display_name": "Ada"}
        return {"user": {"locale": "de-DE", "team_id": "T1", "is_admin": True, "profile": profile}}


@pytest.fixture
def slack() -> Directory:
    return Directory()


@pytest.fixture
def clock() -> HeldClock:
    return HeldClock()


@pytest.fixture
def people(slack: Directory, clock: HeldClock) -> People:
    return People(slack, Settings(moderators=("S12",)), clock)


def event(tenant: Tenant = HERE) -> Happening:
    return Happening(
        id="Ev1", kind="command", body={}, tenant=tenant, user="U1", home=tenant, user_name="ada", channel="C1"
    )


async def test_a_person_is_asked_about_once_for_a_while(people: People, slack: Directory, clock: HeldClock) -> None:
    for _ in range(3):
        account = await people.account(event())
        assert (account.name, account.locale, account.leads, account.groups) == ("Ada", "de-DE", True, {"S12"})
    assert slack.asked == 2
    await clock.advance(3601)
    await people.account(event())
    assert slack.asked == 4


@pytest.mark.parametrize("kind", [PlaceBusyError, PlaceShutError])
async def test_where_slack_tells_nothing_the_event_is_believed(
    people: People, slack: Directory, kind: type[DeliveryError]
) -> None:
    slack.trouble = lambda: kind("the token has ended")
    account = await people.account(event())
    assert (account.name, account.locale, account.leads, account.groups) == ("ada", "en", False, frozenset())
    assert await people.names(HERE, ["U1", "U2"]) == {"U1": "", "U2": ""}


async def test_where_the_app_is_not_installed_nobody_is_known(people: People) -> None:
    assert (await people.account(event(Tenant("T2")))).name == "ada"
    assert await people.names(Tenant("T2"), ["U1"]) == {"U1": ""}


async def test_what_was_told_before_is_better_than_nothing(people: People, slack: Directory, clock: HeldClock) -> None:
    await people.account(event())
    await clock.advance(3601)
    slack.trouble = TimeoutError
    account = await people.account(event())
    assert (account.locale, account.groups) == ("de-DE", {"S12"})


async def test_slack_is_left_alone_for_as_long_as_it_asks(people: People, slack: Directory, clock: HeldClock) -> None:
    slack.trouble = lambda: PlaceBusyError("too often", retry_after_s=20)
    for _ in range(5):
        await people.account(event())
    assert slack.asked == 2
    slack.trouble = None
    await clock.advance(31)
    assert (await people.account(event())).groups == {"S12"}


async def test_of_a_workspace_that_left_nothing_is_remembered(people: People, slack: Directory) -> None:
    await people.account(event())
    people.forget(HERE)
    slack.trouble = TimeoutError
    account = await people.account(event())
    assert (account.locale, account.groups) == ("en", frozenset())
