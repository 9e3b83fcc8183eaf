"""Builds a simulated process: the bot's own engine, over the models."""

import asyncio
from datetime import timedelta

from bot.assembly import Ports, Rules, assemble
from bot.core.keeping import KeepingRule
from bot.oxen.stream import OxenEventStream
from bot.service.rules import AdmissionRules, ModelRules
from tests.simulation.clock import virtual_loop
from tests.simulation.process import DEADLINE_S, MEMBER_LIMITS, SLOTS, Process, Surroundings
from tests.simulation.shop import SEEDED


def assembled(around: Surroundings) -> Process:
    """Build every object around the models; to be called inside of the life that it belongs to."""
    loop = virtual_loop()
    strategy, shop = around.strategy, around.shop
    store = strategy.store(around.database, around.life, clock=loop.now)
    events = OxenEventStream(around.feed, sleep=asyncio.sleep, random=around.jitter)
    ports = Ports(
        store=store,
        copy=store,
        api=around.api,
        events=events,
        catalogue=shop,
        references=shop,
        delivery=around.door,
        shrinker=shop,
        confirm_refusal=around.api.confirm_refusal,
        clock=loop.now,
        monotonic=loop.time,
        sleep=asyncio.sleep,
        new_id=around.new_id,
        random_seed=shop.random_seed,
    )
    rules = Rules(
        models=ModelRules(default_model=SEEDED.id, allowed=frozenset()),
        admission=AdmissionRules(limits=MEMBER_LIMITS, slots=SLOTS),
        grace=timedelta(seconds=strategy.grace_s),
        deadline=timedelta(seconds=DEADLINE_S),
        hold_above_usd=strategy.hold_above_usd,
        keeping=KeepingRule(words=None),
    )
    engine = assemble(ports, rules, posting=strategy.posting)
    engine.ledger.observe(around.changed)
    return Process(around=around, store=store, engine=engine)
