"""What the Telegram server of the tests keeps of a message, and what of it goes over the wire."""

from typing import Any

FILES = ("photo", "video", "voice", "document")
OURS = {"file", "reply_parameters"}
"""What a message here has besides: a file of the bot's with its name and size, and what it was to answer."""


def on_the_wire(message: dict[str, Any]) -> dict[str, Any]:
    """The message as Telegram has it: words beside a file are its caption, and only keyboards in line are told."""
    wired = {name: value for name, value in message.items() if name not in OURS}
    if "file" in message and "text" in wired:
        wired["caption"] = wired.pop("text")
    if "inline_keyboard" not in wired.get("reply_markup", {"inline_keyboard": []}):
        del wired["reply_markup"]
    return wired


def answering(message: dict[str, Any], part: str | None) -> dict[str, Any]:
    """What an answer says of the message it answers, all but what that one answers, and the `part` that was chosen."""
    wired = on_the_wire(message)
    wired.pop("reply_to_message", None)
    chosen = {"quote": {"text": part, "position": 0, "is_manual": True}} if part else {}
    return {"reply_to_message": wired, **chosen}


def file_sent(kind: str, upload: dict[str, Any]) -> Any:
    """What a message says of an upload."""
    file = {"file_id": "sent", "file_unique_id": "sent", "file_size": upload["size"]}
    size = {"width": 60, "height": 40}
    match kind:
        case "photo":
            return [file | size]
        case "video":
            return file | size | {"duration": 1}
        case "voice":
            return file | {"duration": 1}
        case _:
            return file | {"file_name": upload["name"]}
