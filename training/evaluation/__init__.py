"""How good the models are: known before a cut, judged on what was bought after it."""
