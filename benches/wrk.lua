-- Sends the requests of a file repeatedly, in order, and prints the results for load.py.
-- `wrk -s wrk.lua URL -- FILE`, where a NUL separates two requests.

local requests, last = {}, 0

function init(arguments)
  local file = assert(io.open(arguments[1], "rb"))
  for request in file:read("*a"):gmatch("%Z+") do requests[#requests + 1] = request end
  file:close()
end

function request()
  last = last % #requests + 1
  return requests[last]
end

function done(summary, latency)
  local errors = summary.errors
  local broken = errors.connect + errors.read + errors.write + errors.timeout
  print(string.format("FIGURES %d %d %d %d %d %d %d", summary.requests, summary.duration, errors.status, broken,
    latency:percentile(50), latency:percentile(99), latency:percentile(99.9)))
end
