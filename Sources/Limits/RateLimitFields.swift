/// The header fields of limits: lists of Strings with parameters (draft-ietf-httpapi-ratelimit-headers-11, RFC 9651). A name of ours needs no
/// escape, and stands between quotes also where it could be a Token.
package enum RateLimitFields {
    /// An item of `RateLimit-Policy`: the quota and, where it is the same at any time, the window in seconds.
    static func policy(_ limit: RateLimit) -> String {
        let window = limit.period.seconds.map { ";w=\($0)" } ?? ""
        return "\"\(limit.name)\";q=\(limit.amount)\(window)"
    }

    /// The value of `RateLimit`: of each limit what remains and, where that is not all, in how many seconds there is some more. A refusal tells
    /// of those limits that refuse, so that nothing in it lasts longer than `Retry-After`.
    package static func standing(_ verdict: RateVerdict) -> String {
        let told = verdict.isRefused ? verdict.violated : verdict.readings
        return told.map { reading in
            let more = reading.standing.more.map { ";t=\($0.wholeSeconds)" } ?? ""
            return "\"\(reading.limit.name)\";r=\(reading.standing.remaining)\(more)"
        }.joined(separator: ", ")
    }
}
