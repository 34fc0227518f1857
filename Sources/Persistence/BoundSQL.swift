/// A statement with its values. An interpolated value becomes a numbered parameter (`$1`, `$2`, …), never text, so
/// nothing can be injected and one text serves both engines.
///
/// ```swift
/// try tx.first("SELECT name FROM organization WHERE id = \(id)", …)
/// ```
package struct BoundSQL: ExpressibleByStringInterpolation, Sendable {
    /// The statement, with `$1` to `$n`.
    package let text: String
    /// The values of `$1` to `$n`.
    package let values: [StoredValue]

    package init(stringLiteral text: String) {
        self.text = text
        values = []
    }

    package init(stringInterpolation interpolation: StringInterpolation) {
        text = interpolation.text
        values = interpolation.values
    }

    /// Questions for the same columns, answered together. Never empty.
    static func united(_ questions: [BoundSQL]) -> BoundSQL {
        var all = StringInterpolation(literalCapacity: 0, interpolationCount: 0)
        for (index, question) in questions.enumerated() {
            if index > 0 { all.appendLiteral("\nUNION ALL\n") }
            all.appendInterpolation(part: question)
        }
        return BoundSQL(stringInterpolation: all)
    }

    /// Does something with all of `items`, some at a time: numbers of them of which there are few, so that few statements are prepared.
    ///
    /// - Parameter most: So many rows, values or questions are in one statement at most: a power of two.
    static func inPieces<Item>(_ items: [Item], of most: Int = 16, _ body: ([Item]) throws -> Void) rethrows {
        var rest = items[...]
        var length = most
        while !rest.isEmpty {
            while length > rest.count { length /= 2 }
            try body(Array(rest.prefix(length)))
            rest = rest.dropFirst(length)
        }
    }

    /// Collects text and values.
    package struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var text = ""
        fileprivate var values: [StoredValue] = []

        package init(literalCapacity: Int, interpolationCount: Int) {
            text.reserveCapacity(literalCapacity + interpolationCount * 3)
            values.reserveCapacity(interpolationCount)
        }

        package mutating func appendLiteral(_ literal: String) {
            text += literal
        }

        /// Binds a value.
        package mutating func appendInterpolation(_ value: some StorableValue) {
            values.append(value.stored)
            let number = values.count
            if number < Self.parameters.count { text += Self.parameters[number] } else { text += "$\(number)" }
        }

        /// The names of parameters, as many as most statements have: to make each anew costs more than to append it.
        private static let parameters = (0...64).map { "$\($0)" }

        /// Binds each of `list`, with commas between, for `IN (…)`. Never empty: `IN ()` is no SQL.
        package mutating func appendInterpolation(list: [some StorableValue]) {
            for (index, value) in list.enumerated() {
                if index > 0 { text += ", " }
                appendInterpolation(value)
            }
        }

        /// The same for a list of any length, for `IN (…)` alone: some value stands there several times, so that there are few different
        /// statements to prepare, however many are asked for.
        package mutating func appendInterpolation(anyOf list: [some StorableValue]) {
            guard let last = list.last else { return }
            var list = list
            while list.count & (list.count - 1) != 0 { list.append(last) }
            appendInterpolation(list: list)
        }

        /// Binds rows of values, for `VALUES`. Never empty.
        package mutating func appendInterpolation(rows: [[StoredValue]]) {
            for (index, row) in rows.enumerated() {
                text += index > 0 ? ", (" : "("
                appendInterpolation(list: row)
                text += ")"
            }
        }

        /// A piece of a statement with values of its own, whose parameters are numbered on from here. The one `$` in
        /// our SQL is that of a parameter.
        package mutating func appendInterpolation(part: BoundSQL) {
            defer { values += part.values }
            // Most parts have nothing to be numbered on, or nothing before them.
            guard !values.isEmpty, !part.values.isEmpty else { return text += part.text }
            let pieces = part.text.utf8.split(separator: UInt8(ascii: "$"), omittingEmptySubsequences: false)
            text += pieces.first.map { Substring($0) } ?? ""
            for piece in pieces.dropFirst() {
                let digits = piece.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
                text += "$\(values.count + (Int(Substring(digits)) ?? 0))"
                text += Substring(piece[digits.endIndex...])
            }
        }

        /// Text of our own that is fixed at build, such as a list of columns.
        package mutating func appendInterpolation(fixed text: StaticString) {
            self.text += text.description
        }
    }
}
