"""The local Discord over HTTP: refusals, limits, faults, the record, the CDN."""

import io
import json
from collections.abc import AsyncIterator

import aiohttp
import pytest

from sandbox.discord import Interaction, LocalDiscord, Message, Permission
from sandbox.discord.components import media_items
from sandbox.discord.jsontypes import Json, JsonObject, decode
from tests.sandbox.discord.samples import EPHEMERAL, V2, answered, card, picture, png, quiet_discord, shown, text

pytestmark = pytest.mark.e2e


class Bot:
    """Requests as a bot makes them, without its patience."""

    def __init__(self, discord: LocalDiscord, session: aiohttp.ClientSession) -> None:
        self.discord = discord
        self.session = session
        self.token = discord.token
        self.headers: dict[str, str] = {}

    async def call(self, method: str, path: str, body: Json = None, *files: bytes) -> tuple[int, JsonObject]:
        """Return status and JSON of an answer; its headers are kept."""
        plain = None if body is None else json.dumps(body)
        data = form(body, *files) if files else plain
        headers = {"Authorization": f"Bot {self.token}"}
        url = self.discord.api_url + path
        async with self.session.request(method, url, data=data, headers=headers) as response:
            self.headers = dict(response.headers)
            answer = decode(await response.read()) if response.content_type == "application/json" else None
            return response.status, answer if isinstance(answer, dict) else {"list": answer}

    async def refused(self, method: str, path: str, body: Json = None, *files: bytes) -> tuple[int, Json]:
        status, answer = await self.call(method, path, body, *files)
        return status, answer.get("code")


def form(body: Json, *files: bytes) -> aiohttp.FormData:
    data = aiohttp.FormData(quote_fields=False)
    data.add_field("payload_json", json.dumps(body))
    for index, file in enumerate(files):
        data.add_field(
            f"files[{index}]", io.BytesIO(file), filename=f"{index}.png", content_type="application/octet-stream"
        )
    return data


@pytest.fixture
async def discord() -> AsyncIterator[LocalDiscord]:
    async with quiet_discord() as running:
        yield running


@pytest.fixture
async def bot(discord: LocalDiscord) -> AsyncIterator[Bot]:
    async with aiohttp.ClientSession() as session:
        yield Bot(discord, session)


def original(discord: LocalDiscord, interaction: Interaction) -> str:
    return f"/webhooks/{discord.application_id}/{interaction.token}/messages/@original"


def in_channel(discord: LocalDiscord, message_id: object = "") -> str:
    return f"/channels/{discord.scene.pictures.id}/messages/{message_id}".rstrip("/")


def only(discord: LocalDiscord) -> Message:
    (message,) = discord.messages(discord.scene.pictures)
    return message


async def test_a_wrong_token_is_unauthorized(bot: Bot) -> None:
    bot.token = "wrong"
    assert await bot.call("GET", "/users/@me") == (401, {"message": "401: Unauthorized", "code": 0})


async def test_refusals_carry_discords_codes(bot: Bot) -> None:
    discord = bot.discord
    answered(discord, card() | {"flags": V2 | EPHEMERAL})
    assert await bot.refused("GET", "/nowhere") == (404, 0)
    assert await bot.refused("GET", "/channels/1") == (404, 10003)
    assert await bot.refused("GET", in_channel(discord, 1)) == (404, 10008)
    assert await bot.refused("GET", in_channel(discord, only(discord).id)) == (404, 10008)
    assert await bot.refused("PATCH", f"/webhooks/{discord.application_id}/none/messages/@original") == (404, 10015)
    assert await bot.refused("POST", "/interactions/1/none/callback", {"type": 4}) == (404, 10062)
    assert await bot.refused("POST", in_channel(discord), {}) == (400, 50006)
    assert await bot.refused("GET", "/channels/x") == (400, 50035)


async def test_permissions_are_asked(bot: Bot) -> None:
    discord, scene = bot.discord, bot.discord.scene
    me = discord.world.users[discord.application_id]
    discord.circumstances.deny(scene.pictures, me, Permission.SEND_MESSAGES)
    assert await bot.refused("POST", in_channel(discord), {"content": "hi"}) == (403, 50013)
    discord.circumstances.deny(scene.pictures, me, Permission.VIEW_CHANNEL)
    assert await bot.refused("POST", in_channel(discord), {"content": "hi"}) == (403, 50001)
    discord.circumstances.remove_bot(scene.guild)
    assert await bot.refused("GET", f"/channels/{scene.team.id}") == (403, 50001)
    discord.circumstances.delete_channel(scene.team)
    assert await bot.refused("GET", f"/channels/{scene.team.id}") == (404, 10003)


