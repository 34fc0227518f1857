import HTTPTypes

/// `Prefer: wait=N` (RFC 7240 §4.3): how long a caller would wait for its change to act on all nodes, in whole seconds.
struct WaitPreference: Hashable, Sendable {
    /// The longest wait. Who asks for more is answered after this.
    static let maximumSeconds = 10

    let seconds: Int

    /// The preference of a request, nil where there is none that can be met: preferences that are not understood are
    /// ignored (RFC 7240 §2).
    init?(_ field: String?) {
        guard let field else { return nil }
        for preference in field.split(separator: ",") {
            let parts = preference.prefix { $0 != ";" }.split(
                separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, Self.trimmed(parts[0]).lowercased() == "wait" else { continue }
            // Of two the first counts.
            let digits = Self.trimmed(parts[1])
            guard !digits.isEmpty, digits.utf8.count <= 9, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
                let seconds = Int(digits), seconds > 0
            else { return nil }
            self.seconds = min(seconds, Self.maximumSeconds)
            return
        }
        return nil
    }

    /// What the reply says of it.
    var applied: String { "wait=\(seconds)" }

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text.drop { $0 == " " || $0 == "\t" }
        while text.last == " " || text.last == "\t" { text.removeLast() }
        return text
    }
}

extension HTTPField.Name {
    /// `Prefer`
    static let prefer = HTTPField.Name("Prefer") ?? .accept
    /// `Preference-Applied`
    static let preferenceApplied = HTTPField.Name("Preference-Applied") ?? .accept
    /// `Claviger-Confirmed`
    static let clavigerConfirmed = HTTPField.Name("Claviger-Confirmed") ?? .accept
}
