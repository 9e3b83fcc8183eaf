"""`python -m bot try`: one picture from the terminal, through the bot's own Oxen client; knows no Discord."""

import argparse
import asyncio
import base64
import os
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, TextIO, cast

import orjson

from bot.core.image_header import check_reference, sniff
from bot.core.json_value import Json, json_of
from bot.core.schema import Model
from bot.errors import Cause, OutcomeUnclearError, PermanentError, RemoteError, TransientError, UserError
from bot.oxen.client import open_client
from bot.oxen.wire import ImagePost, InlineImage, LinkedImage, ResponseFormat
from bot.settings import OxenSettings

EXIT_DONE, EXIT_FAILED, EXIT_KEY_REFUSED = 0, 1, 3
DOWNLOAD_PAUSES_S = (0.0, 2.0, 5.0)
"""Before each try to fetch the result."""
USUAL_REFERENCE_FIELD = "input_image"
"""What almost every model of Oxen calls it, for when the catalogue cannot be had."""
FORMAT_HELP = "how Oxen hands the picture over: by a link (url, the default) or inside of its answer (b64_json)"
HAVE_OPTIONS = {
    "model": "--model",
    "prompt": "PROMPT",
    "response_format": "--format",
    "target_namespace": "--namespace",
}
"""Fields of the request that --param must not set behind the back of what sets them."""

