"""What an evaluation found: as values for scripts, as a table for a terminal, as a page for people. Nothing is read or
written here.
"""

from bot.report.page import page
from bot.report.table import table
from bot.report.told import told

__all__ = ["page", "table", "told"]
