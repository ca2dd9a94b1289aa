"""What the sketch makes of words."""

from __future__ import annotations

import pytest

from bot.providers.local.sketch import vocabulary
from bot.providers.local.sketch.noise import stream
from bot.providers.local.sketch.plan import Plan, read
from bot.providers.local.sketch.scenes import SCENES


def plan_of(prompt: str) -> Plan:
    return read(prompt, stream(1))


@pytest.mark.parametrize(
    ("prompt", "scene"),
    [
        ("A futuristic cityscape at night", "city"),
        ("A magical forest", "forest"),
        ("a lighthouse at dusk", "lighthouse"),
        ("ein Leuchtturm im Nebel", "lighthouse"),
        ("a red fox in the snow, watercolour", "fox"),
        ("Füchse im Schnee", "fox"),
        ("ein Baer im Wald", "bear"),
        ("kittens", "cat"),
        ("ein Hund am Strand", "dog"),
        ("mountains at dawn", "mountain"),
        ("Die Alpen bei Sonnenaufgang", "mountain"),
        ("the ocean", "sea"),
        ("Segelboote auf der Nordsee", "sea"),
        ("Sahara dunes", "desert"),
        ("spaceship near Saturn", "space"),
        ("Weltraum", "space"),
        ("a portrait of an old woman", "portrait"),
        ("sunflowers", "flowers"),
        ("ein Blumenstrauß", "flowers"),
        ("a cottage", "village"),
        ("Fachwerkhaus", "village"),
        ("Großstadt", "city"),
        ("ein Tannenwald im Herbst", "forest"),
        ("a dragon", "abstract"),
        ("something blue", "abstract"),
        ("", "abstract"),
        ("日本", "abstract"),
    ],
)
def test_words_choose_the_scene(prompt: str, scene: str) -> None:
    assert plan_of(prompt).scene == scene


@pytest.mark.parametrize(
    ("prompt", "hour"),
    [
        ("a city at night", "night"),
        ("Sonnenuntergang am Meer", "dusk"),
        ("a sunny meadow", "noon"),
        ("Morgendämmerung", "dawn"),
        ("sunset", "dusk"),
        ("sunrise", "dawn"),
    ],
)
def test_words_choose_the_hour(prompt: str, hour: str) -> None:
    assert plan_of(prompt).hour == hour


def test_weather_moods_and_style_add_up() -> None:
    plan = plan_of("a neon city in the rain and fog, autumn, oil painting")
    assert plan.weathers == {"rain", "fog"}
    assert plan.moods == {"neon", "autumn"}
    assert plan.style == "oil"


def test_a_second_place_becomes_the_setting() -> None:
    plan = plan_of("a wolf in the mountains")
    assert (plan.scene, plan.setting) == ("wolf", "mountain")


def test_the_understood_words_are_the_persons_own_in_their_order() -> None:
    assert plan_of("Ein roter Fuchs im tiefen Schnee, Aquarell").heard == ("roter", "fuchs", "schnee", "aquarell")


def test_an_unknown_noun_is_not_claimed() -> None:
    assert plan_of("a dragon").heard == ()
    assert plan_of("a dragon at night").heard == ("night",)


def test_what_is_excluded_is_not_painted() -> None:
    plan = plan_of("a forest without snow")
    assert (plan.scene, plan.weathers, plan.heard) == ("forest", frozenset(), ("forest",))


def test_umlauts_may_be_written_either_way() -> None:
    assert plan_of("Gebäude in der Wüste").heard == ("gebäude", "wüste")
    assert plan_of("Gebaeude in der Wueste").heard == ("gebaeude", "wueste")


def test_short_words_are_only_themselves() -> None:
    assert plan_of("a category of dogma").scene == "abstract"


def test_every_subject_of_the_vocabulary_has_a_painter() -> None:
    assert set(vocabulary.SCENES) == set(SCENES)
