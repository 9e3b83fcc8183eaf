"""Signs links to results, and says whether a link still opens anything."""

import hashlib
import hmac
from collections.abc import Mapping
from urllib.parse import urlencode

SIGNATURE = "oxen_signature"
EXPIRES = "oxen_expires"


class LinkSigner:
    """Signs paths with a secret of its own; `oxen_expires` is in unix seconds."""

    def __init__(self, *, secret: bytes) -> None:
        self._secret = secret

    def signed(self, url: str, *, path: str, expires_at: float) -> str:
        """Return the link to the file at `path`, good until `expires_at`."""
        expires = str(int(expires_at))
        return f"{url}?{urlencode({SIGNATURE: self._signature(path, expires), EXPIRES: expires})}"

    def is_good(self, path: str, query: Mapping[str, str], *, now: float) -> bool:
        """Say whether signature and time both hold."""
        expires = query.get(EXPIRES, "")
        if not expires.isdecimal() or int(expires) <= now:
            return False
        return hmac.compare_digest(query.get(SIGNATURE, ""), self._signature(path, expires))

    def _signature(self, path: str, expires: str) -> str:
        return hmac.new(self._secret, f"{path}\n{expires}".encode(), hashlib.sha256).hexdigest()
