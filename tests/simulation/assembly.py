"""The composition root of a simulated process: the same objects in the same order as in `bot.app`, over the models."""

import asyncio
from datetime import timedelta

from bot.deliverer import Deliverer
from bot.listener import Listener
from bot.oxen.stream import OxenEventStream
from bot.service.cancellation import Cancellation
from bot.service.delivering import Delivering
from bot.service.early import EarlyEvents
from bot.service.estimates import Estimates
from bot.service.ledger import Ledger
from bot.service.preparation import Preparation
from bot.service.reconciliation import Reconciliation
from bot.service.removal import Removal
from bot.service.restoration import Restoration
from bot.service.results import Results
from bot.service.rules import AdmissionRules, ModelRules
from bot.service.settlement import Settlement
from bot.service.stream_health import StreamHealth
from bot.service.submission import Submission
from bot.service.unclear import UnclearPosts
from bot.sweeper import Sweeper
from bot.worker import Worker
from tests.simulation.clock import virtual_loop
from tests.simulation.process import DEADLINE_S, MEMBER_LIMITS, SLOTS, Process, Surroundings
from tests.simulation.shop import SEEDED


def assembled(around: Surroundings) -> Process:
    """Build every object around the models; to be called inside of the life that it belongs to."""
    loop = virtual_loop()
    strategy, door, shop = around.strategy, around.door, around.shop
    store = strategy.store(around.database, around.life, clock=loop.now)
    api = around.api
    grace = timedelta(seconds=strategy.grace_s)
    rules = ModelRules(default_model=SEEDED.id, allowed=frozenset())
    ledger = Ledger(store)
    health = StreamHealth()
    results = Results(api, sleep=asyncio.sleep)
    settlement = Settlement(ledger=ledger, api=api, results=results, early=EarlyEvents(loop.time), clock=loop.now)
    posting = strategy.posting(
        ledger=ledger,
        api=api,
        references=shop,
        settlement=settlement,
        clock=loop.now,
        new_id=around.new_id,
        confirm_refusal=around.api.confirm_refusal,
    )
    worker = Worker(
        store=store,
        preparation=Preparation(
            ledger=ledger,
            catalogue=shop,
            references=shop,
            rules=rules,
            random_seed=shop.random_seed,
            clock=loop.now,
            sleep=asyncio.sleep,
        ),
        posting=posting,
        health=health,
        slots=SLOTS,
        monotonic=loop.time,
    )
    deliverer = Deliverer(
        store=store,
        delivering=Delivering(
            ledger=ledger,
            delivery=door,
            results=results,
            shrinker=shop,
            settlement=settlement,
            estimates=Estimates(store, loop.time),
            clock=loop.now,
        ),
        sleep=asyncio.sleep,
    )
    ledger.observe(around.changed)
    ledger.observe(deliverer.notice)
    ledger.preview_with(deliverer.preview)
    ledger.observe(worker.notice)
    unclear = UnclearPosts(
        store=store,
        ledger=ledger,
        api=api,
        posting=posting,
        settlement=settlement,
        clock=loop.now,
        grace=grace,
        hold_above_usd=strategy.hold_above_usd,
    )
    cancellation = Cancellation(ledger=ledger, settlement=settlement, clock=loop.now)
    return Process(
        around=around,
        store=store,
        ledger=ledger,
        submission=Submission(
            ledger=ledger,
            catalogue=shop,
            models=rules,
            admission=AdmissionRules(limits=MEMBER_LIMITS, slots=SLOTS),
            random_seed=shop.random_seed,
            clock=loop.now,
        ),
        cancellation=cancellation,
        removal=Removal(ledger=ledger, cancellation=cancellation, delivery=door),
        listener=Listener(
            stream=OxenEventStream(
                around.feed,
                confirm_refusal=around.api.confirm_refusal,
                sleep=asyncio.sleep,
                random=around.jitter,
            ),
            settlement=settlement,
            health=health,
        ),
        worker=worker,
        deliverer=deliverer,
        sweeper=Sweeper(
            store=store,
            ledger=ledger,
            reconciliation=Reconciliation(
                ledger=ledger,
                api=api,
                settlement=settlement,
                clock=loop.now,
                deadline=timedelta(seconds=DEADLINE_S),
                grace=grace,
            ),
            unclear=unclear,
            delivery=door,
            health=health,
            clock=loop.now,
            sleep=asyncio.sleep,
        ),
        restoration=Restoration(copy=store, store=store, ledger=ledger, clock=loop.now, new_id=around.new_id),
        results=results,
    )
