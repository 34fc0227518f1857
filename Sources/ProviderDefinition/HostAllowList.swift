/// The hosts of a provider. Requests with its tokens go to no other, whatever a file, an answer or a caller says.
package struct HostAllowList: Sendable, Equatable {
    /// One line of it.
    package enum Entry: Sendable, Equatable {
        /// This host.
        case host(String)
        /// Every host below this domain, and not the domain itself: `*.myshopify.com`.
        case below(String)
    }

    package let entries: [Entry]

    package init(_ entries: [Entry]) {
        self.entries = entries
    }

    /// Whether a host, without a port, may be called. Addresses in digits never may.
    package func allows(_ host: String) -> Bool {
        let host = host.lowercased()
        guard Self.isName(host) else { return false }
        return entries.contains { entry in
            switch entry {
            case .host(let name): host == name
            case .below(let domain): host.hasSuffix("." + domain)
            }
        }
    }

    /// Whether a text is a domain name of at least two labels in letters, digits and `-`, the last one beginning with a letter, so
    /// that it is no address in digits (RFC 1123 §2.1).
    package static func isName(_ host: String) -> Bool {
        let labels = host.split(separator: ".", omittingEmptySubsequences: false)
        guard labels.count >= 2, host.utf8.count <= 253, labels.allSatisfy(isLabel) else { return false }
        return labels.last?.utf8.first.map { (0x61...0x7A).contains($0) } ?? false
    }

    private static func isLabel(_ label: Substring) -> Bool {
        (1...63).contains(label.utf8.count) && label.first != "-" && label.last != "-"
            && label.utf8.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x61...0x7A, UInt8(ascii: "-"): true
                default: false
                }
            }
    }
}
