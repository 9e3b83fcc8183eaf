"""The sandbox's page: a channel in the browser, on the local Discord and the local Oxen, with the real bot behind it.

    async with LocalDiscord() as discord, LocalOxen(...) as oxen:
        bot = BotKeeper(start=..., ready=..., bell=bell)
        async with PageServer(Backstage(discord=discord, oxen=oxen, bot=bot, bell=bell), port=8420) as page:
            print(page.url)

It is bound to loopback and answers nobody who names it otherwise. What a person does goes through
`LocalDiscord.people`, so the page can do no more than a Discord client can; what goes wrong on purpose is in
`troubles`. The browser's side is plain ES modules in `static`, without a build step.
"""

from sandbox.page.backstage import Backstage
from sandbox.page.bell import Bell
from sandbox.page.keeper import BotKeeper
from sandbox.page.server import PageServer

__all__ = ["Backstage", "Bell", "BotKeeper", "PageServer"]
