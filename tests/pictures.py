"""Pictures and other files as customers and attackers send them, made on the spot."""

import struct
import zlib
from io import BytesIO

from PIL import Image

HTML = b"<!DOCTYPE html><html><script>alert(1)</script></html>"
SVG = b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
EXE = b"MZ\x90\x00\x03\x00\x00\x00" + bytes(200)
MP4 = b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isomiso2" + bytes(200)


def saved(image: Image.Image, kind: str, **details: object) -> bytes:
    out = BytesIO()
    image.save(out, kind, **details)
    return out.getvalue()


def jpeg(width: int = 60, height: int = 40) -> bytes:
    return saved(Image.linear_gradient("L").resize((width, height)).convert("RGB"), "JPEG")


def png(width: int = 60, height: int = 40) -> bytes:
    return saved(Image.new("RGB", (width, height), (200, 30, 30)), "PNG")


def phone_photo() -> bytes:
    """Taken upright with a phone that stores it lying, with place, camera and a comment; the sky (top) is blue."""
    upright = Image.new("RGB", (40, 60), (30, 160, 30))
    upright.paste((30, 30, 220), (0, 0, 40, 30))
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "SecretCamera"
    exif.get_ifd(0x8825)[2] = (25.0, 2.0, 3.0)
    return saved(upright.rotate(90, expand=True), "JPEG", exif=exif, comment=b"secret comment", quality=95)


def moving(kind: str) -> bytes:
    """Eight frames with metadata and a stowaway behind the end."""
    frames = [Image.new("RGB", (60, 40), (i * 20, 30, 30)) for i in range(8)]
    exif = Image.Exif()
    exif[0x010F] = "SecretCamera"
    details = {"comment": b"secret comment"} if kind == "GIF" else {"exif": exif, "xmp": b"<secret/>"}
    whole = saved(frames[0], kind, save_all=True, append_images=frames[1:], duration=80, loop=0, **details)
    return whole + b"<script>alert(1)</script>"


def huge_png(side: int = 10_000) -> bytes:
    """A whole, valid PNG of `side` × `side` in a few kilobytes."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    rows = zlib.compressobj(9)
    line = bytes(1 + side // 8)
    pixels = b"".join(rows.compress(line) for _ in range(side)) + rows.flush()
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
