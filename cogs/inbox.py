"""/inbox: shows a person what could not be placed, and [Show here], which places it in this channel."""

import discord
from discord import app_commands

from bot.client import EaselBot
from bot.core import words
from bot.core.card import Verb
from bot.core.job import Job, Place
from bot.errors import AnswerMissedError, AnswerTakenError, UserError
from bot.replies import answer
from bot.view import NOBODY, inbox_note
from cogs.picture_command import origin_of

Interaction = discord.Interaction[EaselBot]


async def inbox(interaction: Interaction) -> None:
    """Answer privately with the list."""
    waiting = await interaction.client.desk.placing.inbox(origin_of(interaction))
    await interaction.response.send_message(view=inbox_note(waiting), ephemeral=True, allowed_mentions=NOBODY)


async def show_here(interaction: Interaction, job_id: str) -> None:
    """Answer with the job's card as a new message, to which the pictures come as to any other."""
    desk = interaction.client.desk
    job = _placeable(await desk.store.get(job_id), interaction)
    origin = origin_of(interaction)
    private = job.is_for_owner_alone(shown_where_restricted=origin.age_restricted)
    try:
        card = desk.first_card(job)
        message_id = await answer(interaction, card, private=private, if_refused=words.PLACING_REFUSED)
    except (AnswerMissedError, AnswerTakenError):
        return
    # Without an id there is nothing to move to: the job waits on, and the card says where.
    if message_id is None or await desk.placing.place(job, origin, message_id, private=private):
        return
    # A second press was faster, and one job has one message.
    await interaction.delete_original_response()
    raise UserError(words.NOT_IN_INBOX)


def _placeable(job: Job | None, interaction: Interaction) -> Job:
    if job is None:
        raise UserError(words.JOB_FORGOTTEN)
    if job.owner_id != interaction.user.id:
        raise UserError(words.NOT_YOURS_TO_PLACE)
    shown_since = interaction.message is not None and interaction.message.created_at < job.answered_at
    if not job.placeable or (job.place is Place.MESSAGE and shown_since):
        raise UserError(words.NOT_IN_INBOX)
    return job


async def setup(bot: EaselBot) -> None:
    """Add the command and its button; discord.py calls this by name."""
    command: app_commands.Command[app_commands.Group, ..., None] = app_commands.Command(
        name="inbox", description="See your pictures that could not be placed, and have them shown here", callback=inbox
    )
    bot.tree.add_command(command)
    bot.on_press(Verb.PLACE, show_here)
