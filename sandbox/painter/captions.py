"""The strip below a picture: the prompt's first words, the seed, and the plain truth about who drew it."""

from functools import lru_cache

from PIL import Image, ImageDraw, ImageFont

from sandbox.painter.canvas import Canvas

TRUTH = "drawn by the sandbox"
_FONT_SHARE = 0.034
_MIN_FONT_PX, _MAX_FONT_PX = 9, 34
_INK, _QUIET_INK = (245, 245, 240), (205, 208, 214)
_STRIP_DARKNESS = 0.62
_ELLIPSIS = "..."
_ROOM_SHARE = 0.92
_LINE_SHARE = 1.4
_FINE = 4
"""Letters are drawn this much larger and then reduced: at their own size they would stand on whole pixels."""
_WORD_SPACE = 0.3
"""Between two words, as a share of the size: Pillow's own face has narrower ones than these sizes bear."""


def write_caption(canvas: Canvas, *, prompt: str, seed: int) -> None:
    """Write two lines in the middle, no wider than the picture is high: where four are shown, each is cut square."""
    size_px = min(max(round(canvas.short_px * _FONT_SHARE), _MIN_FONT_PX), _MAX_FONT_PX)
    room_px = canvas.short_px * _ROOM_SHARE
    lines = [
        (shortened(prompt, size_px, room_px), _INK),
        (shortened(f"seed {seed} | {TRUTH}", size_px, room_px), _QUIET_INK),
    ]
    written = [(text, ink) for text, ink in lines if text]
    line_px = round(size_px * _LINE_SHARE)
    margin_px = round(size_px * 0.5)
    top_px = canvas.height_px - len(written) * line_px - 2 * margin_px
    _darken(canvas.image, top_px)
    for number, (text, ink) in enumerate(written):
        _write_centred(canvas.image, text, ink, size_px, top_px + margin_px + number * line_px)


def shortened(text: str, size_px: int, room_px: float) -> str:
    """Keep as many whole words as fit, from the first on."""
    words = text.split()
    kept: list[str] = []
    for number, word in enumerate(words):
        rest = _ELLIPSIS if number < len(words) - 1 else ""
        if width_px(" ".join((*kept, word + rest)), size_px) > room_px:
            break
        kept.append(word)
    is_cut = bool(kept) and len(kept) < len(words)
    return " ".join(kept) + (_ELLIPSIS if is_cut else "")


def width_px(text: str, size_px: int) -> float:
    """Measure a line as it will be written."""
    words = text.split()
    letters = sum(_font(size_px * _FINE).getlength(word) for word in words) / _FINE
    return letters + max(0, len(words) - 1) * _WORD_SPACE * size_px


def _write_centred(image: Image.Image, text: str, ink: tuple[int, int, int], size_px: int, top_px: int) -> None:
    font = _font(size_px * _FINE)
    wide = round(width_px(text, size_px)) + 2
    sheet = Image.new("L", (wide * _FINE, round(size_px * _LINE_SHARE) * _FINE))
    draw = ImageDraw.Draw(sheet)
    x = 0.0
    for word in text.split():
        draw.text((x, 0), word, font=font, fill=255)
        x += font.getlength(word) + _WORD_SPACE * size_px * _FINE
    image.paste(ink, (round((image.width - wide) / 2), top_px), sheet.reduce(_FINE))


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
