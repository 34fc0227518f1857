package import CredentialFormat

/// Which part of a list is wanted.
package struct Page: Hashable, Sendable {
    /// How many items at most.
    package let limit: Int
    /// Behind which item to go on, nil for the beginning.
    package let after: Cursor?

    /// The bounds of ``limit``.
    package static let limits = 1...200
    /// The limit for a caller that names none.
    package static let standardLimit = 50

    /// The page. A limit out of bounds becomes the nearest within (threat P9).
    package init(limit: Int = standardLimit, after: Cursor? = nil) {
        self.limit = min(max(limit, Self.limits.lowerBound), Self.limits.upperBound)
        self.after = after
    }
}

/// A place in a list: behind the item with this identifier. It gives no right to anything.
package struct Cursor: Hashable, Sendable, CustomStringConvertible {
    private let item: ID<AnyEntity>

    /// The place behind an item.
    package init(after id: ID<some Entity>) {
        item = ID(value: id.value)
    }

    /// The place that `text` spells, or nil unless it is 22 base62 characters of a 128-bit number.
    package init?(parsing text: some StringProtocol) {
        guard text.utf8.count == 22, let value: UInt128 = Base62.number(text.utf8) else { return nil }
        item = ID(value: value)
    }

    /// The identifier of the item, as one of `E`.
    package func id<E: Entity>(of: E.Type = E.self) -> ID<E> {
        ID(value: item.value)
    }

    /// As ``init(parsing:)`` reads it.
    package var description: String {
        var text: [UInt8] = []
        Base62.append(item.value, width: 22, to: &text)
        return String(decoding: text, as: UTF8.self)
    }
}

/// One page of a list.
package struct Listing<Item: Sendable>: Sendable {
    package let items: [Item]
    /// Where the next page begins, nil at the end of the list.
    package let next: Cursor?

    package init(items: [Item], next: Cursor?) {
        self.items = items
        self.next = next
    }

    /// The page that `find` finds. It is asked for one item more than the page holds, which tells whether there is another.
    package init<E: Entity>(
        of page: Page, by id: (Item) -> ID<E>, _ find: (_ after: ID<E>?, _ limit: Int) throws -> [Item]
    ) rethrows {
        let found = try find(page.after?.id(), page.limit + 1)
        items = Array(found.prefix(page.limit))
        next = found.count > page.limit ? items.last.map { Cursor(after: id($0)) } : nil
    }
}
