/// What is found wrong with a body, and not only the first of it.
final class Findings {
    private(set) var all: [Finding] = []

    /// A small body can have very much wrong with it, and an answer need not be many times as large.
    private static let most = 100

    func add(_ field: String, _ code: Finding.Code, _ message: String) {
        guard all.count < Self.most else { return }
        all.append(Finding(field: field, code: code, message: message))
    }

    /// - Throws: ``Refusal`` where something was found.
    func check(status: Int) throws {
        guard all.isEmpty else { throw Refusal.invalid(all, status: status) }
    }
}

/// The members of an object in a body. Readers give nil for what is absent, null or wrong, and note the latter.
struct Fields {
    private let members: [String: JSONValue]
    /// The way to it, with a point behind.
    let prefix: String
    let findings: Findings

    /// The characters that a text has where nothing else is said of it.
    static let mostText = 500
    /// The elements that a list of texts has where nothing else is said of it.
    static let mostTexts = 100
    /// The bytes that an object of whatever members has.
    static let mostObject = 16_384

    /// - Parameter value: Anything but an object is noted, and has no members.
    init(_ value: JSONValue, prefix: String = "", _ findings: Findings) {
        if value.asObject == nil {
            findings.add(prefix.isEmpty ? "body" : String(prefix.dropLast()), .invalid, "an object is expected")
        }
        members = Dictionary((value.asObject ?? []).map { ($0.name, $0.value) }) { first, _ in first }
        self.prefix = prefix
        self.findings = findings
    }

    /// Whether the member is there at all, be it null.
    func has(_ name: String) -> Bool { members[name] != nil }

    private func value(_ name: String, _ required: Bool) -> JSONValue? {
        guard let value = members[name], !value.isNull else {
            if required { note(name, .required, "it is missing") }
            return nil
        }
        return value
    }

    func note(_ name: String, _ code: Finding.Code, _ message: String) {
        findings.add(prefix + name, code, message)
    }

    /// A text with something in it and no control characters.
    func text(_ name: String, required: Bool = false, most: Int = Fields.mostText) -> String? {
        guard let value = value(name, required) else { return nil }
        guard let text = value.asText else {
            note(name, .invalid, "a text is expected")
            return nil
        }
        guard isFit(text, name, most: most) else { return nil }
        guard text.contains(where: { !$0.isWhitespace }) else {
            if required { note(name, .required, "it is empty") }
            return nil
        }
        return text
    }

    /// Notes a text that is too long, or has control characters.
    private func isFit(_ text: String, _ name: String, most: Int) -> Bool {
        guard text.utf8.count <= most * 4, text.count <= most else {
            note(name, .tooLong, "it has more than \(most) characters")
            return false
        }
        guard !text.unicodeScalars.contains(where: { $0.value < 0x20 && $0 != "\n" && $0 != "\t" && $0 != "\r" }) else {
            note(name, .invalid, "a control character stands in it")
            return false
        }
        return true
    }

    /// A text, or `old` where the body does not have the member. Null and an empty one leave nothing.
    func text(_ name: String, else old: String?, most: Int = Fields.mostText) -> String? {
        has(name) ? text(name, most: most) : old
    }

    func choice(_ name: String, required: Bool = false, of words: [String]) -> String? {
        guard let text = text(name, required: required) else { return nil }
        guard words.contains(text) else {
            note(name, .invalid, "it is none of \(words.joined(separator: ", "))")
            return nil
        }
        return text
    }

    func bool(_ name: String, required: Bool = false) -> Bool? {
        guard let value = value(name, required) else { return nil }
        switch value {
        case .bool(let bool): return bool
        case .null, .number, .text, .list, .object:
            note(name, .invalid, "true or false is expected")
            return nil
        }
    }

    /// A number, also one that is written as a text.
    func exact(_ name: String, required: Bool = false) -> Exact? {
        guard let value = value(name, required) else { return nil }
        let digits: String? =
            switch value {
            case .number(let digits): digits
            case .text(let text): text
            case .null, .bool, .list, .object: nil
            }
        guard let number = digits.flatMap({ Exact($0) }) else {
            note(
                name, .invalid,
                "a number is expected, with at most \(Exact.mostWhole) digits before and \(Exact.mostFraction) behind the point"
            )
            return nil
        }
        return number
    }

    func integer(_ name: String, required: Bool = false, in range: ClosedRange<Int>) -> Int? {
        guard let number = exact(name, required: required) else { return nil }
        guard let integer = Int(number.description), range.contains(integer) else {
            note(name, .outOfRange, "a whole number from \(range.lowerBound) to \(range.upperBound) is expected")
            return nil
        }
        return integer
    }

    func date(_ name: String, required: Bool = false) -> CalendarDate? {
        guard let text = text(name, required: required) else { return nil }
        guard let date = CalendarDate(text) else {
            note(name, .invalid, "a date such as 2025-01-31 is expected")
            return nil
        }
        return date
    }

    func uuid(_ name: String, required: Bool = false) -> String? {
        guard let text = text(name, required: required) else { return nil }
        guard let id = UUIDText.parse(text) else {
            note(name, .invalid, "a UUID is expected")
            return nil
        }
        return id
    }

    /// Notes a member that is there and says something else than the path.
    func mustBe(_ name: String, _ expected: String) {
        if let said = uuid(name), said != expected { note(name, .invalid, "it is not the one of the path") }
    }

    func texts(_ name: String, required: Bool = false, most: Int = Fields.mostTexts) -> [String]? {
        guard let value = value(name, required) else { return nil }
        guard let elements = value.asList, elements.count <= most, elements.allSatisfy({ $0.asText != nil }),
            !required || !elements.isEmpty
        else {
            note(name, .invalid, "a list of \(required ? 1 : 0) to \(most) texts is expected")
            return nil
        }
        let texts = elements.compactMap(\.asText)
        for (index, text) in texts.enumerated() where !isFit(text, "\(name)[\(index)]", most: Self.mostText) {
            return nil
        }
        return texts
    }

    /// An object of whatever members, of bounded size.
    func object(_ name: String) -> JSONValue? {
        guard let value = value(name, false) else { return nil }
        guard value.asObject != nil, value.bytes.count <= Self.mostObject else {
            note(name, .invalid, "an object of at most 16 KiB is expected")
            return nil
        }
        return value
    }

    /// A list of objects.
    func list(_ name: String, required: Bool = true, most: Int) -> [Fields] {
        guard let value = value(name, required) else { return [] }
        guard let elements = value.asList, elements.count <= most, !required || !elements.isEmpty else {
            note(name, .invalid, "a list of \(required ? 1 : 0) to \(most) objects is expected")
            return []
        }
        return elements.enumerated().map { Fields($1, prefix: "\(prefix)\(name)[\($0)].", findings) }
    }
}
