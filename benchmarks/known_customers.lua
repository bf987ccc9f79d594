-- Posts requests of known customers; arguments: customers, products, mix.
-- Mixes: home (no context), product (a page viewed), pages (half of each), cart (1 to 3 products), five (a
-- cart of five), mixed (a third each of home, product and cart).
local customers, products, mix

function init(args)
  customers, products, mix = tonumber(args[1]), tonumber(args[2]), args[3]
  math.randomseed(7)
end

local function product()
  -- Squared: pages of popular products are seen more often, and these come first.
  return string.format("p%07d", math.floor(math.random() ^ 2 * products))
end

local function context(kind)
  if kind == "home" then
    return '"placement":"home"'
  elseif kind == "product" then
    return string.format('"placement":"product","viewing":"%s"', product())
  end
  local basket = {}
  for i = 1, kind == "five" and 5 or math.random(3) do basket[i] = '"' .. product() .. '"' end
  return '"placement":"cart","basket":[' .. table.concat(basket, ",") .. ']'
end

function request()
  local kind = mix
  if mix == "pages" then kind = ({"home", "product"})[math.random(2)] end
  if mix == "mixed" then kind = ({"home", "product", "cart"})[math.random(3)] end
  local body = string.format('{"customer_id":"c%08d",%s}', math.random(0, customers - 1), context(kind))
  return wrk.format("POST", "/v1/recommendations", {["Content-Type"] = "application/json"}, body)
end
