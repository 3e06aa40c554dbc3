"""What a file is by its content, and how it may be called. Names and promises of the sender decide nothing."""

import codecs
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from handoff.values import FileKind

HEAD = 4096
"""So many bytes from the start are enough to recognise a file."""
MAX_STEM = 80
TEXT_START = 64 * 1024


@dataclass(frozen=True, slots=True)
class FileType:
    """`extensions` are those that may stay; the first is given to a file that has none of them."""

    type: str
    kind: FileKind
    extensions: tuple[str, ...]


JPEG = FileType("image/jpeg", "image", ("jpg", "jpeg"))
PNG = FileType("image/png", "image", ("png",))
GIF = FileType("image/gif", "image", ("gif",))
WEBP = FileType("image/webp", "image", ("webp",))
HEIC = FileType("image/heic", "file", ("heic", "heif"))
MP4 = FileType("video/mp4", "video", ("mp4", "m4v", "3gp"))
MOV = FileType("video/quicktime", "video", ("mov", "qt"))
WEBM = FileType("video/webm", "video", ("webm",))
WEBM_VOICE = FileType("audio/webm", "voice", ("webm", "weba"))
MP3 = FileType("audio/mpeg", "voice", ("mp3",))
M4A = FileType("audio/mp4", "voice", ("m4a",))
OGG = FileType("audio/ogg", "voice", ("ogg", "oga", "opus"))
WAV = FileType("audio/wav", "voice", ("wav",))
PDF = FileType("application/pdf", "file", ("pdf",))
TEXT = FileType("text/plain", "file", ("txt", "csv", "log", "md"))

PICTURES = (JPEG, PNG, GIF, WEBP)

_STARTS: tuple[tuple[bytes, FileType], ...] = (
    (b"\xff\xd8\xff", JPEG),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"GIF87a", GIF),
    (b"GIF89a", GIF),
    (b"%PDF-", PDF),
    (b"ID3", MP3),
)
_RIFF = {b"WEBP": WEBP, b"WAVE": WAV}
_BRANDS: dict[bytes, FileType] = {
    **dict.fromkeys((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"), HEIC),
    **dict.fromkeys((b"M4A ", b"M4B "), M4A),
    **dict.fromkeys((b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"dash", b"mmp4"), MP4),
    **dict.fromkeys((b"M4V ", b"M4VH", b"M4VP", b"MSNV", b"3gp4", b"3gp5", b"3gp6", b"3g2a"), MP4),
    b"qt  ": MOV,
}
_SOUND_CODECS = (b"OpusHead", b"\x01vorbis", b"Speex   ", b"\x7fFLAC")
_KNOWN_EXTENSIONS = {
    ext
    for known in (JPEG, PNG, GIF, WEBP, HEIC, MP4, MOV, WEBM, WEBM_VOICE, MP3, M4A, OGG, WAV, PDF, TEXT)
    for ext in known.extensions
}
_MARKUP_FIRST = re.compile(r"\s*<[a-z!?/]", re.IGNORECASE)
_MARKUP = re.compile(r"<(!doctype|html|svg|script|iframe|object|embed|body|head)[\s>/]", re.IGNORECASE)


def recognise(head: bytes) -> FileType | None:
    """The type of a file that begins with `head`; None for one we do not take, and for text, which has no signature."""
    for start, found in _STARTS:
        if head.startswith(start):
            return found
    if head.startswith(b"RIFF"):
        return _RIFF.get(head[8:12])
    if head[4:8] == b"ftyp":
        return _BRANDS.get(head[8:12])
    if head.startswith(b"\x1aE\xdf\xa3") and b"webm" in head[:64]:
        return WEBM if b"V_VP" in head or b"V_AV1" in head or b"A_" not in head else WEBM_VOICE
    if head.startswith(b"OggS"):
        return OGG if any(codec in head[:128] for codec in _SOUND_CODECS) else None
    return MP3 if _is_mp3_frame(head) else None


def _is_mp3_frame(head: bytes) -> bool:
    """MPEG layer III with a bit rate and a sampling rate that exist."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE6 != 0xE2:
        return False
    version, bit_rate, sampling = head[1] >> 3 & 3, head[2] >> 4, head[2] >> 2 & 3
    return version != 1 and bit_rate not in (0, 15) and sampling != 3


def is_plain_text(chunks: Iterable[bytes]) -> bool:
    """Whether it is UTF-8 throughout, nothing a terminal or browser would act on, and neither markup nor a script."""
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    start = ""
    try:
        for chunk in chunks:
            text = decoder.decode(chunk)
            if _CONTROL.search(text):
                return False
            start += text[: max(0, TEXT_START - len(start))]
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return not (start.startswith("#!") or _MARKUP_FIRST.match(start) or _MARKUP.search(start))


_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f]")


def fitting_name(name: str, found: FileType) -> str:
    """A name that any system can show and store: no path, nothing invisible, the extension the content deserves.

    At most 86 characters.
    """
    shown = "".join(c for c in unicodedata.normalize("NFC", name) if unicodedata.category(c)[0] != "C")
    shown = " ".join(re.split(r"[/\\]", shown)[-1].split())
    stem, dot, extension = shown.rpartition(".")
    if dot and extension.lower() in found.extensions:
        extension = extension.lower()
    else:
        stem = stem if extension.lower() in _KNOWN_EXTENSIONS and dot else shown
        extension = found.extensions[0]
    stem = re.sub(r'[<>:"|?*]', "_", stem)[:MAX_STEM].strip(" .")
    return f"{stem or found.kind}.{extension}"
