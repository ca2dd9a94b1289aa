"""The bot's own page in Slack: what a person has left, their pictures and how they stand, and what is on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.response import BoltResponse

from adapters.slack import mention, render
from adapters.slack.reception import Ack, Reception
from adapters.slack.visit import Visit


def plant(app: AsyncApp, door: Reception) -> None:
    """Listen for people who look at it."""

    async def opened(body: Mapping[str, Any], ack: Ack) -> BoltResponse:
        match body["event"].get("tab"):
            case "home":
                return await door.answer(body, ack, show)
            case "messages" if door.settings.assistant == "agent":
                return await door.answer(body, ack, mention.begun)
            case _:
                return await ack()

    app.event("app_home_opened")(opened)


async def show(visit: Visit) -> None:
    """Bring the page up to date: at once with the pictures that Slack has already, then with the others."""
    views = await visit.desk.mine(visit.person)
    about, spent = await visit.desk.about(visit.person), (await visit.spent()).fields
    url = await visit.workspace_url()
    shown = [(view.id, view.picture) for view in views if view.picture is not None][: render.HOME_PICTURES]
    known: dict[str, str] = {picture.id: file for _, picture in shown if (file := visit.file_known(picture))}
    await visit.publish(render.home(about, views, say=visit.say, workspace_url=url, files=known, spent=spent))
    await visit.desk.seen(views)
    missing = [(job, picture) for job, picture in shown if picture.id not in known]
    if not missing:
        return
    for job, picture in missing:
        if file := await visit.file_for(job, picture):
            known[picture.id] = file
    await visit.publish(render.home(about, views, say=visit.say, workspace_url=url, files=known, spent=spent))
