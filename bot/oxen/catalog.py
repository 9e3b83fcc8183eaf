"""The catalogue kept at hand: fetched when it is old, one fetch at a time; knows no HTTP and no clock of its own."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence

from bot.core.schema import Model
from bot.errors import RemoteError, TransientError

REFRESH_AGE_S = 600.0
"""Models come and go by the week; ten minutes keep prices honest and Oxen at peace."""
FETCH_TIMEOUT_S = 20.0
PAUSE_AFTER_FAILURE_S = 10.0
"""So long nobody asks again, so that an outage does not make every request wait for the whole timeout."""

_log = logging.getLogger(__name__)


class ModelCatalogue:
    """Oxen's models in Oxen's order, text models too: `Model.makes_images` tells which is which.

    `fetch` gives the whole list; `monotonic` counts seconds. An old list stays in use while Oxen gives no new one.
    """

    def __init__(
        self,
        fetch: Callable[[], Awaitable[Sequence[Model]]],
        *,
        monotonic: Callable[[], float],
        timeout_s: float = FETCH_TIMEOUT_S,
    ) -> None:
        self._fetch = fetch
        self._monotonic = monotonic
        self._timeout_s = timeout_s
        self._turn = asyncio.Lock()
        self._models: Sequence[Model] | None = None
        self._fresh_until = self._paused_until = monotonic()
        self._failure: RemoteError | None = None

    def models(self) -> Sequence[Model] | None:
        """Give what is at hand, however old; None while nothing was ever loaded."""
        return self._models

    async def load(self) -> Sequence[Model]:
        """Give the models, fetching them if they are old; raises TransientError while there are none at all.

        Whoever comes while somebody else fetches takes the old list, where there is one.
        """
        if self._is_due() and (self._models is None or not self._turn.locked()):
            async with self._turn:
                if self._is_due():
                    await self._refresh()
        if self._models is None:
            raise self._unavailable()
        return self._models

    def _is_due(self) -> bool:
        return self._monotonic() >= max(self._fresh_until, self._paused_until)

    async def _refresh(self) -> None:
        try:
            async with asyncio.timeout(self._timeout_s):
                models = await self._fetch()
            if not models:
                raise TransientError("Oxen's catalogue is empty.")
        except TimeoutError:
            self._note(TransientError("Oxen's catalogue did not come in time."))
        except RemoteError as error:
            self._note(error)
        else:
            self._models = tuple(models)
            self._fresh_until = self._monotonic() + REFRESH_AGE_S

    def _note(self, failure: RemoteError) -> None:
        self._failure = failure
        self._paused_until = self._monotonic() + PAUSE_AFTER_FAILURE_S
        _log.warning("catalogue not refreshed: %s", failure)

    def _unavailable(self) -> TransientError:
        """Make the error anew for each caller: one object raised by many would gather their tracebacks."""
        failure = self._failure or TransientError("Oxen's catalogue was not loaded.")
        wait_s = max(0.0, self._paused_until - self._monotonic())
        return TransientError(str(failure), status=failure.status, cause=failure.cause, retry_after_s=wait_s)
