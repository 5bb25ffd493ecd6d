-- New questions and new answers in turn: a question about a product drawn from 1..LAST, an answer to a question
-- drawn from 1..QUESTIONS.
dofile("load/wrk/shop.lua")

local asking = false

local function post(path, body)
  return "POST " .. path .. " HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: " ..
    #body .. "\r\n\r\n" .. body
end

request = function()
  asking = not asking
  if asking then
    return post("/qa/questions", '{"product_id":' .. math.random(1, shop.last) ..
      ',"body":"Does it come with everything that the picture shows?","name":"Ada L.","email":"ada@example.com"}')
  end
  return post("/qa/questions/" .. math.random(1, shop.questions) .. "/answers",
    '{"body":"It does, but for the batteries, which one has to buy.","name":"Ada L.","email":"ada@example.com"}')
end
