"""A message and its files, as they stand and as people see them."""

from __future__ import annotations

import io
import mimetypes
import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from PIL import Image, UnidentifiedImageError

from tests.standins.serving import Serving
from tests.standins.slack.shown import Picture, Surface

if TYPE_CHECKING:
    from tests.standins.slack.delivered import Delivered
    from tests.standins.slack.world import Channel, Person, Workspace

PINGS: Final = re.compile(r"<(@[UW][A-Z0-9]+|!(?:here|channel|everyone)|!subteam\^S[A-Z0-9]+)(?:\|[^>]*)?>")


@dataclass(frozen=True, slots=True)
class Share:
    """Where a file was posted."""

    channel: Channel = field(repr=False)
    ts: str
    thread_ts: str = ""


@dataclass(eq=False, slots=True, kw_only=True)
class File:
    """A file. It is private to its owner until shared; `ready_at` None means that Slack never gets done with it."""

    id: str
    name: str
    workspace: Workspace = field(repr=False)
    owner: Person = field(repr=False)
    content: bytes = field(default=b"", repr=False)
    title: str = ""
    alt: str = ""
    created: datetime
    length: int = 0
    """What was promised before the bytes came."""
    uploaded: bool = False
    completed: bool = False
    ready_at: datetime | None = None
    shares: list[Share] = field(default_factory=list)
    submitted: bool = False
    """Given to the app in a modal."""
    stub: bool = False
    """Told by id alone, as files of other organisations are."""
    serving: Serving = Serving.WHOLE
    told_size: int | None = None
    """What Slack says of its size, where that is not the truth; in bytes."""
    deleted: bool = False
    _facts: tuple[str, int | None, int | None] | None = None

    @property
    def size(self) -> int:
        return len(self.content)

    def ready(self, now: datetime) -> bool:
        return self.completed and self.ready_at is not None and now >= self.ready_at

    @property
    def facts(self) -> tuple[str, int | None, int | None]:
        """Mimetype by the bytes, else by the name; width and height in pixels where it is a picture."""
        if self._facts is None:
            kind = mimetypes.guess_type(self.name)[0] or "application/octet-stream"
            width = height = None
            try:
                with Image.open(io.BytesIO(self.content)) as picture:
                    width, height = picture.size
                    kind = Image.MIME.get(picture.format or "", kind)
            except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError):
                kind = "application/octet-stream" if kind.startswith("image/") else kind
            self._facts = (kind, width, height)
        return self._facts


@dataclass(eq=False, slots=True, kw_only=True)
class Message(Surface):
    """A message as it stands now; `text`, `pictures` and `buttons` are what people see of it.

    edits are the moments of its edits, history its texts before each of them.
    """

    ts: str
    channel: Channel = field(repr=False)
    author: Person = field(repr=False)
    at: datetime
    fallback: str = ""
    """The argument `text`, which notifications and readers without blocks get."""
    blocks: list[dict[str, Any]] = field(default_factory=list, repr=False)
    files: list[File] = field(default_factory=list)
    thread_ts: str = ""
    subtype: str = ""
    viewer: Person | None = field(default=None, repr=False)
    """The only one who sees it, where it is ephemeral."""
    metadata: dict[str, Any] | None = None
    parse: str = ""
    """How links and names in the text are treated; "full" finds them by itself."""
    edits: list[datetime] = field(default_factory=list)
    history: list[str] = field(default_factory=list)
    deleted: bool = False
    delivered: list[Delivered] = field(default_factory=list, repr=False)
    """The events that told the app of it."""

    @property
    def ephemeral(self) -> bool:
        return self.viewer is not None

    @property
    def text(self) -> str:
        """What people read: of its blocks, or the text where it has none."""
        return self.text_of_blocks if self.blocks else self.fallback

    @property
    def pictures(self) -> list[Picture]:
        """Image blocks and shared files, each with its alt text."""
        shown = self.pictures_of(self.channel.workspace.files)
        shared = [one for one in self.files if not one.deleted]
        return shown + [Picture(name=one.name, alt=one.alt, content=one.content, file=one) for one in shared]

    @property
    def pings(self) -> list[str]:
        """Whom it notifies by name, such as "@U0STAN00001" or "!here"."""
        found = [one[1] for text in (self.fallback, *self.markup) for one in PINGS.finditer(text)]
        if self.parse == "full":
            found += re.findall(r"@(?:here|channel|everyone)\b", self.fallback)
        return list(dict.fromkeys(found))
