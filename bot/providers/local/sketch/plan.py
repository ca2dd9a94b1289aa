"""What a prompt means to a sketch: its words looked up, its gaps filled from the seed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from numpy.random import RandomState

from bot.providers.local.sketch import vocabulary
from bot.providers.local.sketch.canvas import Colour, ink
from bot.providers.local.sketch.species import ANIMALS

UNSAID_HOURS: Final = ("noon", "noon", "dusk", "dawn")
"""What time it is where nobody said so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What will be painted. `heard` are the prompt's own words that meant something, in their order."""

    scene: str
    setting: str | None
    hour: str
    weathers: frozenset[str]
    moods: frozenset[str]
    style: str | None
    colours: tuple[Colour, ...]
    heard: tuple[str, ...]

    @property
    def snowy(self) -> bool:
        return "snow" in self.weathers


def read(prompt: str, random: RandomState) -> Plan:
    """Look up the prompt's words; what it leaves open (the hour) comes from the random source."""
    words = _words(prompt)
    heard: dict[int, str] = {}

    def found(table: Mapping[str, str]) -> list[str]:
        names: list[tuple[int, str]] = []
        patterns = _patterns(tuple(table.items()))
        for place, word in words:
            name = _meaning(word, patterns)
            if name is not None:
                heard[place] = word
                names.append((place, name))
        return [name for _, name in names]

    subjects = sorted(set(found(vocabulary.SCENES)), key=list(vocabulary.SCENES).index)
    scene = subjects[0] if subjects else "abstract"
    settings = [name for name in subjects[1:] if name not in ANIMALS]
    moods, hours = _all(words, vocabulary.MOODS, heard), found(vocabulary.HOURS)
    styles = found(vocabulary.STYLES)
    colours = found({name: patterns for name, (_, patterns) in vocabulary.COLOURS.items()})
    unsaid = "night" if moods & {"neon", "magic", "aurora", "stars"} else random.choice(UNSAID_HOURS)
    return Plan(
        scene=scene,
        setting=settings[0] if settings else None,
        hour=hours[0] if hours else str(unsaid),
        weathers=_all(words, vocabulary.WEATHERS, heard),
        moods=moods,
        style=styles[0] if styles else None,
        colours=tuple(ink(vocabulary.COLOURS[name][0]) for name in colours),
        heard=tuple(dict.fromkeys(word for _, word in sorted(heard.items()))),
    )


def _all(words: Iterable[tuple[int, str]], table: Mapping[str, str], heard: dict[int, str]) -> frozenset[str]:
    """Every entry that some word fits; one word may mean several moods ("starry": stars, and the night)."""
    names = set()
    for name, patterns in table.items():
        for place, word in words:
            if _meaning(word, _patterns(((name, patterns),))) is not None:
                heard[place] = word
                names.add(name)
    return frozenset(names)


def _words(prompt: str) -> list[tuple[int, str]]:
    """The words in lower case with their places, less those that a "no" or "ohne" takes back."""
    plain = unicodedata.normalize("NFC", prompt).casefold()
    words = re.findall(r"[^\W_]+(?:-[^\W_]+)*", plain)
    kept = list[tuple[int, str]]()
    for place, word in enumerate(words):
        if place and words[place - 1] in vocabulary.NEGATIONS:
            continue
        kept.append((place, word))
        if "-" in word:
            kept += [(place, part) for part in word.split("-")]
    return kept


@cache
def _patterns(table: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    """(pattern, name), the longest pattern first."""
    pairs = [(_spelt(pattern), name) for name, patterns in table for pattern in patterns.split()]
    return tuple(sorted(pairs, key=lambda pair: -len(pair[0])))


def _meaning(word: str, patterns: tuple[tuple[str, str], ...]) -> str | None:
    word = _spelt(word)
    for pattern, name in patterns:
        if pattern.endswith("*"):
            fits = word.startswith(pattern[:-1])
        elif pattern.startswith("*"):
            fits = word.endswith(pattern[1:])
        else:
            fits = word == pattern
        if fits:
            return name
    return None


def _spelt(word: str) -> str:
    """One spelling for "Dämmerung" and "Daemmerung"."""
    return word.replace("ä", "ae").replace("ö", "oe").replace("ü", "ue").replace("ß", "ss")
