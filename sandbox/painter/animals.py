"""Animals that can sit in a scene, in the colours that they have unless a prompt names another. Knows no prompt."""

import math

from sandbox.painter.colour import BLACK, WHITE, Colour, mix
from sandbox.painter.palette import Palette
from sandbox.painter.stage import Stage

_CATS: tuple[Colour, ...] = ((224, 138, 60), (125, 130, 140), (62, 62, 74), (217, 180, 143))
_FOX: Colour = (222, 110, 42)
_DOGS: tuple[Colour, ...] = ((176, 122, 72), (92, 70, 58), (226, 196, 150))
_OWL: Colour = (138, 104, 74)
_NOSE: Colour = (40, 32, 34)


def cat(stage: Stage, palette: Palette) -> None:
    fur = palette.named or stage.rng.choice(_CATS)
    dark, eye = mix(fur, BLACK, 0.35), mix(palette.light, (250, 220, 90), 0.5)
    stage.shadow(0.4)
    stage.line([(0.2 + 0.27 * math.sin(t / 8), 0.26 - 0.2 * math.cos(t / 8)) for t in range(21)], 0.065, dark)
    stage.oval((0, 0.26), 0.28, 0.3, fur, dark)
    for side in (-1, 1):
        stage.polygon([(side * 0.23, 0.62), (side * 0.05, 0.78), (side * 0.24, 0.98)], dark)
    stage.oval((0, 0.64), 0.25, 0.21, mix(fur, WHITE, 0.12), fur)
    for side in (-1, 1):
        stage.oval((side * 0.1, 0.67), 0.045, 0.055, eye)
        stage.oval((side * 0.1, 0.67), 0.016, 0.05, BLACK)
        stage.line([(side * 0.08, 0.57), (side * 0.34, 0.6)], 0.008, mix(fur, WHITE, 0.6))
        stage.oval((side * 0.11, 0.03), 0.09, 0.05, mix(fur, WHITE, 0.2))
    stage.polygon([(-0.03, 0.6), (0.03, 0.6), (0, 0.565)], mix(fur, (255, 150, 160), 0.7))


def fox(stage: Stage, palette: Palette) -> None:
    fur = palette.named or _FOX
    dark, pale = mix(fur, BLACK, 0.3), mix(WHITE, fur, 0.08)
    stage.shadow(0.5)
    stage.polygon([(0.12, 0.02), (0.5, 0.06), (0.6, 0.34), (0.4, 0.52), (0.3, 0.3)], fur, dark)
    stage.polygon([(0.44, 0.3), (0.6, 0.34), (0.4, 0.52)], pale)
    stage.oval((0, 0.26), 0.25, 0.3, fur, dark)
    stage.oval((0, 0.24), 0.13, 0.22, pale, mix(pale, fur, 0.3))
    for side in (-1, 1):
        stage.polygon([(side * 0.25, 0.66), (side * 0.07, 0.8), (side * 0.24, 1.04)], dark)
        stage.polygon([(side * 0.22, 0.72), (side * 0.13, 0.8), (side * 0.22, 0.94)], pale)
    stage.polygon([(-0.3, 0.68), (-0.16, 0.84), (0.16, 0.84), (0.3, 0.68), (0, 0.42)], mix(fur, WHITE, 0.12), fur)
    for side in (-1, 1):
        stage.polygon([(side * 0.3, 0.68), (side * 0.08, 0.6), (0, 0.42)], pale)
        stage.oval((side * 0.11, 0.69), 0.03, 0.035, _NOSE)
        stage.oval((side * 0.1, 0.03), 0.08, 0.05, dark)
    stage.disc((0, 0.45), 0.035, _NOSE)


def dog(stage: Stage, palette: Palette) -> None:
    fur = palette.named or stage.rng.choice(_DOGS)
    dark, pale = mix(fur, BLACK, 0.4), mix(fur, WHITE, 0.5)
    stage.shadow(0.4)
    stage.line([(0.2, 0.16), (0.36, 0.26), (0.38, 0.44)], 0.06, dark)
    stage.oval((0, 0.26), 0.26, 0.3, fur, dark)
    stage.oval((0, 0.24), 0.13, 0.2, pale, fur)
    stage.oval((0, 0.66), 0.23, 0.22, mix(fur, WHITE, 0.12), fur)
    for side in (-1, 1):
        stage.oval((side * 0.25, 0.62), 0.08, 0.19, dark)
        stage.disc((side * 0.09, 0.7), 0.032, _NOSE)
        stage.oval((side * 0.11, 0.03), 0.09, 0.05, pale)
    stage.oval((0, 0.57), 0.12, 0.09, pale)
    stage.oval((0, 0.61), 0.05, 0.035, _NOSE)


def owl(stage: Stage, palette: Palette) -> None:
    feather = palette.named or _OWL
    dark, pale = mix(feather, BLACK, 0.35), mix(feather, WHITE, 0.55)
    stage.shadow(0.32)
    stage.oval((0, 0.4), 0.3, 0.4, feather, dark)
    stage.oval((0, 0.32), 0.18, 0.28, pale, feather)
    for side in (-1, 1):
        stage.polygon([(side * 0.26, 0.7), (side * 0.08, 0.78), (side * 0.24, 0.96)], dark)
        stage.oval((side * 0.28, 0.36), 0.09, 0.26, dark)
        stage.disc((side * 0.12, 0.62), 0.12, WHITE, pale)
        stage.disc((side * 0.11, 0.62), 0.055, _NOSE)
        stage.oval((side * 0.09, 0.02), 0.06, 0.03, (224, 150, 50))
    stage.polygon([(-0.05, 0.56), (0.05, 0.56), (0, 0.47)], (236, 164, 60))
