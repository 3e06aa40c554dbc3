"""What stands at the server's own address, and what it asks for: the catalogue in every language."""

from pathlib import Path
from typing import Any, Literal

from aiohttp import web

from bot.shopdata.base import Product, ShopRecords, ShopUnavailable

RETRY_AFTER_S = 5


class ShopPage:
    """The shop's page; without goods a page that says that the chat runs. `assets` has both."""

    def __init__(self, records: ShopRecords, assets: Path) -> None:
        self._records, self._assets = records, assets

    def add_to(self, app: web.Application) -> None:
        app.router.add_get("/", self.home)
        app.router.add_get("/shop/products.json", self.products)

    async def home(self, _request: web.Request) -> web.FileResponse:
        name = await front(self._records)
        return web.FileResponse(self._assets / name / "index.html", headers={"Cache-Control": "no-cache"})

    async def products(self, _request: web.Request) -> web.Response:
        """Everything for sale; 503 while the records cannot be read."""
        try:
            found = await self._records.products()
        except ShopUnavailable:
            again = {"Retry-After": str(RETRY_AFTER_S)}
            return web.json_response({"problem": "shop_unavailable"}, status=503, headers=again)
        answer = web.json_response({"products": [_shown(product) for product in found]})
        answer.headers["Cache-Control"] = "no-cache"
        answer.enable_compression()
        return answer


async def front(records: ShopRecords) -> Literal["shop", "start"]:
    """Which page stands at `/`. Where the records cannot be read the shop's page says so itself."""
    try:
        return "shop" if await records.products() else "start"
    except ShopUnavailable:
        return "shop"


def _shown(product: Product) -> dict[str, Any]:
    """How many there are is the shop's business until it is the last few."""
    return {
        "sku": product.sku,
        "department": product.department,
        "name": product.name,
        "about": product.about,
        "price": product.price,
        "stock": product.stock,
        "left": product.left if product.stock == "low" else None,
        "options": [
            {"kind": option.kind, "choices": [{"id": choice.id, "name": choice.name} for choice in option.choices]}
            for option in product.options
        ],
        "articles": product.articles,
    }
