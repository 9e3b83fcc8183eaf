"""People and places as the JSON that Discord sends. Reads the state, changes nothing."""

from collections.abc import Iterable

from sandbox.discord.access import is_thread, permissions
from sandbox.discord.jsontypes import Json, JsonObject
from sandbox.discord.permissions import Overwrite
from sandbox.discord.snowflake import made_at
from sandbox.discord.state import MIB, Application, Channel, Guild, Member, Role, User, World

# https://discord.com/developers/docs/topics/permissions and guild boost levels: tier 2 allows 50 MiB, tier 3 100 MiB.
_BOOST_TIERS = ((3, 100 * MIB), (2, 50 * MIB))
_ARCHIVE_AFTER_MINUTES = 10_080
# Made up, as nothing checks it here; it must look like an Ed25519 key.
_VERIFY_KEY = "0" * 64


def user(value: User) -> JsonObject:
    payload: JsonObject = {
        "id": str(value.id),
        "username": value.username,
        "global_name": None if value.bot else value.display_name,
        "discriminator": "0000" if value.bot else "0",
        "avatar": None,
        "public_flags": 0,
        "flags": 0,
        "primary_guild": None,
    }
    if value.bot:
        payload["bot"] = True
    return payload


def current_user(world: World) -> JsonObject:
    bot = world.users[world.application.bot_id]
    return {**user(bot), "mfa_enabled": True, "locale": "en-US", "verified": True, "email": None}


def application(world: World) -> JsonObject:
    app: Application = world.application
    return {
        "id": str(app.id),
        "name": app.name,
        "icon": None,
        "description": "",
        "type": None,
        "bot": user(world.users[app.bot_id]),
        "bot_public": app.bot_public,
        "bot_require_code_grant": False,
        "verify_key": _VERIFY_KEY,
        "flags": 0,
        "flags_new": "0",
        "redirect_uris": [],
        "interactions_endpoint_url": None,
        "role_connections_verification_url": None,
        "owner": user(world.users[app.owner_id]),
        "approximate_guild_count": len(world.guilds),
        "approximate_user_install_count": 0,
        "approximate_user_authorization_count": 0,
        "event_webhooks_url": None,
        "event_webhooks_status": 1,
        "explicit_content_filter": 0,
        "integration_types_config": {"0": {}},
        "team": None,
        "eligible_oauth2_scopes": ["bot", "applications.commands"],
    }


def member(world: World, value: Member) -> JsonObject:
    return {
        "user": user(world.users[value.user_id]),
        "nick": None,
        "avatar": None,
        "banner": None,
        "roles": [str(role_id) for role_id in value.role_ids],
        "joined_at": value.joined_at.isoformat(),
        "premium_since": None,
        "communication_disabled_until": None,
        "deaf": False,
        "mute": False,
        "pending": False,
        "flags": 0,
    }


def interaction_member(world: World, value: Member, channel: Channel) -> JsonObject:
    """A member as interactions carry it: with the permissions in that channel."""
    granted = permissions(world, value.user_id, channel)
    return {**member(world, value), "permissions": str(int(granted))}


def role(value: Role, position: int = 0) -> JsonObject:
    return {
        "id": str(value.id),
        "name": value.name,
        "permissions": str(int(value.permissions)),
        "position": position,
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "managed": False,
        "mentionable": False,
        "icon": None,
        "unicode_emoji": None,
        "flags": 0,
    }


def _overwrites(values: Iterable[Overwrite]) -> list[Json]:
    return [
        {
            "id": str(value.target_id),
            "type": value.kind,
            "allow": str(int(value.allow)),
            "deny": str(int(value.deny)),
        }
        for value in values
    ]


def channel(world: World, value: Channel) -> JsonObject:
    base: JsonObject = {
        "id": str(value.id),
        "type": int(value.type),
        "flags": 0,
        "last_message_id": _id_or_none(world.last_message_ids.get(value.id)),
    }
    if value.guild_id is None:
        return {**base, "recipients": [user(world.users[user_id]) for user_id in value.recipient_ids]}
    base |= {
        "guild_id": str(value.guild_id),
        "name": value.name,
        "parent_id": _id_or_none(value.parent_id),
        "rate_limit_per_user": 0,
    }
    if is_thread(value):
        return {**base, **_thread(world, value)}
    return {
        **base,
        "position": 0,
        "topic": None,
        "nsfw": value.nsfw,
        "permission_overwrites": _overwrites(value.overwrites),
    }


def interaction_channel(world: World, value: Channel, user_id: int) -> JsonObject:
    """A channel as interactions carry it: with the permissions of the person."""
    return {**channel(world, value), "permissions": str(int(permissions(world, user_id, value)))}


def _thread(world: World, value: Channel) -> JsonObject:
    count = sum(message.channel_id == value.id for message in world.messages.values())
    return {
        "owner_id": str(value.owner_id),
        "message_count": count,
        "total_message_sent": count,
        "member_count": 1,
        "thread_metadata": {
            "archived": value.archived,
            "locked": value.locked,
            "auto_archive_duration": _ARCHIVE_AFTER_MINUTES,
            "archive_timestamp": made_at(value.id).isoformat(),
            "create_timestamp": made_at(value.id).isoformat(),
        },
    }


def _id_or_none(value: int | None) -> str | None:
    return None if value is None else str(value)


def guild(value: Guild) -> JsonObject:
    """A server as REST shows it."""
    return {
        "id": str(value.id),
        "name": value.name,
        "icon": None,
        "description": None,
        "home_header": None,
        "splash": None,
        "discovery_splash": None,
        "features": [],
        "banner": None,
        "owner_id": str(value.owner_id),
        "application_id": None,
        "region": "deprecated",
        "afk_channel_id": None,
        "afk_timeout": 300,
        "system_channel_id": None,
        "system_channel_flags": 0,
        "widget_enabled": False,
        "widget_channel_id": None,
        "verification_level": 0,
        "roles": [role(each, position) for position, each in enumerate(value.roles)],
        "default_message_notifications": 0,
        "mfa_level": 0,
        "explicit_content_filter": 0,
        "max_presences": None,
        "max_members": 500_000,
        "max_stage_video_channel_users": 50,
        "max_video_channel_users": 25,
        "vanity_url_code": None,
        "premium_tier": next((tier for tier, size in _BOOST_TIERS if value.boost_limit_bytes >= size), 0),
        "premium_subscription_count": 0,
        "preferred_locale": value.locale,
        "rules_channel_id": None,
        "safety_alerts_channel_id": None,
        "public_updates_channel_id": None,
        "premium_progress_bar_enabled": False,
        "nsfw": False,
        "nsfw_level": 0,
        "emojis": [],
        "stickers": [],
        "incidents_data": None,
    }


def guild_create(world: World, value: Guild) -> JsonObject:
    """A server as GUILD_CREATE carries it; without the members intent, of the members only the bot itself."""
    places = [place for place in world.channels.values() if place.guild_id == value.id]
    bot = value.members[world.application.bot_id]
    return {
        **guild(value),
        "joined_at": bot.joined_at.isoformat(),
        "large": False,
        "unavailable": False,
        "member_count": len(value.members),
        "members": [member(world, bot)],
        "channels": [channel(world, place) for place in places if not is_thread(place)],
        "threads": [channel(world, place) for place in places if is_thread(place)],
        "voice_states": [],
        "presences": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "soundboard_sounds": [],
    }
