"""What people see, and what lies behind it, as values to look at in tests and to draw from. Changes nothing."""

from sandbox.discord import reading
from sandbox.discord.access import visible
from sandbox.discord.core import Core
from sandbox.discord.jsontypes import JsonObject
from sandbox.discord.state import Answer, Channel, Interaction, Message, Progress, User, Version


class Views:
    """Questions about a running local Discord. The static ones read the version of a message that they are given."""

    text = staticmethod(reading.text)
    buttons = staticmethod(reading.buttons)
    gallery = staticmethod(reading.gallery)
    accent = staticmethod(reading.accent)

    def __init__(self, core: Core) -> None:
        self.core = core

    def messages(self, channel: Channel, *, seen_by: User | None = None) -> tuple[Message, ...]:
        """Return a channel's messages, oldest first: those that a person sees, or all with the private ones."""
        here = [message for message in self.core.world.messages.values() if message.channel_id == channel.id]
        if seen_by is not None:
            here = [message for message in here if visible(self.core.world, message, seen_by.id)]
        return tuple(sorted(here, key=lambda message: message.id))

    def current(self, message: Message) -> Message | None:
        """Return a message as it is now, None if it is deleted."""
        return self.core.world.messages.get(message.id)

    def versions(self, message: Message) -> tuple[Version, ...]:
        """Return every version of a message with its time, the first one first; also of a deleted one."""
        return tuple(self.core.world.history.get(message.id, ()))

    def answer_of(self, interaction: Interaction) -> Answer | None:
        return self.core.world.answers.get(interaction.id)

    def message_of(self, interaction: Interaction) -> Message | None:
        """Return what `@original` names, as it is now; None if there is none (yet)."""
        answer = self.answer_of(interaction)
        return self.core.world.messages.get(answer.message_id or 0) if answer else None

    def follow_ups_of(self, interaction: Interaction) -> tuple[Message, ...]:
        answer = self.answer_of(interaction)
        ids = answer.followup_ids if answer else ()
        return tuple(self.core.world.messages[each] for each in ids if each in self.core.world.messages)

    def progress(self, interaction: Interaction) -> Progress:
        """Return what the person sees now: waiting, thinking, answered, or "did not respond"."""
        return self.core.interactions.progress(interaction)

    def payload(self, message: Message) -> JsonObject:
        """Return a message as JSON, with fresh links, as a client gets it."""
        return self.core.payloads.message(message)
