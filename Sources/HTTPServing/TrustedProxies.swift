package import HTTPTypes
package import Policy

/// Proxies whose word about the caller's address counts. Empty unless configured (law 3).
package struct TrustedProxies: Sendable {
    private let ranges: [IPRange]

    package init(_ ranges: [IPRange] = []) {
        self.ranges = ranges
    }

    /// Whether `peer` is one of them.
    package func contains(_ peer: IPAddress?) -> Bool {
        guard let peer else { return false }
        return ranges.contains { $0.contains(peer) }
    }

    /// Where a request came from.
    ///
    /// Only if `peer` is trusted, `Forwarded` (RFC 7239) and `X-Forwarded-For` are read, from the right: the first
    /// address that is no trusted proxy is the caller's, because everything left of it is the caller's own word (threat
    /// K1). An entry that is no plain address makes the caller unknown: then no address list admits it. So do two fields
    /// that disagree: a proxy that writes one of them passes on whatever the caller put into the other.
    ///
    /// - Parameter field: The value of a header field; of one that was sent several times, all with commas between.
    package func clientAddress(peer: IPAddress?, _ field: (String) -> String?) -> IPAddress? {
        guard !ranges.isEmpty, contains(peer) else { return peer }
        let forwarded = field("Forwarded").map { caller(behind: Self.forwardedHops($0), peer) }
        let list = field("X-Forwarded-For").map { list in
            caller(behind: list.split(separator: ",", omittingEmptySubsequences: false).map { Self.address($0) }, peer)
        }
        switch (forwarded, list) {
        case (nil, nil): return peer
        case (.some(let address), nil), (nil, .some(let address)): return address
        case (.some(let first), .some(let second)): return first == second ? first : nil
        }
    }

    /// Where a request came from that has these fields.
    package func clientAddress(peer: IPAddress?, fields: HTTPFields) -> IPAddress? {
        clientAddress(peer: peer) { name in HTTPField.Name(name).flatMap { fields[$0] } }
    }

    /// The last hop that is no proxy of ours, nil if one that matters is no address.
    private func caller(behind hops: [IPAddress?], _ peer: IPAddress?) -> IPAddress? {
        for hop in hops.reversed() {
            guard let hop else { return nil }
            if !contains(hop) { return hop }
        }
        return hops.first ?? peer
    }

    /// The `for=` addresses of a `Forwarded` field, nil for each element that names none.
    private static func forwardedHops(_ value: String) -> [IPAddress?] {
        value.split(separator: ",", omittingEmptySubsequences: false).map { element in
            let pairs = element.split(separator: ";").map { $0.drop { $0 == " " } }
            let named = pairs.filter { $0.lowercased().hasPrefix("for=") }
            guard named.count == 1, let pair = named.first else { return nil }
            var node = pair.dropFirst(4)
            while node.last == " " { node.removeLast() }
            if node.count >= 2, node.first == "\"", node.last == "\"" { node = node.dropFirst().dropLast() }
            return address(node)
        }
    }

    /// An address as proxies write it: plain, in brackets, or with a port.
    private static func address(_ text: Substring) -> IPAddress? {
        var text = text.drop { $0 == " " || $0 == "\t" }
        while let last = text.last, last == " " || last == "\t" { text.removeLast() }
        if text.first == "[" {
            guard let end = text.firstIndex(of: "]") else { return nil }
            return portIsFine(text[text.index(after: end)...])
                ? IPAddress(text[text.index(after: text.startIndex)..<end]) : nil
        }
        if text.contains("."), let colon = text.firstIndex(of: ":"), !text[..<colon].isEmpty,
            text[..<colon].contains(".")
        {
            return portIsFine(text[colon...]) ? IPAddress(text[..<colon]) : nil
        }
        return IPAddress(text)
    }

    private static func portIsFine(_ suffix: Substring) -> Bool {
        guard let colon = suffix.first else { return true }
        return colon == ":" && UInt16(suffix.dropFirst()) != nil
    }
}
