"""Tables for spreadsheets."""

import codecs
import csv
import io
from collections.abc import Iterable, Sequence

from aiohttp import web

BOM = codecs.BOM_UTF8
"""Without this mark at its beginning some spreadsheets take UTF-8 for something else."""
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for a formula when a cell begins with it."""


def table(lines: Iterable[Sequence[object]]) -> str:
    """As CSV; what people wrote is no formula."""
    out = io.StringIO()
    csv.writer(out).writerows([_harmless(cell) for cell in line] for line in lines)
    return out.getvalue()


def download(text: str, name: str) -> web.Response:
    named = f'attachment; filename="{name}.csv"'
    body = BOM + text.encode()
    return web.Response(body=body, content_type="text/csv", charset="utf-8", headers={"Content-Disposition": named})


def _harmless(cell: object) -> object:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell
