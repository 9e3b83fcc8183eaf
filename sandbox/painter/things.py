"""Things that can stand in a scene, each in a square of its own. Knows no prompt."""

import math

from sandbox.painter.colour import BLACK, WHITE, Colour, mix
from sandbox.painter.palette import Palette
from sandbox.painter.stage import Stage

AUTUMN_LEAVES: tuple[Colour, ...] = ((217, 84, 30), (232, 137, 28), (200, 52, 31), (240, 180, 41))
_LEAVES: tuple[Colour, ...] = ((74, 140, 74), (96, 156, 70), (58, 122, 88))
_PETALS: tuple[Colour, ...] = ((232, 84, 120), (150, 96, 214), (240, 120, 60), (236, 64, 72))
_HULL: Colour = (196, 62, 52)
_GLAZES: tuple[Colour, ...] = ((58, 120, 168), (190, 84, 62), (70, 140, 120))


def cube(stage: Stage, palette: Palette) -> None:
    colour = palette.accent
    stage.shadow(0.55)
    left, right, near, top = (-0.45, 0.24), (0.45, 0.24), (0.0, 0.0), (0.0, 0.48)
    rise = 0.52
    stage.polygon([left, near, (0, rise), (-0.45, 0.24 + rise)], mix(colour, WHITE, 0.08), mix(colour, BLACK, 0.12))
    stage.polygon([right, near, (0, rise), (0.45, 0.24 + rise)], mix(colour, BLACK, 0.25), mix(colour, BLACK, 0.5))
    roof = [(-0.45, 0.24 + rise), (0, rise), (0.45, 0.24 + rise), (0, top[1] + rise)]
    stage.polygon(roof, mix(colour, WHITE, 0.55), mix(colour, WHITE, 0.3))


def ball(stage: Stage, palette: Palette) -> None:
    colour = palette.accent
    stage.shadow(0.4)
    stage.disc((0, 0.42), 0.42, mix(colour, WHITE, 0.3), mix(colour, BLACK, 0.45))
    stage.oval((-0.14, 0.62), 0.12, 0.08, mix(colour, WHITE, 0.75), mix(colour, WHITE, 0.4))


def house(stage: Stage, palette: Palette) -> None:
    wall, roof = mix(WHITE, palette.light, 0.4), palette.accent
    stage.shadow(0.55)
    stage.polygon([(-0.42, 0), (0.42, 0), (0.42, 0.48), (-0.42, 0.48)], wall, mix(wall, palette.near, 0.35))
    stage.polygon([(0.18, 0.6), (0.3, 0.6), (0.3, 0.9), (0.18, 0.9)], mix(roof, BLACK, 0.45))
    stage.polygon([(-0.52, 0.46), (0.52, 0.46), (0, 0.92)], mix(roof, WHITE, 0.2), mix(roof, BLACK, 0.2))
    stage.polygon([(-0.09, 0), (0.11, 0), (0.11, 0.3), (-0.09, 0.3)], mix(palette.near, BLACK, 0.3))
    for x in (-0.31, 0.21):
        stage.polygon([(x, 0.18), (x + 0.13, 0.18), (x + 0.13, 0.34), (x, 0.34)], palette.light)


def boat(stage: Stage, palette: Palette) -> None:
    hull = palette.named or _HULL
    stage.line([(0, 0.1), (0, 0.98)], 0.02, mix(palette.near, BLACK, 0.5))
    stage.polygon([(0.03, 0.28), (0.4, 0.3), (0.03, 0.95)], WHITE, mix(WHITE, palette.sky[2], 0.5))
    stage.polygon([(-0.03, 0.3), (-0.3, 0.32), (-0.03, 0.85)], mix(WHITE, palette.light, 0.6), palette.light)
    stage.polygon([(-0.5, 0.24), (0.52, 0.24), (0.36, 0), (-0.36, 0)], hull, mix(hull, BLACK, 0.35))
    stage.polygon([(-0.47, 0.2), (0.49, 0.2), (0.47, 0.165), (-0.45, 0.165)], WHITE)


def balloon(stage: Stage, palette: Palette) -> None:
    colour = palette.accent
    for side in (-1, 1):
        stage.line([(side * 0.2, 0.82), (side * 0.08, 0.5)], 0.01, mix(palette.near, BLACK, 0.3))
    stage.disc((0, 1.15), 0.45, mix(colour, WHITE, 0.3), mix(colour, BLACK, 0.25))
    stage.polygon(
        [(-0.33, 0.86), (0.33, 0.86), (0.1, 0.66), (-0.1, 0.66)], mix(colour, BLACK, 0.12), mix(colour, BLACK, 0.3)
    )
    stage.oval((0, 1.15), 0.2, 0.45, mix(palette.light, colour, 0.15), mix(palette.light, colour, 0.5))
    stage.oval((0, 1.15), 0.06, 0.45, mix(colour, WHITE, 0.2), mix(colour, BLACK, 0.2))
    stage.polygon([(-0.1, 0.38), (0.1, 0.38), (0.12, 0.52), (-0.12, 0.52)], (150, 98, 58), (104, 66, 40))


