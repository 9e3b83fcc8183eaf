from hypothesis import given
from hypothesis import strategies as st

from bot.core.ask import Ask, Command, Reference, ask_of
from bot.core.command_line import line_of, sent_line, typed_line
from bot.core.plan import Plan
from bot.core.resolve import resolve
from bot.core.schema import Model
from bot.errors import UserError
from tests.core.catalogue import FLUX_DEV, GPT_IMAGE, KLEIN_4B, MODELS, painter

PICTURE = Reference(url="https://cdn.example/a.png", filename="a.png", size_bytes=5)


def plan(ask: Ask, models: tuple[Model, ...] = MODELS) -> Plan:
    return resolve(ask, models, default_model=models[0].id, allowed=frozenset(), random_seed=lambda: 99)


def read_again(line: str, *references: Reference) -> Ask:
    """Read a line as Discord does: the command by its name, the rest as its prompt."""
    command, _, prompt = line.partition(" prompt:")
    return ask_of(Command(command.removeprefix("/")), prompt.removeprefix(" "), references, {})


def test_a_line_says_every_choice_in_the_names_that_people_are_taught() -> None:
    options = {"aspect_ratio": "16:9", "spoiler": True}
    asked = ask_of(Command.IMAGINE, 'a red cube --n 4 --seed 7 --model "flux 2 dev" --steps 9', (), options)
    line = '/imagine prompt: a red cube --model "flux 2 dev" --steps 9 --ar 16:9 --seed 7 --n 4 --spoiler'
    assert line_of(asked) == line


def test_what_was_sent_is_said_with_its_model_and_seed_but_without_defaults() -> None:
    asked = ask_of(Command.IMAGINE, "a red cube --quality 90 --guidance 2 --private", (), {"count": 2})
    line = "/imagine prompt: a red cube --model flux-2-dev --quality 90 --seed 99 --n 2 --private"
    assert sent_line(asked, plan(asked), FLUX_DEV) == line


def test_without_its_model_all_that_was_sent_is_said_but_no_safety_switch() -> None:
    line = sent_line(asked := ask_of(Command.IMAGINE, "x", (), {}), plan(asked))
    assert "--resolution 1 MP --num_inference_steps 30" in line
    assert "safety" not in line


def test_a_typed_line_stays_as_it_was_typed_however_wrong_it_is() -> None:
    options = {"count": 9, "model": "no such", "seed": None, "resolution": "", "spoiler": False, "private": True}
    line = '/edit prompt: **a** cat --ar banana 🦊 --n 9 --model "no such" --private'
    assert typed_line(Command.EDIT, "**a** cat --ar banana 🦊", options) == line


def test_a_line_pasted_whole_into_the_prompt_is_the_same_request() -> None:
    assert ask_of(Command.EDIT, "/imagine prompt: a red cube --n 2", (PICTURE,), {}).prompt == "a red cube"


PIECES = st.sampled_from(
    [
        "a cat",
        "--ar",
        "--seed",
        "--n",
        "--steps",
        "--x",
        "--spoiler",
        "16:9",
        "7",
        '"two words"',
        "klein",
        "=",
    ]
) | st.sampled_from(["\N{EM DASH}style", "\n", " ", "/imagine prompt:", "-1"])
# A quote that is never closed could be closed by one of the flags behind the prompt.
TEXTS = st.lists(PIECES | st.text(st.characters(exclude_characters="'\"\u201c\u2018{["), max_size=4), max_size=8).map(
    " ".join
)
VALUES = st.none() | st.lists(PIECES | st.text(max_size=3), max_size=4).map(" ".join)
OPTIONS = st.fixed_dictionaries(
    {
        "model": VALUES,
        "aspect_ratio": VALUES,
        "resolution": VALUES,
        "count": st.none() | st.integers(1, 4),
        "seed": st.none() | st.integers(0, 2**63 - 1),
        "spoiler": st.none() | st.booleans(),
        "private": st.none() | st.booleans(),
    }
)


@given(st.sampled_from(Command), TEXTS, OPTIONS, st.integers(0, 2))
def test_the_line_of_any_request_is_read_as_the_same_request(
    command: Command, text: str, options: dict[str, str | int | bool | None], pictures: int
) -> None:
    references = (PICTURE,) * pictures
    try:
        asked = ask_of(command, text, references, options)
    except UserError:
        return
    assert read_again(line_of(asked), *references) == asked


STYLED = painter(
    {
        "style": {"type": "string", "default": "ink"},
        "raw": {"type": "boolean", "default": False},
        "size": {"type": "object", "default": {"width": 1}},
        "seed": {"type": "integer"},
    }
)


@given(
    st.sampled_from([FLUX_DEV, KLEIN_4B, GPT_IMAGE, STYLED]),
    st.lists(
        st.sampled_from(
            ["--ar 1:1", "--quality high", "--quality 9", "--steps 9", "--raw", '--size {"a": [1, "b c"]}']
        ),
        unique=True,
    ),
    st.text(max_size=9),
    st.booleans(),
)
def test_what_was_sent_is_sent_again_by_its_line(model: Model, flags: list[str], style: str, edit: bool) -> None:  # noqa: FBT001
    references = (PICTURE,) if edit and model.takes_images else ()
    options: dict[str, str] = {"style": style} if model is STYLED else {}
    try:
        asked = ask_of(Command.EDIT if references else Command.IMAGINE, " ".join(["x", *flags]), references, options)
        sent = plan(asked, (model,))
    except UserError:
        return
    again = read_again(sent_line(asked, sent, model), *references)
    assert plan(again, (STYLED,) if model is STYLED else MODELS) == sent
