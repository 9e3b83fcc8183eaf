"""Whatever lies behind a result's link: it is never believed, and becomes a file of ours or an honest failure."""

import io
import random
import re
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from PIL import Image

from bot.core.image_format import sniff
from bot.core.job import GenerationState
from bot.shrinking import remade
from tests.core.jobs import a_generation, a_job
from tests.fakes import ManualClock
from tests.service.memory_store import MemoryStore
from tests.service.rig import open_rig

S = GenerationState
SIDE_PX = 24
OUR_NAME = re.compile(r"1-1(-smaller)?\.(png|jpg|webp|gif)", re.ASCII)
MAGIC = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF89a", b"RIFF\0\0\0\0WEBP", b"")

fewer = settings(max_examples=max(10, settings().max_examples // 4), suppress_health_check=[HealthCheck.too_slow])


def painted(kind: str, mode: str = "RGB", frames: int = 1) -> bytes:
    size = (SIDE_PX, SIDE_PX)
    chance = random.Random(7)
    pictures = [Image.frombytes(mode, size, chance.randbytes(SIDE_PX * SIDE_PX * len(mode))) for _ in range(frames)]
    out = io.BytesIO()
    more = {"save_all": True, "append_images": pictures[1:]} if frames > 1 else {}
    pictures[0].save(out, kind, **more)
    return out.getvalue()


PICTURES = (
    painted("PNG"),
    painted("PNG", "RGBA", frames=2),
    painted("JPEG"),
    painted("JPEG", "CMYK"),
    painted("WEBP"),
    painted("WEBP", frames=2),
    painted("GIF", "P"),
    painted("GIF", "P", frames=3),
)
hits = st.lists(st.tuples(st.integers(0, 3000), st.sampled_from("sid"), st.binary(min_size=1, max_size=6)), max_size=6)


def damaged(data: bytes, at: int, how: str, with_bytes: bytes) -> bytes:
    """Set, insert or delete bytes somewhere in a file."""
    at %= len(data) + 1
    inserted = b"" if how == "d" else with_bytes
    return data[:at] + inserted + data[at + (0 if how == "i" else len(with_bytes)) :]


@fewer
@given(st.sampled_from(PICTURES), hits)
def test_no_damage_keeps_a_picture_from_being_remade_or_left_as_it_is(
    data: bytes, done: list[tuple[int, str, bytes]]
) -> None:
    for at, how, with_bytes in done:
        data = damaged(data, at, how, with_bytes)
    for to_png in (False, True):
        form = remade(data, 10_000, to_png=to_png)
        assert form is None or (len(form.data) <= 10_000 and str(sniff(form.data)) == form.extension)


@pytest.mark.parametrize("ahead", [False, True])
@fewer
@given(
    url=st.text(max_size=40) | st.from_regex(r"https://x/[./%\\a-z]{0,20}\.(png|exe|PNG)(\?a=/b\.c)?", fullmatch=True),
    magic=st.sampled_from(MAGIC),
    rest=st.binary(max_size=20),
)
@example(url="https://x/../../etc/passwd\u202egnp.exe", magic=MAGIC[0], rest=b"")
@example(url=f"https://x/{'a' * 300}.png", magic=MAGIC[3], rest=b"")
@example(url="", magic=b"", rest=MAGIC[0])
async def test_a_result_s_name_is_made_of_our_ids_and_its_bytes(
    *, ahead: bool, url: str, magic: bytes, rest: bytes
) -> None:
    clock = ManualClock()
    async with open_rig(MemoryStore(clock), clock) as rig:
        done = replace(a_generation(S.SUCCEEDED), url=url)
        job = await rig.keep(replace(a_job(S.SUCCEEDED), generations=(done,), revision=2))
        rig.api.files[url] = [magic + rest]
        if ahead:
            await rig.delivering.preview(job)
        else:
            await rig.delivering.deliver(job)
        sent = [file.filename for edit in rig.delivery.edits for file in edit.files.values()]
        shown = [picture.filename for edit in rig.delivery.edits for picture in edit.card.pictures]
    assert sent == shown
    assert all(OUR_NAME.fullmatch(name) for name in sent)
    assert bool(sent) == (sniff(magic + rest) is not None)
