-- The published load: a question list of a product drawn from FIRST..LAST.
dofile("load/wrk/shop.lua")

request = product_list
