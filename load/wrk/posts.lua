-- New questions and new answers in turn: a question about a product drawn from 1..LAST, an answer to a question
-- drawn from 1..QUESTIONS. Each text has a number that no other has, since the same text in the same place would count
-- as sent again.
dofile("load/wrk/shop.lua")

local asking, sent = false, 0

local seed = init
init = function()
  seed()
  sent = math.random(1, 1000000) * 1000000
end

local function post(path, body)
  return "POST " .. path .. " HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: " ..
    #body .. "\r\n\r\n" .. body
end

local function draft(text)
  return '"body":"' .. text .. string.format(" (%d)", sent) .. '","name":"Ada L.","email":"ada@example.com"}'
end

request = function()
  asking = not asking
  sent = sent + 1
  if asking then
    return post("/qa/questions", '{"product_id":' .. math.random(1, shop.last) .. "," ..
      draft("Does it come with everything that the picture shows?"))
  end
  return post("/qa/questions/" .. math.random(1, shop.questions) .. "/answers",
    "{" .. draft("It does, but for the batteries, which one has to buy."))
end
