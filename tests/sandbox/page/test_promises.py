"""A verdict is no better than what it looks at: each promise is broken once, and must be found broken."""

from dataclasses import replace
from decimal import Decimal

import pytest

from bot.shrinking import remade
from sandbox.discord import Interaction, Message, Upload
from sandbox.discord.body import Body
from sandbox.discord.jsontypes import Json, JsonObject
from sandbox.oxen import Generation, Status
from sandbox.oxen.ledger import PictureFile
from sandbox.page import promises
from sandbox.page.backstage import Backstage
from sandbox.page.endings import found_gone, settled
from sandbox.page.evidence import Evidence, order_of, under_way
from sandbox.page.promises import BrokenPromiseError, Promise
from sandbox.page.trouble_kinds import FILTERED, SMALL_UPLOAD_BYTES, TROUBLES
from sandbox.page.troubles import PROMPTS
from sandbox.painter import paint

PROMPT = "a cat"
V2 = 1 << 15
CANCEL: JsonObject = {
    "type": 1,
    "components": [{"type": 2, "style": 2, "label": "Stop", "custom_id": "easel:cancel:7"}],
}
PICTURE = paint(prompt=PROMPT, seed=1, width_px=64, height_px=36)


# Of these, the picture on its card is all that is promised, or a test of their own breaks them.
ONLY_LANDS = {"plug", "hung-edit", "later", "small-upload", "delete-message", "stuck"}


class Play:
    """One order whose bot and whose Oxen are the test."""

    def __init__(self, backstage: Backstage) -> None:
        self.backstage, self.discord = backstage, backstage.discord
        scene = self.discord.scene
        self.asked = self.discord.people.command(scene.sam, scene.pictures, "imagine", {"prompt": PROMPT})
        self.order = order_of(backstage, self.asked)
        self._body(4, [CANCEL])
        card = self.discord.message_of(self.asked)
        assert card is not None
        self.card: Message = card

    @property
    def seen(self) -> Evidence:
        return Evidence(backstage=self.backstage, order=self.order, card_id=self.card.id)

    def _body(self, kind: int, components: list[Json]) -> None:
        data: JsonObject = {"type": kind, "data": {"flags": V2, "components": components}}
        self.discord.core.interactions.answer(self.asked.id, self.asked.token, Body(json=data))

    def row(self, **more: object) -> Generation:
        now = int(self.asked.created_at.timestamp())
        row = Generation(
            generation_id=f"g{len(self.backstage.oxen.ledger.generations)}",
            model_name="flux-2-dev",
            media_type="image",
            namespace="sandbox",
            params={"prompt": PROMPT},
            seed=1,
            enqueued_at=now,
        )
        return self.backstage.oxen.ledger.put(replace(row, **more))  # pyright: ignore[reportArgumentType] - as a test names them

    def made(self, data: bytes = PICTURE) -> None:
        """Let Oxen have made, and charged for, a picture."""
        file = PictureFile(path=f"/{len(self.backstage.oxen.ledger.generations)}", data=data, content_type="image/png")
        self.row(status=Status.SUCCEEDED, file=file, cost_usd=Decimal("0.05"))

    def show(self, data: bytes = PICTURE, words: str = "a cat") -> None:
        """Let the card end with a picture."""
        item: JsonObject = {"media": {"url": "attachment://0.png"}}
        components: list[Json] = [{"type": 10, "content": words}, {"type": 12, "items": [item]}]
        body: JsonObject = {"components": components, "attachments": [{"id": "0", "filename": "0.png"}]}
        upload = Upload(filename="0.png", data=data)
        self.discord.core.interactions.edit(self.asked, self.card, Body(json=body, uploads={0: upload}))

    def limit(self, size_bytes: int) -> None:
        limited: Interaction = replace(self.asked, attachment_size_limit=size_bytes)
        self.order = replace(self.order, interaction=limited)


