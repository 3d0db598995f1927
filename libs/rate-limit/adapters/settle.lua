-- Settles charges against sliding windows, all or nothing.
--
-- KEYS     one sorted set a charge: a member for each counted request, scored by its time in microseconds
-- ARGV     four a charge: action (1 spend, 0 peek, -1 refund), max, window in microseconds, spend id or ''
-- reply    the time in microseconds, then four a charge: 1 if it passes, number counted, time of the oldest in
--          microseconds (-1: none), spend id or ''
--
-- Time is Redis's own, so that all processes agree. A refused request writes nothing. Every set is trimmed when
-- something is added to it, and expires a window after its last entry. The first write is a ZADD, so that a Redis
-- that is full refuses the script as a whole.

local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
local counts = {}
local horizons = {}
local pass = true

for i, key in ipairs(KEYS) do
  local at = (i - 1) * 4
  local action = tonumber(ARGV[at + 1])
  horizons[i] = string.format('%.0f', now - tonumber(ARGV[at + 3]))
  if action == -1 then redis.call('ZREM', key, ARGV[at + 4]) end
  counts[i] = redis.call('ZCOUNT', key, '(' .. horizons[i], '+inf')
  if action == 1 and counts[i] >= tonumber(ARGV[at + 2]) then pass = false end
end

local reply = { string.format('%.0f', now) }
for i, key in ipairs(KEYS) do
  local at = (i - 1) * 4
  local action = tonumber(ARGV[at + 1])
  local max = tonumber(ARGV[at + 2])
  local allowed = counts[i] < max and 1 or 0
  local id = ''
  if action == 1 and pass then
    -- Two requests in one microsecond are two requests.
    local stamp = now
    repeat
      id = string.format('%.0f', stamp)
      stamp = stamp + 1
    until redis.call('ZADD', key, 'NX', id, id) == 1
    redis.call('ZREMRANGEBYSCORE', key, '-inf', horizons[i])
    redis.call('PEXPIRE', key, math.ceil(tonumber(ARGV[at + 3]) / 1000))
    counts[i] = counts[i] + 1
  end
  local oldest = redis.call('ZRANGEBYSCORE', key, '(' .. horizons[i], '+inf', 'LIMIT', 0, 1)[1] or '-1'
  reply[#reply + 1] = allowed
  reply[#reply + 1] = counts[i]
  reply[#reply + 1] = oldest
  reply[#reply + 1] = id
end
return reply
