"""Everything that a command or a button may ask for, in one value; the cogs' only door to the service."""

from dataclasses import dataclass, replace

from bot.core.card import Card, card_of
from bot.core.job import Job
from bot.ports import Catalogue, Clock, JobStore
from bot.service.answers import Answers
from bot.service.cancellation import Cancellation
from bot.service.estimates import Estimates
from bot.service.placing import Placing
from bot.service.removal import Removal
from bot.service.rules import ModelRules
from bot.service.submission import Submission


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """The verbs and look-ups of a job, for the cogs."""

    store: JobStore
    catalogue: Catalogue
    models: ModelRules
    submission: Submission
    answers: Answers
    cancellation: Cancellation
    removal: Removal
    placing: Placing
    estimates: Estimates
    clock: Clock

    def first_card(self, job: Job) -> Card:
        """Draw the card that answers an interaction: a job without its pictures, which come by an edit."""
        usual_s = self.estimates.usual_s(job.plan.model if job.plan else None)
        # Its token is fresh, whatever the job's last one was.
        job = replace(job, renewal_offered=False)
        return card_of(job, pictures={}, now=self.clock(), usual_s=usual_s)
