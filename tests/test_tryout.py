"""`try` from its arguments to the file and the exit code; Oxen is a fake and nothing sleeps."""

import argparse
import asyncio
import base64
import io
import json
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TypeVar

import pytest
from aiohttp import web
from PIL import Image

from bot import tryout
from bot.core.json_value import Json
from bot.core.schema import Model
from bot.errors import Cause, NotFoundError, OutcomeUnclearError, PermanentError, RemoteError, TransientError, UserError
from bot.oxen.wire import ImagePost, InlineImage, LinkedImage, ResponseFormat
from bot.settings import OxenSettings
from bot.tryout import TryOptions, attempt, paint
from tests.oxen.scripted_oxen import ScriptedOxen


def picture(kind: str) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (2, 2), "red").save(file, kind)
    return file.getvalue()


WEBP, PNG = picture("WEBP"), picture("PNG")
PAINTED = InlineImage(data=WEBP)
FLUX = Model(id="m", display_name="M", makes_images=True, takes_images=True, reference_field="input_images")
EXPIRED = NotFoundError("The result's link answered 403.", status=403)
REFUSED = PermanentError("You must be authenticated.", status=401, cause=Cause.KEY_REFUSED)

_Thing = TypeVar("_Thing")


class FakeOxen:
    """Paints what it was given; every argument that is an error is raised instead."""

    def __init__(
        self,
        gives: InlineImage | LinkedImage | RemoteError = PAINTED,
        *,
        model: Model | RemoteError = FLUX,
        downloads: Sequence[bytes | RemoteError] = (),
        key: bool | RemoteError = True,
    ) -> None:
        self.gives, self._model, self.downloads, self.key = gives, model, list(downloads), key
        self.posts: list[tuple[str, ImagePost]] = []
        self.slept_s: list[float] = []

    async def generate(self, post: ImagePost) -> InlineImage | LinkedImage:
        return self._painted("generate", post)

    async def edit(self, post: ImagePost) -> InlineImage | LinkedImage:
        return self._painted("edit", post)

    def _painted(self, route: str, post: ImagePost) -> InlineImage | LinkedImage:
        self.posts.append((route, post))
        return _given(self.gives)

    async def model(self, model_id: str) -> Model:
        assert model_id == "m"
        return _given(self._model)

    async def download(self, url: str) -> bytes:
        assert url == "https://x/1"
        return _given(self.downloads.pop(0))

    async def check_key(self) -> bool:
        return _given(self.key)

    async def sleep(self, seconds: float) -> None:
        self.slept_s.append(seconds)


def _given(thing: _Thing | RemoteError) -> _Thing:
    if isinstance(thing, RemoteError):
        raise thing
    return thing


async def made(oxen: FakeOxen, folder: Path, *images: Path, out: Path | None = None, **parameters: Json) -> Path:
    options = TryOptions(prompt="a cube", model="m", images=images, parameters=parameters, out=out, folder=folder)
    return await paint(options, oxen, sleep=oxen.sleep)


async def told(oxen: FakeOxen, folder: Path) -> tuple[int, str, str]:
    """Give the exit code, what was said, and what was complained about."""
    out, err = io.StringIO(), io.StringIO()
    times = iter([10.0, 12.34])
    options = TryOptions(prompt="a cube", model="m", folder=folder)
    code = await attempt(options, oxen, monotonic=lambda: next(times), sleep=oxen.sleep, out=out, err=err)
    return code, out.getvalue(), err.getvalue()


def files(folder: Path) -> list[Path]:
    return list(folder.iterdir())


@pytest.fixture
def image(tmp_path: Path) -> Path:
    path = tmp_path / "reference"
    path.write_bytes(PNG)
    return path


async def test_a_picture_is_named_by_its_content(tmp_path: Path) -> None:
    path = await made(FakeOxen(), tmp_path)
    assert path == tmp_path / "easel.webp"
    assert path.read_bytes() == WEBP


async def test_no_file_is_overwritten_without_being_named(tmp_path: Path) -> None:
    (tmp_path / "easel.webp").write_text("mine")
    (tmp_path / "easel-2.webp").write_text("mine too")
    assert await made(FakeOxen(), tmp_path) == tmp_path / "easel-3.webp"
    assert (tmp_path / "easel.webp").read_text() == "mine"


async def test_a_named_file_is_written_as_named(tmp_path: Path) -> None:
    out = tmp_path / "cube.png"
    out.write_text("old")
    assert await made(FakeOxen(), tmp_path, out=out) == out
    assert out.read_bytes() == WEBP