def robot(stage: Stage, palette: Palette) -> None:
    metal, glow = mix(palette.accent, (150, 158, 170), 0.55), mix(palette.light, palette.accent, 0.3)
    dark = mix(metal, BLACK, 0.45)
    stage.shadow(0.42)
    for side in (-1, 1):
        stage.polygon([(side * 0.06, 0), (side * 0.22, 0), (side * 0.19, 0.16), (side * 0.09, 0.16)], dark)
        stage.line([(side * 0.28, 0.46), (side * 0.42, 0.36), (side * 0.42, 0.2)], 0.07, dark)
        stage.disc((side * 0.42, 0.18), 0.06, metal, dark)
    stage.polygon([(-0.28, 0.14), (0.28, 0.14), (0.3, 0.52), (-0.3, 0.52)], mix(metal, WHITE, 0.25), metal)
    stage.polygon([(-0.24, 0.57), (0.24, 0.57), (0.24, 0.88), (-0.24, 0.88)], mix(metal, WHITE, 0.4), metal)
    stage.polygon([(-0.18, 0.63), (0.18, 0.63), (0.18, 0.8), (-0.18, 0.8)], mix(BLACK, palette.near, 0.3))
    for side in (-1, 1):
        stage.disc((side * 0.09, 0.72), 0.045, WHITE, glow)
    stage.line([(0, 0.88), (0, 1.0)], 0.02, dark)
    stage.disc((0, 1.02), 0.04, mix(palette.accent, WHITE, 0.3), palette.accent)
    stage.disc((0, 0.34), 0.08, glow, palette.accent)


def rocket(stage: Stage, palette: Palette) -> None:
    body, fin = mix(WHITE, palette.sky[2], 0.2), palette.accent
    stage.polygon([(-0.12, 0.2), (0.12, 0.2), (0, -0.22)], (255, 226, 120), (240, 90, 40))
    for side in (-1, 1):
        stage.polygon([(side * 0.14, 0.42), (side * 0.34, 0.12), (side * 0.12, 0.2)], fin, mix(fin, BLACK, 0.4))
    stage.oval((0, 0.6), 0.19, 0.46, body, mix(body, palette.near, 0.45))
    stage.polygon([(-0.155, 0.86), (0.155, 0.86), (0, 1.14)], mix(fin, WHITE, 0.2), fin)
    stage.disc((0, 0.68), 0.085, mix(fin, BLACK, 0.3))
    stage.disc((0, 0.68), 0.062, mix(palette.light, (120, 190, 230), 0.6), (60, 110, 170))


def tree(stage: Stage, palette: Palette) -> None:
    leaf = palette.named or stage.rng.choice(AUTUMN_LEAVES if palette.is_autumn else _LEAVES)
    stage.shadow(0.45)
    stage.polygon([(-0.06, 0), (0.07, 0), (0.04, 0.5), (-0.04, 0.5)], (122, 84, 54), (84, 56, 38))
    for x, y, radius in ((-0.24, 0.6, 0.22), (0.25, 0.62, 0.22), (0, 0.82, 0.28), (0.02, 0.58, 0.26)):
        stage.disc((x, y), radius, mix(leaf, WHITE, 0.22), mix(leaf, BLACK, 0.22))


def mushroom(stage: Stage, palette: Palette) -> None:
    cap = palette.accent
    stage.shadow(0.38)
    stage.polygon([(-0.13, 0), (0.13, 0), (0.09, 0.5), (-0.09, 0.5)], (250, 240, 220), (214, 196, 170))
    dome = [(-0.48, 0.44), (-0.42, 0.62), (-0.26, 0.78), (0, 0.86), (0.26, 0.78), (0.42, 0.62), (0.48, 0.44), (0, 0.37)]
    stage.polygon(dome, mix(cap, WHITE, 0.2), mix(cap, BLACK, 0.25))
    for x, y, radius in ((-0.22, 0.6, 0.07), (0.05, 0.72, 0.06), (0.25, 0.56, 0.075), (0.0, 0.5, 0.045)):
        stage.oval((x, y), radius, radius * 0.8, WHITE, mix(WHITE, cap, 0.15))