async def test_an_edit_needs_only_to_see_the_channel(bot: Bot) -> None:
    discord = bot.discord
    answered(discord, card())
    discord.circumstances.deny(
        discord.scene.pictures, discord.world.users[discord.application_id], Permission.SEND_MESSAGES
    )
    path = in_channel(discord, only(discord).id)
    assert (await bot.call("PATCH", path, {"components": [text("Done")]}))[0] == 200
    assert discord.text(only(discord)) == "Done"


async def test_the_message_of_somebody_else_cannot_be_edited(bot: Bot) -> None:
    written = bot.discord.people.say(bot.discord.scene.sam, bot.discord.scene.pictures, "hi")
    assert await bot.refused("PATCH", in_channel(bot.discord, written.id), {"content": "no"}) == (403, 50005)


async def test_an_archived_thread_takes_no_edit(bot: Bot) -> None:
    thread = bot.discord.scene.thread
    status, message = await bot.call("POST", f"/channels/{thread.id}/messages", {"content": "hi"})
    assert status == 200
    bot.discord.circumstances.close_thread(thread)
    path = f"/channels/{thread.id}/messages/{message['id']}"
    assert await bot.refused("PATCH", path, {"content": "late"}) == (400, 50083)


async def test_files_arrive_and_stay_by_id_and_name(bot: Bot) -> None:
    discord = bot.discord
    path = original(discord, answered(discord, card()))
    first: JsonObject = {"components": [shown("0.png")], "attachments": [{"id": 0, "filename": "0.png"}]}
    status, message = await bot.call("PATCH", path, first, png())
    (item,) = media_items(message["components"])
    media = item["media"]
    assert status == 200
    assert message["attachments"] == []
    assert isinstance(media, dict)
    kept: JsonObject = {"id": media["attachment_id"], "filename": "0.png"}
    both: JsonObject = {"components": [shown("0.png", "1.png")], "attachments": [kept, {"id": 0, "filename": "1.png"}]}
    assert (await bot.call("PATCH", path, both, png(3, 3)))[0] == 200
    assert [each.data for each in discord.gallery(only(discord))] == [png(), png(3, 3)]


async def test_a_refused_edit_changes_nothing(bot: Bot) -> None:
    discord = bot.discord
    path = original(discord, answered(discord, card()))
    before = only(discord)
    bad: JsonObject = {"components": [text("new"), {"type": 99}], "attachments": []}
    assert await bot.refused("PATCH", path, bad, png()) == (400, 50035)
    assert only(discord) == before
    assert len(discord.versions(before)) == 1


async def test_a_body_over_25_mib_is_too_large(bot: Bot) -> None:
    bot.discord.circumstances.limit_uploads(100 << 20)
    path = original(bot.discord, answered(bot.discord, card()))
    half = b"0" * (13 << 20)
    assert await bot.refused("PATCH", path, {}, half, half) == (413, 40005)


async def test_a_file_over_the_limit_is_too_large(bot: Bot) -> None:
    bot.discord.circumstances.limit_uploads(10)
    path = original(bot.discord, answered(bot.discord, card()))
    assert await bot.refused("PATCH", path, {}, png()) == (413, 40005)


async def test_the_sixth_webhook_call_in_two_seconds_waits(bot: Bot) -> None:
    path = original(bot.discord, answered(bot.discord, card()))
    assert [(await bot.call("GET", path))[0] for _ in range(6)] == [200] * 5 + [429]
    assert (bot.headers["Retry-After"], bot.headers["Via"]) == ("2", "1.1 google")
    bot.discord.circumstances.advance(2)
    assert (await bot.call("GET", path))[0] == 200


async def test_ordered_faults_reach_the_bot(bot: Bot) -> None:
    discord = bot.discord
    path = original(discord, answered(discord, card()))
    discord.faults.refuse("@original", 503)
    assert (await bot.call("GET", path))[0] == 503
    discord.faults.rate_limit("@original", 0.5, everywhere=True)
    assert await bot.call("GET", path) == (
        429,
        {"message": "You are being rate limited.", "retry_after": 0.5, "global": True},
    )


async def test_a_lost_answer_was_still_carried_out(bot: Bot) -> None:
    discord = bot.discord
    path = original(discord, answered(discord, card()))
    discord.faults.lose_answer("@original", method="PATCH")
    assert (await bot.call("PATCH", path, {"components": [text("Done")]}))[0] == 502
    assert discord.text(only(discord)) == "Done"


async def test_every_request_is_recorded_without_its_token(bot: Bot) -> None:
    discord = bot.discord
    path = original(discord, answered(discord, card()))
    await bot.call("PATCH", path, {"components": [text("Done")]}, png())
    (request,) = discord.log.all("PATCH", "/messages/@original")
    assert request.path == f"/webhooks/{discord.application_id}/{{token}}/messages/@original"
    assert request.template == "/webhooks/{webhook_id}/{webhook_token}/messages/@original"
    assert (request.status, request.body) == (200, {"components": [text("Done")]})
    assert [(file.filename, file.size_bytes) for file in request.files] == [("0.png", len(png()))]


