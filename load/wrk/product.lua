-- A part of the product page, of a product drawn from FIRST..LAST: the path that PART names, with %d for the product.
dofile("load/wrk/shop.lua")

local part = os.getenv("PART") or "/products/%d"

request = function()
  return list(string.format(part, math.random(shop.first, shop.last)))
end
