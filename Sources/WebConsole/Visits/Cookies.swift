import HTTPTypes

/// The cookies of a request (RFC 6265 §5.4).
struct Cookies: Sendable {
    private let pairs: [(name: Substring, value: Substring)]

    init(_ fields: HTTPFields) {
        let text = fields[values: .cookie].joined(separator: ";")
        pairs = text.split(separator: ";").compactMap { pair in
            guard let equals = pair.firstIndex(of: "=") else { return nil }
            let name = pair[..<equals].drop { $0 == " " }
            return (name, pair[pair.index(after: equals)...])
        }
    }

    /// The value of a cookie, nil if there is none, or two that differ: then one of them is not ours.
    subscript(name: String) -> String? {
        let values = Set(pairs.filter { $0.name == name }.map(\.value))
        return values.count == 1 ? values.first.map(String.init) : nil
    }
}
