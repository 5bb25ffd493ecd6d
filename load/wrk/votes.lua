-- A vote on a question drawn from 1..QUESTIONS.
dofile("load/wrk/shop.lua")

request = vote
