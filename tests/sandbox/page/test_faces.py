import io

import pytest
from PIL import Image

from sandbox.discord import Upload
from sandbox.discord.body import Body
from sandbox.discord.jsontypes import JsonObject
from sandbox.page.backstage import Backstage, UnknownThingError
from sandbox.page.faces import KEPT_MESSAGES, Faces


def png() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (8, 6), "teal").save(out, "PNG")
    return out.getvalue()


@pytest.fixture
def faces(backstage: Backstage) -> Faces:
    return Faces(discord=backstage.discord)


def test_links_to_files_lead_to_the_page_and_stay_the_same(faces: Faces) -> None:
    discord, scene = faces.discord, faces.discord.scene
    discord.core.links.origin = discord.origin = "http://127.0.0.1:9"
    message = discord.people.say(scene.sam, scene.pictures, "look", [Upload(filename="a b.png", data=png())])
    url = f"/files/{message.contents.attachments[0].id}/a_b.png"
    first, second = (faces.message(message, scene.robin)["files"] for _ in range(2))
    assert first == second
    assert f"'url': '{url}'" in str(first)


def test_what_somebody_wrote_about_a_link_stays_as_it_is(faces: Faces) -> None:
    discord, scene = faces.discord, faces.discord.scene
    discord.origin = "http://127.0.0.1:9"
    text = "http://127.0.0.1:9/attachments/1/2/a.png?ex=1"
    message = discord.people.say(scene.sam, scene.pictures, text)
    assert faces.message(message, scene.robin)["content"] == text


def test_a_moderator_may_delete_what_a_member_may_not(faces: Faces) -> None:
    discord, scene = faces.discord, faces.discord.scene
    message = discord.people.say(scene.sam, scene.pictures, "mine")
    may = {user.username: faces.message(message, user)["may_delete"] for user in (scene.sam, scene.robin, scene.max)}
    assert may == {"sam": True, "robin": False, "max": True}


def test_a_private_answer_says_whose_command_it_answers_and_that_it_is_private(faces: Faces) -> None:
    discord, scene = faces.discord, faces.discord.scene
    asked = discord.people.command(scene.sam, scene.pictures, "imagine", {"prompt": "a cat"})
    data: JsonObject = {"type": 4, "data": {"content": "no", "flags": 64}}
    discord.core.interactions.answer(asked.id, asked.token, Body(json=data))
    (shown,) = faces.messages(scene.pictures, scene.sam)
    assert isinstance(shown, dict)
    assert shown["private"] is True
    assert shown["asked"] == {"by": faces.person(scene.sam), "command": "imagine"}
    assert faces.messages(scene.pictures, scene.robin) == []


def test_threads_stand_below_their_channel_and_direct_messages_last(faces: Faces) -> None:
    names = [channel.name for channel in faces.channels(faces.discord.scene.robin)]
    assert names == ["pictures", "ideas", "team", ""]


def test_nobody_sees_the_direct_messages_of_another(faces: Faces) -> None:
    assert [each.name for each in faces.channels(faces.discord.scene.sam)] == ["pictures", "ideas", "team"]


def test_of_a_long_channel_the_last_messages_are_shown(faces: Faces) -> None:
    scene = faces.discord.scene
    for number in range(KEPT_MESSAGES + 1):
        faces.discord.people.say(scene.sam, scene.team, str(number))
    shown = faces.messages(scene.team, scene.robin)
    assert len(shown) == KEPT_MESSAGES
    assert isinstance(shown[0], dict)
    assert shown[0]["content"] == "1"


def test_somebody_who_is_not_there_is_told_apart_from_nobody_named(backstage: Backstage) -> None:
    assert backstage.person("").username == "robin"
    assert backstage.person("max").username == "max"
    with pytest.raises(UnknownThingError):
        backstage.person("mallory")
