import Credentials
import Model

/// Whether it looks safe to end the older of two secrets that work side by side.
enum OverlapAdvice {
    /// - Parameter newerMadeAt: When the one in force was made.
    static func words(older: LastUse?, newer: LastUse?, newerMadeAt: Instant, now: Instant) -> String {
        guard let older else { return "The older one was never used: it’s safe to end it now." }
        let span = Spans.roughly(now.seconds(since: older.at))
        guard newer != nil, older.at < newerMadeAt else {
            return
                "Both work. The older one was used \(span) ago\(newer == nil ? ", and the new one not yet" : ""): move what uses it before you end it."
        }
        return
            "Both work. The older one wasn’t used since the new one was made, \(span) ago was the last time, and the new one is in use: it looks safe to end the older one now."
    }

    /// The same for the secrets of a client, nil where there is one alone.
    static func words(_ secrets: [ClientSecretSummary], now: Instant) -> String? {
        guard let older = secrets.first(where: { $0.expiresAt != nil }), let newer = secrets.last, newer.id != older.id
        else { return nil }
        return words(older: older.lastUse, newer: newer.lastUse, newerMadeAt: newer.createdAt, now: now)
    }
}
