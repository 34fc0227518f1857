import Locking

/// A name that templates read, as a number, so that finding a part compares numbers and not texts.
package struct TemplateName: Hashable, Sendable {
    /// Names stand in templates and types alone, so there are as many as a developer wrote.
    private static let known = Lock<[String: Int]>([:])

    private let number: Int

    package init(_ text: String) {
        number = Self.known.withLock { known in
            if let number = known[text] { return number }
            known[text] = known.count
            return known.count - 1
        }
    }
}

/// The names of what a type says of itself, in order.
package struct TemplateNames: Sendable, ExpressibleByArrayLiteral {
    let all: [TemplateName]

    package init(_ names: [String]) {
        all = names.map(TemplateName.init)
    }

    package init(arrayLiteral names: String...) {
        self.init(names)
    }
}