async def test_a_token_is_not_recorded_even_where_no_route_is(bot: Bot) -> None:
    await bot.call("PUT", "/webhooks/1/secret/messages/@original")
    (request,) = bot.discord.log.all("PUT")
    assert "secret" not in request.path + request.template


async def test_messages_are_listed_newest_first_by_page(bot: Bot) -> None:
    discord, said = bot.discord, list[str]()
    for number in range(4):
        said.append(str(discord.people.say(discord.scene.sam, discord.scene.pictures, f"m{number}").id))

    async def page(query: str) -> list[int]:
        _, answer = await bot.call("GET", in_channel(discord) + query)
        listed = answer["list"]
        assert isinstance(listed, list)
        return [said.index(str(each["id"])) for each in listed if isinstance(each, dict)]

    assert await page("?limit=2") == [3, 2]
    assert await page(f"?limit=2&before={said[2]}") == [1, 0]
    assert await page(f"?limit=2&after={said[0]}") == [2, 1]
    assert await page(f"?limit=3&around={said[1]}") == [2, 1, 0]


async def test_a_nonce_makes_a_message_once(bot: Bot) -> None:
    body: JsonObject = {"content": "hi", "nonce": "n1", "enforce_nonce": True}
    first = await bot.call("POST", in_channel(bot.discord), body)
    assert (await bot.call("POST", in_channel(bot.discord), body))[1]["id"] == first[1]["id"]
    assert len(bot.discord.messages(bot.discord.scene.pictures)) == 1


async def test_files_are_served_whole_and_in_parts_until_the_link_expires(bot: Bot) -> None:
    discord = bot.discord
    answered(discord, card(shown("a.png")), picture())
    url = discord.core.links.url(only(discord).contents.attachments[0])
    async with bot.session.get(url) as whole, bot.session.get(url, headers={"Range": "bytes=1-3"}) as part:
        assert (await whole.read(), whole.content_type) == (png(), "image/png")
        assert (part.status, await part.read()) == (206, png()[1:4])
        assert part.headers["Content-Range"] == f"bytes 1-3/{len(png())}"
    async with bot.session.head(url) as head, bot.session.get(url, headers={"Range": "bytes=9999-"}) as beyond:
        assert (head.status, head.content_length, beyond.status) == (200, len(png()), 416)
    discord.circumstances.advance(86_400)
    async with bot.session.get(url) as late:
        assert (late.status, await late.text()) == (404, "This content is no longer available.")


async def test_a_direct_message_is_opened_once_and_takes_messages(bot: Bot) -> None:
    discord, scene = bot.discord, bot.discord.scene
    status, place = await bot.call("POST", "/users/@me/channels", {"recipient_id": str(scene.robin.id)})
    assert (status, place["id"]) == (200, str(scene.dm.id))
    _, new = await bot.call("POST", "/users/@me/channels", {"recipient_id": str(scene.sam.id)})
    assert (await bot.call("POST", f"/channels/{new['id']}/messages", {"content": "hi"}))[0] == 200
    assert [discord.text(each) for each in discord.messages(discord.world.channels[int(str(new["id"]))])] == ["hi"]
    assert await bot.refused("POST", "/users/@me/channels", {"recipient_id": "1"}) == (404, 10013)


async def test_members_and_servers_can_be_looked_at(bot: Bot) -> None:
    scene = bot.discord.scene
    assert (await bot.call("GET", f"/guilds/{scene.guild.id}"))[1]["name"] == "Sandbox"
    assert (await bot.call("GET", f"/guilds/{scene.guild.id}/members/{scene.max.id}"))[0] == 200
    assert await bot.refused("GET", f"/guilds/{scene.guild.id}/members/1") == (404, 10013)
    assert await bot.refused("GET", "/guilds/1") == (404, 10004)


async def test_commands_of_a_server_are_kept_apart_from_the_global_ones(bot: Bot) -> None:
    discord = bot.discord
    path = f"/applications/{discord.application_id}/guilds/{discord.scene.guild.id}/commands"
    body: Json = [{"name": "local", "description": "d"}]
    assert (await bot.call("PUT", path, body))[0] == 200
    offered = discord.people.commands(discord.scene.robin, discord.scene.pictures)
    assert [command["name"] for command in offered] == ["imagine", "local"]
    assert await bot.refused("PUT", path.replace(str(discord.scene.guild.id), "1"), body) == (403, 50001)


async def test_broken_json_is_told_so(bot: Bot) -> None:
    url = f"{bot.discord.api_url}/webhooks/1/token"
    async with bot.session.post(url, data=b"{") as response:
        assert (response.status, await response.json()) == (
            400,
            {"message": "The request body contains invalid JSON.", "code": 50109},
        )
