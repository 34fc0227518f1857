import Locking

/// A name that templates read, as a number, so that finding a part compares numbers and not texts.
package struct TemplateName: Hashable, Sendable {
    /// Names stand in templates and types alone, so there are as many as a developer wrote.
    private static let known = Lock<[String: Int]>([:])

    fileprivate let number: Int

    package init(_ text: String) {
        number = Self.known.withLock { known in
            if let number = known[text] { return number }
            known[text] = known.count
            return known.count - 1
        }
    }
}

/// The names of what a type says of itself, in order.
package final class TemplateNames: Sendable, ExpressibleByArrayLiteral {
    let all: [TemplateName]
    /// Where the name of each number stands, -1 for nowhere. Most names are asked of several types that do not have them.
    private let places: [Int16]

    package init(_ names: [String]) {
        all = names.map(TemplateName.init)
        var places = [Int16](repeating: -1, count: (all.map(\.number).max() ?? -1) + 1)
        for (place, name) in all.enumerated() { places[name.number] = Int16(place) }
        self.places = places
    }

    package convenience init(arrayLiteral names: String...) {
        self.init(names)
    }

    /// Where a name stands among these, nil where it does not.
    func place(of name: TemplateName) -> Int? {
        guard name.number < places.count else { return nil }
        let place = places[name.number]
        return place < 0 ? nil : Int(place)
    }
}
