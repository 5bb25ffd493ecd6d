-- New questions and new answers in turn: a question about a product drawn from 1..LAST, an answer to a question
-- drawn from 1..QUESTIONS.
local last = tonumber(os.getenv("LAST")) or 1000000
local questions = tonumber(os.getenv("QUESTIONS")) or 3500000
local asking = false

init = function()
  math.randomseed(os.time() + tonumber(tostring({}):match("0x(%x+)"), 16) % 1000003)
end

local function post(path, body)
  return "POST " .. path .. " HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: " ..
    #body .. "\r\n\r\n" .. body
end

request = function()
  asking = not asking
  if asking then
    return post("/qa/questions", '{"product_id":' .. math.random(1, last) ..
      ',"body":"Does it come with everything that the picture shows?","name":"Ada L.","email":"ada@example.com"}')
  end
  return post("/qa/questions/" .. math.random(1, questions) .. "/answers",
    '{"body":"It does, but for the batteries, which one has to buy.","name":"Ada L.","email":"ada@example.com"}')
end
