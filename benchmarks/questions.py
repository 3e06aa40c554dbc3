"""What the customers of every benchmark ask: questions that the demo shop's articles answer, in three languages."""

from collections.abc import Iterator
from itertools import cycle, islice

CONVERSATIONS: tuple[tuple[str, ...], ...] = (
    ("你們客服幾點下班?", "運費要多少", "發票可以開公司統編嗎", "七天鑑賞期怎麼算"),
    ("邮费多少钱", "可以货到付款吗", "忘记密码怎么办", "退款多久到账"),
    (
        "what payment methods do you accept",
        "how long is the warranty",
        "how do I request an exchange",
        "how much is shipping",
    ),
    ("可以超商取貨嗎", "多久會到貨", "退貨的運費誰出", "怎麼申請換貨"),
    ("能开发票吗", "优惠券怎么用", "怎么申请退货", "邮费多少钱"),
    (
        "what are your opening hours",
        "who pays for return shipping",
        "how do I get an invoice",
        "when will my refund arrive",
    ),
)
"""Each is one customer's: one language, no subject twice, so that nothing is repeated and no turn limit is reached."""
LENGTH = 4


def conversations(messages: int) -> Iterator[tuple[str, ...]]:
    """So many messages, as whole conversations, always the same ones."""
    return islice(cycle(CONVERSATIONS), messages // LENGTH)
