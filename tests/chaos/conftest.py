"""Chaos runs on the same real program as the end-to-end tests."""

from tests.e2e.conftest import data, model

__all__ = ["data", "model"]
