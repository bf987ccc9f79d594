"""Reading a shop: order lines, products and customers, cleaned, every lost row counted."""
