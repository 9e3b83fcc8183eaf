"""Permission bits and how roles and overwrites add up. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntFlag


class Permission(IntFlag):
    """https://discord.com/developers/docs/topics/permissions#permissions-bitwise-permission-flags."""

    ADMINISTRATOR = 1 << 3
    VIEW_CHANNEL = 1 << 10
    SEND_MESSAGES = 1 << 11
    MANAGE_MESSAGES = 1 << 13
    EMBED_LINKS = 1 << 14
    ATTACH_FILES = 1 << 15
    READ_MESSAGE_HISTORY = 1 << 16
    MENTION_EVERYONE = 1 << 17
    USE_APPLICATION_COMMANDS = 1 << 31
    MANAGE_THREADS = 1 << 34
    SEND_MESSAGES_IN_THREADS = 1 << 38


MEMBER = (
    Permission.VIEW_CHANNEL
    | Permission.SEND_MESSAGES
    | Permission.EMBED_LINKS
    | Permission.ATTACH_FILES
    | Permission.READ_MESSAGE_HISTORY
    | Permission.USE_APPLICATION_COMMANDS
    | Permission.SEND_MESSAGES_IN_THREADS
)
ALL = ~Permission(0)
NONE = Permission(0)

# In a direct message nobody has roles: both sides may do what the place allows.
DIRECT_MESSAGE = MEMBER


@dataclass(frozen=True, slots=True, kw_only=True)
class Overwrite:
    """What one role (kind 0) or one member (kind 1) may do in a channel, on top of the roles."""

    target_id: int
    kind: int
    allow: Permission = NONE
    deny: Permission = NONE


def in_channel(base: Permission, overwrites: Iterable[Overwrite], *, order: tuple[frozenset[int], ...]) -> Permission:
    """Apply overwrites to the permissions that the roles give.

    `order` names the targets step by step: everyone, then the other roles together, then the member.
    """
    if base & Permission.ADMINISTRATOR:
        return ALL
    granted = base
    listed = tuple(overwrites)
    for targets in order:
        step = [overwrite for overwrite in listed if overwrite.target_id in targets]
        for overwrite in step:
            granted &= ~overwrite.deny
        for overwrite in step:
            granted |= overwrite.allow
    return granted if granted & Permission.VIEW_CHANNEL else NONE
