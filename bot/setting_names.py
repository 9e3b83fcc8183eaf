"""Finds variables that look like a setting and are none; pure, and knows no value, since a value may be secret."""

from collections.abc import Collection, Iterable
from difflib import get_close_matches

_CLOSE = 0.8
"""difflib's ratio. A letter too few or too many in the shortest names still reaches it, as does OXEN_KEY."""
_OF_OTHERS = frozenset({"DATABASE_URL_SECRET"})
"""What .env tells Compose alone (docker-compose.yml)."""
_PROXIES = frozenset({"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"})


def misspelt(given: Iterable[str], settings: Collection[str]) -> tuple[str, ...]:
    """Return a sentence for each given name that was probably meant to be a setting, in the order given."""
    unknown = (name for name in given if name not in settings and name not in _OF_OTHERS)
    meant = ((name, _nearest(name, settings)) for name in unknown)
    return tuple(
        f"{name} is not a setting of Easel: write {nearest}, or take it out." for name, nearest in meant if nearest
    )


def _nearest(name: str, settings: Collection[str]) -> str | None:
    plain = name.upper().replace("-", "_")
    close = get_close_matches(plain, settings, n=1, cutoff=_CLOSE)
    # The beginning of one of ours, such as DAILY_IMAGES, is shorter than a likeness allows for.
    longer = sorted(setting for setting in settings if "_" in plain and setting.startswith(f"{plain}_"))
    return next(iter([*close, *longer]), None)


def unused_proxies(given: Iterable[str]) -> tuple[str, ...]:
    """Return a sentence about the variables that send other programs through a proxy, if there are any."""
    found = sorted(name for name in given if name.upper() in _PROXIES)
    if not found:
        return ()
    hosts = "discord.com, gateway.discord.gg, cdn.discordapp.com and hub.oxen.ai"
    return (f"{', '.join(found)}: Easel uses no proxy, and must reach {hosts} directly.",)
