"""The demo shop's goods and orders: complete, consistent with each other, and moved to the present at each start."""

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import get_args

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.knowledge import articles
from bot.replies import shipped
from bot.settings import ROOT
from bot.shop import LANGUAGES
from bot.shopdata import demo, embedded
from bot.shopdata.base import Department, OrderState, Product, ShopUnavailable
from bot.shopdata.embedded import EmbeddedRecords
from bot.shopdata.meant import product_meant
from bot.shopdata.page import ShopPage
from bot.skills.tracking import Tracking
from handoff.db import Database
from nlu import folding
from tests.fakes import FakeRecords

NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
PRODUCTS = demo.products()
ORDERS = demo.orders(PRODUCTS, NOW)
SHOP_PAGE = ROOT / "web" / "shop"
TOLD_ELSEWHERE = {
    "XM20261001": ("paid", "0900000123", "NT$1,280", (("9H 鋼化膜", 2), ("手機殼", 1))),
    "XM20261002": ("shipped", "0900000345", "NT$2,390", (("氣炸鍋 4L", 1),)),
    "XM20261003": ("shipped", "0900000668", "NT$640", (("小說《山線》", 1), ("帆布書袋", 1))),
    "XM20261004": ("ready", "0900000777", "NT$450", (("藍牙耳機", 1),)),
    "XM20261005": ("delivered", "13800000555", "¥329", (("無線路由器", 1),)),
    "XM20261006": ("cancelled", "0900000888", "NT$990", (("洗衣球", 3),)),
}


@pytest.fixture
async def records(database: Database) -> EmbeddedRecords:
    await database.write(embedded.store, PRODUCTS, ORDERS)
    return EmbeddedRecords(database)


def test_sixty_products_stand_in_five_departments() -> None:
    by_department = [sum(product.department == name for product in PRODUCTS) for name in get_args(Department)]
    assert by_department == [12, 12, 12, 12, 12]
    assert len({product.sku for product in PRODUCTS}) == 60
    assert {product.stock for product in PRODUCTS} == {"in_stock", "low", "out"}


@pytest.mark.parametrize("product", PRODUCTS, ids=lambda product: product.sku)
def test_a_product_is_described_in_three_languages_and_has_a_picture(product: Product) -> None:
    named = [product.name, product.about, *(choice.name for option in product.options for choice in option.choices)]
    assert all(words.keys() == set(LANGUAGES) and all(words.values()) for words in named)
    for language, other in (("zh-TW", "zh-CN"), ("zh-CN", "zh-TW")):
        assert folding.language(product.about[language]) != other
    drawn = (SHOP_PAGE / "pictures" / f"{product.sku}.svg").read_text("utf-8")
    assert 'viewBox="0 0 320 320"' in drawn
    assert len(drawn.encode()) < 2_500
    assert not re.search(r"<(script|text|image|style|foreignObject)|\bon\w+=|href", drawn)


def test_every_picture_belongs_to_a_product() -> None:
    assert {path.stem for path in (SHOP_PAGE / "pictures").iterdir()} == {product.sku for product in PRODUCTS}


@pytest.mark.parametrize("language", LANGUAGES)
def test_articles_that_help_exist_and_the_page_knows_what_to_ask(language: str) -> None:
    named = {article for product in PRODUCTS for article in product.articles}
    assert named <= {article.id for article in articles.read_folder(articles.STARTER)}
    words = (SHOP_PAGE / "texts" / f"{language}.ts").read_text("utf-8")
    asked = words.partition("  questions: {")[2].partition("  }")[0]
    assert named == set(re.findall(r'^    "?([\w-]+)"?: "', asked, re.MULTILINE))
    assert all(product.articles for product in PRODUCTS)


def test_two_hundred_orders_are_in_every_state() -> None:
    assert len({order.number for order in ORDERS}) == 200
    assert {order.state for order in ORDERS} == set(get_args(OrderState))
    assert {order.delivery for order in ORDERS} == {"home", "pickup"}


def test_the_orders_that_are_told_elsewhere_are_as_told() -> None:
    found = {order.number: order for order in ORDERS if order.number in TOLD_ELSEWHERE}
    assert {n: (o.state, o.phone, o.total, o.lines) for n, o in found.items()} == TOLD_ELSEWHERE
    assert found["XM20261003"].progress[-1].at == NOW - timedelta(hours=220)


def test_a_total_is_the_sum_of_its_lines() -> None:
    for order in ORDERS:
        amount = int(re.sub(r"\D", "", order.total))
        assert amount == sum(item.each * item.quantity for item in order.items), order.number
        assert order.lines == order.lines_in("zh-TW")


def test_the_story_of_an_order_fits_its_state() -> None:
    for order in ORDERS:
        moments = [order.placed_at, *(step.at for step in order.progress), NOW]
        assert moments == sorted(moments), order.number
        assert re.fullmatch(r"(0900000|13800000)\d{3}", order.phone)
        sent = any(step.kind == "handed_over" for step in order.progress)
        assert sent == (order.tracking_number is not None) == bool(order.carrier) == bool(order.tracking_url)
        if order.state in ("ready", "out_for_delivery"):
            assert order.delivery == ("pickup" if order.state == "ready" else "home")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_chat_has_words_for_every_order(language: folding.Language) -> None:
    for order in ORDERS:
        slots = {"order_id": order.number, "phone_tail": order.phone[-3:]}
        told = Tracking().conclude(slots, order, 0, shipped(), language, NOW)
        assert order.number in str(told)
        assert all(name in str(told) for name, _ in order.lines_in(language))


