"""The strip below a picture: the prompt's first words, the seed, and the plain truth about who drew it."""

from functools import lru_cache

from PIL import Image, ImageDraw, ImageFont

from sandbox.painter.canvas import Canvas

TRUTH = "sandbox drawing, not AI"
_FONT_SHARE = 0.028
_MIN_FONT_PX, _MAX_FONT_PX = 9, 30
_INK, _QUIET_INK = (245, 245, 240), (205, 208, 214)
_STRIP_DARKNESS = 0.62
_ELLIPSIS = "..."


def write_caption(canvas: Canvas, *, prompt: str, seed: int) -> None:
    """Write on one line where it fits, else on two."""
    size_px = min(max(round(canvas.height_px * _FONT_SHARE), _MIN_FONT_PX), _MAX_FONT_PX)
    font = _font(size_px)
    margin_px = round(size_px * 0.9)
    room_px = canvas.width_px - 2 * margin_px
    note = f"seed {seed} | {TRUTH}"
    note_px = font.getlength(note)
    fits_on_one = room_px - note_px > room_px * 0.4
    lines = 1 if fits_on_one or not prompt.strip() else 2
    line_px = round(size_px * 1.35)
    top_px = canvas.height_px - lines * line_px - margin_px
    _darken(canvas.image, top_px)

    draw = ImageDraw.Draw(canvas.image)
    title = shortened(prompt, font, room_px - (note_px + 2 * margin_px if fits_on_one else 0))
    first_y = top_px + margin_px / 2
    draw.text((margin_px, first_y), title, font=font, fill=_INK)
    note_x = canvas.width_px - margin_px - note_px if fits_on_one else margin_px
    draw.text((note_x, first_y + (lines - 1) * line_px), note, font=font, fill=_QUIET_INK)


def shortened(text: str, font: ImageFont.FreeTypeFont, room_px: float) -> str:
    """Keep as many whole words as fit, from the first on."""
    words = text.split()
    kept = ""
    for word in words:
        longer = f"{kept} {word}".lstrip()
        if font.getlength(longer + _ELLIPSIS) > room_px:
            break
        kept = longer
    is_cut = bool(kept) and kept != " ".join(words)
    return kept + _ELLIPSIS if is_cut else kept


@lru_cache(maxsize=32)
def _font(size_px: int) -> ImageFont.FreeTypeFont:
    font = ImageFont.load_default(size_px)
    if not isinstance(font, ImageFont.FreeTypeFont):
        raise TypeError("Pillow was built without FreeType")
    return font


def _darken(image: Image.Image, top_px: int) -> None:
    box = (0, max(0, top_px), image.width, image.height)
    strip = image.crop(box)
    image.paste(Image.blend(strip, Image.new("RGB", strip.size, (16, 18, 24)), _STRIP_DARKNESS), box[:2])
