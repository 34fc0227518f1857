import HTTPTypes

/// The cookies of a request (RFC 6265 §5.4).
struct Cookies: Sendable {
    private let pairs: [(name: Substring, value: Substring)]

    init(_ fields: HTTPFields) {
        let text = fields[values: .cookie].joined(separator: ";")
        pairs = text.utf8.split(separator: UInt8(ascii: ";")).compactMap { pair in
            guard let equals = pair.firstIndex(of: UInt8(ascii: "=")) else { return nil }
            let name = pair[..<equals].drop { $0 == UInt8(ascii: " ") }
            return (Substring(name), Substring(pair[pair.index(after: equals)...]))
        }
    }

    /// The value of a cookie, nil if there is none, or two that differ: then one of them is not ours.
    subscript(name: String) -> String? {
        let values = Set(pairs.filter { $0.name == name }.map(\.value))
        return values.count == 1 ? values.first.map(String.init) : nil
    }
}
