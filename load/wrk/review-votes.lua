-- A vote on a review drawn from 1..REVIEWS.
dofile("load/wrk/shop.lua")

local reviews = tonumber(os.getenv("REVIEWS")) or 5700000

request = function()
  return "PUT /reviews/" .. math.random(1, reviews) ..
    "/helpful HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\n\r\n"
end
