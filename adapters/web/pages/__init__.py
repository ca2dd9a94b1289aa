"""The channel: a page that behaves as a chat channel does, made of server-rendered fragments and one script."""

from __future__ import annotations

from adapters.web.pages.channel import Channel
from adapters.web.pages.entrance import Entrance
from adapters.web.pages.stream import Stream
from adapters.web.pages.studio import Studio

__all__ = ["Channel", "Entrance", "Stream", "Studio"]
