"""Arithmetic with colours."""

import colorsys

Colour = tuple[int, int, int]

WHITE: Colour = (255, 255, 255)
BLACK: Colour = (0, 0, 0)
_FULL = 255


def from_hex(text: str) -> Colour:
    """Read "f0b232"."""
    return int(text[0:2], 16), int(text[2:4], 16), int(text[4:6], 16)


def mix(first: Colour, second: Colour, share: float) -> Colour:
    """Blend; `share` 0 gives the first colour, 1 the second."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(first, second, strict=True))
    return red, green, blue


def turned(colour: Colour, *, hue_turn: float) -> Colour:
    """Turn the hue by a part of the full circle."""
    hue, lightness, saturation = colorsys.rgb_to_hls(*(part / _FULL for part in colour))
    red, green, blue = (
        round(part * _FULL) for part in colorsys.hls_to_rgb((hue + hue_turn) % 1, lightness, saturation)
    )
    return red, green, blue


def saturation(colour: Colour) -> float:
    """Say how far from grey a colour is, 0 to 1, dark and pale ones counting little."""
    return (max(colour) - min(colour)) / _FULL
