"""Takes a request: refuses it in words, or commits it as a job before anything else happens."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.core import words
from bot.core.admission import (
    Admission,
    Admitted,
    AlreadyThere,
    DayUsedUp,
    Limits,
    MoneyUsedUp,
    PriceUnknown,
    TooManyUnderWay,
)
from bot.core.advance import with_plan
from bot.core.job import Generation, Job
from bot.core.job_events import Answered, AnswerMissed
from bot.core.mistakes import Mistakes
from bot.core.request import Ask, Draft, Plan, resolve
from bot.errors import StoreUnavailableError, UserError
from bot.ports import Catalogue, Clock
from bot.service.ledger import Ledger
from bot.service.order_health import OrderHealth
from bot.service.rules import AdmissionRules, ModelRules
from bot.service.spending import SpendingWatch

log = logging.getLogger(__name__)

COMMIT_PATIENCE_S = 2.0
"""How long a new row may take; the rest of Discord's 3 s is for saying that it did not come."""

CARD_NUMBERS = 2**31 - 1
"""Discord takes ids of components up to there, and replaces 0 by one of its own ("Anatomy of a Component")."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a request came from and how it can be answered; `interaction_id` becomes the job's id.

    `age_restricted` says whether only adults look there; None is unknown.
    """

    interaction_id: int
    owner_id: int
    channel_id: int
    guild_id: int | None
    application_id: int
    token: str = field(repr=False)
    token_expires_at: datetime
    size_limit_bytes: int
    age_restricted: bool | None = None


class Submission:
    """Turns an Ask into a committed job."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        catalogue: Catalogue,
        models: ModelRules,
        admission: AdmissionRules,
        random_seed: Callable[[], int],
        clock: Clock,
    ) -> None:
        self._ledger = ledger
        self._catalogue = catalogue
        self._models = models
        self._admission = admission
        self._random_seed = random_seed
        self._clock = clock
        self._orders = OrderHealth()
        ledger.observe(self._orders.notice)
        self._spending = SpendingWatch(admission.limits.microusd_per_day, clock)
        self._giving_up = set[asyncio.Task[None]]()

    def check(self, draft: Draft) -> None:
        """Raise UserError with everything that is wrong with a draft; what only a model can tell is told along."""
        if not draft.mistakes:
            return
        mistakes = Mistakes()
        mistakes.add(*draft.mistakes)
        with mistakes.noted():
            self._plan(draft.ask)
        mistakes.refuse()

    @property
    def limits(self) -> Limits:
        return self._admission.limits

    async def submit(self, ask: Ask, origin: Origin, *, credit_id: int | None = None) -> Job | None:
        """Commit a job for a request and give it, to be answered with its card at once.

        None when this interaction was taken already. Raises UserError for every refusal.
        """
        job = self._job(ask, origin, credit_id)
        admission = await self._commit(job)
        self._spending.note(admission)
        match admission:
            case Admitted():
                return replace(job, ahead=admission.ahead)
            case AlreadyThere():
                return None
            case TooManyUnderWay():
                raise UserError(words.too_many_under_way(admission.under_way))
            case DayUsedUp():
                raise UserError(words.day_used_up(admission.left))
            case MoneyUsedUp():
                raise UserError(words.money_used_up(admission))
            case PriceUnknown():
                raise UserError(words.price_unknown(job.plan.model if job.plan else ask.model or ""))

    async def _commit(self, job: Job) -> Admission:
        """Write the row while its person can still be told; raises UserError when it is not there in time."""
        try:
            async with asyncio.timeout(COMMIT_PATIENCE_S):
                return await self._ledger.add(job, limits=self._admission.limits, slots=self._admission.slots)
        except TimeoutError as error:
            # A commit that is under way may yet end well, and nobody waits for its job any more.
            giving_up = asyncio.create_task(self._give_up(job), name=f"give up {job.id}")
            self._giving_up.add(giving_up)
            giving_up.add_done_callback(self._giving_up.discard)
            raise UserError(words.CANNOT_TAKE_JOBS) from error
        except StoreUnavailableError as error:
            raise UserError(words.CANNOT_TAKE_JOBS) from error

    async def _give_up(self, job: Job) -> None:
        try:
            await self.missed(job)
        except StoreUnavailableError as error:
            log.warning("not given up yet: %s", error, extra={"job_id": job.id})

    def _job(self, ask: Ask, origin: Origin, credit_id: int | None) -> Job:
        plan = self._plan(ask)
        job_id = str(origin.interaction_id)
        job = Job(
            id=job_id,
            owner_id=origin.owner_id,
            channel_id=origin.channel_id,
            guild_id=origin.guild_id,
            application_id=origin.application_id,
            ask=ask,
            created_at=self._clock(),
            token=origin.token,
            token_expires_at=origin.token_expires_at,
            size_limit_bytes=origin.size_limit_bytes,
            credit_id=credit_id,
            age_restricted=origin.age_restricted,
            card_number=1 + self._random_seed() % CARD_NUMBERS,
            ahead=0 if plan is not None and self._orders.taken else 1,
            generations=tuple(Generation(id=f"{job_id}-{n + 1}", position=n) for n in range(ask.count)),
        )
        if plan is None:
            return job
        return replace(with_plan(job, plan), checked=not ask.references)

    def _plan(self, ask: Ask) -> Plan | None:
        """Resolve against the cached catalogue; without one the card tells later what cannot be done.

        Where money is limited there must be a price, so that without a catalogue nothing is taken.
        """
        models = self._catalogue.models()
        if models is None:
            if self._admission.limits.hold_money:
                raise UserError(words.MODELS_NOT_THERE_YET)
            return None
        return resolve(
            ask,
            models,
            default_model=self._models.default_model,
            allowed=self._models.allowed,
            random_seed=self._random_seed,
        )

    async def answered(self, job: Job, message_id: int) -> None:
        """Record that Discord took the first answer, which showed the job as it is here."""
        await self._ledger.apply(job.id, Answered(message_id=message_id, revision=job.revision))

    async def missed(self, job: Job) -> None:
        """Record that Discord did not take the answer; the job ends unpaid."""
        await self._ledger.apply(job.id, AnswerMissed())
