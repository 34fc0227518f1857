package import HTTPTypes
package import NIOCore
package import Policy

extension IPAddress {
    /// The host of a socket's other end, none for a Unix socket.
    package init?(of address: SocketAddress?) {
        guard let text = address?.ipAddress else { return nil }
        self.init(text.prefix { $0 != "%" })
    }
}

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
    /// Only if `peer` is trusted, its `Forwarded` (RFC 7239) or else `X-Forwarded-For` is read, from the right: the
    /// first address that is no trusted proxy is the caller's, because everything left of it is the caller's own word
    /// (threat K1). An entry that is no plain address makes the caller unknown: then no address list admits it.
    package func clientAddress(peer: IPAddress?, fields: HTTPFields) -> IPAddress? {
        guard !ranges.isEmpty, contains(peer) else { return peer }
        let hops: [IPAddress?]
        if let forwarded = fields[.forwarded] {
            hops = Self.forwardedHops(forwarded)
        } else if let list = fields[.xForwardedFor] {
            hops = list.split(separator: ",", omittingEmptySubsequences: false).map { Self.address($0) }
        } else {
            return peer
        }
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
