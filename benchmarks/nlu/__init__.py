"""How well a text is understood, beside Rasa's default pipeline and nlp.js."""
