"""What a person typed, read once for all doors: a prompt with flags into a Wish, a line of chat into a Command.

Raises only RefusedError. `allowed` in a BadValueError is notation that needs no translation, such as "0–6".
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from bot.errors import BadValueError, PromptMissingError, PromptTooLongError, UnknownFlagError
from bot.request import PROMPT_LIMIT, SEED_LIMIT, SIDE_LIMIT, Format, Ratio, Shape, Wish

TEXT_LIMIT: Final = 4 * PROMPT_LIMIT
"""Characters with flags and all; longer text is refused unread."""
STEPS_LIMIT: Final = 500
GUIDANCE_LIMIT: Final = 100
SAFETY_LIMIT: Final = 6
"""These three only keep nonsense out; the chosen offer's own range is narrower and names itself."""

Value = str | int | float | bool | Ratio | Shape | Format


@dataclass(frozen=True, slots=True)
class Flag:
    """A flag that takes a value. `field` is request.py's name; `read` raises ValueError for what cannot be."""

    name: str
    field: str
    allowed: str
    read: Callable[[str], Value]


@dataclass(frozen=True, slots=True)
class ImagineCommand:
    """A picture to paint. `said` is the line as typed, for the head of the announcement."""

    wish: Wish
    said: str


@dataclass(frozen=True, slots=True)
class UpscaleCommand:
    """Enlarge the picture that is replied to or attached; factor None means the offer's first."""

    factor: int | None = None


@dataclass(frozen=True, slots=True)
class HelpCommand:
    """What can be said?"""


@dataclass(frozen=True, slots=True)
class UsageCommand:
    """What was spent, and what is left?"""


@dataclass(frozen=True, slots=True)
class WordsCommand:
    """No command: words for the door to understand by their place, such as an edit of the picture replied to."""

    text: str


@dataclass(frozen=True, slots=True)
class UnknownCommand:
    """A slash command that nobody knows; `name` without the slash."""

    name: str


Command = ImagineCommand | UpscaleCommand | HelpCommand | UsageCommand | WordsCommand | UnknownCommand


def _whole(low: int, high: int) -> Callable[[str], int]:
    def read_whole(text: str) -> int:
        if not re.fullmatch(r"[0-9]{1,12}", text) or not low <= int(text) <= high:
            raise ValueError(text)
        return int(text)

    return read_whole


def _decimal(text: str) -> float:
    """A decimal comma is as good as a point."""
    if not re.fullmatch(r"[0-9]{1,6}([.,][0-9]{1,6})?", text) or float(text.replace(",", ".")) > GUIDANCE_LIMIT:
        raise ValueError(text)
    return float(text.replace(",", "."))


def _ratio(text: str) -> Ratio:
    return Ratio.parse(text.replace("×", "x"))


def _shape(text: str) -> Shape:
    found = re.fullmatch(r"([0-9]{1,6})[x×*]([0-9]{1,6})", text.lower())
    if not found or not all(1 <= int(side) <= SIDE_LIMIT for side in found.groups()):
        raise ValueError(text)
    return Shape(int(found[1]), int(found[2]))


def _format(text: str) -> Format:
    return Format("jpeg" if text.lower() == "jpg" else text.lower())


def _name(text: str) -> str:
    if not re.fullmatch(r"[\w.+:/-]{1,80}", text):
        raise ValueError(text)
    return text.lower()


