import Foundation

extension Call {
    /// The address of this operation with another query.
    func link(with pairs: [(name: String, value: String)]) -> String {
        let query = pairs.map { "\(Self.encoded($0.name))=\(Self.encoded($0.value))" }.joined(separator: "&")
        return base + path + (query.isEmpty ? "" : "?" + query)
    }

    /// The address of something of the API, such as `/export/…`.
    func link(below path: String) -> String { "\(base)/\(Operation.base.joined(separator: "/"))\(path)" }

    private static func encoded(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: unreserved) ?? ""
    }

    /// RFC 3986 §2.3
    private static let unreserved = CharacterSet(
        charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
}
