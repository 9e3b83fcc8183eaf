"""Paints a picture from a prompt with a plain drawing routine, and says so on the picture.

It must not know Oxen or Discord. The same arguments always give the same bytes (with the same Pillow).
"""

import random
from collections.abc import Sequence

from sandbox.painter.canvas import Canvas, encode
from sandbox.painter.captions import write_caption
from sandbox.painter.motifs import draw_motifs, motifs_for
from sandbox.painter.palette import palette_for
from sandbox.painter.references import as_backdrop, dominant_colour, paste_references
from sandbox.painter.scenes import scene_for


def paint(
    *,
    prompt: str,
    seed: int,
    width_px: int,
    height_px: int,
    references: Sequence[bytes] = (),
    output_format: str = "png",
    quality: int = 80,
    grainy: bool = False,
) -> bytes:
    """Paint and encode one picture as "webp", "png", "jpg" or "jpeg"; `quality` (0-100) does nothing for PNG.

    Words of the prompt choose scene, colours and what stands in it; the seed chooses everything else. References are
    pasted in as numbered photographs in the given order; one reference without a prompt becomes the picture itself.
    """
    rng = random.Random(f"{prompt}\n{seed}")
    if references and not prompt.strip():
        canvas = Canvas(as_backdrop(references[0], width_px, height_px))
    else:
        canvas = _painted_scene(prompt, rng, width_px, height_px, references)
        paste_references(canvas, references, rng)
    write_caption(canvas, prompt=prompt, seed=seed)
    if grainy:
        canvas.strew_grain(rng)
    return encode(canvas.image, output_format=output_format, quality=quality)


def _painted_scene(
    prompt: str, rng: random.Random, width_px: int, height_px: int, references: Sequence[bytes]
) -> Canvas:
    tint = dominant_colour(references[0]) if references else None
    palette = palette_for(prompt, rng, tint=tint)
    canvas = Canvas.blank(width_px, height_px)
    scene_for(prompt, rng)(canvas, palette, rng)
    draw_motifs(motifs_for(prompt), canvas, palette, rng)
    return canvas
