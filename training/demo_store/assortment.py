"""What the shop sells, as two tables of text: categories, and articles within them.

An article is one thing made by up to three brands (rungs of quality: b basic, s standard,
p premium) in up to three sizes; `catalogue.py` turns every combination into a product.
"""

# code | category | basic brand | standard brand | premium brand | cost share of price | season
CATEGORIES = """
PIZ | pizza | Corner Oven | Corner Oven | Stone & Ember | 0.42 | flat
DIP | dips | Corner Pantry | Sal's Kitchen | Olive Row | 0.55 | flat
PAS | pasta and sauces | Corner Pantry | Bella Strada | Nonna Vera | 0.66 | winter
BAK | bakery | Corner Pantry | Millhouse | Old Street Bakers | 0.60 | flat
MIL | milk and yogurt | Corner Pantry | Meadowlark | Hollow Farm | 0.76 | flat
CHE | cheese | Corner Pantry | Meadowlark | Fenwick Dairy | 0.68 | flat
MEA | fresh meat | Corner Pantry | Butcher's Gate | Larch Hill | 0.74 | flat
COL | cold cuts | Corner Pantry | Butcher's Gate | Larch Hill | 0.66 | flat
FIS | fish | Corner Pantry | Harbor Nine | Skerry | 0.70 | flat
FRU | fruit | Corner Pantry | Sunny Acre | Hollow Farm | 0.68 | summer
VEG | vegetables | Corner Pantry | Sunny Acre | Hollow Farm | 0.66 | flat
LUN | lunch to go | Corner Pantry | Corner Deli | Olive Row | 0.50 | flat
REA | ready meals | Corner Pantry | Hearth & Pan | Olive Row | 0.62 | winter
FRO | frozen food | Corner Pantry | Northfield | Skerry | 0.66 | flat
PAN | cans and pantry | Corner Pantry | Northfield | Nonna Vera | 0.68 | winter
OIL | oils and spices | Corner Pantry | Bella Strada | Olive Row | 0.62 | flat
BRE | breakfast | Corner Pantry | Daybreak Mills | Hollow Farm | 0.66 | flat
SNA | snacks | Corner Pantry | Crispwell | Olive Row | 0.60 | flat
SWE | sweets | Corner Pantry | Marlow | Maison Perrin | 0.58 | december
ICE | ice cream | Corner Pantry | Polar Lane | Maison Perrin | 0.60 | summer
SOF | soft drinks | Corner Pantry | Fizzard | Hedgerow | 0.62 | summer
WAT | water and juice | Corner Pantry | Clearbrook | Hedgerow | 0.60 | summer
COF | coffee and tea | Corner Pantry | Three Hills | Kestrel Roasters | 0.60 | winter
BEE | beer and cider | Corner Pantry | Ironbridge | Lamplighter | 0.68 | summer
WIN | wine | Corner Cellar | Casa Limar | Domaine Aubrey | 0.62 | december
SPI | spirits | Corner Cellar | Ironbridge | Lamplighter | 0.66 | december
BAB | baby care | Corner Home | Tumble | Little Fern | 0.74 | flat
LAU | laundry | Corner Home | Brightfold | Ecosud | 0.68 | flat
CLE | cleaning | Corner Home | Brightfold | Ecosud | 0.64 | flat
PAP | paper goods | Corner Home | Soffina | Ecosud | 0.70 | flat
PER | personal care | Corner Home | Avenna | Little Fern | 0.58 | flat
CAT | cat supplies | Corner Home | Whiskerby | Larch Hill | 0.66 | flat
DOG | dog supplies | Corner Home | Fetchwell | Larch Hill | 0.66 | flat
"""

