import Limits
import Testing

@Suite("Limits: meters")
struct RateMeterTests {
    /// 2026-03-29T00:30:00Z: the day on which Berlin's clocks leave an hour out.
    private let now: Int64 = 1_774_744_200_000
    private let berlin = TimeZoneOffsets(
        name: "Europe/Berlin", seconds: 3600,
        changes: [.init(at: 1_774_746_000, seconds: 7200), .init(at: 1_792_890_000, seconds: 3600)])

    /// How many of so many calls are let through, one every `milliseconds`.
    private func admitted(
        _ count: Int, every milliseconds: Int64, from start: Int64, _ limit: RateLimit, _ meter: inout RateMeter,
        cost: Int = 1
    ) -> Int {
        (0..<count).count { number in
            let now = start + Int64(number) * milliseconds
            guard meter.wait(for: cost, under: limit, at: now) == nil else { return false }
            meter.use(cost, under: limit, at: now)
            return true
        }
    }

    @Test(arguments: [(1, 1), (7, 7), (60, 10), (100, 100), (999, 50), (1_000_000, 1000)])
    func `a bucket lets its burst through at once, and in any time no more than burst and rate`(
        _ amount: Int, _ burst: Int
    ) {
        let limit = RateLimit(name: "m", amount: amount, per: .minute, burst: burst)
        var meter = RateMeter()
        #expect(admitted(burst + 50, every: 0, from: now, limit, &meter) == burst)
        // Asked ten times as often as it may be, for five minutes.
        let every = max(1, 6000 / Int64(amount))
        let calls = Int(300_000 / every)
        let passed = admitted(calls, every: every, from: now + 1, limit, &meter)
        #expect(passed <= amount * 5)
        #expect(passed >= min(calls, amount * 5) - 1)
    }

    @Test func `what a bucket says is what then happens`() {
        let limit = RateLimit(name: "m", amount: 7, per: .minute, burst: 3)
        var meter = RateMeter()
        #expect(meter.standing(under: limit, at: now) == RateStanding(remaining: 3, more: nil))
        meter.use(3, under: limit, at: now)
        let standing = meter.standing(under: limit, at: now)
        #expect(standing == RateStanding(remaining: 0, more: 8572))
        #expect(meter.wait(for: 1, under: limit, at: now) == 8572)
        #expect(meter.wait(for: 1, under: limit, at: now + 8571) == 1)
        #expect(meter.wait(for: 1, under: limit, at: now + 8572) == nil)
        #expect(meter.wait(for: 2, under: limit, at: now) == 17_143)
        // What costs more than there ever is has no time at which it may come; it hears of the time until all is there.
        #expect(meter.wait(for: 1_000_000_000, under: limit, at: now) == 25_715)
        meter.giveBack(2, under: limit, at: now)
        #expect(meter.standing(under: limit, at: now).remaining == 2)
        #expect(meter.idleAt(under: limit, at: now) == now + 8572)
    }

    @Test func `a clock that is set back gives no more than a full bucket, and nothing overflows`() {
        let limit = RateLimit(name: "m", amount: 60, per: .minute, burst: 5)
        var meter = RateMeter()
        meter.use(5, under: limit, at: now)
        #expect(meter.wait(for: 1, under: limit, at: now - 30_000) == 31_000)
        #expect(admitted(20, every: 0, from: now - 86_400_000, limit, &meter) == 5)
        for time in [Int64.min, .max, 0] {
            var extreme = RateMeter(mark: .max, used: .max)
            extreme.use(.max, under: limit, at: time)
            #expect(extreme.standing(under: limit, at: time).remaining >= 0)
            let daily = RateLimit(name: "d", amount: 5, per: .day, in: berlin)
            extreme.use(.max, under: daily, at: time)
            #expect(extreme.standing(under: daily, at: time).remaining == 0)
        }
    }

    @Test func `a window begins anew with its hour, and says when`() {
        let limit = RateLimit(name: "h", amount: 100, per: .hour)
        var meter = RateMeter()
        #expect(admitted(150, every: 1, from: now, limit, &meter) == 100)
        #expect(meter.wait(for: 1, under: limit, at: now) == 1_800_000)
        #expect(meter.standing(under: limit, at: now) == RateStanding(remaining: 0, more: 1_800_000))
        #expect(meter.standing(under: limit, at: now + 1_800_000) == RateStanding(remaining: 100, more: nil))
        #expect(admitted(60, every: 0, from: now + 1_800_000, limit, &meter, cost: 3) == 33)
    }

