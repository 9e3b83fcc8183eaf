"""Rows K1 to K6: picture bytes in every form, and the memory and the time that they may take."""

import asyncio
import io
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from bot.core import words as sentences
from bot.core.card import Card
from bot.core.image_header import check_reference
from bot.core.job import GenerationState, Job, JobState
from bot.core.placement import ResultFile
from bot.errors import Cause, TooLargeError, UserError
from bot.service.posting import INLINE_AT_ONCE
from bot.service.results import LARGE_BYTES
from bot.shrink import PictureShrinker
from bot.shrinking import remade
from tests.core.jobs import MIB, REFERENCES, a_generation, a_job, an_ask
from tests.core.test_file_kind import SVG, box
from tests.fakes import PNG
from tests.pictures import encoded, moving, noise, plain, sideways, srgb_profile, with_text
from tests.service.rig import Rig, until

LINK = "https://results.example/1-1?oxen_signature=x"
DONE = replace(
    a_job(GenerationState.SUCCEEDED),
    generations=(replace(a_generation(GenerationState.SUCCEEDED), url=LINK),),
    revision=2,
)
AT_OXEN = f"[Open it there](<{LINK}>)"
FILES: Mapping[str, bytes] = {
    "svg": SVG,
    "heic": box(b"heic", b"mif1"),
    "jxl": b"\xff\x0a\x00",
    "pdf": b"%PDF-1.7",
    "avif": box(b"avif"),  # which nobody can decode
}


async def delivered(rig: Rig, result: bytes | Exception, job: Job = DONE) -> tuple[Job, Card]:
    """Deliver what lies behind the link, as often as the deliverer would, and give the job and its card."""
    await rig.keep(job)
    rig.api.files[LINK] = [result]
    while (job := await rig.get()).card_owed:
        await rig.delivering.deliver(job)
    return job, rig.delivery.last.card


@pytest.mark.parametrize("extension", FILES)
async def test_k1_what_discord_does_not_show_lies_on_the_card_as_a_file(rig: Rig, extension: str) -> None:
    job, card = await delivered(rig, FILES[extension])
    assert (job.state, [f.filename for f in card.files], card.pictures) == (JobState.DONE, [f"1-1.{extension}"], ())
    assert [line.startswith("Discord shows no ") for line in card.lines] == [True]
    assert rig.delivery.last.files["1-1"].data == FILES[extension]
    assert job.generations[0].attachment is not None
    assert len(rig.api.called("download")) == 1


@pytest.mark.parametrize(
    ("result", "cause"),
    [
        (b"\x00\x01\x02\x03", Cause.RESULT_NOT_SHOWN),
        (TooLargeError("larger than 64 MiB"), Cause.RESULT_TOO_LARGE),
        (SVG.replace(b"/></svg>", b" " * DONE.size_limit_bytes + b"/></svg>"), Cause.RESULT_TOO_LARGE),
    ],
)
async def test_k1_what_no_message_holds_is_handed_over_by_its_link(
    rig: Rig, result: bytes | Exception, cause: Cause
) -> None:
    job, card = await delivered(rig, result)
    assert (job.state, card.placed) == (JobState.DONE, ())
    assert card.lines == (sentences.failure(cause), AT_OXEN)
    assert not any("try again" in line.casefold() for line in card.lines)
    assert not job.card_owed


@pytest.mark.e2e
async def test_k1_what_discord_shows_only_as_png_is_made_one_and_says_so(rig: Rig) -> None:
    rig.shrink_with(PictureShrinker())
    _, card = await delivered(rig, noise("AVIF"))
    assert [p.filename for p in card.pictures] == ["1-1-from-avif.png"]
    assert card.lines == (sentences.made_png("AVIF"),)


HARD_SIDE_PX = 4096
HARD_BYTES = 300 * MIB
HARD_S = 20


def hard() -> bytes:
    """Give a PNG as large as models make them, full of grain."""
    return encoded(Image.effect_noise((HARD_SIDE_PX, HARD_SIDE_PX), 30), "PNG", compress_level=0)


@pytest.mark.e2e
async def test_k2_a_hard_picture_is_made_smaller_within_its_time() -> None:
    picture = ResultFile(filename="1-1.png", data=await asyncio.to_thread(hard))
    assert len(picture.data) > 10 * MIB
    async with asyncio.timeout(HARD_S):
        small = await PictureShrinker().shrink(picture, 10 * MIB)
    assert len(small.data) <= 10 * MIB


