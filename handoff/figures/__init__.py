"""How people and the bot did: what the page of figures counts."""
