"""Who and what is in the tiny world."""

PRODUCTS = ("bread", "bread-xl", "butter", "cola", "pizza", "wine")
KEY = "a key for the tests, long enough"
CUSTOMERS = ("ana", "ben", "cai", "dora")
BREAD, BREAD_XL, BUTTER, COLA, PIZZA, WINE = range(6)
ANA, BEN, CAI, DORA = range(4)

# Day 20,000 is 2024-10-04; order n is placed on day 20,000 + n.
FIRST_DAY = 20_001
LAST_DAY = 20_010