async def test_words_alone_go_to_generate_with_the_parameters_as_given(tmp_path: Path) -> None:
    oxen = FakeOxen()
    await made(oxen, tmp_path, image_size={"width": 512, "height": 512}, odd="word")
    parameters: dict[str, Json] = {"image_size": {"width": 512, "height": 512}, "odd": "word"}
    assert oxen.posts == [("generate", ImagePost(model="m", prompt="a cube", parameters=parameters))]


async def test_pictures_go_to_edit_inside_the_request_under_the_models_own_field(tmp_path: Path, image: Path) -> None:
    oxen = FakeOxen()
    await made(oxen, tmp_path, image, image)
    inline = "data:image/png;base64," + base64.b64encode(PNG).decode()
    (route, post), *others = oxen.posts
    assert (route, dict(post.parameters), others) == ("edit", {"input_images": [inline, inline]}, [])


async def test_a_model_that_takes_one_picture_gets_it_bare(tmp_path: Path, image: Path) -> None:
    single = Model(id="m", display_name="M", makes_images=True, reference_field="image", references_as_list=False)
    oxen = FakeOxen(model=single)
    await made(oxen, tmp_path, image)
    assert isinstance(oxen.posts[0][1].parameters["image"], str)
    with pytest.raises(UserError, match="takes one picture"):
        await made(oxen, tmp_path, image, image)


async def test_without_the_catalogue_pictures_go_under_the_usual_field(tmp_path: Path, image: Path) -> None:
    oxen = FakeOxen(model=TransientError("down"))
    await made(oxen, tmp_path, image)
    assert list(oxen.posts[0][1].parameters) == ["input_image"]


async def test_a_parameter_wins_over_what_we_would_send(tmp_path: Path, image: Path) -> None:
    oxen = FakeOxen()
    await made(oxen, tmp_path, image, input_images=["https://x/mine"])
    assert oxen.posts[0][1].parameters == {"input_images": ["https://x/mine"]}


@pytest.mark.parametrize(
    ("model", "words"),
    [
        (Model(id="m", display_name="M", makes_images=False), "makes no pictures"),
        (Model(id="m", display_name="M", makes_images=True), "takes no pictures"),
    ],
)
async def test_a_model_that_cannot_use_pictures_is_refused_before_it_is_paid(
    tmp_path: Path, image: Path, model: Model, words: str
) -> None:
    oxen = FakeOxen(model=model)
    with pytest.raises(UserError, match=words):
        await made(oxen, tmp_path, image)
    assert oxen.posts == []


async def test_a_file_that_is_no_picture_is_refused_before_it_is_paid(tmp_path: Path) -> None:
    words = tmp_path / "words.png"
    words.write_text("hello")
    oxen = FakeOxen()
    for path in (words, tmp_path / "missing.png", tmp_path):
        with pytest.raises(UserError):
            await made(oxen, tmp_path, path)
    assert oxen.posts == []


async def test_a_place_that_cannot_be_written_is_refused_before_it_is_paid(tmp_path: Path) -> None:
    oxen = FakeOxen()
    for out in (tmp_path, tmp_path / "no" / "folder.png"):
        with pytest.raises(UserError):
            await made(oxen, tmp_path, out=out)
    assert oxen.posts == []


async def test_a_linked_picture_is_fetched_patiently(tmp_path: Path) -> None:
    oxen = FakeOxen(LinkedImage(url="https://x/1"), downloads=[TransientError("busy"), TransientError("busy"), WEBP])
    assert (await made(oxen, tmp_path)).read_bytes() == WEBP
    assert oxen.slept_s == list(tryout.DOWNLOAD_PAUSES_S)


@pytest.mark.parametrize("downloads", [[EXPIRED], [TransientError("busy")] * 3])
async def test_a_picture_that_cannot_be_fetched_is_never_painted_again(
    tmp_path: Path, downloads: list[bytes | RemoteError]
) -> None:
    oxen = FakeOxen(LinkedImage(url="https://x/1"), downloads=downloads)
    with pytest.raises(UserError, match="lies in your Oxen account"):
        await made(oxen, tmp_path)
    assert (len(oxen.posts), oxen.downloads) == (1, [])


async def test_what_is_not_a_picture_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="not a picture"):
        await made(FakeOxen(InlineImage(data=b"<html>")), tmp_path)
    assert files(tmp_path) == []


async def test_success_tells_the_path_and_the_seconds(tmp_path: Path) -> None:
    assert await told(FakeOxen(), tmp_path) == (0, f"{tmp_path / 'easel.webp'} (2.3 s)\n", "")


