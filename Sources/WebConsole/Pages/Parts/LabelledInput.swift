/// A field of one line, with its label, what is wanted and what is wrong.
struct LabelledInput: Hashable, Sendable {
    enum Kind: String, Sendable {
        case text, url, number
    }

    /// Its name in the form, and its identifier in the page.
    let id: String
    let label: String
    let value: String
    let kind: String
    let maximum: Int
    let hint: String?
    let error: String?
    let isRequired: Bool
    /// What describes it: the identifier of the error or else of the hint.
    let described: String?

    init(
        _ id: String, _ label: String, value: String, kind: Kind = .text, maximum: Int = 200, hint: String? = nil,
        error: String? = nil, isRequired: Bool = false
    ) {
        self.id = id
        self.label = label
        self.value = value
        self.kind = kind.rawValue
        self.maximum = maximum
        self.hint = hint
        self.error = error
        self.isRequired = isRequired
        described = error != nil ? "\(id)-error" : hint != nil ? "\(id)-hint" : nil
    }
}

/// One of a few, in a list that opens.
struct LabelledChoice: Hashable, Sendable {
    struct Option: Hashable, Sendable {
        let value: String
        let words: String
        let isChosen: Bool
    }

    let id: String
    let label: String
    let options: [Option]
    let hint: String?
    let error: String?
    let described: String?

    /// - Parameters:
    ///   - options: Values with their words.
    ///   - chosen: The value of the one that is chosen.
    init(
        _ id: String, _ label: String, options: [(String, String)], chosen: String, hint: String? = nil,
        error: String? = nil
    ) {
        self.id = id
        self.label = label
        self.options = options.map { Option(value: $0.0, words: $0.1, isChosen: $0.0 == chosen) }
        self.hint = hint
        self.error = error
        described = error != nil ? "\(id)-error" : hint != nil ? "\(id)-hint" : nil
    }
}