@pytest.fixture
async def play(backstage: Backstage) -> Play:
    return Play(backstage)


def broken(promise: Promise, seen: Evidence) -> str:
    with pytest.raises(BrokenPromiseError) as caught:
        promise(seen)
    return str(caught.value)


def test_a_card_under_way_is_not_judged_and_can_be_struck(play: Play) -> None:
    play.row(status=Status.PROCESSING)
    assert not settled(play.seen)
    assert under_way(play.backstage, play.discord.scene.robin) == play.asked


def test_a_picture_on_its_card_keeps_the_promise_whatever_the_card_says(play: Play) -> None:
    play.made()
    play.show(words="anything")
    assert settled(play.seen)
    assert promises.picture_lands(play.seen) == "The picture is on the card, once. Paid for 1 picture."


def test_a_card_without_its_picture_breaks_it(play: Play) -> None:
    play.made()
    assert "There is no picture on the card" in broken(promises.picture_lands, play.seen)
    assert not settled(play.seen)


def test_a_picture_that_was_paid_twice_breaks_it(play: Play) -> None:
    play.made()
    play.made(b"another")
    play.show()
    assert "shows 1, but 2 were paid for" in broken(promises.picture_lands, play.seen)


def test_a_picture_that_stands_twice_breaks_it(play: Play) -> None:
    play.made()
    play.show()
    scene = play.discord.scene
    play.discord.people.say(scene.sam, scene.team, "", [Upload(filename="x.png", data=PICTURE)])
    assert broken(promises.picture_lands, play.seen) == "The picture is there twice."


def test_shrinking_is_the_smaller_file_and_the_sentence(play: Play) -> None:
    play.limit(len(PICTURE) - 1)
    play.made()
    play.show(words="made smaller")
    assert "still has" in broken(promises.made_smaller, play.seen)
    play.show(data=PICTURE[:-9], words="nothing")
    assert "does not say" in broken(promises.made_smaller, play.seen)
    play.show(data=PICTURE[:-9], words="It was made smaller.")
    assert "and the card says so" in promises.made_smaller(play.seen)
    play.limit(len(PICTURE))
    assert "within the limit" in broken(promises.made_smaller, play.seen)


@pytest.mark.parametrize("prompt", PROMPTS)
@pytest.mark.parametrize("seed", [3, 5, 8])
def test_every_picture_of_the_fault_buttons_is_over_the_small_limit_and_can_be_brought_below_it(
    prompt: str, seed: int
) -> None:
    data = paint(prompt=prompt, seed=seed, width_px=1024, height_px=576, output_format="webp")
    assert len(data) > SMALL_UPLOAD_BYTES
    assert remade(data, SMALL_UPLOAD_BYTES, to_png=False) is not None
    assert any(word in prompt for word in FILTERED)


def test_what_is_deleted_and_comes_back_elsewhere_breaks_it(play: Play) -> None:
    play.made()
    assert broken(promises.stays_deleted, play.seen) == "The card is still there."
    play.discord.circumstances.delete_message(play.card)
    assert not found_gone(play.seen)
    assert "nothing was posted" in promises.stays_deleted(play.seen)
    scene = play.discord.scene
    play.discord.people.say(scene.sam, scene.team, "", [Upload(filename="x.png", data=PICTURE)])
    assert broken(promises.stays_deleted, play.seen) == "The picture was posted elsewhere."


def test_a_cancelled_card_whose_row_paints_on_breaks_it(play: Play) -> None:
    play.row(status=Status.PROCESSING)
    play.show()
    assert broken(promises.is_cancelled, play.seen) == "At Oxen it is processing."


@pytest.mark.parametrize("name", [name for name in TROUBLES if name not in ONLY_LANDS])
def test_a_picture_alone_is_not_enough_where_a_sentence_promises_more(play: Play, name: str) -> None:
    play.made()
    play.show()
    assert broken(TROUBLES[name].kept, play.seen)
