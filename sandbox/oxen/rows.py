"""How a generation looks from outside: as a row, as a history row, as a completion event.

The field names differ between row and event; that is the service's doing and is kept.
"""

from collections.abc import Iterable
from decimal import Decimal

from sandbox.oxen.account import Account
from sandbox.oxen.jsontext import JsonObject
from sandbox.oxen.ledger import Generation, Status


def queue_row(row: Generation, *, result_url: str | None, echo: bool) -> JsonObject:
    """Write a row of /ai/queue; with `echo`, the submitted parameters are merged in at the top level."""
    fields: JsonObject = {
        "generation_id": row.generation_id,
        "model_name": row.model_name,
        "media_type": row.media_type,
        "status": row.status,
        "result_url": result_url,
        "error_message": row.error_message,
        "enqueued_at": row.enqueued_at,
        "started_at": row.started_at,
        "completed_at": row.completed_at,
        "target_namespace": row.namespace,
        "target_repo": row.repo,
        "target_directory": row.directory,
    }
    return {**row.params, **fields} if echo else fields


def history_row(row: Generation, *, result_url: str | None, account: Account, tells_cost: bool) -> JsonObject:
    """Write a row of /ai/generations: always with the parameters, and with what was charged, once that is known."""
    return {
        **queue_row(row, result_url=result_url, echo=True),
        "cost": decimal_text(row.cost_usd) if tells_cost else None,
        "user_id": account.user_id,
        "username": account.user,
        "user_image": None,
    }


def completed_event(row: Generation, *, result_url: str | None) -> JsonObject:
    """Write the one event of a generation that ended; a failed one names no model and has no link."""
    common: JsonObject = {
        "generation_id": row.generation_id,
        "status": row.status,
        "media_type": row.media_type,
    }
    if row.status is Status.SUCCEEDED:
        return {**common, "model": row.model_name, "url": result_url}
    return {**common, "error": row.error_message}


def total_cost(rows: Iterable[Generation]) -> str | None:
    """Sum the charges as the decimal text that the history states; None when nothing was charged."""
    costs = [row.cost_usd for row in rows if row.cost_usd is not None]
    return decimal_text(sum(costs, Decimal(0))) if costs else None


def decimal_text(amount_usd: Decimal | None) -> str | None:
    return None if amount_usd is None else str(amount_usd)
