-- The page of a product drawn from FIRST..LAST as a file that nginx serves.
local first = tonumber(os.getenv("FIRST")) or 900000
local last = tonumber(os.getenv("LAST")) or 1000000

init = function()
  math.randomseed(os.time() + tonumber(tostring({}):match("0x(%x+)"), 16) % 1000003)
end

request = function()
  return "GET /pages/" .. math.random(first, last) .. ".json HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
end
