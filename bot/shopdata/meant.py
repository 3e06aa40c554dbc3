"""Which of the shop's products a customer means. Pure: what does not say one thing says none."""

from collections.abc import Collection, Mapping, Sequence

from bot.shopdata.base import Product
from nlu import folding


def product_meant(details: Mapping[str, str], catalogue: Sequence[Product], bought: Collection[str]) -> str | None:
    """The sku of what `details` name: its number, its name, or the one thing that their order held (`bought`).

    A name that fits several things means what was bought of them. None where it cannot be told.
    """
    if sku := details.get("sku"):
        for product in catalogue:
            if product.sku.casefold() == sku.casefold():
                return product.sku
    if words := _tokens(details.get("product", "")):
        named = {product.sku: _fit(words, product) for product in catalogue}
        for those in (named, {sku: fit for sku, fit in named.items() if sku in bought}):
            best = max(those.values(), default=0)
            likeliest = [sku for sku, fit in those.items() if fit == best]
            if best and len(likeliest) == 1:
                return likeliest[0]
    return next(iter(bought)) if len(set(bought)) == 1 else None


def _fit(words: Sequence[str], product: Product) -> int:
    """2 where it is called just that, 1 where one is part of the other, as "phone case" of "my clear phone case"."""
    names = [_tokens(name) for name in product.name.values()]
    if words in names:
        return 2
    return int(any(_holds(name, words) or _holds(words, name) for name in names))


def _holds(whole: Sequence[str], part: Sequence[str]) -> bool:
    return any(whole[at : at + len(part)] == part for at in range(len(whole) - len(part) + 1))


def _tokens(text: str) -> list[str]:
    """Several of a thing are still that thing."""
    return [token[:-1] if len(token) > 3 and token.endswith("s") else token for token in folding.tokens(text)]
