import Model
import TextForms

/// How one kind of member is read. What is wrong with it is noted under the member's name.
struct FieldKind<Value> {
    /// What stands in for a value that could not be read. It reaches nobody.
    let placeholder: Value
    let read: (JSONValue, String, inout FieldChecks) -> Value
}

extension FieldKind {
    /// A kind that `parse` reads whole, nil for another type.
    fileprivate init(_ expected: String, placeholder: Value, _ parse: @escaping (JSONValue) -> Value?) {
        self.init(placeholder: placeholder) { value, name, checks in
            if let parsed = parse(value) { return parsed }
            checks.refuse(name, "wrong_type", "Must be \(expected).")
            return placeholder
        }
    }
}

extension FieldKind<String> {
    static var text: Self {
        FieldKind("a string", placeholder: "") { if case .string(let text) = $0 { text } else { nil } }
    }
}

extension FieldKind<Int> {
    static var wholeNumber: Self {
        FieldKind(placeholder: 0) { value, name, checks in
            let whole: WholeNumber =
                switch value {
                case .integer(let number): .value(number)
                case .decimal(let text): WholeNumber(text)
                case .null, .bool, .string, .array, .object: .fraction
                }
            switch whole {
            case .value(let number): return number
            case .tooLarge: checks.refuse(name, "out_of_range", "Is larger than any number that is taken here.")
            case .fraction: checks.refuse(name, "wrong_type", "Must be a whole number.")
            }
            return 0
        }
    }
}

extension FieldKind<Bool> {
    static var flag: Self {
        FieldKind("true or false", placeholder: false) { if case .bool(let flag) = $0 { flag } else { nil } }
    }
}

extension FieldKind<[String]> {
    /// The most elements of a list. Services allow fewer, each its own number.
    static var maximumCount: Int { 256 }

    static var texts: Self {
        FieldKind(placeholder: []) { value, name, checks in
            guard case .array(let values) = value else {
                checks.refuse(name, "wrong_type", "Must be an array of strings.")
                return []
            }
            guard values.count <= maximumCount else {
                checks.refuse(name, "too_many", "Must have at most \(maximumCount) elements.")
                return []
            }
            // One for each, so that the others keep their numbers.
            return values.enumerated().map { index, value in
                if case .string(let text) = value { return text }
                checks.refuse("\(name).\(index)", "wrong_type", "Must be a string.")
                return ""
            }
        }
    }
}

extension FieldKind<[String: String]> {
    /// The most members of an object. Services allow fewer, each its own number.
    private static var maximumCount: Int { 64 }

    static var textMap: Self {
        FieldKind(placeholder: [:]) { value, name, checks in
            guard case .object(let object) = value else {
                checks.refuse(name, "wrong_type", "Must be an object of strings.")
                return [:]
            }
            guard object.members.count <= maximumCount else {
                checks.refuse(name, "too_many", "Must have at most \(maximumCount) members.")
                return [:]
            }
            var texts: [String: String] = [:]
            for member in object.members {
                if case .string(let text) = member.value {
                    texts[member.name] = text
                } else {
                    checks.refuse("\(name).\(member.name.prefix(64))", "wrong_type", "Must be a string.")
                }
            }
            return texts
        }
    }
}

extension FieldKind<Instant> {
    static var time: Self {
        FieldKind("a time such as 2026-03-01T09:30:00Z (RFC 3339)", placeholder: Instant(milliseconds: 0)) {
            if case .string(let text) = $0 { RFC3339.instant(text) } else { nil }
        }
    }
}
