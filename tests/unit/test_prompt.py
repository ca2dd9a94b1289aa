from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import BadValueError, PromptMissingError, PromptTooLongError, RefusedError, UnknownFlagError
from bot.prompt import (
    FLAG_NAMES,
    TEXT_LIMIT,
    HelpCommand,
    ImagineCommand,
    UnknownCommand,
    UpscaleCommand,
    UsageCommand,
    WordsCommand,
    clean,
    read,
    read_command,
    written,
)
from bot.request import PROMPT_LIMIT, SEED_LIMIT, Format, Ratio, Wish


def test_every_flag_reaches_its_field() -> None:
    wish = read(
        "a lighthouse --width 1024 --height 768 --seed 7 --model FLUX-dev --provider stability --steps 30"
        " --guidance 3.5 --raw --upsample --safety 2 --format jpg"
    )
    assert wish == Wish(
        prompt="a lighthouse",
        width=1024,
        height=768,
        seed=7,
        model="flux-dev",
        provider="stability",
        steps=30,
        guidance=3.5,
        raw=True,
        prompt_upsampling=True,
        safety_tolerance=2,
        output_format=Format.JPEG,
    )


@pytest.mark.parametrize(
    "line",
    [
        "a cat --ar 3:2 --seed 7",
        "--ar 3:2 --seed 7 a cat",
        "a --ar=3:2 cat --SEED=7",
        "a cat —ar 3:2 –seed 7",
        "a cat --aspect-ratio 3x2, --seed 7.",
        "  a\n\tcat --ar 6/4 --seed 7 ",
        'a cat --ar "3:2" --seed “7”',
    ],
)
def test_flags_are_found_anywhere_and_as_phones_type_them(line: str) -> None:
    assert read(line) == Wish(prompt="a cat", ratio=Ratio(3, 2), seed=7)


@pytest.mark.parametrize(
    "prompt",
    [
        "a state-of-the-art robot",
        "night -- rain",
        "night --",
        "a castle —at night",
        'a sign that reads "--ar 3:2", at dusk',
        "a thermometer at -5 degrees",
        "x--raw",
        "🌃",
        "猫",
    ],
)
def test_hyphens_and_quotes_in_plain_words_stay(prompt: str) -> None:
    assert read(prompt) == Wish(prompt=prompt)


def test_of_two_of_the_same_flag_the_last_counts() -> None:
    assert read("a cat --seed 7 --raw --seed 8 --no-raw") == Wish(prompt="a cat", seed=8, raw=False)


def test_the_last_word_on_the_shape_counts() -> None:
    assert read("a cat --size 1024×768 --ar 1:1") == Wish(prompt="a cat", ratio=Ratio(1, 1))
    assert read("a cat --ar 1:1 --size 1024x768") == Wish(prompt="a cat", width=1024, height=768)
    assert read("a cat --ar 1:1 --w 640 --h 480") == Wish(prompt="a cat", width=640, height=480)
    assert read("a cat --ar 3:2 --w 640") == Wish(prompt="a cat", ratio=Ratio(3, 2), width=640)


def test_a_switch_takes_a_value_only_with_an_equals_sign() -> None:
    assert read("a cat --raw off the coast") == Wish(prompt="a cat off the coast", raw=True)
    assert read("a cat --raw=off") == Wish(prompt="a cat", raw=False)
    assert read("a cat --no-upsampling") == Wish(prompt="a cat", prompt_upsampling=False)


def test_a_decimal_comma_is_understood() -> None:
    assert read("eine Katze --guidance 3,5").guidance == 3.5


def test_an_unknown_flag_names_what_is_possible_and_what_was_meant() -> None:
    with pytest.raises(UnknownFlagError) as refusal:
        read("a cat --sede 7")
    assert refusal.value.facts["flag"] == "--sede"
    assert refusal.value.facts["meant"] == "--seed"
    assert refusal.value.facts["possible"] == ", ".join(f"--{name}" for name in FLAG_NAMES)


def test_a_flag_like_nothing_we_know_has_no_suggestion() -> None:
    with pytest.raises(UnknownFlagError) as refusal:
        read("a cat --zzzz")
    assert refusal.value.facts["meant"] is None


@pytest.mark.parametrize(
    ("line", "field", "value"),
    [
        ("a cat --seed x", "seed", "x"),
        ("a cat --seed -5", "seed", "-5"),
        (f"a cat --seed {SEED_LIMIT + 1}", "seed", str(SEED_LIMIT + 1)),
        ("a cat --seed", "seed", None),
        ("a cat --seed --raw", "seed", None),
        ("a cat --seed= 7", "seed", None),
        ("a cat --ar 0:1", "ratio", "0:1"),
        ("a cat --ar wide", "ratio", "wide"),
        ("a cat --size 1024", "size", "1024"),
        ("a cat --size 99999x1", "size", "99999x1"),
        ("a cat --width 0", "width", "0"),
        ("a cat --steps 2.5", "steps", "2.5"),
        ("a cat --guidance nan", "guidance", "nan"),
        ("a cat --safety 7", "safety_tolerance", "7"),
        ("a cat --format gif", "output_format", "gif"),
        ("a cat --model 'rm -rf'", "model", "'rm"),
        ("a cat --raw=maybe", "raw", "maybe"),
        ("a cat --seed ²", "seed", "²"),
    ],
)
def test_an_impossible_value_names_its_field(line: str, field: str, value: str | None) -> None:
    with pytest.raises(BadValueError) as refusal:
        read(line)
    assert refusal.value.facts["field"] == field
    assert refusal.value.facts["value"] == value
    assert refusal.value.facts["allowed"]


