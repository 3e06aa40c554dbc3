"""Pictures are drawn anew: what is kept shows the same and carries nothing else (no place, no camera, no stowaways)."""

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageCms, ImageOps

from handoff.filetypes import GIF, JPEG, PNG, WEBP, FileType

MAX_PIXELS = 40_000_000
MAX_MOVING_PIXELS = 200_000_000
"""Of all frames together."""
MAX_FRAMES = 500
MAX_SCANS = 64
"""A progressive JPEG has about ten; thousands only cost time."""
JPEG_QUALITY = 88
PNG_EFFORT = 3
"""Of 9. Half the time of the usual 6; photographs even come out smaller."""
_FORMATS = {JPEG: "JPEG", PNG: "PNG", GIF: "GIF", WEBP: "WEBP"}

Image.MAX_IMAGE_PIXELS = MAX_PIXELS
warnings.simplefilter("error", Image.DecompressionBombWarning)


class BadPicture(Exception):
    """The picture cannot be shown; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Picture:
    """What was written, by its type, and its sides in pixels."""

    type: FileType
    width: int
    height: int


def redraw(source: Path, target: Path, found: FileType) -> Picture:
    """Write the picture in `source` to `target`, upright and without metadata. Raises `BadPicture` and `OSError`.

    Moving GIF and WebP keep their frames as they are and lose everything else. Blocks, for seconds where
    the picture is large, and takes about 8 bytes a pixel.
    """
    data = source.read_bytes()
    try:
        shown, picture = _redrawn(data, found)
    except BadPicture:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _too_many_pixels() from None
    except Exception as error:
        # Whatever a decoder trips over (SyntaxError, struct.error, EOFError, ...) is the picture's fault.
        raise BadPicture("the picture is damaged and cannot be opened") from error
    target.write_bytes(shown)
    return picture


def _redrawn(data: bytes, found: FileType) -> tuple[bytes, Picture]:
    if found is JPEG and data.count(b"\xff\xda") > MAX_SCANS:
        raise BadPicture("the picture is built in an unusual way; save it anew and send that")
    with Image.open(BytesIO(data), formats=(_FORMATS[found],)) as image:
        if image.width * image.height > MAX_PIXELS:
            raise _too_many_pixels()
        if found in (GIF, WEBP) and getattr(image, "is_animated", False):
            size = image.size
            _look_through(image)
            bare = _bare_gif(data) if found is GIF else _bare_webp(data)
            return bare, Picture(found, *size)
        return _still(image)


def _too_many_pixels() -> BadPicture:
    return BadPicture(f"the picture has more than {MAX_PIXELS // 1_000_000} million pixels; send a smaller one")


def _still(image: Image.Image) -> tuple[bytes, Picture]:
    image.load()
    ImageOps.exif_transpose(image, in_place=True)  # a copy would cost the memory twice
    upright = _plain(image)
    lossless = image.format in ("PNG", "GIF") or "A" in upright.getbands()
    upright.info = {}
    out = BytesIO()
    if lossless:
        upright.save(out, "PNG", compress_level=PNG_EFFORT)
    else:
        upright.save(out, "JPEG", quality=JPEG_QUALITY, optimize=True)
    return out.getvalue(), Picture(PNG if lossless else JPEG, *upright.size)


def _plain(image: Image.Image) -> Image.Image:
    """In sRGB or grey, 8 bits, with transparency only where the picture has some."""
    if image.mode.startswith("I"):
        return image.convert("I").point(lambda value: value / 256).convert("L")
    transparent = image.has_transparency_data
    if profile := image.info.get("icc_profile"):
        image = _in_srgb(image, profile)
    if transparent:
        return image.convert("RGBA")
    return image if image.mode in ("1", "L", "RGB") else image.convert("RGB")


def _in_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    """Colours as they were meant; a profile that cannot be used changes nothing."""
    if image.mode not in ("RGB", "RGBA", "CMYK"):
        return image
    target = "RGBA" if image.mode == "RGBA" else "RGB"
    try:
        source = ImageCms.ImageCmsProfile(BytesIO(profile))
        return ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode=target) or image
    except (ImageCms.PyCMSError, OSError, ValueError):
        return image


def _look_through(image: Image.Image) -> None:
    """Decode every frame once, so that a damaged or endless one is refused."""
    pixels = 0
    for frame in range(MAX_FRAMES + 1):
        try:
            image.seek(frame)
        except EOFError:
            return
        pixels += image.width * image.height
        if pixels > MAX_MOVING_PIXELS:
            break
        image.load()
    raise BadPicture("the moving picture is too long; send it as a video")


def _bare_gif(data: bytes) -> bytes:
    """The same GIF without comments, foreign extensions and anything behind its end."""
    position = 13 + _colours(data[10])
    kept = [data[:position]]
    while position < len(data) and data[position] != 0x3B:
        start = position
        match data[position], data[position + 1]:
            case 0x21, label:
                position = _end_of_blocks(data, position + 2)
                wanted = label == 0xF9 or (label == 0xFF and data[start + 3 : start + 14] in _LOOPS)
            case 0x2C, _:
                position = _end_of_blocks(data, position + 11 + _colours(data[position + 9]))
                wanted = True
            case _:
                raise BadPicture("the picture is damaged and cannot be opened")
        if wanted:
            kept.append(data[start:position])
    return b"".join(kept) + b"\x3b"


_LOOPS = (b"NETSCAPE2.0", b"ANIMEXTS1.0")


def _colours(flags: int) -> int:
    """Bytes of the colour table that these flags announce."""
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _end_of_blocks(data: bytes, position: int) -> int:
    while size := data[position]:
        position += size + 1
    return position + 1


def _bare_webp(data: bytes) -> bytes:
    """The same WebP without EXIF, XMP, foreign chunks and anything behind its end."""
    kept = [b"WEBP"]
    for name, chunk in _chunks(data):
        if name in _MOVING_CHUNKS:
            part = bytes([chunk[0] & ~_SAYS_EXIF_AND_XMP]) + chunk[1:] if name == b"VP8X" else chunk
            kept.append(name + len(part).to_bytes(4, "little") + part + b"\0" * (len(part) % 2))
    body = b"".join(kept)
    return b"RIFF" + len(body).to_bytes(4, "little") + body


_MOVING_CHUNKS = (b"VP8X", b"ICCP", b"ANIM", b"ANMF")
_SAYS_EXIF_AND_XMP = 0x08 | 0x04


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    position, end = 12, min(len(data), 8 + int.from_bytes(data[4:8], "little"))
    while position + 8 <= end:
        size = int.from_bytes(data[position + 4 : position + 8], "little")
        yield data[position : position + 4], data[position + 8 : position + 8 + size]
        position += 8 + size + size % 2
