"""Every kind of file is told by its content, and a page of an error is none that a model makes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import file_kind
from bot.core.file_kind import KINDS, FileKind, Showing, kind_named, kind_of
from tests.pictures import noise

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0"/></svg>'
DOCTYPE = b'<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">'
ENTITIES = b'<!DOCTYPE svg [ <!ENTITY ns "http://x"> <!ENTITY two "http://y"> ]>'


def box(brand: bytes, *compatible: bytes) -> bytes:
    rest = b"".join(compatible)
    return (16 + len(rest)).to_bytes(4, "big") + b"ftyp" + brand + bytes(4) + rest + b"meta"


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        *((noise(name), getattr(file_kind, name)) for name in ("PNG", "JPEG", "WEBP", "GIF", "AVIF", "BMP", "TIFF")),
        (box(b"heic", b"mif1"), file_kind.HEIC),
        (box(b"mif1", b"miaf", b"avif"), file_kind.AVIF),
        (box(b"mif1", b"heic"), file_kind.HEIC),
        (box(b"isom", b"avc1"), file_kind.MP4),
        (box(b"qt  "), file_kind.MOV),
        (b"\x1aE\xdf\xa3 webm", file_kind.WEBM),
        (b"\xff\x0a\x00", file_kind.JXL),
        (SVG, file_kind.SVG),
        (b"\xef\xbb\xbf\n" + SVG, file_kind.SVG),
        (b'<?xml version="1.0" encoding="UTF-8"?>\n<!-- Generator: Ai -->\n' + DOCTYPE + SVG, file_kind.SVG),
        (b'<?xml version="1.0"?>' + ENTITIES + b"\n" + SVG, file_kind.SVG),
        (b"<!--" + b"licence " * 1000 + b"-->" + SVG, file_kind.SVG),
        (b"<!DOCTYPE html><html><body>" + SVG, file_kind.TEXT),
        (b'<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>', file_kind.XML),
        (b"<!-- never ends", file_kind.TEXT),
        (b"BM is how this sentence begins", file_kind.TEXT),
        (b'{"error": "gone"}', file_kind.TEXT),
        (b"%PDF-1.7", file_kind.PDF),
        (b"", None),
        (b"\x00\x01\x02\x03", None),
        (b"RIFF\0\0\0\0WAVE", None),
    ],
)
def test_a_kind_is_told_by_its_content(data: bytes, kind: FileKind | None) -> None:
    assert kind_of(data) is kind


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_found_by_its_extension_and_reads_as_a_phrase(kind: FileKind) -> None:
    assert kind_named(kind.extension.upper()) is kind
    assert kind.phrase.startswith(("a ", "an "))


def test_only_pictures_become_png() -> None:
    assert all(kind.is_picture for kind in KINDS if kind.showing is Showing.AS_PNG)


@given(st.binary(max_size=40), st.sampled_from([b"", b"<?xml", b"<!--", b"<!DOCTYPE svg[", b"\0\0\0\x18ftyp"]))
def test_no_bytes_are_too_odd_to_be_told(rest: bytes, start: bytes) -> None:
    assert kind_of(start + rest) in {None, *KINDS}
