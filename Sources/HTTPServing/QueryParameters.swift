import OAuth

/// The parameters of a URI's query, decoded as a form (`+` is a space).
package struct QueryParameters: Sendable {
    private let query: Substring

    package init(_ query: Substring?) {
        self.query = query ?? ""
    }

    /// What stands behind the first question mark of a request target.
    static func query(of target: some StringProtocol) -> Substring? {
        guard let mark = target.utf8.firstIndex(of: UInt8(ascii: "?")) else { return nil }
        return Substring(target[target.utf8.index(after: mark)...])
    }

    /// Every parameter with its value, nil for what is not well-formed.
    var pairs: [(name: String?, value: String?)] {
        query.split(separator: "&").map { pair in
            let equals = pair.utf8.firstIndex(of: UInt8(ascii: "=")) ?? pair.endIndex
            return (Form.decode(pair[..<equals]), Form.decode(pair[equals...].dropFirst()))
        }
    }

    /// Every value of a parameter, nil for one that is not well-formed.
    package func values(of name: String) -> [String?] {
        pairs.compactMap { $0.name == name ? .some($0.value) : nil }
    }
}
