"""Every error, outcome, button and control has its sentence, and every language says the same with the same facts."""

from __future__ import annotations

import ast as python
import re
from collections.abc import Iterator
from dataclasses import fields
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest
from fluent.syntax import FluentParser, FluentSerializer, ast, visitor

from bot import errors
from bot.job import Status, Where
from bot.message import Verb
from bot.request import Imagine, Upscale, Wish
from bot.words import ABSENT, FALLBACK, HOME, Words
from tests.clock import HeldClock

HOUSE = Path(__file__).parents[2]
LANGUAGES = sorted(folder.name for folder in HOME.iterdir() if folder.is_dir() and any(folder.glob("*.ftl")))

SAME_IN_EVERY_LANGUAGE = {
    "label-output_format",
    "label-prompt",
    "label-seed",
    "label-status",
    "page-login-token",
    "page-studio",
    "page-title",
    "terminal-banner",
    "value-number",
    "value-seconds",
}
"""Words that are the same in German, and sentences that are all name and number."""

PLURALS = {"zero", "one", "two", "few", "many"}


class _Facts(visitor.Visitor):
    def __init__(self) -> None:
        self.names: set[str] = set()
        self.numbers: set[str] = set()
        self.moments: set[str] = set()
        self.messages: set[str] = set()

    def visit_VariableReference(self, node: ast.VariableReference) -> None:  # noqa: N802 the library's name
        self.names.add(node.id.name)

    def visit_FunctionReference(self, node: ast.FunctionReference) -> None:  # noqa: N802 the library's name
        names = {part.id.name for part in node.arguments.positional if isinstance(part, ast.VariableReference)}
        (self.numbers if node.id.name in ("NUMBER", "SIZE", "MONEY") else self.moments).update(names)
        self.generic_visit(node)

    def visit_SelectExpression(self, node: ast.SelectExpression) -> None:  # noqa: N802 the library's name
        plural = any(isinstance(each.key, ast.NumberLiteral) or each.key.name in PLURALS for each in node.variants)
        if plural and isinstance(node.selector, ast.VariableReference):
            self.numbers.add(node.selector.id.name)
        self.generic_visit(node)

    def visit_MessageReference(self, node: ast.MessageReference) -> None:  # noqa: N802 the library's name
        self.messages.add(node.id.name)


def files(language: str) -> list[Path]:
    return sorted((HOME / language).glob("*.ftl"))


@cache
def sentences(language: str) -> dict[str, ast.Message]:
    parsed = [entry for file in files(language) for entry in FluentParser().parse(file.read_text("utf-8")).body]
    junk = [entry.content for entry in parsed if isinstance(entry, ast.Junk)]
    assert junk == []
    messages = [entry for entry in parsed if isinstance(entry, ast.Message)]
    keys = [message.id.name for message in messages]
    assert sorted(keys) == sorted(set(keys)), "a key is written twice"
    return {message.id.name: message for message in messages}


def facts(message: ast.Message) -> _Facts:
    found = _Facts()
    found.visit(message)
    return found


def _serial(message: ast.Message) -> str:
    return FluentSerializer().serialize_entry(ast.Message(ast.Identifier("any"), message.value))


def needed(language: str, key: str) -> dict[str, object]:
    """The facts of a sentence and of those it refers to, each with a sample."""
    found = facts(sentences(language)[key])
    samples: dict[str, object] = {name: f"<{name}>" for name in found.names}
    samples |= dict.fromkeys(found.numbers, 1234) | dict.fromkeys(found.moments, datetime(2026, 11, 22, tzinfo=UTC))
    for other in found.messages:
        samples |= needed(language, other)
    return samples


def tree(kind: type[errors.BotError]) -> Iterator[type[errors.BotError]]:
    yield kind
    for child in kind.__subclasses__():
        yield from tree(child)


