-- 95 lists of products drawn from FIRST..LAST and 5 votes on questions drawn from 1..QUESTIONS in a hundred requests.
local first = tonumber(os.getenv("FIRST")) or 900000
local last = tonumber(os.getenv("LAST")) or 1000000
local questions = tonumber(os.getenv("QUESTIONS")) or 3500000

init = function()
  math.randomseed(os.time() + tonumber(tostring({}):match("0x(%x+)"), 16) % 1000003)
end

request = function()
  if math.random(100) <= 5 then
    return "PUT /qa/questions/" .. math.random(1, questions) ..
      "/helpful HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\n\r\n"
  end
  return "GET /qa/questions?product_id=" .. math.random(first, last) ..
    "&page=1&count=5 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
end
