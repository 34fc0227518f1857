import Foundation

/// Identifiers of the API's own things, and of others' as clients write them.
enum UUIDText {
    /// A new one, in lower case.
    static func make() -> String { UUID().uuidString.lowercased() }

    /// The one that `text` spells, in lower case, nil where it is none.
    static func parse(_ text: some StringProtocol) -> String? {
        guard text.utf8.count == 36, let value = UUID(uuidString: String(text)) else { return nil }
        return value.uuidString.lowercased()
    }

    /// The one with these 16 bytes.
    static func text(of bytes: [UInt8]) -> String {
        [bytes[..<4], bytes[4..<6], bytes[6..<8], bytes[8..<10], bytes[10...]].map(\.hexadecimal)
            .joined(separator: "-")
    }
}
