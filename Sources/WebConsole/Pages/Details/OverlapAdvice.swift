import Credentials
import Model

/// Whether it looks safe to end the older of two secrets that work side by side. It says what was counted and since when, and never
/// more: a call of the last few seconds is not written down yet, and what calls once a night has not called since noon.
enum OverlapAdvice {
    /// How long the older one must not have been used before it looks safe to end it, in seconds.
    static let quietSeconds = 6 * 3600

    /// What is known of one of the two.
    struct Secret: Hashable, Sendable {
        let madeAt: Instant
        let lastUse: LastUse?
        /// Whether its uses are counted for it alone.
        var isCounted = true
    }

    /// - Parameter newer: The one in force.
    static func words(older: Secret, newer: Secret, now: Instant) -> String {
        guard older.isCounted else {
            return
                "Both work. Uses of the older one were not counted apart from the new one’s, so nobody knows whether it’s still used: make sure that nothing has it before you end it."
        }
        let isQuiet = now.seconds(since: older.lastUse?.at ?? older.madeAt) >= quietSeconds
        guard let use = older.lastUse else {
            let known = "Both work. The older one was made \(ago(older.madeAt, now)), and no use of it is known"
            return isQuiet
                ? "\(known): it looks safe to end it now."
                : "\(known) yet: make sure that nothing has it before you end it."
        }
        guard newer.lastUse != nil, use.at < newer.madeAt else {
            return
                "Both work. The older one was used \(ago(use.at, now))\(newer.lastUse == nil ? ", and the new one not yet" : ""): move what uses it before you end it."
        }
        let known = "Both work. The older one was last used \(ago(use.at, now)), before the new one was made"
        return isQuiet
            ? "\(known), and the new one is in use: it looks safe to end the older one now."
            : "\(known), and the new one is in use. What calls seldom may still have the older one: it looks safe to end it after \(quietSeconds / 3600) hours without a use."
    }

    /// What to do about secrets in quarantine, nil where there are none.
    static func quarantine(_ secrets: [ClientSecretSummary]) -> String? {
        guard secrets.contains(where: { $0.quarantinedAt != nil }) else { return nil }
        return
            "What is in quarantine was found where others may have read it, and is refused. Rotate it; or accept it again once you know that nobody has it."
    }

    /// The same for the secrets of a client, nil where there is one alone.
    static func words(_ secrets: [ClientSecretSummary], now: Instant) -> String? {
        guard let older = secrets.first(where: { $0.expiresAt != nil }), let newer = secrets.last, newer.id != older.id
        else { return nil }
        return words(
            older: Secret(madeAt: older.createdAt, lastUse: older.lastUse),
            newer: Secret(madeAt: newer.createdAt, lastUse: newer.lastUse), now: now)
    }

    /// The same for the secrets of an API key, nil where there is one alone.
    static func words(_ secrets: [APIKeySecret], now: Instant) -> String? {
        guard let older = secrets.first(where: { $0.expiresAt != nil }),
            let newer = secrets.first(where: { $0.expiresAt == nil })
        else { return nil }
        return words(
            older: Secret(madeAt: older.createdAt, lastUse: older.lastUse, isCounted: older.isCounted),
            newer: Secret(madeAt: newer.createdAt, lastUse: newer.lastUse), now: now)
    }

    private static func ago(_ at: Instant, _ now: Instant) -> String { "\(Spans.roughly(now.seconds(since: at))) ago" }
}
