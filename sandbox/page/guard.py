"""Keeps strangers out: the page can kill the bot, so it answers only a browser on this machine that means the page."""

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

HOSTS = ("127.0.0.1", "localhost")
_OURS = frozenset({"same-origin", "none"})
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' blob:; "
    "connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
# A file that somebody attached may be a web page; shown by itself, it must not act as this one.
_FILE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; sandbox"


def keep_strangers_out(port: int) -> Middleware:
    """Return a middleware that refuses what another site sends here, whatever it calls this address (DNS rebinding)."""
    hosts = {f"{name}:{port}" for name in HOSTS}
    origins = {f"http://{host}" for host in hosts}

    @web.middleware
    async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.headers.get("Host") not in hosts:
            raise web.HTTPMisdirectedRequest(text="The sandbox's page answers at 127.0.0.1 and localhost only.\n")
        foreign = request.headers.get("Origin", "") not in {"", *origins}
        elsewhere = request.headers.get("Sec-Fetch-Site", "none") not in _OURS
        if foreign or (elsewhere and request.path.startswith("/api/")):
            raise web.HTTPForbidden(text="Another site may not use the sandbox's page.\n")
        return await handler(request)

    return guard


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Send the policy with every answer, and let the browser ask again each time for what may have changed."""
    response.headers.update(_HEADERS)
    if request.path.startswith("/files/"):
        response.headers["Content-Security-Policy"] = _FILE_POLICY
    response.headers.setdefault("Cache-Control", "no-cache")
