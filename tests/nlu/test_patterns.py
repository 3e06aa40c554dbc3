import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlu.server.components.patterns import find_details


@pytest.mark.parametrize(
    ("text", "details"),
    [
        ("訂單xm20261001到哪", [("order_id", "XM20261001", "xm20261001")]),
        ("ＸＭ２０２６１００１", [("order_id", "XM20261001", "ＸＭ２０２６１００１")]),
        (
            "XM-20261001 跟 XM 20261002",
            [("order_id", "XM20261001", "XM-20261001"), ("order_id", "XM20261002", "XM 20261002")],
        ),
        ("订单号202611031234567", [("order_id", "202611031234567", "202611031234567")]),
        ("單號 123456789012", [("tracking_number", "123456789012", "123456789012")]),
        ("快递单号是SF1234567890123", [("tracking_number", "SF1234567890123", "SF1234567890123")]),
        ("1Z999AA10123456784", [("tracking_number", "1Z999AA10123456784", "1Z999AA10123456784")]),
        ("RR123456789TW 到了嗎", [("tracking_number", "RR123456789TW", "RR123456789TW")]),
        ("tracking number is 9400110200881234", [("tracking_number", "9400110200881234", "9400110200881234")]),
        ("手機 0912-345-678", [("phone", "0912345678", "0912-345-678")]),
        ("+886 912 345 678", [("phone", "+886912345678", "+886 912 345 678")]),
        ("(02)2345-6789", [("phone", "0223456789", "(02)2345-6789")]),
        ("打138 1234 5678", [("phone", "13812345678", "138 1234 5678")]),
        ("+1 415-555-2671", [("phone", "+14155552671", "+1 415-555-2671")]),
        ("寄到 A.B@Shop.com.tw 謝謝", [("email", "a.b@shop.com.tw", "A.B@Shop.com.tw")]),
        ("NT$1,299", [("amount", "1299", "NT$1,299")]),
        ("退我１２９９元", [("amount", "1299", "１２９９元")]),
        ("500塊的券", [("amount", "500", "500塊")]),
        ("￥99.9", [("amount", "99.9", "￥99.9")]),
        ("20 dollars", [("amount", "20", "20 dollars")]),
        (
            "XM20261001 0912345678 $300",
            [
                ("order_id", "XM20261001", "XM20261001"),
                ("phone", "0912345678", "0912345678"),
                ("amount", "300", "$300"),
            ],
        ),
    ],
)
def test_details_are_known_by_their_shape(text: str, details: list[tuple[str, str, str]]) -> None:
    assert [(found.name, found.value, text[found.start : found.end]) for found in find_details(text)] == details


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-03",
        "5/20 14:30",
        "iPhone 15 Pro 256",
        "3塊肥皂",
        "7-11取貨",
        "I want 300 of them",
        "US 9 size",
        "10%",
        "18:00-21:00",
    ],
)
def test_dates_sizes_and_counts_are_no_details(text: str) -> None:
    assert find_details(text) == []


@given(st.text(alphabet="XMxm 0123456789-+().,$元塊@a單號", max_size=60))
def test_details_never_overlap(text: str) -> None:
    at = 0
    for found in find_details(text):
        assert at <= found.start < found.end <= len(text)
        at = found.end
