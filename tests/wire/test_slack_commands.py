"""What people can do with slash commands, shortcuts, buttons and forms, over a real Slack connection."""

from __future__ import annotations

from pathlib import Path

from tests.wire.slack_door import opened


async def test_words_become_an_announcement_and_the_announcement_becomes_the_picture(tmp_path: Path) -> None:
    async with opened(tmp_path) as life:
        asked = await life.slack.slash(life.ada, life.art, "imagine", "a lighthouse at dusk --ar 3:2")
        assert asked.acked
        message = await life.ended(await life.shown())
        assert "a lighthouse at dusk" in message.text
        assert message.pictures[0].alt
        assert len(life.ours()) == 1
        assert (await life.ordered())[0].prompt == "a lighthouse at dusk"
