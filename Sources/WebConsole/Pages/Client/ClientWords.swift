import Credentials
import Model
import ProductDefinition

/// What pages call the one pair of an organization.
struct ClientWords: Sendable {
    let words: ProductWords

    /// `Client ID and Secret Key`
    var pair: String { "\(words[.clientID].capitalized) and \(words[.clientSecret].capitalized)" }

    /// When, from where and how often secrets were used, the latest use of all: what a change would break.
    static func lastUse(_ secrets: [ClientSecretSummary], at now: Instant) -> String {
        guard let use = secrets.compactMap(\.lastUse).max(by: { $0.at < $1.at }) else { return "never used" }
        let from = use.address.map { ", from \($0)" } ?? ""
        let count = secrets.compactMap(\.lastUse?.count).reduce(0, +)
        return
            "last used \(TimeWords(use.at, now: now).words) (\(DateWords.minute(use.at))\(from)), \(count) time\(count == 1 ? "" : "s") in all"
    }
}
