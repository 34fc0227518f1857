/// A value of a column.
enum SQLValue: Sendable, Hashable {
    case null
    case integer(Int64)
    case text(String)
}

/// What can stand for a value in a statement.
protocol SQLConvertible {
    var sqlValue: SQLValue { get }
}

extension SQLValue: SQLConvertible {
    var sqlValue: SQLValue { self }
}

extension String: SQLConvertible {
    var sqlValue: SQLValue { .text(self) }
}

extension Int: SQLConvertible {
    var sqlValue: SQLValue { .integer(Int64(self)) }
}

extension Bool: SQLConvertible {
    var sqlValue: SQLValue { .integer(self ? 1 : 0) }
}

extension Timestamp: SQLConvertible {
    var sqlValue: SQLValue { .integer(Int64(seconds)) }
}

extension CalendarDate: SQLConvertible {
    var sqlValue: SQLValue { .text(description) }
}

extension Exact: SQLConvertible {
    var sqlValue: SQLValue { .text(description) }
}

extension OrganizationPath: SQLConvertible {
    var sqlValue: SQLValue { .text(text) }
}

extension Optional: SQLConvertible where Wrapped: SQLConvertible {
    var sqlValue: SQLValue { self?.sqlValue ?? .null }
}

/// A statement with its values apart: what is interpolated never becomes part of its text.
struct SQLText: Sendable, ExpressibleByStringInterpolation {
    /// One more than there are values; each value stands behind its piece.
    private(set) var pieces: [String] = [""]
    private(set) var values: [SQLValue] = []
    /// Whether its text depends on how many values a caller gave, so that there are very many such texts.
    private(set) var isVarying = false

    init(stringLiteral value: StaticString) {
        pieces = ["\(value)"]
    }

    init(stringInterpolation: StringInterpolation) {
        self = stringInterpolation.text
    }

    private init() {}

    /// The text with a mark of the engine's in the place of each value, counted from 1.
    func text(_ mark: (Int) -> String) -> String {
        var text = pieces[0]
        for (index, piece) in pieces.dropFirst().enumerated() { text += mark(index + 1) + piece }
        return text
    }

    mutating func append(_ other: SQLText) {
        pieces[pieces.count - 1] += other.pieces[0]
        pieces += other.pieces.dropFirst()
        values += other.values
        isVarying = isVarying || other.isVarying
    }

    /// The same where a caller decides how many of it there are.
    var asVarying: SQLText {
        var varying = self
        varying.isVarying = true
        return varying
    }

    /// Several statements' parts, with another between them.
    static func joined(_ parts: [SQLText], _ separator: SQLText) -> SQLText {
        var whole = SQLText()
        for (index, part) in parts.enumerated() {
            if index > 0 { whole.append(separator) }
            whole.append(part)
        }
        return whole
    }

    struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var text = SQLText()

        init(literalCapacity: Int, interpolationCount: Int) {}

        mutating func appendLiteral(_ literal: StaticString) {
            text.pieces[text.pieces.count - 1] += "\(literal)"
        }

        mutating func appendInterpolation(_ value: some SQLConvertible) {
            text.values.append(value.sqlValue)
            text.pieces.append("")
        }

        /// A part of a statement.
        mutating func appendInterpolation(sql part: SQLText) {
            text.append(part)
        }

        /// `(…, …)`. Of nothing, it is a list that holds no value.
        mutating func appendInterpolation(list: [String]) {
            text.isVarying = true
            guard !list.isEmpty else { return text.append("(NULL)") }
            text.append("(")
            text.append(SQLText.joined(list.map { "\($0)" }, ", "))
            text.append(")")
        }
    }
}
