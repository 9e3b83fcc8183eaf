"""A request's body as it is sent: JSON, with the pictures that travel in it encoded piece by piece.

In one piece such a body takes seven times the memory of its pictures: as base64, as JSON and as what is being sent.
"""

import re
from binascii import b2a_base64
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field

from bot.core.remote import INLINE, InlinePicture

PIECE_BYTES = 48 * 1024
"""A multiple of three, so that the pieces' base64 joins without padding in between."""


@dataclass(frozen=True, slots=True)
class Body:
    """What stands between the pictures, and the pictures; sent anew whenever it is iterated."""

    parts: Sequence[bytes | InlinePicture] = field(repr=False)

    @property
    def size_bytes(self) -> int:
        return sum(len(part) if isinstance(part, bytes) else _size_bytes(part) for part in self.parts)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for part in self.parts:
            if isinstance(part, bytes):
                yield part
                continue
            yield _head(part)
            data = memoryview(part.data)
            for at in range(0, len(data), PIECE_BYTES):
                yield b2a_base64(data[at : at + PIECE_BYTES], newline=False)


def with_pictures(json: bytes, pictures: Mapping[str, InlinePicture]) -> Body:
    """Put pictures where their names stand as whole strings; what people typed can hold no such string unescaped."""
    names = {_as_json(name): picture for name, picture in pictures.items()}
    found = re.split(b"(" + b"|".join(map(re.escape, names)) + b")", json)
    parts: list[bytes | InlinePicture] = []
    for part in found:
        if part in names:
            parts += [b'"', names[part], b'"']
        else:
            parts.append(part)
    return Body(parts)


def _as_json(name: str) -> bytes:
    """Give a name as it stands in JSON, where its first sign is written as six."""
    return f'"\\u{ord(INLINE):04x}{name.removeprefix(INLINE)}"'.encode()


def _head(picture: InlinePicture) -> bytes:
    return f"data:{picture.media_type};base64,".encode()


def _size_bytes(picture: InlinePicture) -> int:
    return len(_head(picture)) + -(-len(picture.data) // 3) * 4
