-- What wrk sends: a template in which %LINE% is a line of a file and %COUNT% counts up, so that requests differ.
--   wrk … URL -- template lines order first
-- `order` is `random` or `sequential`, from line `first` (0 is the first). Without %LINE%, lines is `-`.

local parts, data, lines, width, count, sequential
local position, counter = 0, 0

local function read(path)
    local file = assert(io.open(path, "rb"))
    local text = file:read("*a")
    file:close()
    return text
end

-- Large files are cut by position, for which all lines must have one length; small ones into a table.
local function load_lines(path)
    data = read(path)
    width = data:find("\n", 1, true)
    if #data % width == 0 and #data / width > 100000 then
        count = #data / width
        return
    end
    lines = {}
    for line in data:gmatch("[^\n]+") do lines[#lines + 1] = line end
    count = #lines
end

local function next_line()
    local index
    if sequential then
        index = position
        position = (position + 1) % count
    else
        index = math.random(0, count - 1)
    end
    if lines then return lines[index + 1] end
    return data:sub(index * width + 1, index * width + width - 1)
end

function init(arguments)
    math.randomseed(os.time())
    local template = read(arguments[1])
    if arguments[2] ~= "-" then load_lines(arguments[2]) end
    sequential = arguments[3] == "sequential"
    position = tonumber(arguments[4] or "0")
    counter = os.time() % 100000 * 1000000
    parts = {}
    local from = 1
    for before, name, to in template:gmatch("()%%(%u+)%%()") do
        parts[#parts + 1] = template:sub(from, before - 1)
        parts[#parts + 1] = name == "LINE" and next_line or function()
            counter = counter + 1
            return string.format("%011d", counter)
        end
        from = to
    end
    parts[#parts + 1] = template:sub(from)
end

function request()
    if #parts == 1 then return parts[1] end
    local text = ""
    for i = 1, #parts do
        text = text .. (i % 2 == 1 and parts[i] or parts[i]())
    end
    return text
end

function done(summary, latency)
    local errors = summary.errors
    io.write(string.format(
        'RESULT {"requests": %d, "seconds": %.6f, "p50_ms": %.4f, "p99_ms": %.4f, "max_ms": %.4f, '
            .. '"refused": %d, "broken": %d}\n',
        summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
        latency.max / 1e3, errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
