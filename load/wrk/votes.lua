-- A vote on a question drawn from 1..QUESTIONS.
local questions = tonumber(os.getenv("QUESTIONS")) or 3500000

init = function()
  math.randomseed(os.time() + tonumber(tostring({}):match("0x(%x+)"), 16) % 1000003)
end

request = function()
  return "PUT /qa/questions/" .. math.random(1, questions) ..
    "/helpful HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\n\r\n"
end
