"""Watches over the key and the token: what refusals mean, what is said of them, and what has worked in earlier lives.

Knows no service: whoever calls one says how it answered.
"""

import hashlib
import logging
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from bot.core.standing import PATIENCE_S, Credential, Standing
from bot.errors import ServiceRefusedError

log = logging.getLogger(__name__)


class ProvenSecrets:
    """A file with the fingerprints of the secrets that have worked, so that a blip at a start ends nothing.

    A secret has far more chance in it than anybody can try out, so its SHA-256 tells nothing of it. Where the file
    cannot be written, each life of the bot begins without knowing.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def has(self, secret: str) -> bool:
        """Tell whether a secret worked in an earlier life of the bot."""
        return _fingerprint(secret) in self._read()

    def note(self, secret: str) -> None:
        """Remember that a secret works."""
        known = self._read()
        if _fingerprint(secret) in known:
            return
        with suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._path.write_text("".join(f"{line}\n" for line in (*known, _fingerprint(secret))), encoding="utf-8")

    def _read(self) -> list[str]:
        try:
            return self._path.read_text(encoding="utf-8").split()
        except (OSError, ValueError):
            return []


def _fingerprint(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


class CredentialWatch:
    """One key or token: notes every answer about it, says once when it is refused, lost, and taken again."""

    def __init__(
        self,
        name: str,
        secret: str,
        *,
        service: str,
        proven: ProvenSecrets,
        monotonic: Callable[[], float],
        remedy: str,
    ) -> None:
        self._name = name
        self._service = service
        self._secret = secret
        self._proven = proven
        self._monotonic = monotonic
        self._remedy = remedy
        self._credential = Credential(worked=proven.has(secret))
        self._told = Standing.HOLDS

    @property
    def standing(self) -> Standing:
        return self._credential.standing(self._monotonic())

    def taken(self) -> None:
        """Note that the service takes it."""
        if not self._credential.worked:
            self._proven.note(self._secret)
        self._credential = self._credential.taken()
        self._tell(Standing.HOLDS)

    def refused(self) -> Standing:
        """Note that the service refuses it; raises ServiceRefusedError for what has never worked."""
        self._credential = self._credential.refused(self._monotonic())
        standing = self.standing
        if standing is Standing.NEVER_WORKED:
            raise ServiceRefusedError(f"{self._service} refuses {self._name}. {self._remedy}")
        self._tell(standing)
        return standing

    def _tell(self, standing: Standing) -> None:
        if standing is self._told:
            return
        self._told = standing
        if standing is Standing.HOLDS:
            log.warning("%s takes %s again", self._service, self._name)
        elif standing is Standing.DOUBTED:
            log.warning("%s refuses %s, though it has worked; it is tried again", self._service, self._name)
        else:
            log.critical(
                "%s refuses %s for %d minutes now; it is tried every minute. %s",
                self._service,
                self._name,
                PATIENCE_S // 60,
                self._remedy,
            )
