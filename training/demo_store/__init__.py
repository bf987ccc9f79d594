"""A generated shop to try everything on: a neighbourhood pizza-and-grocery shop that also sells
broadband and mobile plans. Seeded, sized by options, with its planted truth written beside it.
"""
