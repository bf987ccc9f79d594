-- Loads the demo shop's CSV files. Text columns throughout: the files have dirt on purpose (bad
-- dates, missing ids), and what to do with it is Shopkeeper's to decide and to count.
create table orders (
    order_id text, customer_id text, product_id text, quantity text,
    unit_price text, unit_cost text, ordered_at text, channel text
);
