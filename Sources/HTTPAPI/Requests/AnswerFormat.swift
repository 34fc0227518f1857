import HTTPServing

/// What a list is answered as.
enum AnswerFormat: String, CaseIterable {
    case json
    /// A file for spreadsheets.
    case csv
}

extension QueryParameters {
    /// `format`, JSON unless given.
    ///
    /// - Throws: A problem with 400 for any other than those.
    func format() throws(ProblemDocument) -> AnswerFormat {
        try word("format", AnswerFormat.self) ?? .json
    }

    /// One of some words, nil where it is not given.
    ///
    /// - Throws: A problem with 400 for any other.
    func word<W: RawRepresentable & CaseIterable>(
        _ name: String, _: W.Type
    ) throws(ProblemDocument) -> W? where W.RawValue == String {
        guard let text = try single(name) else { return nil }
        guard let word = W(rawValue: text) else {
            let words = W.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ", ")
            throw .badParameter(name, "must be one of \(words).")
        }
        return word
    }
}
