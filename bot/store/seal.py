"""Encrypts interaction tokens at rest; knows neither rows nor jobs."""

from base64 import urlsafe_b64encode

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_KEY_BYTES = 32
"""What Fernet asks for: 16 to sign, 16 to encrypt (https://github.com/fernet/spec/blob/master/Spec.md)."""

_PURPOSE = b"easel interaction token"


class TokenSeal:
    """Seals tokens with a key derived from a secret.

    The secret is a bot token, long and random by Discord's making, so HKDF is enough and no slow derivation is needed.
    """

    def __init__(self, secret: str) -> None:
        key = HKDF(algorithm=SHA256(), length=_KEY_BYTES, salt=None, info=_PURPOSE).derive(secret.encode())
        self._fernet = Fernet(urlsafe_b64encode(key))

    def close(self, token: str | None) -> str | None:
        return None if token is None else self._fernet.encrypt(token.encode()).decode()

    def open(self, sealed: str | None) -> str | None:
        """Give the token; None also when it was sealed with another secret, since then it is as good as dead."""
        if sealed is None:
            return None
        try:
            return self._fernet.decrypt(sealed).decode()
        except InvalidToken:
            return None
