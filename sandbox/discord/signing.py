"""Links to files, signed and expiring as Discord's are. Knows no HTTP."""

import hashlib
import hmac
from collections.abc import Callable
from datetime import datetime
from urllib.parse import quote

from sandbox.discord.state import Attachment

# Samples in Discord's reference have `ex` 86,400 s after `is`.
LINK_LIFETIME_S = 86_400


class Links:
    """Make and check the links of the sandbox's CDN. Lifetimes may be changed at any time."""

    def __init__(self, *, secret: bytes, now: Callable[[], datetime]) -> None:
        self._secret = secret
        self._now = now
        self.origin = ""
        self.lifetime_s = LINK_LIFETIME_S

    def url(self, attachment: Attachment) -> str:
        return self._signed("", attachment)

    def proxy_url(self, attachment: Attachment) -> str:
        """Discord has a second host for resized pictures; here it is a second path."""
        return self._signed("/media", attachment)

    def valid(self, path: str, *, issued: str, expires: str, signature: str) -> bool:
        """Whether a link has our signature and is not over."""
        if not hmac.compare_digest(signature.encode(), self._signature(path, issued, expires).encode()):
            return False
        return int(expires, 16) > self._now().timestamp()

    def _signed(self, prefix: str, attachment: Attachment) -> str:
        folder = "ephemeral-attachments" if attachment.ephemeral else "attachments"
        path = f"{prefix}/{folder}/{attachment.folder_id}/{attachment.id}/{quote(attachment.filename)}"
        at = int(self._now().timestamp())
        issued, expires = f"{at:x}", f"{at + self.lifetime_s:x}"
        return f"{self.origin}{path}?ex={expires}&is={issued}&hm={self._signature(path, issued, expires)}&"

    def _signature(self, path: str, issued: str, expires: str) -> str:
        return hmac.new(self._secret, f"{path}\n{issued}\n{expires}".encode(), hashlib.sha256).hexdigest()
