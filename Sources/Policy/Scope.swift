/// A named right at an API: one `scope-token` of RFC 6749 §3.3.
package struct Scope: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// What a management scope, a right at Claviger's own API, begins with.
    package static let managementPrefix = "claviger:"
    /// The longest name, in bytes.
    package static let maximumLength = 128

    /// The name.
    package let name: String

    /// The scope, or nil unless `name` is 1 to 128 characters of `%x21 / %x23-5B / %x5D-7E`.
    package init?(_ name: some StringProtocol) {
        self.init(bytes: Array(name.utf8)[...])
    }

    /// The scope whose name these bytes are, or nil.
    init?(bytes: ArraySlice<UInt8>) {
        guard (1...Self.maximumLength).contains(bytes.count), bytes.allSatisfy(Self.allows) else { return nil }
        name = String(decoding: bytes, as: UTF8.self)
    }

    /// Whether it is a right at Claviger's own API.
    package var isManagement: Bool { name.hasPrefix(Self.managementPrefix) }

    /// Text that a caller wrote as the name of a scope, as it may be told and kept: without what may be a secret in the wrong place
    /// (threat K9), and bounded (law 7).
    package static func told(_ text: String) -> String {
        guard text.utf8.count <= maximumLength, text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            return "…"
        }
        var told = ""
        var part = ""
        for character in text + "." {
            if ".:/".contains(character) {
                // Every secret has a part that is longer.
                told += part.utf8.count > 40 ? "…" : part
                told.append(character)
                part = ""
            } else {
                part.append(character)
            }
        }
        told.removeLast()
        return told
    }

    /// By name.
    package static func < (left: Self, right: Self) -> Bool { left.name < right.name }

    /// The name.
    package var description: String { name }

    private static func allows(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x21, 0x23...0x5B, 0x5D...0x7E: true
        default: false
        }
    }
}
