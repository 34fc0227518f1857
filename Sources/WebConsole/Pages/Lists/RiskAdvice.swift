/// What to do about credentials at a risk, for who looks at those alone.
enum RiskAdvice: Hashable, Sendable {
    case expiring, expired, neverUsed
    case unused, old, fromAnywhere, creatorLeft

    var words: String {
        switch self {
        case .expiring: "Rotate each before it ends, and give the new one to what uses it."
        case .expired: "They’re refused. Delete those that nothing needs any more."
        case .neverUsed: "Perhaps nothing needs them. Ask whoever made one, or delete it."
        case .unused:
            "Disable one first, which can be undone, and delete it when nobody has missed it."
        case .old: "Rotate each: the longer a secret is about, the more places have it."
        case .fromAnywhere:
            "Say from which addresses each is used, so that a copy of its secret is worth nothing elsewhere."
        case .creatorLeft: "Rotate each: who has left may still have a copy."
        }
    }

    /// It as a sentence above the list, nil where several risks are asked for together, or none.
    static func forecast(_ advice: [RiskAdvice?]) -> Forecast? {
        let known = advice.compactMap(\.self)
        guard let first = known.first, known.count == 1 else { return nil }
        return Forecast(look: "", parts: [Forecast.Part(words: first.words)])
    }
}
