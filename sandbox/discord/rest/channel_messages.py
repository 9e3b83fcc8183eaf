"""Messages of a channel, reached with the bot's own token: private answers are out of its sight."""

from collections.abc import Callable
from dataclasses import replace

from sandbox.discord.access import channel_for_bot, guild_limit_bytes, is_thread, message_for_bot, permissions, require
from sandbox.discord.compose import Draft, compose
from sandbox.discord.errors import DiscordError, Problem
from sandbox.discord.form import Form, Node
from sandbox.discord.jsontypes import JsonObject
from sandbox.discord.limits import CHANNEL_WRITE
from sandbox.discord.mentions import EVERY_KIND
from sandbox.discord.messages import without_content
from sandbox.discord.permissions import Permission
from sandbox.discord.rest.calls import NO_CONTENT, Call, Reply, Route
from sandbox.discord.sessions import Intent
from sandbox.discord.state import Channel, Message, MessageType

_DEFAULT_PAGE = 50
_MAX_PAGE = 100
_MAX_NONCE_CHARS = 25


def _channel(call: Call) -> Channel:
    return channel_for_bot(call.core.world, call.id("channel_id"))


def _message(call: Call, channel: Channel) -> Message:
    return message_for_bot(call.core.world, channel, call.id("message_id"))


def _seen(call: Call, message: Message) -> JsonObject:
    payload = call.core.payloads.message(message)
    readable = Intent.MESSAGE_CONTENT in Intent(call.core.world.application.privileged_intents)
    direct = call.core.world.channels[message.channel_id].guild_id is None
    return payload if readable or direct else without_content(call.core.world, message, payload)


def get_message(call: Call) -> Reply:
    channel = _channel(call)
    require(call.core.world, channel, Permission.READ_MESSAGE_HISTORY)
    return Reply(json=_seen(call, _message(call, channel)))


def list_messages(call: Call) -> Reply:
    """Newest first; without the permission to read history there is nothing to see."""
    channel, world = _channel(call), call.core.world
    limit = _page_size(call)
    if not permissions(world, world.application.bot_id, channel) & Permission.READ_MESSAGE_HISTORY:
        return Reply(json=[])
    ids = sorted(
        message.id for message in world.messages.values() if message.channel_id == channel.id and not message.ephemeral
    )
    chosen = _page(ids, call, limit)
    return Reply(json=[_seen(call, world.messages[message_id]) for message_id in reversed(chosen)])


def _page_size(call: Call) -> int:
    form = Form()
    limit = Node(call.query.get("limit"), form, ("limit",)).integer(1, _MAX_PAGE)
    form.check()
    return limit or _DEFAULT_PAGE


def _page(ids: list[int], call: Call, limit: int) -> list[int]:
    """Return the ids asked for, in rising order."""
    ends: dict[str, Callable[[int], list[int]]] = {
        "around": lambda end: _around(ids, end, limit),
        "before": lambda end: [each for each in ids if each < end][-limit:],
        "after": lambda end: [each for each in ids if each > end][:limit],
    }
    for name, select in ends.items():
        if name in call.query:
            form = Form()
            end = Node(call.query[name], form, (name,)).integer(minimum=0)
            form.check()
            return select(end or 0)
    return ids[-limit:]


def _around(ids: list[int], middle: int, limit: int) -> list[int]:
    older = [each for each in ids if each < middle][-(limit // 2) :] if limit > 1 else []
    return [*older, *[each for each in ids if each >= middle][: limit - len(older)]]


def create_message(call: Call) -> Reply:
    channel, world = _channel(call), call.core.world
    _require_open(channel)
    speak = Permission.SEND_MESSAGES_IN_THREADS if is_thread(channel) else Permission.SEND_MESSAGES
    require(world, channel, speak | (Permission.ATTACH_FILES if call.body.uploads else speak))
    form = Form()
    node = Node(call.body.json, form)
    nonce = _nonce(node["nonce"])
    reply_to_id = _reply_to(call, channel, node["message_reference"])
    form.check()
    if nonce is not None and node["enforce_nonce"].flag():
        known = [each for each in world.messages.values() if each.channel_id == channel.id and each.nonce == nonce]
        if known:
            return Reply(json=call.core.payloads.message(known[0]))
    message = Message(
        id=call.core.new_id(),
        channel_id=channel.id,
        author_id=world.application.bot_id,
        type=MessageType.DEFAULT if reply_to_id is None else MessageType.REPLY,
        contents=compose(_draft(call, channel)),
        reply_to_id=reply_to_id,
        nonce=nonce,
    )
    return Reply(json=call.core.payloads.message(call.core.messages.create(message)))


def _draft(call: Call, channel: Channel) -> Draft:
    return Draft(
        fields=call.body.json,
        uploads=call.body.uploads,
        folder_id=channel.id,
        file_limit_bytes=guild_limit_bytes(call.core.world, channel),
        default_mentions=EVERY_KIND,
        new_id=call.core.new_id,
    )


def _nonce(node: Node) -> str | None:
    return str(node.value) if isinstance(node.value, int) else node.text(0, _MAX_NONCE_CHARS)


def _reply_to(call: Call, channel: Channel, node: Node) -> int | None:
    if not node.given:
        return None
    message_id = node["message_id"].integer(required=True)
    message = call.core.world.messages.get(message_id or 0)
    if message is not None and message.channel_id == channel.id and not message.ephemeral:
        return message.id
    if node["fail_if_not_exists"].flag(default=True):
        node.refuse("REPLIES_UNKNOWN_MESSAGE", "Unknown message")
    return None


def _require_open(channel: Channel) -> None:
    if channel.archived:
        raise DiscordError(Problem.ARCHIVED_THREAD)


def edit_message(call: Call) -> Reply:
    """Needs no permission but to see the channel; a locked thread wants one, an archived one takes no edit."""
    channel, world = _channel(call), call.core.world
    message = _message(call, channel)
    if message.author_id != world.application.bot_id:
        raise DiscordError(Problem.OTHER_AUTHOR)
    _require_open(channel)
    if channel.locked:
        require(world, channel, Permission.MANAGE_THREADS)
    contents = compose(replace(_draft(call, channel), before=message.contents))
    return Reply(json=call.core.payloads.message(call.core.messages.edit(message, contents)))


def delete_message(call: Call) -> Reply:
    channel, world = _channel(call), call.core.world
    message = _message(call, channel)
    if message.author_id != world.application.bot_id:
        require(world, channel, Permission.MANAGE_MESSAGES)
    call.core.messages.delete(message)
    return NO_CONTENT


_MESSAGES = "/channels/{channel_id}/messages"
_MESSAGE = "/channels/{channel_id}/messages/{message_id}"
ROUTES = (
    Route(method="GET", template=_MESSAGES, endpoint=list_messages),
    Route(method="POST", template=_MESSAGES, endpoint=create_message, rate=CHANNEL_WRITE),
    Route(method="GET", template=_MESSAGE, endpoint=get_message),
    Route(method="PATCH", template=_MESSAGE, endpoint=edit_message, rate=CHANNEL_WRITE),
    Route(method="DELETE", template=_MESSAGE, endpoint=delete_message, rate=CHANNEL_WRITE),
)