MEASURED = """
import resource, subprocess, sys
subprocess.run([sys.executable, "-m", "bot.shrinking", "smaller", sys.argv[1]], stdin=sys.stdin, stdout=-3, check=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""
"""Run by a small process: what a large one starts is as large until it has become another program."""


@pytest.mark.e2e
def test_k2_a_hard_picture_is_made_smaller_within_its_memory() -> None:
    measured = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", MEASURED, str(10 * MIB)], input=hard(), capture_output=True, check=True
    )
    assert int(measured.stdout) * 1024 < HARD_BYTES


@pytest.mark.e2e
@pytest.mark.parametrize(
    "program", ["import os; os.abort()", "raise MemoryError", "import time; time.sleep(60)", "x = bytearray(2**40)"]
)
async def test_k2_whatever_ends_the_process_the_person_has_the_picture_by_its_link(
    rig: Rig, program: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "odd.py").write_text(program, encoding="utf-8")
    monkeypatch.setattr("bot.shrink.PROGRAM", "odd")
    monkeypatch.setattr("bot.shrink.ROOT", tmp_path)
    rig.shrink_with(PictureShrinker(patience_s=0.5))
    job, card = await delivered(rig, noise(), replace(DONE, size_limit_bytes=1000))
    assert (job.state, card.lines) == (JobState.DONE, (sentences.failure(Cause.RESULT_TOO_LARGE), AT_OXEN))


def small(data: bytes) -> Image.Image:
    form = remade(data, len(data) * 2, to_png=False)
    assert form is not None
    return Image.open(io.BytesIO(form.data))


def test_k3_a_smaller_form_stands_upright_in_the_same_colours_and_as_bright() -> None:
    assert small(sideways()).size == (30, 40)
    assert small(noise(icc_profile=srgb_profile())).info["icc_profile"] == srgb_profile()
    assert small(plain("I;16", 40_000)).convert("L").getpixel((3, 3)) in range(150, 161)
    assert small(with_text(2 * MIB, png=noise())).size == (48, 48)


@pytest.mark.e2e
async def test_k3_a_moving_picture_that_was_made_still_says_so(rig: Rig) -> None:
    rig.shrink_with(PictureShrinker())
    _, card = await delivered(rig, moving("GIF"), replace(DONE, size_limit_bytes=4000))
    assert [p.filename for p in card.pictures] == ["1-1-smaller-still.webp"]
    assert card.lines == (sentences.MADE_STILL,)


@pytest.mark.parametrize(
    "data",
    [
        moving("GIF")[:-1],
        noise("JPEG")[:-2] + b"SEFHe\0\0\0\1\0\0\0SEFT",
        noise("WEBP") + b"behind it",
        noise("PNG")[:-12],
        moving("PNG"),
        moving("MPO", frames=2),
        sideways(),
    ],
    ids=["gif", "panorama", "webp", "no IEND", "apng", "mpo", "sideways"],
)
def test_k4_what_viewers_show_is_taken_as_a_reference(data: bytes) -> None:
    assert check_reference(data, 1).width_px > 0


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (noise("JPEG")[:-200], "is cut off or damaged. Open it, save it again"),
        (noise("WEBP")[:4] + bytes(4) + noise("WEBP")[8:], "is cut off or damaged. Open it, save it again"),
        (noise("PNG").replace(b"\r\n", b"\n"), "is cut off or damaged. Open it, save it again"),
        (noise("BMP"), "is a BMP picture, which the models cannot read. Save it as JPEG or PNG"),
        (noise("TIFF"), "is a TIFF picture, which the models cannot read. Save it as JPEG or PNG"),
        (noise("AVIF"), "is an AVIF picture, which the models cannot read. Save it as JPEG or PNG"),
        (FILES["heic"], "is a HEIC picture, which the models cannot read. Save it as JPEG or PNG"),
        (SVG, "is an SVG drawing, which the models cannot read. Save it as JPEG or PNG"),
        (b"\x80\x81", "is not a picture that can be read. Attach a PNG, JPEG, WebP or GIF"),
    ],
)
def test_k4_every_other_reference_gets_a_sentence_with_what_would_be_right(data: bytes, told: str) -> None:
    with pytest.raises(UserError, match=f"^Picture 2 {told}"):
        check_reference(data, 2)


async def test_k6_orders_that_carry_their_references_take_turns_and_hold_up_no_others(rig: Rig) -> None:
    rig.api.open.clear()
    inline = replace(a_generation(GenerationState.PLANNED), inline=True, attempt=2)
    many = [
        replace(a_job(ask=an_ask(references=4)), id=str(n), generations=(replace(inline, id=f"{n}-1"),))
        for n in range(2, 14)
    ]
    await rig.keep(*many)
    sending = [asyncio.create_task(rig.posting.send(job, job.generations)) for job in many]
    await until(lambda: len(rig.api.posts) == INLINE_AT_ONCE)
    plain = asyncio.create_task(rig.post())
    await until(lambda: len(rig.api.posts) == INLINE_AT_ONCE + 1)
    assert len(rig.references.reads) == 4 * INLINE_AT_ONCE
    rig.api.open.set()
    await asyncio.gather(plain, *sending)


async def test_k6_large_results_are_fetched_and_made_smaller_one_at_a_time(rig: Rig) -> None:
    held, most = 0, 0

    async def fit(file: ResultFile) -> ResultFile:
        nonlocal held, most
        held += 1
        most = max(most, held)
        await asyncio.sleep(0)
        held -= 1
        return file

    rig.api.files[LINK] = [PNG.ljust(LARGE_BYTES + 1, b"\0")]
    files = await asyncio.gather(*(rig.results.fetch(DONE.generations[0], fit, covered=False) for _ in range(6)))
    assert (most, {len(file.data) for file in files}) == (1, {LARGE_BYTES + 1})


@pytest.mark.parametrize("mark", [{"filename": "SPOILER_gore.png"}, {"spoiler": True}])
async def test_k5_what_is_made_of_a_spoiler_is_one_wherever_it_goes(rig: Rig, mark: dict[str, Any]) -> None:
    ask = replace(an_ask(), references=(replace(REFERENCES[0], **mark),))
    _, card = await delivered(rig, PNG, replace(DONE, ask=ask))
    assert [(p.spoiler, p.filename) for p in card.pictures] == [(True, "SPOILER_1-1.png")]