    @Test func `days and months are the calendar's of the zone, also where clocks change`() {
        let day = LimitWindow(.day, in: berlin, at: now)
        // From midnight in Berlin, 23 hours.
        #expect(day.start == 1_774_738_800_000)
        #expect(day.end - day.start == 23 * 3_600_000)
        #expect(LimitWindow(.day, in: berlin, at: day.end).start == day.end)
        #expect(LimitWindow(.day, in: berlin, at: day.end - 1) == day)
        let autumn = LimitWindow(.day, in: berlin, at: 1_792_890_000_000)
        #expect(autumn.end - autumn.start == 25 * 3_600_000)
        let month = LimitWindow(.month, in: berlin, at: now)
        // 2026-02-28T23:00Z to 2026-03-31T22:00Z.
        #expect(month.start == 1_772_319_600_000)
        #expect(month.end == 1_774_994_400_000)
        // Every month of 400 years begins where the one before ends, and has 28 to 31 days.
        var time: Int64 = 946_684_800_000
        for _ in 0..<4800 {
            let month = LimitWindow(.month, in: .utc, at: time)
            #expect(month.start == time)
            #expect((28...31).contains((month.end - month.start) / 86_400_000))
            time = month.end
        }
        #expect(time == 946_684_800_000 + 146_097 * 86_400_000)
    }

    @Test func `a day on which midnight is left out begins with the first moment there is`() {
        // At 2026-01-10T00:00 local, clocks go on to 01:00.
        let zone = TimeZoneOffsets(name: "X", seconds: 0, changes: [.init(at: 1_768_003_200, seconds: 3600)])
        let day = LimitWindow(.day, in: zone, at: 1_768_003_200_000)
        #expect(day.start == 1_768_003_200_000)
        #expect(day.end == day.start + 23 * 3_600_000)
        #expect(LimitWindow(.day, in: zone, at: day.start - 1).end == day.start)
    }

    @Test func `a day that has midnight twice is one day, from the first`() {
        // On the Azores, clocks go back from 01:00 to 00:00 on 2026-10-25, at 01:00 UTC.
        let azores = TimeZoneOffsets(
            name: "Atlantic/Azores", seconds: 0, changes: [.init(at: 1_792_890_000, seconds: -3600)])
        let first: Int64 = 1_792_886_400_000
        let day = LimitWindow(.day, in: azores, at: first)
        #expect(day.start == first)
        #expect(day.end == first + 25 * 3_600_000)
        for hours in [0, 1, 2, 24] as [Int64] {
            #expect(LimitWindow(.day, in: azores, at: first + hours * 3_600_000) == day)
        }
        #expect(LimitWindow(.day, in: azores, at: first - 1).end == first)
    }

    @Test func `a call from before a window that has begun counts in it, and nothing is forgotten`() {
        let limit = RateLimit(name: "h", amount: 5, per: .hour)
        let hour = now + 1_800_000
        var meter = RateMeter()
        #expect(admitted(3, every: 0, from: hour, limit, &meter) == 3)
        // It came before the hour, and was looked up for a while.
        #expect(admitted(1, every: 0, from: hour - 1, limit, &meter) == 1)
        #expect(admitted(9, every: 0, from: hour + 1, limit, &meter) == 1)
        // A clock that was set back by more begins anew, and locks nobody out.
        #expect(admitted(9, every: 0, from: hour - 3 * 3_600_000, limit, &meter) == 5)
    }
}

@Suite("Limits: several at once")
struct RateVerdictTests {
    private let now: Int64 = 1_774_744_200_000
    private let limits = [
        RateLimit(name: "burst", amount: 60, per: .minute, burst: 10),
        RateLimit(name: "daily", amount: 25, per: .day, of: .account),
        RateLimit(name: "watched", amount: 4, per: .hour, mode: .observe),
    ]

    @Test func `the tightest refuses, what is refused counts nowhere, and who only observes refuses nobody`() throws {
        var meters = limits.map { _ in RateMeter() }
        for _ in 0..<10 { #expect(!RateVerdict.take(1, of: limits, &meters, at: now).isRefused) }
        let before = meters
        let refused = RateVerdict.take(1, of: limits, &meters, at: now)
        #expect(refused.isRefused)
        #expect(refused.violated.map(\.limit.name) == ["burst"])
        #expect(refused.exceeded.map(\.limit.name) == ["watched"])
        #expect(refused.retryAfter == 1)
        #expect(meters == before)
        #expect(RateLimitFields.standing(refused) == "\"burst\";r=0;t=1")
        // The bucket is full again; the day is not.
        let later = now + 60_000
        let costly = RateVerdict.take(20, of: limits, &meters, at: later)
        #expect(costly.violated.map(\.limit.name) == ["burst", "daily"])
        #expect(costly.retryAfter == 86_400 - 1860)
        let passed = RateVerdict.take(10, of: limits, &meters, at: later)
        #expect(!passed.isRefused)
        #expect(
            RateLimitFields.standing(passed)
                == "\"burst\";r=0;t=1, \"daily\";r=5;t=84540, \"watched\";r=0;t=1740")
    }

    @Test func `the policy says name, quota and window, and each kind of credential has its own limits`() throws {
        let all = limits + [RateLimit(name: "apps", amount: 5, per: .month, for: [.app])]
        let set = try #require(RateLimitSet(all))
        #expect(
            set.policy(for: .apiKey)
                == "\"burst\";q=60;w=60, \"daily\";q=25;w=86400, \"watched\";q=4;w=3600")
        #expect(set.policy(for: .app).hasSuffix(", \"apps\";q=5"))
        #expect(set.indices(for: .integration) == [0, 1, 2])
        #expect(RateLimitSet([]) == nil)
    }
}
