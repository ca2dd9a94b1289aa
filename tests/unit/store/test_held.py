"""Events that a door acknowledged before it decided over them."""

from __future__ import annotations

from bot.store import Store
from tests.clock import HeldClock


async def test_what_is_held_comes_back_in_its_order_after_a_restart(store: Store, url: str, clock: HeldClock) -> None:
    for event in ("Ev2", "Ev1", "Ev3"):
        await store.hold("slack", event, {"text": "Möwe", "nested": [1, None]})
        await clock.advance(1)
    await store.hold("web", "Ev9", {})
    await store.close()
    again = await Store.open(url, clock=clock)
    held = await again.held("slack")
    assert [event for event, _ in held] == ["Ev2", "Ev1", "Ev3"]
    assert held[0][1] == {"text": "Möwe", "nested": [1, None]}
    await again.close()


async def test_a_redelivery_is_held_once_and_as_it_first_came(store: Store) -> None:
    await store.hold("slack", "Ev1", {"try": 0})
    await store.hold("slack", "Ev1", {"try": 1})
    assert await store.held("slack") == (("Ev1", {"try": 0}),)


async def test_what_was_let_go_is_not_gone_through_again(store: Store) -> None:
    await store.hold("slack", "Ev1", {})
    await store.hold("slack", "Ev2", {})
    await store.let_go("slack", "Ev1")
    await store.let_go("slack", "never held")
    await store.let_go("web", "Ev2")
    assert [event for event, _ in await store.held("slack")] == ["Ev2"]


async def test_tries_are_counted_for_each_event_and_over_restarts(store: Store, url: str, clock: HeldClock) -> None:
    for event in ("Ev1", "Ev2"):
        await store.hold("slack", event, {})
    assert [await store.tried("slack", "Ev1") for _ in range(2)] == [1, 2]
    await store.hold("slack", "Ev1", {"again": True})
    await store.close()
    again = await Store.open(url, clock=clock)
    assert await again.tried("slack", "Ev1") == 3
    assert await again.tried("slack", "Ev2") == 1
    assert await again.tried("slack", "let go") == 0
    await again.close()
