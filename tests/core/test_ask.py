import pytest

from bot.core.ask import Ask, Command, Reference, ask_of
from bot.core.image_header import MAX_REFERENCE_BYTES
from bot.errors import UserError

PICTURE = Reference(
    url="https://cdn.example/a.png", filename="a.png", size_bytes=5, content_type="image/png", width_px=9, height_px=9
)


def ask(prompt: str = "a cat", /, *pictures: Reference, **options: str | int | bool | None) -> Ask:
    return ask_of(Command.IMAGINE, prompt, pictures, options)


def refusal(prompt: str = "a cat", /, *pictures: Reference, **options: str | int | bool | None) -> str:
    with pytest.raises(UserError) as refused:
        ask(prompt, *pictures, **options)
    return str(refused.value)


def picture(**stated: object) -> Reference:
    facts: dict[str, object] = {"url": "u", "filename": "a", "size_bytes": 5, **stated}
    return Reference(**facts)  # pyright: ignore[reportArgumentType]  # the test names each field itself


def test_options_and_flags_make_one_ask() -> None:
    asked = ask("a cat --seed 7 --steps 30", PICTURE, model="klein", count=2, spoiler=True, resolution=None)
    assert asked == Ask(
        command=Command.IMAGINE,
        prompt="a cat",
        references=(PICTURE,),
        model="klein",
        options={"steps": "30"},
        count=2,
        seed=7,
        spoiler=True,
    )


@pytest.mark.parametrize(
    "prompt",
    [
        "**bold** _and_ `code` # not a heading",
        "<@1> @everyone <t:1:R>",
        "\u05d7\u05ea\u05d5\u05dc \N{RIGHT-TO-LEFT OVERRIDE}abc",
        "\N{WOMAN}\N{ZERO WIDTH JOINER}\N{ROCKET} \N{CAT FACE}",
        "two\nlines",
        "a cat -- no, a dog",
        " blanks before",
        "x" * 4000,
    ],
)
def test_a_prompt_stays_letter_by_letter(prompt: str) -> None:
    assert ask(prompt).prompt == prompt


@pytest.mark.parametrize("prompt", ["", "  \n", "\u200b\u2060\ufeff", "\u3164\u2800", "--ar 1:1", "\0"])
def test_a_prompt_that_shows_nothing_is_refused(prompt: str) -> None:
    assert refusal(prompt) == "Write what you would like to see, for example: a red cube on a beach."


def test_beside_a_picture_an_empty_prompt_is_left_to_the_model() -> None:
    assert ask("\u200b --ar 1:1", PICTURE).prompt == ""


def test_a_prompt_is_measured_after_its_flags() -> None:
    assert len(ask("x" * 4000 + " --ar 16:9 --seed 7").prompt) == 4000
    assert refusal("x" * 4001) == "The prompt has 4,001 characters; 4,000 are the most. Shorten it."


def test_half_an_emoji_is_refused_since_it_cannot_be_sent() -> None:
    assert "Type that place again." in refusal("a \ud83d cat")
    assert "Type that place again." in refusal(model="\ude00")


@pytest.mark.parametrize(
    ("prompt", "pictures", "sentence"),
    [
        ("@Image3", 2, "The prompt names @Image3, but 2 pictures are attached: use @Image1 to @Image2."),
        ("like @image2!", 1, "The prompt names @image2, but 1 picture is attached: use only @Image1."),
        ("@Image0", 1, "The prompt names @Image0, but 1 picture is attached: use only @Image1."),
        ("@Image1", 0, "The prompt names @Image1, but no picture is attached. Attach one, or take the name out."),
        ("@Image" + "9" * 3000, 1, "but 1 picture is attached: use only @Image1."),
    ],
)
def test_a_picture_that_is_not_attached_cannot_be_named(prompt: str, pictures: int, sentence: str) -> None:
    assert sentence in refusal(prompt, *[PICTURE] * pictures)


@pytest.mark.parametrize("prompt", ["@Image1 and @image02", "@imagery", "@Image", "me@image9.example"])
def test_what_names_no_missing_picture_passes(prompt: str) -> None:
    assert ask(prompt, PICTURE, PICTURE).prompt == prompt


@pytest.mark.parametrize("count", [0, 9, -1, "four", "1.5", "9" * 100])
def test_a_count_is_one_to_four(count: str | int) -> None:
    sentence = "One request makes 1 to 4 pictures: choose a count from 1 to 4."
    assert refusal(count=count) == refusal(f"x --n {count}") == sentence


