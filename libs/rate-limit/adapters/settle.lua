-- Settles charges against sliding windows, all or nothing.
--
-- KEYS     one sorted set per charge, without duplicates: a member for each counted request, scored by its time in
--          microseconds
-- ARGV     one per charge, `<max>:<window in milliseconds>:<spend id>`; the spend id, which is a member, for a
--          refund only
-- reply    one string of fields separated by spaces: the time in microseconds, then three per charge: number counted,
--          time of the oldest in microseconds, spend id; `-` if there is none
--
-- The time is Redis's own, so that all processes agree. If one spend is refused, none is added; each call also removes
-- what has left the window. Every set expires one window after the last request that it counted. Nothing is added
-- before all charges have passed, and a Redis that refuses writes (full, read-only) refuses the first one: all or none.
--
-- The cost is in the number of calls and of fields, not in the size of a set: hence one argument per charge, one string
-- as the reply, the oldest member read before anything is counted or removed, and strings instead of numbers.

local call, match = redis.call, string.match
local time = call('TIME')
local now = time[1] * 1000000 + time[2]
-- Times in the future are from before the clock was set back, or from another node: they would fill the window until
-- the clock has caught up. One second allows for members of the same microsecond, and for nodes that nearly agree.
local latest = string.format('%.0f', now + 1000000)
local pass = true
local counts, oldests, windows = {}, {}, {}

for i, key in ipairs(KEYS) do
  local max, window, refunded = match(ARGV[i], '^(%d+):(%d+):(%d*)$')
  local spends = refunded == ''
  if not spends then call('ZREM', key, refunded) end
  -- The member equals its score.
  local oldest = call('ZRANGE', key, '0', '0')[1]
  local horizon = now - window * 1000
  if oldest and tonumber(oldest) <= horizon then
    call('ZREMRANGEBYSCORE', key, '-inf', horizon)
    oldest = call('ZRANGE', key, '0', '0')[1]
  end
  local count = oldest and call('ZCARD', key) or 0
  if spends then
    if count >= tonumber(max) and call('ZREMRANGEBYSCORE', key, latest, '+inf') > 0 then
      oldest = call('ZRANGE', key, '0', '0')[1]
      count = call('ZCARD', key)
    end
    if count >= tonumber(max) then pass = false end
    windows[i] = window
  end
  counts[i], oldests[i] = count, oldest or '-'
end

local stamp = time[1] .. string.sub(1000000 + time[2], 2)
local reply = stamp
for i, key in ipairs(KEYS) do
  local count, oldest, window, id = counts[i], oldests[i], windows[i], '-'
  if pass and window then
    id = stamp
    -- Two requests within one microsecond count as two.
    while call('ZADD', key, 'NX', id, id) == 0 do id = string.format('%.0f', id + 1) end
    call('PEXPIRE', key, window)
    if count == 0 then oldest = id end
    count = count + 1
  end
  reply = reply .. ' ' .. count .. ' ' .. oldest .. ' ' .. id
end
return reply
