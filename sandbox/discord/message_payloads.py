"""Messages, files and interactions as the JSON that Discord sends. Reads the state, changes nothing."""

from collections.abc import Iterable
from dataclasses import dataclass

from sandbox.discord import payloads
from sandbox.discord.access import permissions
from sandbox.discord.attachments import SCHEME
from sandbox.discord.components import media_items
from sandbox.discord.compose import shown_ids
from sandbox.discord.jsontypes import Json, JsonObject, decode, encode
from sandbox.discord.signing import Links
from sandbox.discord.snowflake import made_at
from sandbox.discord.state import (
    Attachment,
    ChannelType,
    Contents,
    Interaction,
    InteractionType,
    Message,
    World,
)

_MEDIA_LOADED = 2
# https://discord.com/developers/docs/resources/message#attachment-object-attachment-flags
_IS_SPOILER = 1 << 3
# https://discord.com/developers/docs/interactions/receiving-and-responding#interaction-object-interaction-context-types
_CONTEXT_GUILD, _CONTEXT_BOT_DM = 0, 1


@dataclass(frozen=True, slots=True, kw_only=True)
class MessagePayloads:
    """Render messages; links are signed anew every time, as Discord does."""

    world: World
    links: Links

    def attachment(self, value: Attachment) -> JsonObject:
        payload: JsonObject = {
            "id": str(value.id),
            "filename": value.filename,
            "size": value.size_bytes,
            "url": self.links.url(value),
            "proxy_url": self.links.proxy_url(value),
        }
        if value.content_type:
            payload["content_type"] = value.content_type
        if value.width_px:
            payload |= {"width": value.width_px, "height": value.height_px}
        if value.description:
            payload["description"] = value.description
        if value.ephemeral:
            payload["ephemeral"] = True
        if value.spoiler:
            payload["flags"] = _IS_SPOILER
        return payload

    def attachments_by_id(self, values: Iterable[Attachment]) -> JsonObject:
        return {str(value.id): self.attachment(value) for value in values}

    def message(self, value: Message) -> JsonObject:
        """A message as REST shows it. `attachments` leaves out the files that its components or embeds show."""
        contents, mentions = value.contents, value.contents.mentions
        shown = shown_ids(contents.components) | self._embedded(contents)
        payload: JsonObject = {
            "id": str(value.id),
            "type": int(value.type),
            "channel_id": str(value.channel_id),
            "author": payloads.user(self.world.users[value.author_id]),
            "content": contents.content,
            "timestamp": made_at(value.id).isoformat(),
            "edited_timestamp": value.edited_at.isoformat() if value.edited_at else None,
            "tts": False,
            "pinned": False,
            "mentions": [payloads.user(self.world.users[i]) for i in mentions.user_ids if i in self.world.users],
            "mention_roles": [str(role_id) for role_id in mentions.role_ids],
            "mention_everyone": mentions.everyone,
            "attachments": [self.attachment(file) for file in contents.attachments if file.id not in shown],
            "embeds": self._embeds(contents),
            "components": self._components(contents),
            "flags": int(contents.flags),
        }
        if value.nonce is not None:
            payload["nonce"] = value.nonce
        if value.interaction_id is not None:
            payload |= self._origin(self.world.interactions[value.interaction_id])
        if value.reply_to_id is not None:
            payload |= self._reply(value, value.reply_to_id)
        return payload

    def event(self, value: Message) -> JsonObject:
        """A message as the gateway sends it: with its server, unless it is ephemeral."""
        channel = self.world.channels[value.channel_id]
        guild = self.world.guilds.get(channel.guild_id) if channel.guild_id else None
        payload = {**self.message(value), "channel_type": int(channel.type)}
        if guild is None or value.ephemeral:
            return payload
        payload["guild_id"] = str(guild.id)
        author = guild.members.get(value.author_id)
        if author is not None:
            payload["member"] = {k: v for k, v in payloads.member(self.world, author).items() if k != "user"}
        return payload

    def _components(self, contents: Contents) -> list[Json]:
        rendered = decode(encode([*contents.components]))
        files = {str(file.id): file for file in contents.attachments}
        for item in media_items(rendered):
            key = "file" if "file" in item else "media"
            stored = item[key]
            if isinstance(stored, dict):
                item[key] = self._media(stored, files)
                if key == "file":
                    file = files[str(stored.get("attachment_id"))]
                    item |= {"name": file.filename, "size": file.size_bytes}
        return rendered if isinstance(rendered, list) else []

    def _media(self, stored: JsonObject, files: dict[str, Attachment]) -> JsonObject:
        file = files.get(str(stored.get("attachment_id")))
        if file is None:
            return {"id": "0", "url": stored.get("url"), "proxy_url": stored.get("url"), "loading_state": _MEDIA_LOADED}
        return {
            "id": str(file.id),
            "url": self.links.url(file),
            "proxy_url": self.links.proxy_url(file),
            "width": file.width_px,
            "height": file.height_px,
            "content_type": file.content_type,
            "loading_state": _MEDIA_LOADED,
            "flags": 0,
            "attachment_id": str(file.id),
        }

    def _embeds(self, contents: Contents) -> list[Json]:
        by_name = {SCHEME + file.filename: file for file in contents.attachments}
        rendered: list[Json] = []
        for embed in contents.embeds:
            copy: JsonObject = {"type": "rich", **embed}
            for key in ("image", "thumbnail"):
                file = by_name.get(_url_of(embed.get(key)))
                if file is not None:
                    copy[key] = {"url": self.links.url(file), "proxy_url": self.links.proxy_url(file)}
            rendered.append(copy)
        return rendered

    def _embedded(self, contents: Contents) -> frozenset[int]:
        urls = {_url_of(embed.get(key)) for embed in contents.embeds for key in ("image", "thumbnail")}
        return frozenset(file.id for file in contents.attachments if SCHEME + file.filename in urls)

    def _origin(self, interaction: Interaction) -> JsonObject:
        app_id = str(self.world.application.id)
        return {
            "application_id": app_id,
            "webhook_id": app_id,
            "interaction_metadata": self._metadata(interaction),
        }

    def _metadata(self, interaction: Interaction) -> JsonObject:
        metadata: JsonObject = {
            "id": str(interaction.id),
            "type": int(interaction.type),
            "user": payloads.user(self.world.users[interaction.user_id]),
            "authorizing_integration_owners": integration_owners(interaction),
        }
        if interaction.type is InteractionType.COMMAND:
            metadata |= {"name": interaction.data.get("name"), "command_type": interaction.data.get("type")}
        if interaction.type is InteractionType.COMPONENT:
            metadata["interacted_message_id"] = str(interaction.message_id)
        if interaction.parent_id is not None:
            parent = self.world.interactions[interaction.parent_id]
            metadata["triggering_interaction_metadata"] = self._metadata(parent)
        return metadata

    def _reply(self, value: Message, reply_to_id: int) -> JsonObject:
        channel = self.world.channels[value.channel_id]
        reference: JsonObject = {
            "type": 0,
            "channel_id": str(value.channel_id),
            "message_id": str(reply_to_id),
        }
        if channel.guild_id:
            reference["guild_id"] = str(channel.guild_id)
        return {"message_reference": reference}

    def interaction(self, value: Interaction) -> JsonObject:
        """An INTERACTION_CREATE event."""
        world = self.world
        channel = world.channels[value.channel_id]
        payload: JsonObject = {
            "id": str(value.id),
            "application_id": str(world.application.id),
            "type": int(value.type),
            "token": value.token,
            "version": 1,
            "data": value.data,
            "channel": payloads.interaction_channel(world, channel, value.user_id),
            "channel_id": str(channel.id),
            "app_permissions": str(int(permissions(world, world.application.bot_id, channel))),
            "locale": world.users[value.user_id].locale,
            "entitlements": [],
            "entitlement_sku_ids": [],
            "authorizing_integration_owners": integration_owners(value),
            "context": _CONTEXT_BOT_DM if channel.type is ChannelType.DM else _CONTEXT_GUILD,
            "attachment_size_limit": value.attachment_size_limit,
        }
        guild = world.guilds.get(value.guild_id) if value.guild_id else None
        if guild is None:
            payload["user"] = payloads.user(world.users[value.user_id])
        else:
            payload |= {
                "guild_id": str(guild.id),
                "guild": {"id": str(guild.id), "locale": guild.locale, "features": []},
                "guild_locale": guild.locale,
                "member": payloads.interaction_member(world, guild.members[value.user_id], channel),
            }
        if value.message_id is not None and value.message_id in world.messages:
            payload["message"] = self.message(world.messages[value.message_id])
        return payload


def integration_owners(interaction: Interaction) -> JsonObject:
    """Key 0 is the server that installed the app; a direct message with the bot states 0."""
    return {"0": str(interaction.guild_id or 0)}


def _url_of(value: Json) -> str:
    url = value.get("url") if isinstance(value, dict) else None
    return url if isinstance(url, str) else ""
