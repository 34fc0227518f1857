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