def test_the_same_orders_come_back_moved_to_the_new_start() -> None:
    later = timedelta(days=40, minutes=7)
    again = demo.orders(PRODUCTS, NOW + later)
    for before, after in zip(ORDERS, again, strict=True):
        assert (after.number, after.phone, after.total) == (before.number, before.phone, before.total)
        assert after.placed_at - before.placed_at == later
        assert [step.at - later for step in after.progress] == [step.at for step in before.progress]


async def test_what_is_stored_is_what_is_read(records: EmbeddedRecords) -> None:
    assert list(await records.products()) == PRODUCTS
    assert await records.find_product("MUG") == next(product for product in PRODUCTS if product.sku == "mug")
    assert await records.find_product("yacht") is None
    found = await records.find_orders([order.number for order in ORDERS])
    assert sorted(found, key=lambda order: order.number) == ORDERS


@pytest.mark.parametrize(
    ("details", "bought", "sku"),
    [
        ({"product": "藍牙耳機"}, (), "earbuds"),
        ({"product": "蓝牙耳机"}, (), "earbuds"),
        ({"product": "耳機"}, (), "earbuds"),
        ({"product": "Phone Cases"}, (), "phone-case"),
        ({"product": "透明手機殼"}, (), "phone-case"),
        ({"sku": "MUG"}, (), "mug"),
        ({"product": "kettle", "order_id": "X"}, ("mug",), "kettle-gooseneck"),
        ({"product": "novel", "order_id": "X"}, ("novel-mountain-line", "tote-bag"), "novel-mountain-line"),
        ({"order_id": "X"}, ("mug",), "mug"),
        ({"product": "yacht", "order_id": "X"}, ("mug",), "mug"),
        ({"order_id": "X"}, ("mug", "tote-bag"), None),
        ({"product": "cotton"}, (), None),
        ({"product": "cotton", "order_id": "X"}, ("bath-towel", "mug"), "bath-towel"),
        ({"product": "yacht"}, (), None),
        ({"product": "???"}, (), None),
        ({"color": "teal"}, (), None),
    ],
)
def test_a_product_is_known_by_what_says_one_thing(
    details: Mapping[str, str], bought: tuple[str, ...], sku: str | None
) -> None:
    assert product_meant(details, PRODUCTS, bought) == sku


async def test_the_desk_reads_what_products_are_called(records: EmbeddedRecords) -> None:
    assert await records.product_names(["mug", "yacht"], "en") == {"mug": "Stoneware mug"}


async def test_storing_again_moves_times_and_doubles_nothing(records: EmbeddedRecords, database: Database) -> None:
    later = NOW + timedelta(days=3)
    await database.write(embedded.store, PRODUCTS, demo.orders(PRODUCTS, later))
    assert len(await records.products()) == 60
    order = await records.find_order("xm20261003")
    assert order is not None
    assert order.placed_at == later - timedelta(hours=260)


async def test_the_desk_reads_names_in_its_own_language(records: EmbeddedRecords) -> None:
    [summary] = await records.orders(["XM20261002"], "en")
    assert summary.lines == (("Air fryer 4 L", 1),)
    [summary] = await records.orders(["XM20261002"], None)
    assert summary.lines == (("氣炸鍋 4L", 1),)


class BrokenRecords(FakeRecords):
    async def products(self) -> list[Product]:
        raise ShopUnavailable


@asynccontextmanager
async def a_page(
    records: EmbeddedRecords | FakeRecords, assets: Path = ROOT
) -> AsyncIterator[TestClient[web.Request, web.Application]]:
    app = web.Application()
    ShopPage(records, assets).add_to(app)
    async with TestClient(TestServer(app)) as client:
        yield client


async def test_the_page_gets_the_catalogue_in_every_language(records: EmbeddedRecords) -> None:
    async with a_page(records) as client:
        content = await (await client.get("/shop/products.json")).json()
    assert [product["sku"] for product in content["products"]] == [product.sku for product in PRODUCTS]
    mouse = next(product for product in content["products"] if product["sku"] == "mouse")
    assert mouse["name"] == {"zh-TW": "無線滑鼠", "zh-CN": "无线鼠标", "en": "Wireless mouse"}
    assert (mouse["stock"], mouse["left"]) == ("low", 3)
    assert [choice["id"] for choice in mouse["options"][0]["choices"]] == ["white", "black"]


async def test_a_shop_without_goods_starts_with_the_chat_alone(records: EmbeddedRecords, tmp_path: Path) -> None:
    for name in ("shop", "start"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "index.html").write_text(name)
    for shop, expected in ((records, "shop"), (FakeRecords(), "start"), (BrokenRecords(), "shop")):
        async with a_page(shop, tmp_path) as client:
            assert await (await client.get("/")).text() == expected


async def test_the_page_is_told_when_the_records_do_not_answer() -> None:
    async with a_page(BrokenRecords()) as client:
        answer = await client.get("/shop/products.json")
    assert (answer.status, answer.headers["Retry-After"]) == (503, "5")


def test_the_orders_the_page_offers_to_try_exist_with_these_digits() -> None:
    source = (SHOP_PAGE / "demo.ts").read_text("utf-8")
    offered = re.findall(r'number: "(XM\d+)", digits: "(\d{3})", skus: \[([^\]]*)\]', source)
    assert len(offered) == 4
    known = {order.number: order for order in ORDERS}
    for number, digits, skus in offered:
        assert known[number].phone.endswith(digits)
        assert [item.sku for item in known[number].items] == re.findall(r'"([\w-]+)"', skus)