def lighthouse(stage: Stage, palette: Palette) -> None:
    stripe, white = palette.accent, mix(WHITE, palette.light, 0.3)
    stage.canvas.glow(stage.at((0, 1.12)), 0.35, palette.light, 0.7)
    stage.oval((0, 0.0), 0.5, 0.1, mix(palette.near, WHITE, 0.2), palette.near)
    for number in range(5):
        low, high = number * 0.2, number * 0.2 + 0.2
        near, far = 0.2 - 0.09 * low, 0.2 - 0.09 * high
        colour = white if number % 2 else stripe
        stage.polygon([(-near, low), (near, low), (far, high), (-far, high)], colour, mix(colour, BLACK, 0.15))
    stage.polygon([(-0.16, 1.0), (0.16, 1.0), (0.16, 1.04), (-0.16, 1.04)], mix(palette.near, BLACK, 0.4))
    stage.polygon([(-0.09, 1.04), (0.09, 1.04), (0.09, 1.2), (-0.09, 1.2)], WHITE, palette.light)
    stage.polygon([(-0.13, 1.2), (0.13, 1.2), (0, 1.34)], stripe, mix(stripe, BLACK, 0.3))


def castle(stage: Stage, palette: Palette) -> None:
    stone, roof = mix(palette.far, (196, 190, 182), 0.75), palette.named or (154, 58, 66)
    dark = mix(stone, BLACK, 0.35)
    stage.shadow(0.6)
    for x, high in ((-0.44, 0.62), (0.44, 0.62), (0.0, 0.92)):
        stage.polygon([(x - 0.12, 0), (x + 0.12, 0), (x + 0.12, high), (x - 0.12, high)], mix(stone, WHITE, 0.2), dark)
        stage.polygon([(x - 0.17, high - 0.02), (x + 0.17, high - 0.02), (x, high + 0.36)], roof, mix(roof, BLACK, 0.3))
        stage.polygon(
            [(x - 0.03, high - 0.24), (x + 0.03, high - 0.24), (x + 0.03, high - 0.1), (x - 0.03, high - 0.1)], dark
        )
    stage.polygon([(-0.46, 0), (0.46, 0), (0.46, 0.42), (-0.46, 0.42)], stone, dark)
    for number in range(6):
        x = -0.44 + number * 0.16
        stage.polygon([(x, 0.4), (x + 0.08, 0.4), (x + 0.08, 0.48), (x, 0.48)], stone)
    stage.oval((0, 0.2), 0.11, 0.11, (66, 44, 34))
    stage.polygon([(-0.11, 0), (0.11, 0), (0.11, 0.2), (-0.11, 0.2)], (66, 44, 34))


def flower(stage: Stage, palette: Palette) -> None:
    petal = palette.named or stage.rng.choice(_PETALS)
    for x, high, size in ((-0.34, 0.62, 0.8), (0.36, 0.56, 0.75), (0.0, 0.8, 1.0)):
        stage.line([(x, 0), (x + 0.03, high * 0.5), (x, high)], 0.028, (58, 120, 62))
        stage.oval((x + 0.1, high * 0.4), 0.1, 0.04, (86, 160, 84), (50, 110, 58))
        for number in range(7):
            turn = number * math.tau / 7
            centre = (x + 0.13 * size * math.cos(turn), high + 0.13 * size * math.sin(turn))
            stage.disc(centre, 0.1 * size, mix(petal, WHITE, 0.3), petal)
        stage.disc((x, high), 0.085 * size, (250, 206, 84), (214, 142, 40))


def teapot(stage: Stage, palette: Palette) -> None:
    glaze = palette.named or stage.rng.choice(_GLAZES)
    stage.shadow(0.5)
    stage.line([(-0.34, 0.52), (-0.58, 0.5), (-0.6, 0.28), (-0.36, 0.2)], 0.06, mix(glaze, BLACK, 0.25))
    stage.polygon([(0.3, 0.2), (0.42, 0.36), (0.6, 0.62), (0.52, 0.66), (0.28, 0.44)], mix(glaze, WHITE, 0.1), glaze)
    stage.oval((0, 0.34), 0.42, 0.34, mix(glaze, WHITE, 0.35), mix(glaze, BLACK, 0.35))
    stage.oval((0, 0.64), 0.2, 0.06, mix(glaze, WHITE, 0.25), glaze)
    stage.disc((0, 0.74), 0.06, mix(glaze, WHITE, 0.3), mix(glaze, BLACK, 0.2))
    stage.oval((-0.16, 0.48), 0.1, 0.07, mix(glaze, WHITE, 0.7), mix(glaze, WHITE, 0.4))