FAILURES = [
    (PermanentError("Model not found: m", cause=Cause.MODEL_NOT_FOUND), "Oxen has no image model m."),
    (PermanentError("x", cause=Cause.NO_CREDITS), "The Oxen account is out of credits."),
    (PermanentError("x", cause=Cause.SAFETY), "The model refused this prompt."),
    (PermanentError("seed is odd", cause=Cause.BAD_PARAMETER), "Oxen refused this: seed is odd."),
    (TransientError("Oxen cannot be reached (X)."), "Oxen cannot be reached (X). Try again in a minute."),
    (OutcomeUnclearError("Oxen's answer was lost (X)."), "Oxen's answer was lost (X). It may have been charged"),
    (REFUSED, "Oxen refused this: You must be authenticated."),
]


@pytest.mark.parametrize(("failure", "words"), FAILURES)
async def test_a_failure_is_one_plain_line(tmp_path: Path, failure: RemoteError, words: str) -> None:
    code, said, complained = await told(FakeOxen(failure), tmp_path)
    assert (code, said, complained.count("\n")) == (1, "", 1)
    assert complained.startswith(words)


async def test_a_refused_key_has_an_exit_code_of_its_own(tmp_path: Path) -> None:
    code, _, complained = await told(FakeOxen(REFUSED, key=False), tmp_path)
    assert code == 3
    assert "OXEN_API_KEY" in complained


async def test_another_refusal_does_not_put_the_key_in_doubt(tmp_path: Path) -> None:
    assert (await told(FakeOxen(PermanentError("x", cause=Cause.SAFETY), key=False), tmp_path))[0] == 1


async def test_a_refusal_that_cannot_be_confirmed_is_not_the_keys(tmp_path: Path) -> None:
    assert (await told(FakeOxen(REFUSED, key=TransientError("down")), tmp_path))[0] == 1


@pytest.mark.parametrize(
    ("text", "parsed"),
    [
        ("seed=7", ("seed", 7)),
        ("resolution=1 MP", ("resolution", "1 MP")),
        ("aspect_ratio=16:9", ("aspect_ratio", "16:9")),
        ("flag=true", ("flag", True)),
        ('image_size={"width":512,"height":256}', ("image_size", {"width": 512, "height": 256})),
        ("image_size=landscape_4_3", ("image_size", "landscape_4_3")),
        ("note=a=b", ("note", "a=b")),
        ("note=", ("note", "")),
    ],
)
def test_a_parameter_is_json_or_a_word(text: str, parsed: tuple[str, Json]) -> None:
    assert tryout.parameter(text) == parsed


@pytest.mark.parametrize("text", ["seed", "=7", "model=x", "response_format=url", "target_namespace=me"])
def test_a_parameter_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError):
        tryout.parameter(text)


def test_the_arguments_of_the_contract_are_taken() -> None:
    line = ["a cube", "--image", "a.png", "--image", "b.png", "--model", "m", "--out", "o.png", "--param", "seed=7"]
    values = arguments(*line, "--format", "b64_json", "--namespace", "club")
    assert values.image == [Path("a.png"), Path("b.png")]
    assert (values.param, values.format, values.namespace) == ([("seed", 7)], ResponseFormat.B64_JSON, "club")


def arguments(*line: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    tryout.add_arguments(parser)
    return parser.parse_args(line)


def settings(url: str) -> OxenSettings:
    return OxenSettings.from_mapping({"OXEN_API_KEY": "sk-0123456789", "OXEN_API_URL": url, "OXEN_NAMESPACE": "me"})


async def no_sleep(_: float) -> None:
    return


@pytest.mark.e2e
async def test_a_run_goes_from_the_arguments_to_the_file(tmp_path: Path) -> None:
    out = tmp_path / "o.png"
    values = arguments("a cube", "--out", str(out), "--param", "seed=7", "--format", "b64_json", "--namespace", "club")
    async with ScriptedOxen() as oxen:
        body = {"images": [{"b64_json": base64.b64encode(PNG).decode()}]}
        oxen.answers("POST /api/ai/images/generate", web.json_response(body))
        run = partial(tryout.run, values, settings(oxen.url), monotonic=lambda: 0.0, sleep=no_sleep)
        assert await asyncio.to_thread(run) == 0
    sent = {"model": "flux-2-dev", "prompt": "a cube", "seed": 7, "response_format": "b64_json"}
    assert json.loads(oxen.asked[0].body) == sent | {"target_namespace": "club"}
    assert files(tmp_path) == [out]


@pytest.mark.e2e
def test_a_run_without_a_connection_fails_in_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    code = tryout.run(arguments("a cube"), settings("http://127.0.0.1:1/api"), monotonic=lambda: 0.0, sleep=no_sleep)
    assert code == 1
    assert capsys.readouterr().err.endswith("Try again in a minute.\n")
