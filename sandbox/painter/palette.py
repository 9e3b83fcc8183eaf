"""Which colours a picture has: its mood from the prompt's words, its accent from a colour that the prompt names."""

import random
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from sandbox.painter.colour import Colour, from_hex, mix, turned

_WORD = re.compile(r"[a-z]+")
_TINT_SHARE = 0.3
_MAX_HUE_TURN = 0.035
_AUTUMN = frozenset({"autumn", "fall"})
_STORMY = frozenset({"storm", "stormy", "thunder", "thunderstorm"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Palette:
    """The colours of one picture: sky from top to horizon, land from far to near, the light, one that stands out.

    `named` is the colour that the prompt itself names, if it names one.
    """

    sky: tuple[Colour, Colour, Colour]
    far: Colour
    near: Colour
    light: Colour
    accent: Colour
    is_dark: bool = False
    named: Colour | None = None
    is_autumn: bool = False
    is_stormy: bool = False


def _mood(sky: str, land: str, light: str, accent: str, *, is_dark: bool = False) -> Palette:
    top, middle, horizon = map(from_hex, sky.split())
    far, near = map(from_hex, land.split())
    return Palette(
        sky=(top, middle, horizon),
        far=far,
        near=near,
        light=from_hex(light),
        accent=from_hex(accent),
        is_dark=is_dark,
    )


MOODS: Mapping[str, Palette] = {
    "day": _mood("3f8fd6 8cc6ee e9f4ee", "a9c9cf 2f6b4f", "fff6d8", "e4572e"),
    "dawn": _mood("5b6fae f0a6a0 ffe1b8", "c9a2b8 4a3d63", "fff0cf", "ff7a59"),
    "sunset": _mood("2b2a5a c2456b ffb35c", "b4567a 2a1a3e", "ffe08a", "ffd166"),
    "night": _mood("070b1f 15224d 35508a", "33497c 0a1026", "f4f1de", "f2c14e", is_dark=True),
    "forest": _mood("8fc1b5 c5dfc0 f2f3d6", "9cc2a5 173f2f", "fffbe0", "d1495b"),
    "winter": _mood("7fa6c9 bcd3e6 f5f8fb", "c6d6e4 5c7ea3", "ffffff", "d7263d"),
    "desert": _mood("5aa0c8 f3cf9a fde8c4", "e2b07e a5502f", "fff4d0", "1f7a8c"),
    "sea": _mood("2a78b8 8fd0e3 eaf7f2", "7fc4cf 0d4a6b", "fff7d6", "f25f5c"),
    "storm": _mood("2f3b46 5d6d7a a9b6b8", "76868d 1f2a30", "e8f0f2", "f7b801"),
    "autumn": _mood("6f9fc4 cfd8d4 f7e6c4", "d8b483 7a5a2c", "fff0cc", "c8442f"),
    "room": _mood("c9b79c dcccb0 e9dec8", "b98d5f 7a5232", "fff3d6", "3f7f9c"),
    "neon": _mood("12052e 5b1e8c ff4fa0", "7a2c9e 14062b", "ffd1f5", "2de2e6", is_dark=True),
}
_ANYWHERE = [name for name in MOODS if name != "room"]
_TIMES: Mapping[str, str] = {
    "day": "day sunny noon",
    "dawn": "dawn morning sunrise early mist fog misty pastel",
    "sunset": "sunset evening dusk golden",
    "night": "night midnight moonlight",
    "winter": "winter snow snowy ice frozen christmas",
    "storm": "storm stormy rain rainy thunder thunderstorm noir",
    "neon": "neon cyberpunk synthwave vaporwave",
    "autumn": "autumn fall",
}
"""Words for an hour or a weather: they count before words for a place or a thing, wherever they stand."""
_PLACES: Mapping[str, str] = {
    "day": "meadow field summer spring hill house cottage",
    "dawn": "cherry flower peace dream",
    "sunset": "fire dragon volcano savanna",
    "night": "moon stars star dark space galaxy planet ghost cosmos rocket owl",
    "forest": "forest jungle wood woods tree trees fox deer moss garden mushroom",
    "winter": "penguin glacier mountain mountains alps",
    "desert": "desert sand dune dunes camel canyon mars",
    "sea": "sea ocean beach lake boat ship island wave waves fish river lighthouse whale",
    "neon": "city robot future arcade",
    "room": "table room kitchen shelf desk teapot cup vase",
}
_COLOURS: Mapping[str, str] = {
    "red": "d62839", "orange": "f3722c", "yellow": "f9c74f", "gold": "e9b949", "green": "43aa5b", "teal": "1b9aaa",
    "cyan": "2ec4d6", "blue": "2667d9", "purple": "7b3fc4", "violet": "8f5bd8", "pink": "f26ca7", "magenta": "d6249f",
    "brown": "8a5a36", "black": "22242c", "white": "f4f4f0", "silver": "b8c0cc", "grey": "8a929e", "gray": "8a929e",
}  # fmt: skip


def words_of(prompt: str) -> list[str]:
    """Split a prompt into plain lower-case words."""
    return _WORD.findall(prompt.lower())


def palette_for(prompt: str, rng: random.Random, *, tint: Colour | None = None) -> Palette:
    """Choose the colours; `tint` (from a reference) counts where the prompt names no colour."""
    words = words_of(prompt)
    named = next((from_hex(_COLOURS[word]) for word in words if word in _COLOURS), None)
    palette = replace(
        _turned(_mood_for(words, rng), rng.uniform(-_MAX_HUE_TURN, _MAX_HUE_TURN)),
        named=named,
        is_autumn=not _AUTUMN.isdisjoint(words),
        is_stormy=not _STORMY.isdisjoint(words),
    )
    accent = named or tint
    if accent is None:
        return replace(palette, accent=turned(palette.accent, hue_turn=rng.uniform(-0.08, 0.08)))
    top, middle, horizon = palette.sky
    sky = (mix(top, accent, _TINT_SHARE * 0.6), mix(middle, accent, _TINT_SHARE), mix(horizon, accent, 0.12))
    return replace(palette, sky=sky, far=mix(palette.far, accent, _TINT_SHARE), accent=accent)


def _mood_for(words: list[str], rng: random.Random) -> Palette:
    # Drawn in any case, so that the rest of the picture does not hang on whether a word decided this.
    drawn = rng.choice(_ANYWHERE)
    asked = (
        mood for table in (_TIMES, _PLACES) for word in words for mood, known in table.items() if word in known.split()
    )
    return MOODS[next(asked, drawn)]


def _turned(palette: Palette, hue_turn: float) -> Palette:
    top, middle, horizon = (turned(colour, hue_turn=hue_turn) for colour in palette.sky)
    far, near = turned(palette.far, hue_turn=hue_turn), turned(palette.near, hue_turn=hue_turn)
    return replace(palette, sky=(top, middle, horizon), far=far, near=near)
