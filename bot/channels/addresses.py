"""What counts as an e-mail address that a letter may go to."""

from email.errors import MessageError
from email.headerregistry import Address


def is_address(text: str) -> bool:
    """Whether this is one plain address: no list, no group, no name before it, nothing quoted, a domain with a dot."""
    try:
        address = Address(addr_spec=text)
    except (MessageError, ValueError, IndexError):
        return False
    plain = f"{address.username}@{address.domain}" == text
    return plain and "." in address.domain and not address.domain.startswith("[")
