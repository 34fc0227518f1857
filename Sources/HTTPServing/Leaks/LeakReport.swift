import CredentialFormat
import Credentials
import TextForms

/// What a partner reports: an array of objects, one for each secret that it found, as GitHub's partner programme sends it.
struct LeakReport: Sendable {
    /// One secret. Printed, it does not show its text.
    struct Entry: Sendable, CustomStringConvertible {
        let token: String
        /// What the partner calls the kind. It is said again in the answer.
        let type: String
        /// Where it was found, nil where that is not said, or cannot be told.
        let place: String?

        var description: String { "reported secret" }
    }

    /// How many secrets one report may have. Its length bounds them, too.
    static let most = 500
    /// The longest address that is kept, in bytes.
    private static let longestPlace = 500

    let entries: [Entry]

    /// - Parameter formats: Of credentials, which an address is not kept with.
    /// - Returns: Nil for what is no report.
    init?(_ body: [UInt8], formats: SecretFormats) {
        guard case .array(let list)? = try? JSONParser.parse(body), list.count <= Self.most else { return nil }
        var entries: [Entry] = []
        for element in list {
            guard case .object(let object) = element, case .string(let token)? = object["token"] else { return nil }
            var type = ""
            if case .string(let text)? = object["type"] { type = String(text.prefix(100)) }
            var place: String?
            if case .string(let text)? = object["url"] { place = Self.place(text, token, formats) }
            entries.append(Entry(token: token, type: type, place: place))
        }
        self.entries = entries
    }

    /// An address that may stand in the audit log: short, printable, and without a secret in it, be it this one, another of ours or
    /// somebody's password for the place.
    private static func place(_ text: String, _ token: String, _ formats: SecretFormats) -> String? {
        guard text.utf8.count <= longestPlace, text.hasPrefix("https://"),
            text.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else { return nil }
        // What stands behind a question mark may be a secret of the partner's.
        let place = String(text.prefix { $0 != "?" && $0 != "#" })
        let authority = place.dropFirst("https://".count).prefix { $0 != "/" }
        guard !authority.contains("@"), token.isEmpty || !place.contains(token), !formats.hasCredential(in: place)
        else { return nil }
        return place
    }
}
