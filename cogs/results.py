"""The buttons under a job: [Cancel], [Again], [Info] and [Delete]; who may press them is read from the job's row."""

from dataclasses import replace

import discord

from bot.client import EaselBot
from bot.core import words
from bot.core.card import Verb
from bot.core.info import info_of
from bot.core.job import Answer, Job
from bot.errors import UserError
from bot.replies import tell
from bot.view import NOBODY, is_card_of, note
from cogs.picture_command import origin_of, take

Interaction = discord.Interaction[EaselBot]


class Results:
    """Handles the buttons; holds no state of its own."""

    def __init__(self, bot: EaselBot) -> None:
        self._bot = bot
        self._desk = bot.desk

    async def cancel(self, interaction: Interaction, job_id: str) -> None:
        """End a job that is under way."""
        job = await self._job(interaction, job_id)
        _check_may(interaction, job, words.NOT_YOURS_TO_CANCEL)
        if not job.under_way:
            raise UserError(words.ALREADY_ENDED)
        await interaction.response.defer()
        if job.ask.private:
            # Nobody else sees it, so this is its owner, and the press can say the last word in place of a dead token.
            await self._renewed(interaction, job)
        await self._desk.cancellation.cancel(job.id, interaction.user.id)

    async def again(self, interaction: Interaction, job_id: str) -> None:
        """Ask for the same with another seed, as a job of the presser's own."""
        job = await self._seen_job(interaction, job_id)
        credit_id = job.owner_id if job.owner_id != interaction.user.id else None
        await take(interaction, replace(job.ask, seed=None), credit_id=credit_id)

    async def info(self, interaction: Interaction, job_id: str) -> None:
        """Show privately what was asked and what was sent."""
        job = await self._seen_job(interaction, job_id)
        models = {model.id: model for model in self._desk.catalogue.models() or ()}
        info = info_of(job, models.get(job.plan.model) if job.plan else None, reader_id=interaction.user.id)
        await tell(interaction, info.text, prompt=info.line, above=words.THE_SAME_AGAIN)

    async def delete(self, interaction: Interaction, job_id: str) -> None:
        """Ask once, privately, before anything is deleted."""
        job = await self._job(interaction, job_id)
        _check_may(interaction, job, words.NOT_YOURS_TO_DELETE)
        await interaction.response.send_message(
            view=note(words.REALLY_DELETE, verb=Verb.ERASE, job_id=job.id), ephemeral=True, allowed_mentions=NOBODY
        )

    async def erase(self, interaction: Interaction, job_id: str) -> None:
        """Delete the message; the button may be old, so its presser is checked again."""
        job = await self._job(interaction, job_id)
        _check_may(interaction, job, words.NOT_YOURS_TO_DELETE)
        await interaction.response.edit_message(view=note(words.DELETED), allowed_mentions=NOBODY)
        await self._desk.removal.remove(job, interaction.user.id)

    async def renew(self, interaction: Interaction, job_id: str) -> None:
        """Let a private answer be edited for another quarter of an hour, and have it brought up to date."""
        job = await self._job(interaction, job_id)
        if interaction.user.id != job.owner_id:
            raise UserError(words.NOT_YOURS_TO_RENEW)
        # Answered first: until then Discord takes no edit by the press's token.
        await interaction.response.defer()
        if not await self._renewed(interaction, job):
            raise UserError(words.SHOWN_ELSEWHERE)

    async def _renewed(self, interaction: Interaction, job: Job) -> bool:
        message = interaction.message
        return message is not None and await self._desk.placing.renew(job, origin_of(interaction), message.id)

    async def _seen_job(self, interaction: Interaction, job_id: str) -> Job:
        """Return a job that its presser can see, with its words.

        Nobody but its owner sees a private one, whatever the button says. Raises UserError.
        """
        job = await self._job(interaction, job_id)
        if job.ask.private and interaction.user.id != job.owner_id:
            raise UserError(words.JOB_FORGOTTEN)
        if job.emptied_at is not None:
            raise UserError(words.WORDS_NOT_KEPT)
        return job

    async def _job(self, interaction: Interaction, job_id: str) -> Job:
        job = await self._desk.store.get(job_id)
        if job is None:
            raise UserError(words.JOB_FORGOTTEN)
        card = interaction.message
        if job.answer is Answer.OWED and card is not None and is_card_of(card, job.id, job.card_number):
            # What could not be found out any other way the press shows.
            return await self._desk.answers.seen(job, card.id)
        return job


def _check_may(interaction: Interaction, job: Job, refusal: str) -> None:
    """Let the owner through, and who may manage messages where the job's message is.

    A job that moved leaves buttons behind, and what somebody may do in the old channel says nothing of the new one.
    """
    moderates = interaction.permissions.manage_messages and interaction.channel_id == job.channel_id
    if interaction.user.id != job.owner_id and not moderates:
        raise UserError(refusal)


async def setup(bot: EaselBot) -> None:
    """Register the buttons; discord.py calls this by name."""
    results = Results(bot)
    bot.on_press(Verb.CANCEL, results.cancel)
    bot.on_press(Verb.AGAIN, results.again)
    bot.on_press(Verb.INFO, results.info)
    bot.on_press(Verb.DELETE, results.delete)
    bot.on_press(Verb.ERASE, results.erase)
    bot.on_press(Verb.RENEW, results.renew)
