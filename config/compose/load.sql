-- Loads the demo shop's CSV files. Text columns throughout: the files have dirt on purpose (bad
-- dates, missing ids), and what to do with it is Shopkeeper's to decide and to count.
create table orders (
    order_id text, customer_id text, product_id text, quantity text,
    unit_price text, unit_cost text, ordered_at text, channel text
);
create table products (
    product_id text, name text, category text, brand text, size text, price text, unit_cost text,
    stock text, variant_of text, tags text, min_age text, url text
);
create table customers (
    customer_id text, name text, email text, phone text, consent_email text, consent_phone text,
    consent_web text, age_band text, gender text, postcode text, first_interest text,
    referred_by text, joined_on text, birthday text, channel text
);
copy orders from '/shop/orders.csv' with (format csv, header true);
copy products from '/shop/products.csv' with (format csv, header true);
copy customers from '/shop/customers.csv' with (format csv, header true);
