"""Telegram: what customers write comes in by polling or webhook, what is said to them goes out from the outbox."""
