package import TextForms

extension JSONPointer {
    /// The longest text that is taken from an answer, in bytes.
    static let maximumTextSize = 16_384

    /// The text that stands there; of a whole number, its digits. Nil for anything else, and for nothing.
    package func text(in whole: JSONValue) -> String? {
        switch value(in: whole) {
        case .string(let text): text.utf8.count <= Self.maximumTextSize ? text : nil
        case .integer(let number): String(number)
        case nil, .null, .bool, .decimal, .array, .object: nil
        }
    }

    /// The whole number that stands there, also as a text of digits.
    package func number(in whole: JSONValue) -> Int? {
        switch value(in: whole) {
        case .integer(let number): return number
        case .string(let text): return Int(text)
        case .decimal(let text):
            guard case .value(let number) = WholeNumber(text) else { return nil }
            return number
        case nil, .null, .bool, .array, .object: return nil
        }
    }
}

extension [JSONPointer] {
    /// What stands at the first place that has a text with something in it.
    func text(in whole: JSONValue) -> String? {
        lazy.compactMap { $0.text(in: whole) }.first { !$0.isEmpty }
    }
}
