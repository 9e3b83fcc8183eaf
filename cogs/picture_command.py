"""The options that /imagine and /edit share, and the way from a command to its card."""

import discord
from discord import app_commands

from bot.client import EaselBot
from bot.core import words
from bot.core.job import TOKEN_LIFE
from bot.core.json_value import object_of, text_of
from bot.core.request import MAX_COUNT, MAX_SEED, Ask, Command, Reference, draft_of
from bot.errors import AnswerMissedError, AnswerTakenError
from bot.replies import answer
from bot.service.submission import Origin
from cogs.completion import complete_aspect_ratio, complete_model, complete_resolution

MARKED_CHANNELS = (discord.TextChannel, discord.VoiceChannel, discord.StageChannel, discord.ForumChannel)

Interaction = discord.Interaction[EaselBot]


def picture_command(command: Command, description: str) -> app_commands.Command[app_commands.Group, ..., None]:
    """Build one of the two commands; they differ in name and in what `ask_of` demands of them."""

    @app_commands.describe(
        prompt="What to paint; call your pictures @Image1, @Image2",
        image="A picture to start from",
        image2="A second picture",
        image3="A third picture",
        image4="A fourth picture",
        model="Which model paints; begin to type to see them",
        aspect_ratio="The shape of the picture, such as 16:9",
        resolution="How large the picture is, such as 1 MP",
        count="How many pictures, 1 to 4",
        seed="A number that makes the same picture again",
        spoiler="Cover the pictures until somebody clicks",
        private="Show the answer to you alone",
    )
    @app_commands.autocomplete(model=complete_model, aspect_ratio=complete_aspect_ratio, resolution=complete_resolution)
    async def callback(  # noqa: PLR0917 - Discord fills the options by name
        interaction: Interaction,
        prompt: str,
        image: discord.Attachment | None = None,
        image2: discord.Attachment | None = None,
        image3: discord.Attachment | None = None,
        image4: discord.Attachment | None = None,
        model: str | None = None,
        aspect_ratio: str | None = None,
        resolution: str | None = None,
        count: app_commands.Range[int, 1, MAX_COUNT] | None = None,
        seed: app_commands.Range[int, 0, MAX_SEED] | None = None,
        spoiler: bool | None = None,  # noqa: FBT001 - Discord names it, nobody passes it by position
        private: bool | None = None,  # noqa: FBT001
    ) -> None:
        attached = [each for each in (image, image2, image3, image4) if each is not None]
        options = {
            "model": model,
            "aspect_ratio": aspect_ratio,
            "resolution": resolution,
            "count": count,
            "seed": seed,
            "spoiler": spoiler,
            "private": private,
        }
        references = [reference_of(each) for each in attached]
        draft = draft_of(command, prompt, references, options, names=names_of(interaction))
        interaction.client.desk.submission.check(draft)
        await take(interaction, draft.ask)

    return app_commands.Command(name=command.value, description=description, callback=callback)


def reference_of(attachment: discord.Attachment) -> Reference:
    """Read what Discord states of an attached file."""
    return Reference(
        url=attachment.url,
        filename=attachment.filename,
        size_bytes=attachment.size,
        content_type=attachment.content_type,
        width_px=attachment.width,
        height_px=attachment.height,
        spoiler=attachment.is_spoiler(),
    )


def names_of(interaction: Interaction) -> dict[int, str]:
    """Read the names that came along with an interaction, by their ids: nothing else tells who is mentioned."""
    resolved = object_of(object_of(interaction.data).get("resolved"))
    found = {interaction.user.id: interaction.user.display_name}
    for kind in ("channels", "roles", "users", "members"):
        for number, raw in object_of(resolved.get(kind)).items():
            stated = object_of(raw)
            name = next(
                filter(None, (text_of(stated.get(key)) for key in ("nick", "global_name", "name", "username"))), ""
            )
            if name and number.isdecimal():
                found[int(number)] = name
    channel, me = interaction.channel, interaction.client.user
    if interaction.channel_id and isinstance(name := getattr(channel, "name", None), str):
        found[interaction.channel_id] = name
    return found | ({me.id: me.display_name} if me else {})


async def take(interaction: Interaction, ask: Ask, *, credit_id: int | None = None) -> None:
    """Commit a request as a job and answer with its card; raises UserError for a refusal."""
    desk = interaction.client.desk
    job = await desk.submission.submit(ask, origin_of(interaction), credit_id=credit_id)
    if job is None:
        return
    try:
        card = desk.first_card(job)
        message_id = await answer(interaction, card, private=ask.private, if_refused=words.ANSWER_REFUSED)
    except AnswerMissedError:
        await desk.submission.missed(job)
        return
    except AnswerTakenError:
        await desk.answers.decide_taken(job)
        return
    # Without an id the sweep asks Discord what became of the answer.
    if message_id is not None:
        await desk.submission.answered(job, message_id)


def origin_of(interaction: Interaction) -> Origin:
    """Read where a request came from and how it can be answered."""
    return Origin(
        interaction_id=interaction.id,
        owner_id=interaction.user.id,
        channel_id=interaction.channel_id or 0,
        guild_id=interaction.guild_id,
        application_id=interaction.application_id,
        token=interaction.token,
        token_expires_at=interaction.created_at + TOKEN_LIFE,
        size_limit_bytes=interaction.filesize_limit,
        age_restricted=_age_restricted(interaction),
    )


def _age_restricted(interaction: Interaction) -> bool | None:
    """Tell whether only adults look where an interaction comes from; None when it does not say.

    A thread has no mark of its own, and discord.py would read its channel's from a cache that is not kept.
    """
    channel = interaction.channel
    return channel.nsfw if isinstance(channel, MARKED_CHANNELS) else None
