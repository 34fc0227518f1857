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
        var text = ""
        for (index, byte) in bytes.enumerated() {
            if [4, 6, 8, 10].contains(index) { text += "-" }
            text += byte < 16 ? "0" + String(byte, radix: 16) : String(byte, radix: 16)
        }
        return text
    }
}