def expected_keys() -> set[str]:
    keys = {f"error-{errors.key_of(kind)}" for kind in tree(errors.BotError) if kind.__module__ == "bot.errors"}
    keys |= {f"reason-{errors.key_of(kind)}" for kind in tree(errors.ProviderError)}
    keys |= {f"button-{verb}" for verb in Verb}
    keys |= {f"moderated-{where}" for where in Where}
    keys |= {f"status-{status}" for status in Status}
    for request in (Wish, Imagine, Upscale):
        parameters = {field.name for field in fields(request)} - {"source", "shape", "asked", "ignored"}
        keys |= {f"label-{name}" for name in parameters} | {f"control-hint-{name}" for name in parameters}
    keys |= {
        "finished-imagine",
        "finished-upscale",
        "announce-imagine",
        "announce-upscale",
        "cancelled",
        "failed-billed",
    }
    return keys


def test_there_are_two_languages() -> None:
    assert {"de", "en"} <= set(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_that_can_happen_has_its_sentence(language: str) -> None:
    assert expected_keys() - set(sentences(language)) == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_languages_have_the_same_keys(language: str) -> None:
    assert set(sentences(language)) ^ set(sentences(FALLBACK)) == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_languages_name_the_same_facts(language: str) -> None:
    ours, english = sentences(language), sentences(FALLBACK)
    for key in ours.keys() & english.keys():
        assert facts(ours[key]).names == facts(english[key]).names, key


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_referred_to_exists(language: str) -> None:
    for key, message in sentences(language).items():
        assert facts(message).messages <= set(sentences(language)), key


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != FALLBACK])
def test_nothing_is_left_untranslated(language: str) -> None:
    ours, english = sentences(language), sentences(FALLBACK)
    same = {key for key in ours.keys() & english.keys() if _serial(ours[key]) == _serial(english[key])}
    assert same <= SAME_IN_EVERY_LANGUAGE


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_can_be_spoken(language: str) -> None:
    words = Words.load(HeldClock(), strict=True)
    for key in sentences(language):
        text = words.say(language, key, **needed(language, key))
        assert text == text.strip() != ""
        assert not set("{}\u2068\u2069") & set(text), key
        assert "???" not in text, key
        assert ABSENT not in text, key


@pytest.mark.parametrize(("language", "phrase"), [("en", "Nothing was charged"), ("de", "wurde nichts berechnet")])
def test_a_provider_failure_says_that_nothing_was_charged(language: str, phrase: str) -> None:
    words = Words.load(HeldClock())
    for kind in tree(errors.ProviderError):
        assert phrase in words.say(language, f"error-{errors.key_of(kind)}", deadline_s=120)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_refusal_names_only_facts_that_its_error_carries(language: str) -> None:
    for kind in tree(errors.BotError):
        carried = set(re.findall(r"`(\w+)`", kind.__doc__ or ""))
        if "field" in carried:
            carried.add("label")
        assert set(needed(language, f"error-{errors.key_of(kind)}")) <= carried, kind.__name__


def named() -> Iterator[tuple[str, str]]:
    """Every text in the code that is written like a key and begins as our keys do, and its file."""
    kinds = {key.split("-")[0] for key in sentences(FALLBACK)}
    for file in (path for room in ("bot", "adapters") for path in (HOUSE / room).rglob("*.py")):
        for node in python.walk(python.parse(file.read_text("utf-8"))):
            text = node.value if isinstance(node, python.Constant) and isinstance(node.value, str) else ""
            if re.fullmatch(r"[a-z]+(-[a-z_0-9]+)+", text) and text.split("-")[0] in kinds:
                yield text, file.name


def test_no_sentence_is_kept_that_nobody_says() -> None:
    """But for page.ftl, whose keys stand in templates and scripts."""
    said = {text for text, _ in named()} | expected_keys()
    said |= {f"unsure-{errors.key_of(kind)}" for kind in tree(errors.BotError)}
    for message in sentences(FALLBACK).values():
        said |= facts(message).messages
    families = ("label-", "note-engine-", "check-engine-", "button-", "page-", "offer-", "vendor-")
    assert [key for key in sentences(FALLBACK) if key not in said and not key.startswith(families)] == []


def test_every_key_that_the_code_names_has_a_sentence() -> None:
    assert [(key, file) for key, file in named() if key not in sentences(FALLBACK)] == []