Sleep = Callable[[float], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class TryOptions:
    """What to paint and where to put it; without `out` the file is named easel.<ext> in `folder`, never overwriting."""

    prompt: str
    model: str
    images: tuple[Path, ...] = ()
    parameters: Mapping[str, Json] = field(default_factory=dict[str, Json])
    response_format: ResponseFormat = ResponseFormat.URL
    out: Path | None = None
    folder: Path = Path()


class Painter(Protocol):
    """What `paint` needs of Oxen's client."""

    async def generate(self, post: ImagePost) -> InlineImage | LinkedImage: ...
    async def edit(self, post: ImagePost) -> InlineImage | LinkedImage: ...
    async def model(self, model_id: str) -> Model: ...
    async def download(self, url: str) -> bytes: ...
    async def check_key(self) -> bool: ...


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `try`."""
    parser.add_argument("prompt", help="what to paint, in words")
    parser.add_argument(
        "--image", type=Path, action="append", default=[], metavar="FILE", help="a picture to work from"
    )
    parser.add_argument("--model", metavar="ID", help="a model's exact id (default: OXEN_MODEL)")
    parser.add_argument("--out", type=Path, metavar="FILE", help="where to write the picture (default: easel.<ext>)")
    parser.add_argument(
        "--param", type=parameter, action="append", default=[], metavar="NAME=VALUE", help="sent to the model as it is"
    )
    formats = [each.value for each in ResponseFormat]
    parser.add_argument("--format", choices=formats, default=ResponseFormat.URL.value, help=FORMAT_HELP)
    parser.add_argument("--namespace", metavar="NS", help="who gets the result and the bill (default: OXEN_NAMESPACE)")


def parameter(text: str) -> tuple[str, Json]:
    """Read NAME=VALUE, where VALUE is JSON or else a word, for argparse."""
    name, equals, value = text.partition("=")
    name = name.strip()
    if not name or not equals:
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=VALUE, such as seed=7")
    if name in HAVE_OPTIONS:
        raise argparse.ArgumentTypeError(f"{name} is set by {HAVE_OPTIONS[name]}")
    try:
        return name, json_of(cast("object", orjson.loads(value)))
    except ValueError:
        return name, value


def run(values: argparse.Namespace, settings: OxenSettings, *, monotonic: Callable[[], float], sleep: Sleep) -> int:
    """Paint what the parsed arguments ask for and give the exit code; says on the terminal how it went."""
    options = _options_of(values, settings)
    namespace = cast("str | None", values.namespace) or settings.oxen_namespace

    async def with_client() -> int:
        key = settings.oxen_api_key.get_secret_value()
        async with open_client(base_url=settings.oxen_api_url, api_key=key, namespace=namespace) as client:
            return await attempt(options, client, monotonic=monotonic, sleep=sleep, out=sys.stdout, err=sys.stderr)

    try:
        return asyncio.run(with_client())
    except KeyboardInterrupt:
        sys.stderr.write("Stopped. What was sent to Oxen may still be painted and charged.\n")
        return EXIT_FAILED


def _options_of(values: argparse.Namespace, settings: OxenSettings) -> TryOptions:
    return TryOptions(
        prompt=cast("str", values.prompt),
        model=cast("str | None", values.model) or settings.oxen_model,
        images=tuple(cast("list[Path]", values.image)),
        parameters=dict(cast("list[tuple[str, Json]]", values.param)),
        response_format=ResponseFormat(values.format),
        out=cast("Path | None", values.out),
    )


async def attempt(
    options: TryOptions,
    client: Painter,
    *,
    monotonic: Callable[[], float],
    sleep: Sleep,
    out: TextIO,
    err: TextIO,
) -> int:
    """Paint, tell the path and the seconds on `out` or one sentence on `err`, and give the exit code."""
    began = monotonic()
    try:
        path = await paint(options, client, sleep=sleep)
    except UserError as error:
        err.write(f"{error}\n")
        return EXIT_FAILED
    except RemoteError as error:
        final = await _key_is_refused(error, client)
        err.write(f"{_sentence(error, options.model, final=final)}\n")
        return EXIT_KEY_REFUSED if final else EXIT_FAILED
    out.write(f"{path} ({monotonic() - began:.1f} s)\n")
    return EXIT_DONE


async def paint(options: TryOptions, client: Painter, *, sleep: Sleep) -> Path:
    """Make one picture and give the path of its file; raises UserError for what we refuse and RemoteError."""
    await asyncio.to_thread(_check_target, options)
    pictures = await asyncio.to_thread(_data_uris, options.images)
    references = await _reference_fields(options.model, pictures, client) if pictures else {}
    post = ImagePost(
        model=options.model,
        prompt=options.prompt,
        parameters={**references, **options.parameters},
        response_format=options.response_format,
    )
    image = await (client.edit(post) if pictures else client.generate(post))
    data = image.data if isinstance(image, InlineImage) else await _download(image.url, client, sleep)
    return await asyncio.to_thread(_save, data, options)


def _check_target(options: TryOptions) -> None:
    """Refuse before anything is paid what could not be written afterwards."""
    if options.out is not None and options.out.is_dir():
        raise UserError(f"{options.out} is a folder. Give the name of a file.")
    folder = options.folder if options.out is None else options.out.parent
    if not folder.is_dir() or not os.access(folder, os.W_OK):
        raise UserError(f"Nothing can be written to {folder}. Choose another place with --out.")


def _data_uris(paths: Sequence[Path]) -> list[str]:
    """Read the pictures; they go inside the request, since nothing on this machine has a link that Oxen could fetch."""
    uris: list[str] = []
    for number, path in enumerate(paths, start=1):
        try:
            data = path.read_bytes()
        except OSError as error:
            raise UserError(f"{path} cannot be read: {error.strerror}.") from error
        header = check_reference(data, number)
        uris.append(f"data:{header.kind.media_type};base64,{base64.b64encode(data).decode()}")
    return uris


async def _reference_fields(model_id: str, pictures: Sequence[str], client: Painter) -> dict[str, Json]:
    """Put the pictures under the field that the model names, or the usual one where the catalogue cannot be had."""
    try:
        model = await client.model(model_id)
    except RemoteError:
        return {USUAL_REFERENCE_FIELD: list(pictures)}
    if not model.makes_images:
        raise UserError(f"{model_id} makes no pictures. Choose an image model with --model.")
    if model.reference_field is None:
        raise UserError(f"{model_id} takes no pictures. Leave out --image, or choose another model with --model.")
    if model.references_as_list:
        return {model.reference_field: list(pictures)}
    if len(pictures) > 1:
        raise UserError(f"{model_id} takes one picture. Leave out the others.")
    return {model.reference_field: pictures[0]}


async def _download(url: str, client: Painter, sleep: Sleep) -> bytes:
    """Fetch the result, patiently: it is paid for, and to try again would pay again."""
    failure: RemoteError | None = None
    for pause_s in DOWNLOAD_PAUSES_S:
        await sleep(pause_s)
        try:
            return await client.download(url)
        except TransientError as error:
            failure = error
        except PermanentError as error:
            failure = error
            break
    raise UserError(f"The picture is painted and lies in your Oxen account, but: {failure}") from failure


def _save(data: bytes, options: TryOptions) -> Path:
    kind = sniff(data)
    if kind is None:
        raise UserError(
            "Oxen says that the picture is done, but what it gave is not a picture. It was probably charged."
        )
    try:
        if options.out is not None:
            options.out.write_bytes(data)
            return options.out
        return _save_beside_others(data, options.folder, kind.extension)
    except OSError as error:
        raise UserError(f"The picture is painted but cannot be written: {error.strerror}. Choose --out.") from error


def _save_beside_others(data: bytes, folder: Path, extension: str) -> Path:
    number = 1
    while True:
        path = folder / (f"easel.{extension}" if number == 1 else f"easel-{number}.{extension}")
        try:
            with path.open("xb") as file:
                file.write(data)
        except FileExistsError:
            number += 1
        else:
            return path


async def _key_is_refused(error: RemoteError, client: Painter) -> bool:
    """Ask once more with another call: a 403 may also mean that the key is fine and this is not allowed."""
    if not isinstance(error, PermanentError) or error.cause is not Cause.KEY_REFUSED:
        return False
    try:
        return not await client.check_key()
    except RemoteError:
        return False


_ADVICE = {
    Cause.EMPTY_PROMPT: "The prompt is empty. Say in words what to paint.",
    Cause.NO_CREDITS: "The Oxen account is out of credits. Top it up at https://oxen.ai and try again.",
    Cause.SAFETY: "The model refused this prompt. Change the wording and try again.",
    Cause.REFERENCE_NOT_FETCHED: "Oxen could not read the picture that was sent. Try another model or another picture.",
    Cause.RESULT_UNREADABLE: "Oxen's answer holds no readable picture. It was probably charged.",
}


def _sentence(error: RemoteError, model_id: str, *, final: bool) -> str:
    """Tell in a sentence what went wrong; the reader runs the bot, so Oxen's own words may stand in it."""
    if final:
        return "Oxen refused the key in OXEN_API_KEY. Make a new one at https://oxen.ai/settings/profile."
    if error.cause is Cause.MODEL_NOT_FOUND:
        return f"Oxen has no image model {model_id}. Give a model's exact id with --model."
    if error.cause in _ADVICE:
        return _ADVICE[error.cause]
    told = str(error).rstrip(".")
    if isinstance(error, TransientError):
        return f"{told}. Try again in a minute."
    if isinstance(error, OutcomeUnclearError):
        return f"{told}. It may have been charged: look at your Oxen account before you try again."
    return f"Oxen refused this: {told}."
