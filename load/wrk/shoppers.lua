-- What shoppers do, at a bounded rate: lists and votes, and 5 to 15 ms of thought before each.
dofile("load/wrk/lists-and-votes.lua")

delay = function()
  return math.random(5, 15)
end
