-- A shop's mixed traffic as in load/mixed.js, at a bounded rate: 90 % question lists, 5 % answer
-- lists, 4 % votes, 1 % new questions, on products 1..LAST drawn by Zipf's law, and 5 to 15 ms of
-- thought before each. A client that wrote has nginx's cookie and asks for WRITER_LISTS more lists
-- with it (none by default, like clients that keep no cookies).
dofile("load/wrk/shop.lua")

local writer_lists = tonumber(os.getenv("WRITER_LISTS")) or 0
local with_cookie = 0
local stride = shop.last % 7919 == 0 and 7907 or 7919

-- The k-th favourite is drawn with a weight of about 1/k; favourites are spread over all ids.
local function favoured_product()
  local place = math.floor(math.exp(math.random() * math.log(shop.last + 1)))
  return 1 + (place * stride) % shop.last
end

-- A question of such a product, as if each had as many.
local function favoured_question()
  return math.max(1, math.floor(favoured_product() * shop.questions / shop.last) - math.random(0, 3))
end

local function headers(extra)
  local cookie = ""
  if with_cookie > 0 then
    with_cookie = with_cookie - 1
    cookie = "Cookie: atelier_wrote=1\r\n"
  end
  return " HTTP/1.1\r\nHost: 127.0.0.1\r\n" .. cookie .. extra .. "\r\n"
end

request = function()
  local draw = math.random(100)
  if draw <= 90 then
    return "GET /qa/questions?product_id=" .. favoured_product() .. "&page=1&count=5" .. headers("")
  elseif draw <= 95 then
    return "GET /qa/questions/" .. favoured_question() .. "/answers?page=1&count=5" .. headers("")
  end
  with_cookie = writer_lists
  if draw <= 99 then
    return "PUT /qa/questions/" .. favoured_question() .. "/helpful" .. headers("Content-Length: 0\r\n")
  end
  local body = '{"product_id":' .. favoured_product() ..
    ',"body":"Does it come with everything that the picture shows?","name":"Ada L.","email":"ada@example.com"}'
  return "POST /qa/questions" .. headers("Content-Type: application/json\r\nContent-Length: " .. #body .. "\r\n") .. body
end

delay = function()
  return math.random(5, 15)
end
