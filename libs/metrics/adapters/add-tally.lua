-- Adds what one process counted since its last batch, exactly once, however often the batch is sent.
--
-- KEYS[1]   number of the last batch taken from this process (string, expires)
-- KEYS[2]   requests an endpoint (hash, overall)
-- KEYS[3]   answers a status (hash, overall)
-- KEYS[4]   business events (hash, overall)
-- KEYS[5…]  latency buckets, a ring: endpoint → sketch (hash, each expires before its turn comes again)
-- ARGV[1]   number of this batch
-- ARGV[2]   life of KEYS[1], in seconds
-- ARGV[3]   length of a latency bucket, in seconds
-- ARGV[4]   most endpoints that are told apart
-- ARGV[5]   name of the field for all others
-- ARGV[6]   JSON: {"requests": {name: n}, "statuses": {name: n}, "business": {name: n}}
-- ARGV[7…]  endpoint, sketch, endpoint, sketch … (a sketch as in sketch-codec.ts)
-- Reply:    1 when added, 0 when it had been added before

local sequence = tonumber(ARGV[1])
local bucket_seconds = tonumber(ARGV[3])
local endpoints_max = tonumber(ARGV[4])
local other = ARGV[5]

if sequence <= tonumber(redis.call('GET', KEYS[1]) or '0') then
  return 0
end
-- The first write: a Redis that is full or read-only refuses it, and nothing is half done.
redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[2])

local tally = cjson.decode(ARGV[6])

-- Every process bounds its own names; over many of them, and over many versions, they are bounded here.
local function bounded(key, field)
  if redis.call('HEXISTS', key, field) == 1 or redis.call('HLEN', key) < endpoints_max then
    return field
  end
  return other
end

for name, count in pairs(tally.requests) do
  redis.call('HINCRBY', KEYS[2], bounded(KEYS[2], name), count)
end
for name, count in pairs(tally.statuses) do
  redis.call('HINCRBY', KEYS[3], name, count)
end
for name, count in pairs(tally.business) do
  redis.call('HINCRBY', KEYS[4], name, count)
end

-- Both are sorted by key, so the bins of the added one are looked up and set in between: what they do not touch, by
-- far the most, is copied as it is.
local function merge(kept, added)
  local bins, low = (#kept - 16) / 6, 0
  local pieces, copied = {}, 17
  for place = 17, #added, 6 do
    local key, count = struct.unpack('>I2I4', added, place)
    local high = bins
    while low < high do
      local middle = math.floor((low + high) / 2)
      if struct.unpack('>I2', kept, 17 + middle * 6) < key then
        low = middle + 1
      else
        high = middle
      end
    end
    local found = 17 + low * 6
    pieces[#pieces + 1] = string.sub(kept, copied, found - 1)
    copied = found
    if low < bins then
      local kept_key, kept_count = struct.unpack('>I2I4', kept, found)
      if kept_key == key then
        count = count + kept_count
        copied = found + 6
      end
    end
    pieces[#pieces + 1] = struct.pack('>I2I4', key, count)
  end
  pieces[#pieces + 1] = string.sub(kept, copied)
  local kept_min, kept_max = struct.unpack('>dd', kept)
  local added_min, added_max = struct.unpack('>dd', added)
  local extremes = struct.pack('>dd', math.min(kept_min, added_min), math.max(kept_max, added_max))
  return extremes .. table.concat(pieces)
end

-- Redis's clock decides the bucket, so that processes whose clocks differ agree.
local ring = #KEYS - 4
local bucket = math.floor(tonumber(redis.call('TIME')[1]) / bucket_seconds)
local latencies = KEYS[5 + bucket % ring]

for place = 7, #ARGV, 2 do
  local endpoint, sketch = bounded(latencies, ARGV[place]), ARGV[place + 1]
  local kept = redis.call('HGET', latencies, endpoint)
  redis.call('HSET', latencies, endpoint, kept and merge(kept, sketch) or sketch)
end
if #ARGV > 6 then
  -- A second before the ring comes round to it.
  redis.call('EXPIREAT', latencies, (bucket + ring) * bucket_seconds - 1)
end
return 1
