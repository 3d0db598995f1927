-- Settles charges against sliding windows, all or nothing.
--
-- KEYS     one sorted set a charge, no key twice: a member for each counted request, scored by its time in microseconds
-- ARGV     one a charge, `<action><max>:<window in milliseconds>:<spend id>`: action s (spend), p (peek) or r (refund);
--          the spend id, which is a member, for a refund only
-- reply    one string, its fields parted by blanks: the time in microseconds, then three a charge: number counted,
--          time of the oldest in microseconds, spend id; `-` where there is none
--
-- Time is Redis's own, so that all processes agree. A spend that is refused adds nothing, for any charge; each
-- look clears away what has left the window. Every set expires a window after the last request it counted. Nothing
-- is added before all have passed, and what refuses a write (full, read-only) refuses the first one: none or all.
--
-- What costs is the number of calls and of fields, not the size of a set: hence one argument a charge, one string in
-- reply, the oldest member looked at before anything is counted or cleared, and no number where a string will do.

local call, match = redis.call, string.match
local time = call('TIME')
local now = time[1] * 1000000 + time[2]
local pass = true
local counts, oldests, windows = {}, {}, {}

for i, key in ipairs(KEYS) do
  local action, max, window, spend = match(ARGV[i], '^(%l)(%d+):(%d+):(%d*)$')
  if action == 'r' then call('ZREM', key, spend) end
  -- A member is its own score.
  local oldest = call('ZRANGE', key, '0', '0')[1]
  local horizon = now - window * 1000
  if oldest and tonumber(oldest) <= horizon then
    call('ZREMRANGEBYSCORE', key, '-inf', horizon)
    oldest = call('ZRANGE', key, '0', '0')[1]
  end
  local count = oldest and call('ZCARD', key) or 0
  if action == 's' then
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
    -- Two requests in one microsecond are two requests.
    while call('ZADD', key, 'NX', id, id) == 0 do id = string.format('%.0f', id + 1) end
    call('PEXPIRE', key, window)
    if count == 0 then oldest = id end
    count = count + 1
  end
  reply = reply .. ' ' .. count .. ' ' .. oldest .. ' ' .. id
end
return reply
