import CredentialFormat
import Model

/// What tells one list from another: its path. A cursor carries a checksum of it, so that the cursor of another list is refused
/// instead of leading to some place in this one. It gives no right, and a forged one shows nothing that the list would not.
struct ListName: Hashable, Sendable {
    private static let checkLength = 6

    private let check: String

    /// - Parameter path: Without its query.
    init(path: String) {
        var text: [UInt8] = []
        Base62.append(CRC32.checksum(of: path.utf8), width: Self.checkLength, to: &text)
        check = String(decoding: text, as: UTF8.self)
    }

    /// A place in this list as `next_cursor` says it: 28 base62 characters.
    func text(of cursor: Cursor) -> String { cursor.description + check }

    /// The place that ``text(of:)`` spelled for this list, or nil.
    func cursor(_ text: String) -> Cursor? {
        guard text.hasSuffix(check) else { return nil }
        return Cursor(parsing: text.dropLast(Self.checkLength))
    }
}
