import ProductDefinition

/// How long the secret before goes on working.
struct Overlap: Hashable, Sendable {
    let seconds: Int

    /// What a form says. What is none of a number is more than is allowed, so the service refuses it.
    init(_ form: PageForm, _ policy: ProductPolicy) {
        let text = form["overlap_seconds"] ?? "0"
        seconds =
            Int(text).flatMap { (0...Int(Int32.max)).contains($0) ? $0 : nil } ?? policy.secretOverlapMaximumSeconds + 1
    }

    /// Those to choose from, within what the product allows.
    private static func choices(_ policy: ProductPolicy, from least: Int) -> [Int] {
        let longest = policy.secretOverlapMaximumSeconds
        let usual = [3600, 86_400, 7 * 86_400].filter { $0 <= longest }
        let all = usual.isEmpty && longest > 0 ? [longest] : usual
        return (least == 0 ? [0] : []) + all
    }

    /// The field of a rotation, or of an extension.
    static func field(
        _ product: Product, secret: String, from: String = "", isFromNow: Bool = true, error: String? = nil
    ) -> RadioField {
        let choices = choices(product.policy, from: isFromNow ? 0 : 1)
        return RadioField(
            legend: isFromNow ? "When does it end?" : "Works for", name: "overlap_seconds",
            options: choices.enumerated().map { index, seconds in
                RadioField.Option(
                    value: "\(seconds)",
                    words: seconds == 0
                        ? "Now" : isFromNow ? "In \(Spans.words(seconds))" : "\(Spans.words(seconds)) \(from)",
                    under: seconds == 0 ? "Whatever still uses it is refused from the next call on." : nil,
                    isChosen: index == 0)
            },
            hint: product.policy.secretOverlapMaximumSeconds == 0
                ? "\(product.name) doesn’t let an old \(secret) keep working."
                : """
                While both work, you see when each was last used and can end the old one early. At most \
                \(Spans.words(product.policy.secretOverlapMaximumSeconds)): set by \(product.name).
                """,
            error: error)
    }
}
