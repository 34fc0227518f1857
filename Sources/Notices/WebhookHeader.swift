import CredentialFormat
import Model

/// A header field of an endpoint's own, as it came in.
package struct WebhookHeaderDraft: Sendable, Redacted {
    let name: String
    let value: String
    /// Whether nothing is missing and nothing besides was said.
    let isWhole: Bool

    package init(name: String, value: String) {
        self.name = name
        self.value = value
        isWhole = true
    }

    /// - Parameter members: `name` and `value`.
    package init(members: [String: String]) {
        name = members["name"] ?? ""
        value = members["value"] ?? ""
        isWhole = Set(members.keys) == ["name", "value"]
    }
}

/// A header field that an endpoint is sent besides ours, such as what its receiver lets callers in by. Its value is a secret.
package struct WebhookHeader: Sendable, Redacted {
    package static let longestName = 64
    /// The longest value, in bytes.
    package static let longestValue = 1000

    let name: String
    let value: String

    /// Nil for what would end the field and begin another, for what is ours to say, and for what speaks of the connection or of who calls.
    init?(name: String, value: String) {
        guard Self.isName(name), Self.isValue(value) else { return nil }
        self.name = name
        self.value = value
    }

    static func isName(_ name: String) -> Bool {
        guard name.wholeMatch(of: /[!#$%&'*+.^_`|~0-9A-Za-z-]+/) != nil, name.utf8.count <= longestName else {
            return false
        }
        // Some receivers read one as the other (threat R9).
        let word = name.lowercased().replacing("_", with: "-")
        return !ours.contains(word) && !ourBeginnings.contains { word.hasPrefix($0) }
    }

    static func isValue(_ value: String) -> Bool {
        (1...longestValue).contains(value.utf8.count) && value.utf8.allSatisfy { (0x20...0x7E).contains($0) }
            && value.utf8.first != 0x20 && value.utf8.last != 0x20
    }

    private static let ours: Set<String> = [
        "host", "connection", "keep-alive", "te", "trailer", "trailers", "transfer-encoding", "upgrade", "expect",
        "user-agent", "accept", "accept-encoding", "date", "forwarded", "via", "x-real-ip", "http2-settings",
    ]
    private static let ourBeginnings = ["content-", "webhook-", "proxy-", "x-forwarded-"]
}
