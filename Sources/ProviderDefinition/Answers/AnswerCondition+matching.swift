import TextForms

extension AnswerCondition {
    /// Whether an answer is so.
    ///
    /// - Parameter body: What it says, nil where that could not be read; then nothing stands in it.
    func holds(status answered: Int, body: JSONValue?) -> Bool {
        switch subject {
        case .status:
            switch test {
            case .isAbsent: return false
            case .isPresent: return true
            case .isOne(let expected): return expected.contains { $0.fits(.integer(answered)) }
            }
        case .body(let place):
            var found = body.flatMap(place.value)
            if found == .null { found = nil }
            switch test {
            case .isAbsent: return found == nil
            case .isPresent: return found != nil
            case .isOne(let expected):
                guard let found else { return false }
                if case .array(let elements) = found {
                    return elements.contains { element in expected.contains { $0.fits(element) } }
                }
                return expected.contains { $0.fits(found) }
            }
        }
    }

    /// The value that this condition is about, short enough to stand in a code of ours.
    func code(in body: JSONValue) -> String? {
        guard case .body(let place) = subject, case .isOne(let expected) = test else { return nil }
        let found: [JSONValue] =
            switch place.value(in: body) {
            case .array(let elements): elements
            case let value?: [value]
            case nil: []
            }
        let fitting = found.first { value in expected.contains { $0.fits(value) } }
        return fitting.flatMap { JSONPointer(tokens: []).text(in: $0) }
    }
}

extension AnswerCondition.Expected {
    func fits(_ value: JSONValue) -> Bool {
        switch self {
        case .text(let text): value == .string(text)
        case .flag(let flag): value == .bool(flag)
        case .number(let range): JSONPointer(tokens: []).number(in: value).map { range.contains($0) } ?? false
        }
    }
}