_ON_OFF: Final[Mapping[str, bool]] = {
    **dict.fromkeys(("on", "true", "yes", "1", "an", "ja"), True),
    **dict.fromkeys(("off", "false", "no", "0", "aus", "nein"), False),
}
_SIDE: Final = f"1–{SIDE_LIMIT}"
_FLAGS: Final = (
    Flag("ar", "ratio", "1:1, 3:2, 16:9, …", _ratio),
    Flag("width", "width", _SIDE, _whole(1, SIDE_LIMIT)),
    Flag("height", "height", _SIDE, _whole(1, SIDE_LIMIT)),
    Flag("size", "size", f"1024x768, …, {SIDE_LIMIT}x{SIDE_LIMIT}", _shape),
    Flag("seed", "seed", f"0–{SEED_LIMIT}", _whole(0, SEED_LIMIT)),
    Flag("model", "model", "flux-dev, sketch, …", _name),
    Flag("provider", "provider", "flux, stability, local, …", _name),
    Flag("steps", "steps", f"1–{STEPS_LIMIT}", _whole(1, STEPS_LIMIT)),
    Flag("guidance", "guidance", f"0–{GUIDANCE_LIMIT}", _decimal),
    Flag("safety", "safety_tolerance", f"0–{SAFETY_LIMIT}", _whole(0, SAFETY_LIMIT)),
    Flag("format", "output_format", ", ".join(Format), _format),
)
_SWITCHES: Final[Mapping[str, str]] = {"raw": "raw", "upsample": "prompt_upsampling"}
_OTHER_NAMES: Final[Mapping[str, str]] = {
    "aspect": "ar",
    "ratio": "ar",
    "aspect-ratio": "ar",
    "w": "width",
    "h": "height",
    "upsampling": "upsample",
    "prompt-upsampling": "upsample",
    "safety-tolerance": "safety",
    "output-format": "format",
}
_BY_NAME: Final[Mapping[str, Flag]] = {flag.name: flag for flag in _FLAGS}
_SHAPES: Final = ("ar", "width", "height")
FLAG_NAMES: Final = (*_BY_NAME, *_SWITCHES)
"""Every flag by its main name, in the order in which help and refusals list them."""

# Bidirectional overrides and zero-width spaces make a caption read differently from what was sent; the joiners
# (U+200C, U+200D) stay, since Persian and emoji need them.
_INVISIBLE: Final = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_WORD: Final = re.compile(r'(?:"[^"]*"|„[^“]*“|“[^”]*”)(?=[\s.,;:!?)]|$)\S*|\S+')
# A flag starts a word: "state-of-the-art" and "a -- b" are plain words. Phones turn two hyphens into a dash.
_FLAG: Final = re.compile(r"(?P<dash>--|—|–)(?P<name>[^\W\d_][\w-]*)(?:=(?P<value>.*))?", re.DOTALL)

_SLASH: Final = re.compile(r"/(?P<name>[^\W\d_][\w-]*)(?:\s+(?P<rest>.*))?")
_PLAIN_UPSCALE: Final = re.compile(
    r"(?:(?:please|bitte)\s+)?"
    r"(?:(?:upscale|enlarge|hochskalieren|vergr(?:ö|oe)(?:ß|ss)ern|vergr(?:ö|oe)(?:ß|ss)ere)"
    r"(?:\s+(?:it|this|that|das|es))?(?:\s+(?P<factor>(?:x\s?\d|\d\s?x)))?|(?P<alone>x[2-8]|[2-8]x))"
    r"(?:\s+(?:please|bitte))?[.!]*",
    re.IGNORECASE,
)
_HELP: Final = ("help", "hilfe")


def read(text: str) -> Wish:
    """The Wish in a prompt with flags anywhere; words in double quotes are never flags.

    Of two of the same flag the last counts, since people add to the line they sent before; of `--ar` and `--size`
    likewise. Raises PromptMissingError, PromptTooLongError, UnknownFlagError, BadValueError.
    """
    words = _WORD.findall(clean(text))
    kept: list[str] = []
    found: dict[str, Value] = {}
    position = 0
    while position < len(words):
        word, position = words[position], position + 1
        spoken = _FLAG.fullmatch(word)
        name = _known(spoken) if spoken else None
        if spoken is None or name is None:
            kept.append(word)
        elif name in _BY_NAME:
            value = spoken["value"]
            if value is None and position < len(words) and not _FLAG.fullmatch(words[position]):
                value, position = words[position], position + 1
            _settle(found, _BY_NAME[name], value)
        else:
            field, on = _SWITCHES[name.removeprefix("no-")], not name.startswith("no-")
            found[field] = _switched(field, spoken["value"]) is on
    prompt = " ".join(kept)
    if not any(character.isalnum() or unicodedata.category(character) == "So" for character in prompt):
        raise PromptMissingError
    if len(prompt) > PROMPT_LIMIT:
        raise PromptTooLongError(length=len(prompt), limit=PROMPT_LIMIT)
    return _wish(prompt, found)


def written(wish: Wish) -> str:
    """The wish as a person would type it: `read` makes the same wish of it again, references aside."""
    said = [wish.prompt] if wish.prompt else []
    exact = wish.width is not None and wish.height is not None
    if exact:
        said.append(f"--size {wish.width}x{wish.height}")
    for name, flag in _BY_NAME.items():
        value = None if flag.field == "size" or (exact and name in _SHAPES) else getattr(wish, flag.field)
        if value is not None:
            plain = f"{value:.6f}".rstrip("0").rstrip(".") if isinstance(value, float) else value
            said.append(f"--{name} {plain}")
    for name, field in _SWITCHES.items():
        value = getattr(wish, field)
        if value is not None:
            said.append(f"--{name}" if value else f"--no-{name}")
    return " ".join(said)


