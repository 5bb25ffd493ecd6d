-- A vote for the row that the address names.
wrk.method = "PUT"
