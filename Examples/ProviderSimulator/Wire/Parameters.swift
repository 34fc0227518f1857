import TextForms

/// The parameters of a query or a form, in their order.
struct Parameters: Sendable {
    struct Pair: Sendable {
        let name: String
        let value: String
    }

    private(set) var pairs: [Pair] = []

    init() {}

    init(_ pairs: [(String, String)]) {
        self.pairs = pairs.map { Pair(name: $0.0, value: $0.1) }
    }

    /// Reads encoded parameters (`application/x-www-form-urlencoded`). What is no escape is taken as it is.
    init(encoded text: some StringProtocol) {
        for part in text.split(separator: "&") {
            let halves = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let value = halves.count > 1 ? Self.decoded(halves[1]) : ""
            pairs.append(Pair(name: Self.decoded(halves[0]), value: value))
        }
    }

    /// The first of a name, unless it is empty.
    subscript(name: String) -> String? {
        pairs.first { $0.name == name && !$0.value.isEmpty }?.value
    }

    /// All of a name.
    func all(_ name: String) -> [String] {
        pairs.filter { $0.name == name }.map(\.value)
    }

    mutating func add(_ name: String, _ value: String?) {
        if let value { pairs.append(Pair(name: name, value: value)) }
    }

    /// As it stands in a query or a form.
    var encoded: String {
        pairs.map { "\(PercentEscape.value($0.name))=\(PercentEscape.value($0.value))" }.joined(separator: "&")
    }

    private static func decoded(_ text: some StringProtocol) -> String {
        let raw = Array(text.utf8)
        let bytes = raw.withUnsafeBytes { PercentEscape.bytes($0, plusIsSpace: true) }
        return String(decoding: bytes ?? raw, as: UTF8.self)
    }
}
