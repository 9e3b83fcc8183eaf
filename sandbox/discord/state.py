"""What there is in the sandbox: people, places, messages, interactions. Plain values, no behaviour."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum, IntFlag, StrEnum

from sandbox.discord.errors import Problem
from sandbox.discord.jsontypes import JsonObject
from sandbox.discord.permissions import Overwrite, Permission

MIB = 1 << 20
DEFAULT_UPLOAD_LIMIT_BYTES = 10 * MIB


class ChannelType(IntEnum):
    TEXT = 0
    DM = 1
    PUBLIC_THREAD = 11
    PRIVATE_THREAD = 12


class InteractionType(IntEnum):
    COMMAND = 2
    COMPONENT = 3
    AUTOCOMPLETE = 4
    MODAL_SUBMIT = 5


class CallbackType(IntEnum):
    MESSAGE = 4
    DEFERRED_MESSAGE = 5
    DEFERRED_UPDATE = 6
    UPDATE_MESSAGE = 7
    AUTOCOMPLETE = 8
    MODAL = 9


class MessageType(IntEnum):
    DEFAULT = 0
    REPLY = 19
    CHAT_INPUT_COMMAND = 20
    CONTEXT_MENU_COMMAND = 23


class MessageFlag(IntFlag):
    SUPPRESS_EMBEDS = 1 << 2
    EPHEMERAL = 1 << 6
    LOADING = 1 << 7
    SUPPRESS_NOTIFICATIONS = 1 << 12
    COMPONENTS_V2 = 1 << 15


_NO_FLAGS = MessageFlag(0)


class Progress(StrEnum):
    """What a person sees of an interaction: dots, "thinking", the answer, or "did not respond"."""

    WAITING = "waiting"
    THINKING = "thinking"
    ANSWERED = "answered"
    FAILED = "did not respond"


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    id: int
    username: str
    display_name: str
    bot: bool = False
    nitro_limit_bytes: int = 0
    locale: str = "en-US"


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    id: int
    name: str
    permissions: Permission


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    user_id: int
    role_ids: tuple[int, ...] = ()
    joined_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Guild:
    """A server. The first role is @everyone and has the guild's own id."""

    id: int
    name: str
    owner_id: int
    roles: tuple[Role, ...]
    members: Mapping[int, Member]
    boost_limit_bytes: int = 0
    locale: str = "en-US"


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """A text channel, a thread (it has a parent), or a direct message (it has recipients besides the bot)."""

    id: int
    type: ChannelType
    name: str = ""
    guild_id: int | None = None
    parent_id: int | None = None
    owner_id: int | None = None
    recipient_ids: tuple[int, ...] = ()
    overwrites: tuple[Overwrite, ...] = ()
    nsfw: bool = False
    archived: bool = False
    locked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file as somebody hands it in."""

    filename: str
    data: bytes = field(repr=False)
    description: str | None = None
    spoiler: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file as Discord keeps it. `folder_id` is the channel, or the application for a command's upload."""

    id: int
    folder_id: int
    filename: str
    data: bytes = field(repr=False)
    content_type: str | None
    width_px: int | None = None
    height_px: int | None = None
    description: str | None = None
    spoiler: bool = False
    ephemeral: bool = False

    @property
    def size_bytes(self) -> int:
        return len(self.data)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mentions:
    """Whom a message pings."""

    user_ids: tuple[int, ...] = ()
    role_ids: tuple[int, ...] = ()
    everyone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What an edit can change. A media item in `components` is {"attachment_id": "..."} or {"url": "..."}."""

    content: str = ""
    embeds: tuple[JsonObject, ...] = ()
    components: tuple[JsonObject, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    flags: MessageFlag = _NO_FLAGS
    mentions: Mentions = field(default_factory=Mentions)


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One version of a message; a later version has the same id."""

    id: int
    channel_id: int
    author_id: int
    type: MessageType = MessageType.DEFAULT
    contents: Contents
    edited_at: datetime | None = None
    interaction_id: int | None = None
    reply_to_id: int | None = None
    nonce: str | None = None
    viewer_id: int | None = None

    @property
    def ephemeral(self) -> bool:
        return self.viewer_id is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    at: datetime
    message: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Interaction:
    """What a person did. `message_id` is the message of the pressed component, if any.

    `aged` is how much older its id and its token say it is than it is, for waits that nobody wants to sit through.
    """

    id: int
    token: str = field(repr=False)
    type: InteractionType
    user_id: int
    channel_id: int
    guild_id: int | None
    created_at: datetime
    data: JsonObject
    attachment_size_limit: int
    message_id: int | None = None
    parent_id: int | None = None
    aged: timedelta = timedelta()

    @property
    def asked_at(self) -> datetime:
        """When it was sent: an answer is due within three seconds of that."""
        return self.created_at + self.aged


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the bot said to an interaction, and when. `message_id` is what `@original` names."""

    type: CallbackType
    at: datetime
    message_id: int | None = None
    ephemeral: bool = False
    modal: JsonObject | None = None
    choices: tuple[JsonObject, ...] = ()
    followup_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    id: int
    name: str
    token: str = field(repr=False)
    owner_id: int
    bot_public: bool = False
    privileged_intents: int = 0

    @property
    def bot_id(self) -> int:
        """A bot user has its application's id, as is so for every application made since 2016."""
        return self.id


@dataclass(slots=True, kw_only=True)
class World:
    """Everything there is, by id.

    `commands` is by guild id, None for the global ones; `files` holds what the CDN still serves. `harmful_words` and
    `takes_pictures` are what the filters of Discord's refuse in the bot's messages.
    """

    application: Application
    upload_limit_bytes: int = DEFAULT_UPLOAD_LIMIT_BYTES
    users: dict[int, User] = field(default_factory=dict[int, User])
    guilds: dict[int, Guild] = field(default_factory=dict[int, Guild])
    channels: dict[int, Channel] = field(default_factory=dict[int, Channel])
    messages: dict[int, Message] = field(default_factory=dict[int, Message])
    last_message_ids: dict[int, int] = field(default_factory=dict[int, int])
    history: dict[int, list[Version]] = field(default_factory=dict[int, list[Version]])
    files: dict[int, Attachment] = field(default_factory=dict[int, Attachment])
    commands: dict[int | None, tuple[JsonObject, ...]] = field(default_factory=dict[int | None, tuple[JsonObject, ...]])
    interactions: dict[int, Interaction] = field(default_factory=dict[int, Interaction])
    answers: dict[int, Answer] = field(default_factory=dict[int, Answer])
    harmful_words: set[str] = field(default_factory=set[str])
    takes_pictures: bool = True
    dead_tokens: dict[str, Problem] = field(default_factory=dict[str, Problem])
