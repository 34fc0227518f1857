import CLibPQ

/// What libpq makes of an address.
struct ConnectionOptions {
    private let values: [String: String]

    /// Nil where libpq does not understand it. Its complaint is not kept: it repeats parts of the address.
    init?(of address: PostgresAddress) {
        guard let options = PQconninfoParse(address.uri, nil) else { return nil }
        self.init(taking: options)
    }

    /// What libpq takes where the address says nothing: its environment variables and its defaults.
    static var standard: ConnectionOptions {
        PQconndefaults().map { ConnectionOptions(taking: $0) } ?? ConnectionOptions(values: [:])
    }

    private init(values: [String: String]) {
        self.values = values
    }

    private init(taking options: UnsafeMutablePointer<PQconninfoOption>) {
        defer { PQconninfoFree(options) }
        var values: [String: String] = [:]
        var next = options
        while let keyword = next.pointee.keyword {
            if let value = next.pointee.val, value.pointee != 0 {
                values[String(cString: keyword)] = String(cString: value)
            }
            next += 1
        }
        self.init(values: values)
    }

    /// What was said, as libpq writes it (its documentation, "Keyword/Value Connection Strings"), without `keywords`.
    func text(without keywords: Set<String>) -> String {
        let first = ["host", "hostaddr", "port", "user", "dbname"]
        let others = values.keys.filter { !first.contains($0) }.sorted()
        return (first + others).filter { !keywords.contains($0) }.compactMap { keyword in
            values[keyword].map { "\(keyword)=\(Self.quoted($0))" }
        }.joined(separator: " ")
    }

    private static func quoted(_ value: String) -> String {
        guard value.contains(where: { $0 == " " || $0 == "'" || $0 == "\\" }) else { return value }
        return "'" + value.replacing("\\", with: "\\\\").replacing("'", with: "\\'") + "'"
    }

    /// The value of a parameter, nil where it is not said or empty.
    subscript(keyword: String) -> String? { values[keyword] }
}
