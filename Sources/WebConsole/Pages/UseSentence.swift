import Model

extension LastUse {
    /// How much a credential is used, as a question about its end says it: when and from where it was used last, and how often in all.
    static func sentence(_ use: LastUse?, now: Instant) -> String {
        guard let use else { return "No use of it is known." }
        let from = use.address.map { " from \($0)" } ?? ""
        return
            "It was last used \(TimeWords(use.at, now: now).words)\(from), \(Numbers.counted(use.count, "time")) in all."
    }
}

extension [LastUse?] {
    /// How many of those whose last uses these are were used within the last week, as a question about their end says it; nil where none was, as far as is known.
    func lateUseSentence(now: Instant) -> String? {
        let used = count { use in use.map { now.seconds(since: $0.at) < 7 * 86_400 } ?? false }
        guard used > 0 else { return nil }
        return
            "\(Numbers.words(used)) of them \(used == 1 ? "was" : "were") used in the last 7 days: what does so stops."
    }
}
