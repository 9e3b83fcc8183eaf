"""Whose key it is, and whose money that key may spend."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One person with a key; `organisations` are the other namespaces that this key may bill."""

    key: str = "sandbox-key"
    user: str = "sandbox"
    user_id: str = "5a0db0c5-0000-4000-8000-000000000001"
    organisations: frozenset[str] = frozenset({"sandbox-team"})

    def may_bill(self, namespace: str) -> bool:
        return namespace == self.user or namespace in self.organisations
