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