def read_command(text: str) -> Command:
    """A line of chat as a command, in English or German. Raises what `read` raises, BadValueError for a bad factor."""
    said = clean(text)
    if said.lower().rstrip("!?.") in _HELP:
        return HelpCommand()
    if plain := _PLAIN_UPSCALE.fullmatch(said):
        return UpscaleCommand(_factor(plain["factor"] or plain["alone"]))
    slash = _SLASH.fullmatch(said)
    if slash is None:
        return WordsCommand(said)
    match slash["name"].lower():
        case "imagine":
            return ImagineCommand(read(slash["rest"] or ""), said)
        case "upscale":
            return UpscaleCommand(_factor(slash["rest"]))
        case "help" | "hilfe":
            return HelpCommand()
        case "usage" | "verbrauch":
            return UsageCommand()
        case name:
            return UnknownCommand(name)


def clean(text: str) -> str:
    """One line of printable characters (NFC) with single spaces.

    Raises PromptTooLongError, and BadValueError for a NUL.
    """
    if len(text) > TEXT_LIMIT:
        raise PromptTooLongError(length=len(text), limit=PROMPT_LIMIT)
    if "\0" in text:
        raise BadValueError(field="prompt", value="U+0000", allowed="abc, äöü, 字, …")
    spaced = " ".join(_INVISIBLE.sub("", unicodedata.normalize("NFC", text)).split())
    return " ".join("".join(c for c in spaced if unicodedata.category(c) not in ("Cc", "Cs")).split())


def _known(spoken: re.Match[str]) -> str | None:
    """The flag's main name; None where a dash only begins a word, as in "a castle —at night"."""
    written = spoken["name"].lower().replace("_", "-")
    name = _OTHER_NAMES.get(written, written)
    if name in FLAG_NAMES:
        return name
    switch = name.removeprefix("no-")
    switch = _OTHER_NAMES.get(switch, switch)
    if name.startswith("no-") and switch in _SWITCHES:
        return f"no-{switch}"
    if spoken["dash"] != "--":
        return None
    near = difflib.get_close_matches(name, (*FLAG_NAMES, *_OTHER_NAMES), n=1, cutoff=0.5)
    raise UnknownFlagError(
        flag=f"--{spoken['name']}"[:40],
        possible=", ".join(f"--{name}" for name in FLAG_NAMES),
        meant=f"--{_OTHER_NAMES.get(near[0], near[0])}" if near else None,
    )


def _settle(found: dict[str, Value], flag: Flag, written: str | None) -> None:
    """Write a flag's value down, letting a later shape replace an earlier one."""
    plain = (written or "").rstrip(",.;").strip('"„“”')
    if not plain:
        raise BadValueError(field=flag.field, value=None, allowed=flag.allowed)
    try:
        value = flag.read(plain)
    except ValueError:
        raise BadValueError(field=flag.field, value=plain[:80], allowed=flag.allowed) from None
    match value:
        case Shape():
            found |= {"width": value.width, "height": value.height}
            found.pop("ratio", None)
        case Ratio() if "width" in found and "height" in found:
            found["ratio"] = value
            del found["width"], found["height"]
        case _:
            found[flag.field] = value


def _switched(field: str, written: str | None) -> bool:
    if written is None:
        return True
    plain = written.lower().rstrip(",.;")
    if plain not in _ON_OFF:
        raise BadValueError(field=field, value=written[:80] or None, allowed="on, off")
    return _ON_OFF[plain]


def _factor(written: str | None) -> int | None:
    if not written:
        return None
    found = re.fullmatch(r"(?:--factor[ =])?x?\s?([2-8])\s?x?", written.strip(), re.IGNORECASE)
    if not found:
        raise BadValueError(field="factor", value=written[:80], allowed="x2, x3, x4")
    return int(found[1])


def _wish(prompt: str, found: Mapping[str, Value]) -> Wish:
    """Pixels named on both sides leave nothing for a ratio to say."""
    exact = "width" in found and "height" in found
    return Wish(prompt=prompt, **{name: value for name, value in found.items() if not (exact and name == "ratio")})  # type: ignore[arg-type]