@pytest.mark.parametrize("seed", [-1, "banana", "1.5", 2**63, "9" * 100])
def test_a_seed_is_a_whole_number_from_0(seed: str | int) -> None:
    sentence = "A seed is a whole number from 0 to 4,294,967,295, such as 7."
    assert refusal(seed=seed) == refusal(f"x --seed {seed}") == sentence


@pytest.mark.parametrize("name", ["n", "count", "num_generations", "num-images"])
def test_every_name_for_how_many_is_the_count(name: str) -> None:
    asked = ask(f"x --{name} 3")
    assert (asked.count, asked.options) == (3, {})


def test_a_flag_against_an_option_is_refused_naming_both() -> None:
    assert refusal("x --ar 1:1", aspect_ratio="16:9") == (
        "The option aspect_ratio says 16:9, but the flag --ar says 1:1. Keep one of the two."
    )
    assert "option seed says 1, but the flag --seed says -1" in refusal("x --seed -1", seed=1)


def test_a_flag_may_repeat_an_option() -> None:
    asked = ask("x --ar 16x9 --n 02 --model KLEIN", aspect_ratio="16:9", count=2, model="klein")
    assert (asked.options, asked.count, asked.model) == ({"aspect_ratio": "16:9"}, 2, "klein")


@pytest.mark.parametrize(
    "name", ["disable_safety_checker", "enable-safety-checker", "safety_tolerance", "moderation", "Allow_NSFW"]
)
def test_the_safety_filter_is_no_option(name: str) -> None:
    assert refusal(f"x --{name} true").startswith("The safety filter always stays on. Leave ")
    assert refusal(f"x --{name}").startswith("The safety filter always stays on.")
    assert refusal(**{name.replace("-", "_"): True}).startswith("The safety filter always stays on.")


@pytest.mark.parametrize(
    ("flag", "sentence"),
    [
        ("--prompt dog", "The prompt is what stands before the flags. Leave --prompt out."),
        ("--response_format url", "The bot sets response_format itself. Leave it out."),
        ("--target_namespace me", "The bot sets target_namespace itself. Leave it out."),
        ("--private=eyes", "--private is on or off, and needs no value. Leave eyes out."),
    ],
)
def test_what_the_bot_or_the_command_sets_is_no_flag(flag: str, sentence: str) -> None:
    assert refusal(f"x {flag}") == sentence


def test_blanks_behind_the_prompt_never_count() -> None:
    assert ask("a cat \n").prompt == ask("a cat  --n 1").prompt == "a cat"


def test_spoiler_and_private_may_be_flags() -> None:
    asked = ask("a cat --Spoiler --private on")
    assert (asked.spoiler, asked.private, asked.options) == (True, True, {})
    assert "option private says false, but the flag --private says nothing" in refusal("x --private", private=False)


def test_edit_without_a_picture_is_refused_kindly() -> None:
    with pytest.raises(UserError, match="Attach the picture that you would like to change"):
        ask_of(Command.EDIT, "make it blue", (), {})


@pytest.mark.parametrize(
    ("stated", "sentence"),
    [
        ({"size_bytes": 12 * 2**20}, "Picture 2 has 12 MB; 10 MB is the most. Save it smaller or as JPEG."),
        ({"size_bytes": MAX_REFERENCE_BYTES + 1}, "Picture 2 has 10.1 MB; 10 MB is the most."),
        ({"size_bytes": 0}, "Picture 2 is empty."),
        ({"width_px": 40_000, "height_px": 40_000}, "Picture 2 is 40,000 x 40,000 pixels large; 100 megapixels"),
        ({"content_type": "image/heic"}, "Picture 2 is a HEIC picture, which the models cannot read. Save it as JPEG"),
        ({"filename": "IMG_1.HEIC"}, "Picture 2 is a HEIC picture, which the models cannot read. Save it as JPEG"),
        ({"content_type": "application/pdf"}, "Picture 2 is not a picture. Attach a PNG, JPEG, WebP or GIF file."),
        ({"content_type": "video/mp4"}, "Picture 2 is not a picture."),
        ({"content_type": "text/plain; charset=utf-8"}, "Picture 2 is not a picture."),
    ],
)
def test_a_file_that_is_stated_to_be_no_use_is_refused_by_its_number(stated: dict[str, object], sentence: str) -> None:
    assert sentence in refusal("x", PICTURE, picture(**stated))


@pytest.mark.parametrize(
    "stated",
    [
        {"content_type": None},
        {"content_type": "application/octet-stream"},
        {"content_type": "image/png", "filename": "renamed.heic"},
        {"size_bytes": MAX_REFERENCE_BYTES, "width_px": 10_000, "height_px": 10_000},
    ],
)
def test_what_only_the_bytes_can_tell_passes(stated: dict[str, object]) -> None:
    assert ask("x", picture(**stated)).references
