"""Messages of the Telegram of the tests, drawn for a terminal."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

Say = Callable[[str], None]


def drawn(message: dict[str, Any], chat: Mapping[int, dict[str, Any]]) -> str:
    """Above it what it answers, if that is in the chat; below it its links, its file and its buttons."""
    text, file = message.get("text", message.get("caption", "")), _file(message)
    answers = message.get("reply_to_message") or chat.get(message.get("reply_parameters", {}).get("message_id"))
    if answers and "forum_topic_created" in answers:
        answers = None
    links = [entity["url"] for entity in message.get("entities", ()) if "url" in entity]
    parts = [f"┆ {first_line(answers)}"] if answers else []
    parts += [_with_bars(text, message.get("entities", ()))] if text else []
    parts += [f"⟨{url}⟩" for url in links]
    parts += [file] if file else []
    labels = labels_of(message)
    parts += ["  ".join(f"[{n} {label}]" for n, label in enumerate(labels, 1))] if labels else []
    return "\n    ".join("\n".join(parts).splitlines())


def first_line(message: dict[str, Any]) -> str:
    words = str(message.get("text") or message.get("caption") or _file(message))
    return words.splitlines()[0][:60] if words else ""


def labels_of(message: dict[str, Any]) -> list[str]:
    return [button["text"] for button in buttons_of(message)]


def buttons_of(message: dict[str, Any]) -> list[dict[str, Any]]:
    return [button for row in message.get("reply_markup", {}).get("inline_keyboard", ()) for button in row]


def the_label(message: dict[str, Any], number: str) -> str:
    """Of the button with this number. Raises `ValueError` with what there is."""
    labels = labels_of(message)
    if not labels:
        raise ValueError("there are no buttons")
    if number.isdecimal() and 1 <= int(number) <= len(labels):
        return labels[int(number) - 1]
    raise ValueError(f"there are buttons 1 to {len(labels)}")


def read(name: str) -> bytes:
    """Raises `ValueError` with what to say."""
    try:
        return Path(name).expanduser().read_bytes()
    except OSError as error:
        raise ValueError(f"{name}: {error.strerror}") from None


def _with_bars(text: str, entities: Sequence[dict[str, Any]]) -> str:
    """What is quoted in it has a bar before it. Telegram counts in UTF-16 units."""
    units = text.encode("utf-16-le")
    for each in entities:
        if each["type"] == "blockquote":
            start = 2 * each["offset"]
            return f"{units[:start].decode('utf-16-le')}┆ {units[start:].decode('utf-16-le')}"
    return text


def _file(message: dict[str, Any]) -> str:
    if said := message.get("file"):
        return f"⟨{said['as']} {said['name']}, {said['size']} bytes⟩"
    kind = next((kind for kind in ("photo", "document") if kind in message), None)
    return f"⟨{kind}⟩" if kind else ""
