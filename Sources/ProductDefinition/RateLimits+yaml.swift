import DefinitionFile
import Foundation
package import Limits

extension ProductKeys {
    enum RateLimit: String, CaseIterable {
        case limit, per, of, mode, burst, counts, credentials
        case timeZone = "time_zone"
    }
}

extension FileEntry {
    /// The rate limits that a mapping of the file says, in its order.
    ///
    /// - Parameter others: Those of the product, which hold besides.
    func rateLimits(besides others: [RateLimit] = []) throws(DefinitionError) -> [RateLimit] {
        var limits: [RateLimit] = []
        for (name, entry) in try entries() {
            guard name != RateLimit.ownName else {
                throw entry.error("own is the limit that managers of a credential set; this one needs another name")
            }
            guard RateLimit.allows(name: name) else {
                throw entry.error("a rate limit's name has 1 to 32 lower-case letters, digits, - and _, a letter first")
            }
            limits.append(try RateLimit(name: name, entry: entry))
        }
        guard RateLimitCatalogue.merged(others, with: limits).count <= RateLimitSet.maximumCount else {
            throw error("at most \(RateLimitSet.maximumCount) rate limits may hold at once")
        }
        return limits
    }
}

extension RateLimit {
    /// In place of a time zone: that of each account.
    private static let ofAccount = "account"

    fileprivate convenience init(name: String, entry: FileEntry) throws(DefinitionError) {
        let words = try entry.section(ProductKeys.RateLimit.self)
        guard let limit = words[.limit] else { throw entry.error("limit is missing") }
        guard let per = words[.per] else { throw entry.error("per is missing") }
        let amount = try limit.integer(in: 1...Self.maximumAmount)
        let period = try per.word(Period.self, of: "period")
        var burst: Int?
        if let entry = words[.burst] {
            guard period.hasBucket else { throw entry.error("a burst is only of limits up to a minute") }
            let number = try entry.integer(in: 1...Self.maximumAmount)
            guard number <= amount else { throw entry.error("is more than the limit (\(amount))") }
            burst = number
        }
        var zone = TimeZoneOffsets.utc
        var followsAccount = false
        if let entry = words[.timeZone] {
            guard period == .day || period == .month else {
                throw entry.error("a time zone is only of limits per day and per month")
            }
            followsAccount = try entry.text(maximum: 64) == Self.ofAccount
            if !followsAccount { zone = try TimeZoneOffsets(entry: entry) }
        }
        let counted = try words[.counts]?.word(Counted.self, of: "thing to count") ?? .calls
        var kinds = Set(Kind.allCases)
        if let list = words[.credentials] {
            kinds = []
            for entry in try list.list() {
                let kind = try entry.word(Kind.self, of: "kind of credential")
                guard counted == .calls || kind != .apiKey else {
                    throw entry.error("API keys are given no tokens, so a limit on tokens is none of theirs")
                }
                guard kinds.insert(kind).inserted else { throw entry.error("\(kind.rawValue) stands here twice") }
            }
            guard !kinds.isEmpty else { throw list.error("must name at least one kind of credential") }
        }
        self.init(
            name: name, amount: amount, per: period,
            of: try words[.of]?.word(Holder.self, of: "holder") ?? .credential,
            mode: try words[.mode]?.word(Mode.self, of: "mode") ?? .enforce, burst: burst, in: zone,
            followingAccount: followsAccount, for: kinds,
            counting: counted)
    }
}

extension TimeZoneOffsets {
    /// How many changes ahead are looked up: two a year are a hundred years.
    private static let mostChanges = 200

    fileprivate init(entry: FileEntry) throws(DefinitionError) {
        let name = try entry.text(maximum: 64)
        guard let zone = TimeZoneOffsets(named: name) else {
            throw entry.error("unknown time zone \(name); they are named as Europe/Berlin is, or UTC, or account")
        }
        self = zone
    }

    /// Whether there is a zone of that name. The list of the system has one name of each alone, such as Asia/Calcutta without Asia/Kolkata.
    package static func isKnown(_ name: String) -> Bool {
        name == "UTC" || TimeZone.knownTimeZoneIdentifiers.contains(name)
            || (name.contains("/") && TimeZone(identifier: name) != nil)
    }

    /// The zone of that name, such as `Europe/Berlin` (the IANA's tz database, as the system has it); nil where there is none.
    package init?(named name: String) {
        guard Self.isKnown(name), let zone = TimeZone(identifier: name) else { return nil }
        var changes: [Change] = []
        // No window that is asked for begins earlier.
        let first = Date(timeIntervalSince1970: 1_735_689_600)
        var last = first
        while changes.count < Self.mostChanges, let next = zone.nextDaylightSavingTimeTransition(after: last),
            next > last
        {
            changes.append(
                Change(at: Int64(next.timeIntervalSince1970), seconds: Int64(zone.secondsFromGMT(for: next))))
            last = next
        }
        self.init(name: name, seconds: Int64(zone.secondsFromGMT(for: first)), changes: changes)
    }
}
