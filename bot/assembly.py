"""Builds the service and its four loops around whatever satisfies the ports; names no adapter, clock or chance.

The bot and the simulator are both built here, so that what the simulator proves is what runs.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from bot.core.keeping import KeepingRule
from bot.deliverer import Deliverer
from bot.listener import Listener
from bot.ports import (
    Catalogue,
    Clock,
    Delivery,
    EventStream,
    ImageApi,
    JobStore,
    ReferenceReader,
    Shrinker,
)
from bot.service.answers import Answers
from bot.service.cancellation import Cancellation
from bot.service.charges import Charges
from bot.service.delivering import Delivering
from bot.service.desk import Desk
from bot.service.early import EarlyEvents
from bot.service.estimates import Estimates
from bot.service.keeping import Keeping
from bot.service.ledger import Ledger
from bot.service.placing import Placing
from bot.service.posting import Posting
from bot.service.preparation import Preparation
from bot.service.reconciliation import Reconciliation
from bot.service.removal import Removal
from bot.service.restoration import Copy, Restoration
from bot.service.results import Results
from bot.service.rules import AdmissionRules, ModelRules
from bot.service.settlement import Settlement
from bot.service.stream_health import StreamHealth
from bot.service.submission import Submission
from bot.service.unclear import UnclearPosts
from bot.sweeper import Sweeper
from bot.worker import Worker


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Everything that is not ours to decide: who satisfies each port, what time it is, and chance."""

    store: JobStore
    copy: Copy
    api: ImageApi
    events: EventStream
    catalogue: Catalogue
    references: ReferenceReader
    delivery: Delivery
    shrinker: Shrinker
    confirm_refusal: Callable[[], Awaitable[bool]]
    """Asks Oxen whether it really refuses the key."""
    clock: Clock
    monotonic: Callable[[], float]
    """Gives seconds that never run backwards."""
    sleep: Callable[[float], Awaitable[None]]
    new_id: Callable[[], str]
    random_seed: Callable[[], int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What the operator decided."""

    models: ModelRules
    admission: AdmissionRules
    grace: timedelta
    """How long after a lost POST Oxen's lists may still lack its rows."""
    deadline: timedelta
    hold_above_usd: float
    keeping: KeepingRule


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """The built service: the door for commands and buttons, the loops, and what has to be ended."""

    desk: Desk
    ledger: Ledger
    health: StreamHealth
    estimates: Estimates
    results: Results
    restoration: Restoration
    listener: Listener
    worker: Worker
    deliverer: Deliverer
    sweeper: Sweeper


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shared:
    """What nearly everything is built around."""

    ports: Ports
    rules: Rules
    ledger: Ledger
    health: StreamHealth
    estimates: Estimates
    results: Results
    settlement: Settlement
    posting: Posting
    answers: Answers


def assemble(ports: Ports, rules: Rules, *, posting: type[Posting] = Posting) -> Engine:
    """Build everything; nothing runs yet, and nothing is asked of anybody."""
    shared = _shared(ports, rules, posting)
    shared.health.reopen_with(ports.events.reopen)
    worker = _worker(shared)
    deliverer = _deliverer(shared)
    # What people see goes first.
    shared.ledger.observe(deliverer.notice)
    shared.ledger.preview_with(deliverer.preview)
    shared.ledger.observe(worker.notice)
    return Engine(
        desk=_desk(shared),
        ledger=shared.ledger,
        health=shared.health,
        estimates=shared.estimates,
        results=shared.results,
        restoration=Restoration(
            copy=ports.copy, store=ports.store, ledger=shared.ledger, clock=ports.clock, new_id=ports.new_id
        ),
        listener=Listener(stream=ports.events, settlement=shared.settlement, health=shared.health),
        worker=worker,
        deliverer=deliverer,
        sweeper=_sweeper(shared, worker),
    )


def _shared(ports: Ports, rules: Rules, posting: type[Posting]) -> _Shared:
    ledger = Ledger(ports.store)
    results = Results(ports.api, sleep=ports.sleep)
    early = EarlyEvents(ports.monotonic)
    settlement = Settlement(ledger=ledger, api=ports.api, results=results, early=early, clock=ports.clock)
    return _Shared(
        ports=ports,
        rules=rules,
        ledger=ledger,
        health=StreamHealth(),
        estimates=Estimates(ports.store, ports.monotonic),
        results=results,
        settlement=settlement,
        answers=Answers(ledger=ledger, delivery=ports.delivery, clock=ports.clock),
        posting=posting(
            ledger=ledger,
            api=ports.api,
            references=ports.references,
            settlement=settlement,
            clock=ports.clock,
            monotonic=ports.monotonic,
            new_id=ports.new_id,
            confirm_refusal=ports.confirm_refusal,
        ),
    )


def _worker(shared: _Shared) -> Worker:
    ports = shared.ports
    preparation = Preparation(
        ledger=shared.ledger,
        catalogue=ports.catalogue,
        references=ports.references,
        rules=shared.rules.models,
        random_seed=ports.random_seed,
        clock=ports.clock,
    )
    return Worker(
        store=ports.store,
        preparation=preparation,
        posting=shared.posting,
        health=shared.health,
        slots=shared.rules.admission.slots,
        monotonic=ports.monotonic,
    )


def _deliverer(shared: _Shared) -> Deliverer:
    ports = shared.ports
    delivering = Delivering(
        ledger=shared.ledger,
        delivery=ports.delivery,
        results=shared.results,
        shrinker=ports.shrinker,
        settlement=shared.settlement,
        estimates=shared.estimates,
        clock=ports.clock,
    )
    return Deliverer(store=ports.store, delivering=delivering, sleep=ports.sleep)


def _sweeper(shared: _Shared, worker: Worker) -> Sweeper:
    ports, rules = shared.ports, shared.rules
    reconciliation = Reconciliation(
        ledger=shared.ledger,
        api=ports.api,
        settlement=shared.settlement,
        clock=ports.clock,
        deadline=rules.deadline,
        grace=rules.grace,
    )
    unclear = UnclearPosts(
        store=ports.store,
        ledger=shared.ledger,
        api=ports.api,
        posting=shared.posting,
        send_again=worker.send_again,
        settlement=shared.settlement,
        clock=ports.clock,
        grace=rules.grace,
        deadline=rules.deadline,
        hold_above_usd=rules.hold_above_usd,
    )
    return Sweeper(
        store=ports.store,
        ledger=shared.ledger,
        reconciliation=reconciliation,
        unclear=unclear,
        keeping=Keeping(store=ports.store, ledger=shared.ledger, rule=rules.keeping, clock=ports.clock),
        charges=Charges(store=ports.store, ledger=shared.ledger, api=ports.api, clock=ports.clock),
        answers=shared.answers,
        health=shared.health,
        clock=ports.clock,
        sleep=ports.sleep,
    )


def _desk(shared: _Shared) -> Desk:
    ports, rules = shared.ports, shared.rules
    cancellation = Cancellation(ledger=shared.ledger, settlement=shared.settlement, clock=ports.clock)
    return Desk(
        store=ports.store,
        catalogue=ports.catalogue,
        models=rules.models,
        submission=Submission(
            ledger=shared.ledger,
            catalogue=ports.catalogue,
            models=rules.models,
            admission=rules.admission,
            random_seed=ports.random_seed,
            clock=ports.clock,
        ),
        answers=shared.answers,
        cancellation=cancellation,
        removal=Removal(ledger=shared.ledger, cancellation=cancellation, delivery=ports.delivery),
        placing=Placing(store=ports.store, ledger=shared.ledger, clock=ports.clock),
        estimates=shared.estimates,
        clock=ports.clock,
    )
