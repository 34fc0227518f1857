/// A kind of thing that has identifiers of its own.
package protocol Entity {
    /// What stands before the underscore of its identifiers: two to four lower-case letters, such as `key`.
    static var prefix: String { get }
}

/// An entity of whatever kind: of what its identifier is, something else says.
package enum AnyEntity: Entity {
    package static let prefix = "any"
}

/// An identifier of one kind of entity, such as `key_02Yk9ZcQ…`: the prefix, an underscore and 128 bits in 22 base62
/// characters.
///
/// The first 48 bits are the milliseconds since 1970 of its making, the rest is random, so identifiers sort by age,
/// in memory, in a table and as text. An identifier is no secret and proves nothing.
package struct ID<E: Entity>: Hashable, Sendable {
    // Two words and no `UInt128`: passed on the stack, one makes Swift 6.3 lose two words of it at asynchronous calls, where the
    // caller rounds the size of the arguments up and the callee does not (x86-64).
    private let high: UInt64
    private let low: UInt64

    /// The 128 bits, time in front.
    package var value: UInt128 { UInt128(high) << 64 | UInt128(low) }

    /// The identifier with these bits, as read back from where it was stored.
    package init(value: UInt128) {
        high = UInt64(truncatingIfNeeded: value >> 64)
        low = UInt64(truncatingIfNeeded: value)
    }

    /// A new identifier.
    ///
    /// - Parameter milliseconds: The time since 1970. Only the lower 48 bits are kept, enough until the year 10889.
    package init(at milliseconds: Int64) {
        var generator = SystemRandomNumberGenerator()
        self.init(at: milliseconds, using: &generator)
    }

    /// A new identifier whose random part comes from `generator`.
    package init(at milliseconds: Int64, using generator: inout some RandomNumberGenerator) {
        high = UInt64(truncatingIfNeeded: milliseconds) << 16 | UInt64(UInt16(truncatingIfNeeded: generator.next()))
        low = generator.next()
    }

    /// The identifier that `text` spells, or nil unless prefix, length and alphabet are those of `E`.
    package init?(parsing text: some StringProtocol) {
        // Counted first, so that a long text is not copied.
        guard text.utf8.count == E.prefix.utf8.count + 1 + 22 else { return nil }
        var text = String(text)
        guard let value = text.withUTF8({ Self.value(of: $0) }) else { return nil }
        self.init(value: value)
    }

    private static func value(of text: UnsafeBufferPointer<UInt8>) -> UInt128? {
        let prefix = E.prefix.utf8
        guard text.starts(with: prefix), text[prefix.count] == UInt8(ascii: "_") else { return nil }
        return Base62.number(text[(prefix.count + 1)...])
    }
}

extension ID: Comparable {
    /// Older before younger.
    package static func < (left: Self, right: Self) -> Bool {
        (left.high, left.low) < (right.high, right.low)
    }
}

extension ID: CustomStringConvertible {
    /// The text that goes over the wire.
    package var description: String {
        // Written in place: identifiers are made as texts for every answer.
        let prefix = E.prefix.utf8
        let start = prefix.count + 1
        return String(unsafeUninitializedCapacity: start + 22) { text in
            for (place, character) in prefix.enumerated() { text[place] = character }
            text[start - 1] = UInt8(ascii: "_")
            Base62.write(value, to: UnsafeMutableBufferPointer(rebasing: text[start..<(start + 22)]))
            return start + 22
        }
    }
}
