-- 95 lists of products drawn from FIRST..LAST and 5 votes on questions drawn from 1..QUESTIONS in a hundred requests.
dofile("load/wrk/shop.lua")

request = function()
  return math.random(100) <= 5 and vote() or product_list()
end
