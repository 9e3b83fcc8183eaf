"""Reads the query parameters that narrow a list of rows."""

from collections.abc import Mapping

from sandbox.oxen import answers
from sandbox.oxen.account import Account
from sandbox.oxen.answers import RefusedError
from sandbox.oxen.ledger import RowFilter, Status


def read_filter(query: Mapping[str, str], *, account: Account, usual_statuses: frozenset[Status] | None) -> RowFilter:
    """Build a filter; without `namespace` it is the caller's own, without `status` it is `usual_statuses`."""
    namespace = query.get("namespace") or account.user
    if not account.may_bill(namespace):
        raise RefusedError(answers.not_found())
    return RowFilter(
        namespace=namespace,
        statuses=_statuses(query.get("status"), usual_statuses),
        model=query.get("model"),
        media_type=query.get("media_type"),
        repo=query.get("repo"),
        folder=query.get("folder"),
    )


def _statuses(name: str | None, usual: frozenset[Status] | None) -> frozenset[Status] | None:
    if name is None:
        return usual
    try:
        return frozenset({Status(name)})
    except ValueError:
        raise RefusedError(answers.invalid_params(f"status must be one of {', '.join(Status)}")) from None
