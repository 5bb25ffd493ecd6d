-- The requests of page views: a product drawn from FIRST..LAST with its styles, related products, reviews, their sums and
-- questions, then four related products (drawn as well) with their styles and sums. A view is 18 requests.
dofile("load/wrk/shop.lua")

local view = {
  "/products/%d", "/products/%d/styles", "/products/%d/related", "/reviews?product_id=%d&sort=relevant",
  "/reviews/meta?product_id=%d", "/qa/questions?product_id=%d&page=1&count=4",
}
local card = { "/products/%d", "/products/%d/styles", "/reviews/meta?product_id=%d" }
local cards = 4

local targets, next_target = {}, 1

local function plan()
  local function add(paths)
    local product = math.random(shop.first, shop.last)
    for _, path in ipairs(paths) do
      targets[#targets + 1] = list(string.format(path, product))
    end
  end
  targets, next_target = {}, 1
  add(view)
  for _ = 1, cards do
    add(card)
  end
end

request = function()
  if next_target > #targets then
    plan()
  end
  next_target = next_target + 1
  return targets[next_target - 1]
end
