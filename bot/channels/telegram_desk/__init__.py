"""Agents in Telegram: a topic for each conversation that people have, in the agents' own groups."""
