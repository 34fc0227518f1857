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

    /// The value of a parameter, nil where it is not said or empty.
    subscript(keyword: String) -> String? { values[keyword] }
}
