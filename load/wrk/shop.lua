-- What the other scripts draw from: products FIRST..LAST (by default the last tenth of a million), questions
-- 1..QUESTIONS; every thread draws others. They find this file from the project's folder.
shop = {
  first = tonumber(os.getenv("FIRST")) or 900000,
  last = tonumber(os.getenv("LAST")) or 1000000,
  questions = tonumber(os.getenv("QUESTIONS")) or 3500000,
}

init = function()
  math.randomseed(os.time() + tonumber(tostring({}):match("0x(%x+)"), 16) % 1000003)
end

function list(path)
  return "GET " .. path .. " HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
end

-- A question list of one of the products.
function product_list()
  return list("/qa/questions?product_id=" .. math.random(shop.first, shop.last) .. "&page=1&count=5")
end

-- A vote on one of the questions.
function vote()
  return "PUT /qa/questions/" .. math.random(1, shop.questions) ..
    "/helpful HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\n\r\n"
end
