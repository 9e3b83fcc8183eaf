"""A browser window on the sandbox's page and what a person does in it, for the tests and for the screenshots."""

import shutil
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.async_api import Browser, Locator, Page

CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Nothing of the browser's own may want the network, or wait for a desktop.
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
CANCEL = '[data-press*=":cancel:"]'
"""The button that only a card under way has."""
PATIENCE_MS = 15_000
Size = tuple[int, int]
WIDE: Size = (1280, 800)
PHONE: Size = (390, 844)
SCHEMES = ("dark", "light")


def find_chromium() -> str | None:
    """Return the path of this machine's own Chromium or Chrome."""
    return next((found for name in CHROMIUMS if (found := shutil.which(name))), None)


@dataclass(slots=True)
class Visit:
    """One window. `troubles` is where somebody who watches it writes down what went wrong."""

    page: "Page"
    troubles: list[str] = field(default_factory=list[str])

    @property
    def composer(self) -> "Locator":
        return self.page.get_by_role("combobox", name="Message")

    @property
    def form(self) -> "Locator":
        return self.page.locator(".command-form")

    @property
    def messages(self) -> "Locator":
        return self.page.locator(".messages > .message")

    @property
    def last(self) -> "Locator":
        return self.messages.last

    def option(self, name: str) -> "Locator":
        """Return the control of an option that is in the form."""
        return self.form.locator(f'[data-option="{name}"]').locator("input,textarea,select").first

    async def begin(self, command: str) -> None:
        """Open a command by typing it."""
        await self.composer.fill(f"/{command} ")
        await self.form.wait_for()

    async def add(self, option: str) -> "Locator":
        """Take an option into the form."""
        await self.form.locator(f'[data-chip="{option}"]').click()
        return self.option(option)

    async def send(self) -> None:
        """Press Enter, and wait for what comes of it: the next message."""
        before = await self.messages.count()
        await self.page.keyboard.press("Enter")
        await self.messages.nth(before).wait_for()

    async def ask(self, prompt: str) -> None:
        """Send /imagine with nothing but a prompt, and wait for its card."""
        await self.begin("imagine")
        await self.option("prompt").fill(prompt)
        await self.send()

    async def write(self, text: str) -> None:
        """Send an ordinary message."""
        await self.composer.fill(text)
        await self.send()

    async def says(self, text: str) -> None:
        """Wait until the last message holds a text."""
        await self.last.get_by_text(text, exact=False).first.wait_for()

    async def lands(self) -> None:
        """Wait until the last message has ended with its pictures, whatever it says of them."""
        await self.page.locator(f".messages > .message:last-child:has(.gallery img):not(:has({CANCEL}))").wait_for()

    async def press(self, label: str) -> None:
        """Press a button of the last message."""
        await self.last.get_by_role("button", name=label, exact=True).click()

    async def show_drawer(self, tab: str) -> None:
        """Show one of the drawer's tabs, in its sheet where the window is narrow."""
        opener = self.page.locator("#open-log")
        if await opener.is_visible():
            await opener.click()
        await self.page.get_by_role("tab", name=tab).click()

    async def focused(self) -> str:
        """Return what has the focus: its label or its text."""
        script = "() => document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent"
        return str(await self.page.evaluate(script))

    async def scrolls_sideways(self) -> bool:
        return bool(await self.page.evaluate("() => document.documentElement.scrollWidth > innerWidth"))


async def new_visit(browser: "Browser", *, size: Size, scheme: str) -> Visit:
    """Open an empty window with a profile of its own."""
    context = await browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme="light" if scheme == "light" else "dark",
        has_touch=size == PHONE,
    )
    context.set_default_timeout(PATIENCE_MS)
    return Visit(await context.new_page())


async def go(visit: Visit, url: str) -> None:
    """Open the page and wait until it shows where one is."""
    await visit.page.goto(url)
    await visit.page.locator(".welcome").wait_for()
