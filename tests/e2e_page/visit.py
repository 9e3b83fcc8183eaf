"""Visits to the page that are watched: no error in any of them, and no request to anywhere but the page."""

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from sandbox.browser import WIDE, Size, Visit, go, new_visit

if TYPE_CHECKING:
    from playwright.async_api import Browser


class Visitors:
    """Opens windows, each with an empty profile, and closes them."""

    def __init__(self, browser: "Browser", url: str) -> None:
        self._browser = browser
        self._url = url
        self._visits: list[Visit] = []

    async def open(self, path: str = "#/pictures/robin", *, size: Size = WIDE, scheme: str = "dark") -> Visit:
        """Open the page at a place as a person."""
        visit = await new_visit(self._browser, size=size, scheme=scheme)
        self._watch(visit)
        self._visits.append(visit)
        await go(visit, self._url + path)
        return visit

    def _watch(self, visit: Visit) -> None:
        home = {urlsplit(self._url).netloc, ""}
        visit.page.on("pageerror", lambda error: visit.troubles.append(str(error)))
        visit.page.on(
            "console", lambda said: visit.troubles.append(said.text) if _is_trouble(said.type, said.text) else None
        )
        visit.page.on(
            "request",
            lambda asked: None if urlsplit(asked.url).netloc in home else visit.troubles.append(f"asked {asked.url}"),
        )

    async def leave(self) -> None:
        """Close every window; none may have had trouble."""
        for visit in self._visits:
            await visit.page.context.close()
        troubles = [trouble for visit in self._visits for trouble in visit.troubles]
        assert troubles == []


def _is_trouble(kind: str, text: str) -> bool:
    """A refusal that the page puts into words is none, though the browser notes it."""
    return kind in {"error", "warning"} and "status of 422" not in text
