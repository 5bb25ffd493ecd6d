-- The page of a product drawn from FIRST..LAST as a file that nginx serves.
dofile("load/wrk/shop.lua")

request = function()
  return list("/pages/" .. math.random(shop.first, shop.last) .. ".json")
end