@pytest.mark.parametrize("line", ["", "   ", "--seed 7", "--", "…", "\u200b"])
def test_a_prompt_without_words_is_missing(line: str) -> None:
    with pytest.raises(PromptMissingError):
        read(line)


def test_the_longest_prompt_passes_and_one_character_more_does_not() -> None:
    assert len(read("a" * PROMPT_LIMIT + " --seed 7").prompt) == PROMPT_LIMIT
    with pytest.raises(PromptTooLongError) as refusal:
        read("a" * (PROMPT_LIMIT + 1))
    assert refusal.value.facts == {"length": PROMPT_LIMIT + 1, "limit": PROMPT_LIMIT}
    with pytest.raises(PromptTooLongError):
        read("a " * TEXT_LIMIT)


def test_characters_that_nobody_sees_are_removed() -> None:
    assert read("a\u202e ca\x07t\ufeff \ud800").prompt == "a cat"
    assert read("👩\u200d🚀").prompt == "👩\u200d🚀"


def test_a_nul_is_refused() -> None:
    with pytest.raises(BadValueError) as refusal:
        read("a\0cat")
    assert refusal.value.facts["field"] == "prompt"


def test_imagine_keeps_what_was_said() -> None:
    assert read_command("/Imagine  a cat --seed 7") == ImagineCommand(
        Wish(prompt="a cat", seed=7), "/Imagine a cat --seed 7"
    )


def test_imagine_without_words_says_so() -> None:
    with pytest.raises(PromptMissingError):
        read_command("/imagine")


@pytest.mark.parametrize(
    ("line", "factor"),
    [
        ("upscale", None),
        ("Upscale!", None),
        ("please upscale this", None),
        ("/upscale", None),
        ("/upscale x4", 4),
        ("/upscale 2", 2),
        ("/upscale --factor 3", 3),
        ("upscale x2", 2),
        ("x2", 2),
        ("4x", 4),
        ("hochskalieren", None),
        ("Vergrößern", None),
        ("bitte vergroessern", None),
        ("vergrößere das x4 bitte", 4),
    ],
)
def test_an_upscale_is_recognised_in_both_languages(line: str, factor: int | None) -> None:
    assert read_command(line) == UpscaleCommand(factor)


@pytest.mark.parametrize("line", ["/upscale banana", "/upscale x9", "/upscale x2 x4"])
def test_an_upscale_by_nonsense_names_the_factors(line: str) -> None:
    with pytest.raises(BadValueError) as refusal:
        read_command(line)
    assert refusal.value.facts["field"] == "factor"


@pytest.mark.parametrize("line", ["/help", "help", "Help?", "hilfe", "/hilfe", "/help imagine"])
def test_help_is_recognised(line: str) -> None:
    assert read_command(line) == HelpCommand()


@pytest.mark.parametrize("line", ["/usage", " /Usage  ", "/verbrauch"])
def test_what_was_spent_is_asked_for_by_a_command_alone(line: str) -> None:
    assert read_command(line) == UsageCommand()
    assert read_command(line.strip().removeprefix("/")) != UsageCommand()


@pytest.mark.parametrize(
    "line", ["make it night", "upscale the harbour district", "/home/cat", "x22", "help me paint", ""]
)
def test_other_lines_are_words(line: str) -> None:
    assert read_command(line) == WordsCommand(line)


def test_an_unknown_command_is_named() -> None:
    assert read_command("/Dance now") == UnknownCommand("dance")


_PIECES = st.lists(
    st.one_of(
        st.sampled_from(
            ["--", "—", "–", '"', "“", "”", "=", " ", "7", "3:2", "x", ",", "\n", "\u202e", "\x85", "/imagine ", "no-"]
            + [f"--{name}" for name in FLAG_NAMES]
            + [f" —{name} " for name in FLAG_NAMES]
        ),
        st.text(max_size=6),
    ),
    max_size=24,
).map("".join)


@settings(max_examples=300, deadline=None)
@given(_PIECES)
def test_reading_anything_refuses_or_gives_a_prompt_that_reads_as_itself(line: str) -> None:
    try:
        wish = read(line)
    except RefusedError:
        return
    assert read(wish.prompt) == Wish(prompt=wish.prompt)


@settings(max_examples=200, deadline=None)
@given(_PIECES)
def test_any_line_of_chat_is_a_command_or_a_refusal(line: str) -> None:
    try:
        command = read_command(line)
    except RefusedError:
        return
    if isinstance(command, WordsCommand):
        assert clean(command.text) == command.text
        command.text.encode()


def test_german_quotes_keep_flags_out_too() -> None:
    assert read("„Schild --seed 7“ am Tor") == Wish(prompt="„Schild --seed 7“ am Tor")


def test_letters_that_a_mac_writes_in_two_parts_are_one() -> None:
    assert read_command("vergro\u0308ßern") == UpscaleCommand()


def test_a_line_separator_parts_words() -> None:
    assert read("a fox\u2028at dawn").prompt == "a fox at dawn"


def test_a_wish_is_written_as_a_person_would_type_it() -> None:
    line = "a lighthouse --ar 16:9 --seed 7 --model flux-dev --guidance 3.5 --safety 2 --format png --raw --no-upsample"
    assert written(read(line)) == line
    assert written(Wish(prompt="", width=512, height=768, steps=30)) == "--size 512x768 --steps 30"
    assert written(Wish(prompt="a cat", height=512, ratio=Ratio(3, 2))) == "a cat --ar 3:2 --height 512"


@settings(max_examples=300, deadline=None)
@given(_PIECES)
def test_what_is_written_reads_as_the_same_wish(line: str) -> None:
    try:
        wish = read(line)
    except RefusedError:
        return
    assert read(written(wish)) == wish