# code | article key | name | sizes with price, the base size first | rungs | popularity | reorder days
# (0: no staple) | mean extra pieces | tags
ARTICLES = """
PIZ | margherita | margherita pizza | 32 cm=9.50; 26 cm=7.50; 40 cm=13.5 | sp | 9 | 14 | .4 | dairy vegetarian
PIZ | pepperoni | pepperoni pizza | 32 cm=11.00; 26 cm=8.50; 40 cm=15.50 | sp | 11 | 14 | .4 | meat dairy
PIZ | ham mushroom | ham and mushroom pizza | 32 cm=11.00; 26 cm=8.50 | s | 6 | 14 | .4 | meat dairy
PIZ | quattro | four cheese pizza | 32 cm=11.50; 26 cm=9.00 | sp | 4 | 21 | .3 | dairy vegetarian
PIZ | diavola | spicy salami pizza | 32 cm=11.50; 26 cm=9.00 | sp | 6 | 14 | .3 | meat dairy spicy
PIZ | veggie | grilled vegetable pizza | 32 cm=10.90; 26 cm=8.50 | s | 4 | 14 | .3 | dairy vegetarian
PIZ | tuna pizza | tuna and onion pizza | 32 cm=11.50; 26 cm=9.00 | s | 3 | 21 | .3 | fish dairy
PIZ | calzone | ham calzone | 1 piece=10.90 | s | 2 | 0 | .2 | meat dairy
DIP | garlic dip | garlic dip | 100 ml=1.49; 200 ml=2.49 | bs | 5 | 0 | .4 | dairy vegetarian
DIP | hummus | hummus | 200 g=2.79; 400 g=4.49 | bsp | 4 | 14 | .1 | vegan
DIP | salsa | tomato salsa | 300 g=2.89 | bsp | 4 | 0 | .1 | vegan
DIP | guacamole | guacamole | 200 g=3.49 | sp | 2 | 0 | .1 | vegan
DIP | barbecue dip | barbecue dip | 100 ml=1.49; 200 ml=2.49 | s | 3 | 0 | .3 | vegan
PAS | spaghetti | spaghetti | 500 g=1.59; 1 kg=2.79 | bsp | 6 | 28 | .4 | vegan
PAS | penne | penne | 500 g=1.59; 1 kg=2.79 | bsp | 5 | 28 | .4 | vegan
PAS | fresh ravioli | ricotta ravioli | 250 g=3.99 | sp | 3 | 21 | .2 | dairy vegetarian
PAS | passata | passata | 700 g=2.19; 350 g=1.39 | bsp | 5 | 28 | .3 | vegan
PAS | pesto | basil pesto | 190 g=3.49 | bsp | 4 | 28 | .1 | dairy vegetarian
PAS | bolognese | bolognese sauce | 400 g=3.29 | bs | 4 | 28 | .2 | meat
BAK | white bread | white bread | 500 g=2.29; 750 g=2.99 | bs | 8 | 6 | .1 | vegan
BAK | rye bread | rye bread | 500 g=3.19; 1 kg=4.99 | sp | 5 | 7 | .1 | vegan
BAK | rolls | breakfast rolls | 6 pieces=2.19; 10 pieces=3.29 | bs | 7 | 7 | .2 | vegan
BAK | croissants | butter croissants | 2 pieces=2.29; 4 pieces=3.99 | bsp | 5 | 10 | .2 | dairy vegetarian
BAK | burger buns | burger buns | 4 pieces=2.29; 6 pieces=2.99 | bs | 4 | 21 | .2 | vegetarian
BAK | tortillas | wheat tortillas | 8 pieces=2.59 | bs | 4 | 21 | .2 | vegan
MIL | whole milk | whole milk | 1 l=1.49; 2 l=2.69; 0.5 l=0.89 | bsp | 14 | 7 | .5 | dairy vegetarian
MIL | light milk | semi-skimmed milk | 1 l=1.45; 2 l=2.59 | bsp | 9 | 7 | .5 | dairy vegetarian
MIL | oat drink | oat drink | 1 l=2.29 | bsp | 4 | 8 | .5 | vegan
MIL | yogurt | natural yogurt | 500 g=1.99; 150 g=0.79; 1 kg=3.49 | bsp | 8 | 8 | .4 | dairy vegetarian
MIL | fruit yogurt | strawberry yogurt | 150 g=0.89; 4 x 150 g=2.99 | bs | 6 | 8 | .8 | dairy vegetarian
MIL | butter | butter | 250 g=2.79; 500 g=5.29 | bsp | 8 | 14 | .2 | dairy vegetarian
MIL | sour cream | sour cream | 200 g=1.69 | bs | 3 | 0 | .1 | dairy vegetarian
MIL | eggs | free-range eggs | 6 pieces=2.89; 12 pieces=4.99 | bsp | 10 | 9 | .1 | vegetarian
CHE | mozzarella | mozzarella | 125 g=1.79; 3 x 125 g=4.79 | bsp | 6 | 14 | .4 | dairy vegetarian
CHE | cheddar | mature cheddar | 250 g=3.99; 400 g=5.99 | bsp | 6 | 14 | .1 | dairy vegetarian
CHE | parmesan | grated parmesan | 100 g=3.29; 200 g=5.79 | bsp | 3 | 0 | .1 | dairy
CHE | feta | feta | 200 g=2.99 | bsp | 4 | 14 | .1 | dairy vegetarian
CHE | brie | brie | 200 g=3.79 | sp | 3 | 21 | .1 | dairy vegetarian
CHE | cheese slices | sandwich cheese slices | 200 g=2.49; 400 g=4.49 | bs | 4 | 12 | .1 | dairy vegetarian
MEA | mince | beef mince | 400 g=5.49; 800 g=9.99 | bsp | 9 | 9 | .2 | meat
MEA | chicken | chicken breast | 400 g=6.49; 800 g=11.99 | bsp | 11 | 8 | .2 | meat
MEA | sausages | pork sausages | 6 pieces=4.99; 12 pieces=8.99 | bsp | 7 | 12 | .2 | meat
MEA | burgers | beef burgers | 4 pieces=6.49 | bsp | 5 | 14 | .2 | meat
MEA | steak | sirloin steak | 250 g=8.99 | sp | 3 | 21 | .5 | meat
COL | cooked ham | cooked ham | 100 g=2.49; 200 g=4.29 | bsp | 11 | 7 | .2 | meat
COL | salami | salami slices | 100 g=2.79; 200 g=4.79 | bsp | 9 | 8 | .2 | meat
COL | turkey | turkey slices | 100 g=2.89; 200 g=4.99 | bs | 7 | 8 | .2 | meat
COL | bacon | smoked bacon | 150 g=3.29; 300 g=5.79 | bsp | 8 | 10 | .2 | meat
FIS | salmon | salmon fillet | 250 g=7.99 | bsp | 4 | 14 | .2 | fish
FIS | tuna can | tuna in oil | 160 g=2.19; 3 x 80 g=3.99 | bsp | 5 | 21 | .6 | fish
FIS | prawns | peeled prawns | 200 g=5.99 | sp | 2 | 21 | .1 | fish
FRU | bananas | bananas | 1 kg=1.99 | bp | 11 | 7 | .1 | vegan
FRU | apples | crisp apples | 1 kg=2.99; 6 pieces=2.79 | bsp | 8 | 8 | .1 | vegan
FRU | oranges | juicy oranges | 1 kg=2.79; 2 kg=4.99 | bs | 5 | 10 | .1 | vegan
FRU | berries | blueberries | 125 g=2.79; 300 g=5.49 | sp | 5 | 9 | .2 | vegan
FRU | lemons | lemons | 4 pieces=1.79; 1 piece=0.55 | bp | 4 | 0 | .2 | vegan
FRU | avocados | ripe avocados | 2 pieces=2.99 | bsp | 5 | 9 | .2 | vegan
VEG | tomatoes | vine tomatoes | 500 g=2.49; 1 kg=4.29 | bsp | 9 | 7 | .1 | vegan
VEG | cucumber | cucumber | 1 piece=0.99 | bp | 7 | 7 | .3 | vegan
VEG | salad | mixed leaf salad | 150 g=1.99; 250 g=2.89 | bsp | 7 | 7 | .1 | vegan
VEG | potatoes | potatoes | 2 kg=2.99; 5 kg=5.99 | bsp | 6 | 16 | .1 | vegan
VEG | onions | onions | 1 kg=1.49 | bp | 6 | 18 | .1 | vegan
VEG | peppers | sweet peppers | 3 pieces=2.49 | bsp | 5 | 9 | .1 | vegan
VEG | carrots | carrots | 1 kg=1.39 | bp | 6 | 12 | .1 | vegan
VEG | mushrooms | chestnut mushrooms | 250 g=1.99 | bsp | 5 | 10 | .1 | vegan
LUN | ham sandwich | ham and cheese sandwich | 1 piece=3.99 | bsp | 8 | 6 | .2 | meat dairy
LUN | chicken wrap | chicken wrap | 1 piece=4.79 | bsp | 8 | 6 | .2 | meat
LUN | egg sandwich | egg and cress sandwich | 1 piece=3.79 | bs | 4 | 8 | .2 | vegetarian
LUN | falafel wrap | falafel wrap | 1 piece=4.69 | sp | 4 | 8 | .2 | vegan
LUN | pasta salad | pasta salad | 250 g=3.99 | bs | 4 | 8 | .2 | vegetarian
LUN | caesar salad | chicken Caesar salad | 300 g=5.49 | sp | 5 | 8 | .1 | meat dairy
REA | lasagne | beef lasagne | 400 g=4.99; 800 g=8.99 | bsp | 6 | 12 | .2 | meat dairy
REA | curry | chicken curry with rice | 400 g=5.29 | bsp | 6 | 12 | .2 | meat spicy
REA | veg curry | chickpea curry with rice | 400 g=4.79 | bsp | 4 | 12 | .2 | vegan spicy
REA | mac cheese | macaroni cheese | 400 g=4.29 | bs | 4 | 14 | .2 | dairy vegetarian
FRO | frozen pizza | frozen salami pizza | 1 piece=3.49; 3 pieces=8.99 | bs | 6 | 14 | .5 | meat dairy frozen
FRO | nuggets | chicken nuggets | 500 g=4.49; 1 kg=7.99 | bs | 6 | 14 | .1 | meat frozen
FRO | fries | oven fries | 1 kg=2.99; 2 kg=5.29 | bs | 6 | 18 | .1 | vegan frozen
FRO | peas | garden peas | 450 g=1.79; 1 kg=3.29 | bs | 4 | 24 | .1 | vegan frozen
FRO | fish fingers | fish fingers | 12 pieces=3.99 | bsp | 4 | 18 | .1 | fish frozen
PAN | tomatoes can | chopped tomatoes | 400 g=1.19; 4 x 400 g=3.99 | bsp | 7 | 18 | .8 | vegan
PAN | beans | baked beans | 400 g=1.29; 4 x 400 g=4.29 | bs | 5 | 18 | .6 | vegan
PAN | rice | basmati rice | 1 kg=3.49; 500 g=1.99 | bsp | 5 | 30 | .1 | vegan
PAN | soup | chicken soup | 400 g=2.29 | bs | 4 | 18 | .5 | meat
PAN | lentil soup | lentil soup | 400 g=2.29 | bsp | 3 | 18 | .4 | vegan
PAN | flour | plain flour | 1 kg=1.49 | bsp | 5 | 35 | .2 | vegan
PAN | yeast | dried yeast | 3 sachets=1.19 | bs | 3 | 0 | .3 | vegan
PAN | sugar | white sugar | 1 kg=1.79 | b | 5 | 35 | .2 | vegan
OIL | olive oil | olive oil | 500 ml=7.49; 1 l=12.99 | bsp | 5 | 45 | .0 | vegan
OIL | sunflower oil | sunflower oil | 1 l=3.29 | bs | 4 | 45 | .1 | vegan
OIL | mustard | mustard | 200 g=1.89 | bsp | 2 | 0 | .0 | vegan
OIL | mayonnaise | mayonnaise | 400 ml=2.99 | bs | 4 | 35 | .0 | vegetarian
OIL | oregano | dried oregano | 15 g=1.69 | sp | 2 | 0 | .0 | vegan
BRE | cornflakes | cornflakes | 500 g=2.79; 750 g=3.79 | bs | 5 | 16 | .1 | vegan
BRE | muesli | fruit muesli | 750 g=4.29; 500 g=3.19 | bsp | 5 | 18 | .1 | vegetarian
BRE | oats | rolled oats | 1 kg=2.49; 500 g=1.49 | bsp | 5 | 24 | .1 | vegan
BRE | jam | strawberry jam | 340 g=2.79 | bsp | 4 | 30 | .0 | vegan
BRE | spread | hazelnut spread | 400 g=3.99; 750 g=6.49 | bs | 4 | 28 | .0 | dairy vegetarian
SNA | crisps | salted crisps | 150 g=1.99; 300 g=3.49 | bsp | 8 | 10 | .4 | vegan
SNA | tortilla chips | tortilla chips | 200 g=2.29; 450 g=3.99 | bs | 5 | 0 | .3 | vegan
SNA | nuts | roasted cashews | 150 g=3.49 | bsp | 4 | 18 | .2 | vegan
SNA | crackers | wheat crackers | 200 g=2.19 | bsp | 2 | 0 | .1 | vegan
SNA | popcorn | sweet popcorn | 120 g=1.99 | bs | 3 | 0 | .2 | vegan
SNA | jerky | beef jerky | 60 g=3.99 | sp | 2 | 18 | .1 | meat
SWE | milk choc | milk chocolate | 100 g=1.79; 200 g=3.29 | bsp | 7 | 10 | .5 | dairy vegetarian
SWE | dark choc | dark chocolate | 100 g=1.99; 200 g=3.59 | bsp | 5 | 12 | .4 | vegan
SWE | biscuits | oat biscuits | 300 g=1.99 | bsp | 5 | 12 | .2 | vegetarian
SWE | pralines | praline selection | 200 g=6.99 | sp | 2 | 0 | .1 | dairy vegetarian
ICE | vanilla ice | vanilla ice cream | 500 ml=4.49; 1 l=6.49 | bsp | 5 | 14 | .1 | dairy vegetarian frozen
ICE | choc ice | chocolate ice cream | 500 ml=4.49; 1 l=6.49 | bsp | 4 | 14 | .1 | dairy vegetarian frozen
ICE | sorbet | lemon sorbet | 500 ml=4.29 | sp | 2 | 18 | .1 | vegan frozen
SOF | cola | cola | 1.5 l=2.29; 0.33 l=1.19; 6 x 0.33 l=5.49 | bsp | 8 | 10 | .5 | vegan
SOF | cola zero | cola without sugar | 1.5 l=2.29; 0.33 l=1.19; 6 x 0.33 l=5.49 | bs | 6 | 10 | .5 | vegan
SOF | lemonade | cloudy lemonade | 1.5 l=2.19; 0.33 l=1.29 | bsp | 4 | 14 | .4 | vegan
SOF | tonic | tonic water | 1 l=2.19; 4 x 0.2 l=3.79 | bsp | 3 | 0 | .6 | vegan
SOF | energy | energy drink | 0.25 l=1.79; 4 x 0.25 l=5.99 | bs | 4 | 7 | .5 | vegan
WAT | still water | still water | 1.5 l=0.89; 6 x 1.5 l=4.49; 0.5 l=0.79 | bs | 8 | 8 | .6 | vegan
WAT | sparkling | sparkling water | 1.5 l=0.95; 6 x 1.5 l=4.79 | bsp | 6 | 8 | .6 | vegan
WAT | orange juice | orange juice | 1 l=2.99; 1.5 l=3.99 | bsp | 7 | 8 | .2 | vegan
WAT | apple juice | apple juice | 1 l=2.49 | bsp | 4 | 10 | .2 | vegan
COF | ground coffee | ground coffee | 500 g=7.49; 250 g=4.29 | bsp | 8 | 18 | .1 | vegan
COF | beans coffee | whole-bean coffee | 1 kg=14.99; 500 g=8.49 | bsp | 4 | 28 | .0 | vegan
COF | filters | coffee filters | 100 pieces=1.99 | bs | 2 | 0 | .0 | vegan
COF | black tea | black tea | 50 bags=3.49; 100 bags=5.99 | bsp | 5 | 30 | .0 | vegan
COF | herbal tea | peppermint tea | 25 bags=2.79 | bsp | 3 | 24 | .1 | vegan
COF | iced coffee | iced latte to go | 250 ml=1.99 | bs | 4 | 7 | .3 | dairy vegetarian
BEE | lager | lager | 6 x 0.33 l=7.49; 0.5 l=1.69; 24 x 0.33 l=24.90 | bsp | 8 | 10 | .3 | alcohol vegan
BEE | pale ale | pale ale | 4 x 0.33 l=7.99; 0.33 l=2.29 | sp | 4 | 12 | .2 | alcohol vegan
BEE | alcohol free | alcohol-free lager | 6 x 0.33 l=6.49 | bs | 2 | 16 | .2 | vegan
BEE | cider | dry cider | 0.5 l=2.49; 4 x 0.5 l=8.49 | sp | 3 | 14 | .3 | alcohol vegan
WIN | red wine | red wine | 0.75 l=8.99; 3 l=21.90 | bsp | 6 | 14 | .3 | alcohol vegan
WIN | white wine | white wine | 0.75 l=8.49; 3 l=20.90 | bsp | 5 | 14 | .3 | alcohol vegan
WIN | sparkling wine | sparkling wine | 0.75 l=11.99 | bsp | 3 | 28 | .2 | alcohol vegan
SPI | gin | dry gin | 0.7 l=19.90 | bsp | 2 | 0 | .0 | alcohol vegan
SPI | vodka | vodka | 0.7 l=16.90 | bsp | 2 | 0 | .0 | alcohol vegan
SPI | whisky | blended whisky | 0.7 l=24.90 | bsp | 2 | 0 | .0 | alcohol vegan
BAB | nappies | nappies | 48 pieces=12.99; 96 pieces=22.90 | bsp | 8 | 12 | .2 | baby
BAB | wipes | baby wipes | 64 pieces=2.49; 4 x 64 pieces=7.99 | bsp | 5 | 0 | .2 | baby
BAB | formula | infant formula | 800 g=16.90 | sp | 5 | 9 | .2 | baby dairy
BAB | puree | carrot purée | 190 g=1.49; 6 x 190 g=7.99 | bsp | 5 | 0 | .8 | baby vegan
LAU | detergent | laundry detergent | 1.5 l=8.99; 3 l=15.90 | bsp | 6 | 42 | .0 | household
LAU | softener | fabric softener | 1 l=3.49 | bs | 3 | 50 | .0 | household
CLE | dish soap | washing-up liquid | 500 ml=1.99; 1 l=3.29 | bsp | 5 | 35 | .1 | household
CLE | dish tabs | dishwasher tablets | 40 pieces=8.99; 80 pieces=15.90 | bsp | 4 | 42 | .0 | household
CLE | spray | kitchen cleaner | 750 ml=2.99 | bsp | 3 | 45 | .0 | household
CLE | bin bags | bin bags | 20 pieces=2.99 | bs | 4 | 35 | .0 | household
PAP | toilet paper | toilet paper | 8 rolls=4.99; 16 rolls=8.99 | bsp | 8 | 21 | .1 | household
PAP | kitchen roll | kitchen roll | 2 rolls=2.79; 4 rolls=4.99 | bsp | 5 | 24 | .1 | household
PAP | tissues | tissues | 100 pieces=1.79 | bs | 4 | 28 | .2 | household
PER | toothpaste | toothpaste | 75 ml=2.79 | bsp | 4 | 42 | .1 | household
PER | shampoo | shampoo | 250 ml=3.99; 500 ml=6.49 | bsp | 4 | 42 | .0 | household
PER | shower gel | shower gel | 250 ml=2.79 | bsp | 4 | 35 | .1 | household
CAT | cat food | cat food pouches | 12 x 85 g=5.99; 48 x 85 g=21.90 | bsp | 7 | 9 | .4 | cat
CAT | cat litter | cat litter | 10 l=7.99 | bs | 4 | 0 | .1 | cat
CAT | cat treats | cat treats | 60 g=1.99 | sp | 3 | 12 | .3 | cat
DOG | dog food | dry dog food | 3 kg=11.99; 12 kg=39.90 | bsp | 7 | 20 | .0 | dog
DOG | dog treats | dog chews | 7 pieces=3.49 | bsp | 4 | 14 | .2 | dog
"""

# As above, with one more cell: the 28-day periods before the end of the window at which the
# article was launched. A launch is no staple yet.
NEW_ARTICLES = """
SOF | ginger ale | ginger ale | 1.5 l=2.29 | s | 18 | 0 | .3 | vegan | 1
SNA | lentil crisps | lentil crisps | 150 g=2.29 | p | 18 | 0 | .2 | vegan | 1
MIL | almond drink | almond drink | 1 l=2.39 | p | 18 | 0 | .3 | vegan | 2
REA | ramen bowl | ramen bowl | 450 g=5.49 | s | 18 | 0 | .1 | vegan spicy | 2
PIZ | truffle pizza | truffle pizza | 32 cm=11.50 | p | 18 | 0 | .1 | dairy vegetarian | 2
COF | cold brew | cold brew coffee | 250 ml=2.49 | s | 18 | 0 | .3 | vegan | 3
ICE | pistachio ice | pistachio ice cream | 500 ml=4.99 | p | 18 | 0 | .1 | dairy vegetarian frozen | 3
BAK | baguette | sourdough baguette | 1 piece=2.39 | p | 18 | 0 | .2 | vegan | 4
"""
