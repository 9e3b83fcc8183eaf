import json

import pytest

from bot.core.coercion import same_words, value_of
from bot.core.grammar import echoed
from bot.core.json_value import Json
from bot.core.parameter import Kind, Parameter
from bot.errors import UserError

STEPS = Parameter(name="steps", kind=Kind.INTEGER, minimum=1, maximum=50)
GUIDANCE = Parameter(name="guidance", kind=Kind.NUMBER, minimum=0, maximum=10)
RAW = Parameter(name="raw", kind=Kind.BOOLEAN)
RATIO = Parameter(name="aspect_ratio", choices=("1:1", "16:9", "match_input_image"))
SIZE = Parameter(name="resolution", choices=("1 MP", "2 MP", "0.5 MP"))
FORMAT = Parameter(name="format", choices=("jpg", "png"))
PRESET = Parameter(name="image_size", also=(Kind.OBJECT,), choices=("square_hd",))
STYLE = Parameter(name="style", max_length=5)
TAGS = Parameter(name="tags", kind=Kind.LIST, max_length=2)


@pytest.mark.parametrize(
    ("parameter", "typed", "value"),
    [
        (STEPS, "30", 30),
        (STEPS, " 1 ", 1),
        (GUIDANCE, "2.5", 2.5),
        (GUIDANCE, "3", 3),
        (GUIDANCE, "3.0", 3),
        (GUIDANCE, ".5", 0.5),
        (RAW, "Yes", True),
        (RAW, "off", False),
        (RAW, "", True),
        (RATIO, "16x9", "16:9"),
        (RATIO, "16\N{MULTIPLICATION SIGN}9", "16:9"),
        (RATIO, "Match-Input Image", "match_input_image"),
        (SIZE, "1mp", "1 MP"),
        (SIZE, "1_MP", "1 MP"),
        (SIZE, "0.5 mp", "0.5 MP"),
        (FORMAT, "JPEG", "jpg"),
        (PRESET, "square-hd", "square_hd"),
        (PRESET, '{"width": 640, "height": 480}', {"width": 640, "height": 480}),
        (STYLE, "ink", "ink"),
        (TAGS, '["a", 2]', ["a", 2]),
        (Parameter(name="p", also=(Kind.INTEGER,)), "30", 30),
        (Parameter(name="p", also=(Kind.INTEGER,)), "auto", "auto"),
        (Parameter(name="p", kind=Kind.INTEGER, choices=(1, 2)), "2", 2),
    ],
)
def test_words_become_the_value_they_mean(parameter: Parameter, typed: str, value: Json) -> None:
    read = value_of(parameter, typed, model="m")
    assert (read, type(read)) == (value, type(value))


@pytest.mark.parametrize(
    ("parameter", "typed", "sentence"),
    [
        (SIZE, "3 MP", "m takes --resolution 1 MP, 2 MP or 0.5 MP"),
        (RATIO, "banana", "m takes --aspect_ratio 1:1, 16:9 or match_input_image"),
        (STEPS, "51", "m takes --steps as a whole number from 1 to 50"),
        (STEPS, "2.5", "m takes --steps as a whole number from 1 to 50"),
        (STEPS, "9" * 5000, "m takes --steps as a whole number from 1 to 50"),
        (STEPS, "\N{ARABIC-INDIC DIGIT THREE}", "m takes --steps as a whole number from 1 to 50"),
        (GUIDANCE, "nan", "m takes --guidance as a number from 0 to 10"),
        (RAW, "perhaps", "m takes --raw on or off"),
        (STYLE, "longer", "m takes --style as words with at most 5 characters"),
        (TAGS, "[1, 2, 3]", "m takes --tags as a JSON list such as [1, 2] with at most 2 items"),
        (TAGS, "[" * 100_000, "m takes --tags as a JSON list such as [1, 2] with at most 2 items"),
        (PRESET, '["square_hd"]', "m takes --image_size square_hd"),
        (Parameter(name="p", kind=Kind.NUMBER, minimum=0.25), "0", "m takes --p as a number of at least 0.25"),
        (
            Parameter(name="p", kind=Kind.INTEGER, maximum=9999),
            "10000",
            "m takes --p as a whole number of at most 9,999",
        ),
    ],
)
def test_what_does_not_fit_is_told_what_would(parameter: Parameter, typed: str, sentence: str) -> None:
    with pytest.raises(UserError) as refusal:
        value_of(parameter, typed, model="m")
    assert str(refusal.value) == f"{sentence}, not {echoed(typed)}."


def test_a_minus_and_a_hyphen_between_digits_mean_something() -> None:
    choices = Parameter(name="p", choices=(1, 2, "12"))
    for typed in ("-1", "1-2", "1 2"):
        with pytest.raises(UserError):
            value_of(choices, typed, model="m")
    assert not same_words("1", "-1")


def test_a_word_that_two_choices_share_is_not_guessed() -> None:
    choices = Parameter(name="p", choices=("A B", "ab"))
    assert value_of(choices, "ab", model="m") == "ab"
    with pytest.raises(UserError):
        value_of(choices, "a_b", model="m")


LINKS = [
    "https://evil.example/x",
    "HTTP://evil",
    "%68ttps://evil.example",
    "%20https://evil.example",
    " \u200bhttps://evil.example",
    "ht\ntps://evil.example",
    "https:/\\evil.example",
    "data:image/png;base64,AAAA",
    "file:///etc/passwd",
    "s3://bucket/key",
    "//evil.example/x",
    "\\\\evil.example\\x",
    "www.evil.example",
    "huggingface.co/someone/lora",
    "127.0.0.1:8000/x",
    "localhost/x",
    "[::1]/x",
    "ink https://evil.example",
]


@pytest.mark.parametrize("link", LINKS)
@pytest.mark.parametrize("kind", [Kind.STRING, Kind.LIST, Kind.OBJECT])
def test_a_link_is_no_value_however_it_is_written(kind: Kind, link: str) -> None:
    wrapped = {Kind.STRING: link, Kind.LIST: json.dumps([[link]]), Kind.OBJECT: json.dumps({"a": {"b": link}})}
    with pytest.raises(UserError, match="--lora takes no link, since the model would open it"):
        value_of(Parameter(name="lora", kind=kind), wrapped[kind], model="m")


@pytest.mark.parametrize("link", LINKS[:1])
def test_a_link_that_the_schema_offers_is_a_choice(link: str) -> None:
    assert value_of(Parameter(name="lora", choices=(link, "none")), link, model="m") == link


@pytest.mark.parametrize(
    "words", ["dark fantasy", "16:9", "ink/oil", "a: b", "3.5 / 4", "node.js", "auto:high", "100%", "Dr. Who / Tardis"]
)
def test_words_are_no_link(words: str) -> None:
    assert value_of(Parameter(name="style"), words, model="m") == words
