package import CredentialFormat
package import Model

/// A value as a column holds it. Both engines have these four and NULL.
package enum StoredValue: Sendable, Hashable {
    case null
    case integer(Int64)
    case text(String)
    case bytes([UInt8])
}

/// What can be bound to a parameter of a statement.
package protocol StorableValue {
    var stored: StoredValue { get }
}

extension StoredValue: StorableValue {
    package var stored: StoredValue { self }
}

extension Int64: StorableValue {
    package var stored: StoredValue { .integer(self) }
}

extension Int: StorableValue {
    package var stored: StoredValue { .integer(Int64(self)) }
}

extension Bool: StorableValue {
    package var stored: StoredValue { .integer(self ? 1 : 0) }
}

extension String: StorableValue {
    package var stored: StoredValue { .text(self) }
}

extension [UInt8]: StorableValue {
    package var stored: StoredValue { .bytes(self) }
}

extension Instant: StorableValue {
    /// Milliseconds since 1970.
    package var stored: StoredValue { .integer(milliseconds) }
}

extension ID: StorableValue {
    /// 16 bytes, most significant first, so rows sort by age.
    package var stored: StoredValue {
        withUnsafeBytes(of: value.bigEndian) { .bytes(Array($0)) }
    }
}

extension Optional: StorableValue where Wrapped: StorableValue {
    package var stored: StoredValue { self?.stored ?? .null }
}
