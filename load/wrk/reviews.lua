-- New reviews of products drawn from 1..LAST. Each text has a number that no other has, since the same text for the same
-- product would count as sent again.
dofile("load/wrk/shop.lua")

local sent = 0

local seed = init
init = function()
  seed()
  sent = math.random(1, 1000000) * 1000000
end

request = function()
  sent = sent + 1
  local body = string.format(
    '{"product_id":%d,"rating":%d,"summary":"As the picture shows","body":"It came in two days and does what it says (%d).",' ..
    '"recommend":true,"name":"Ada L.","email":"ada@example.com","photos":[],"characteristics":{}}',
    math.random(1, shop.last), math.random(1, 5), sent)
  return "POST /reviews HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: " ..
    #body .. "\r\n\r\n" .. body
end
