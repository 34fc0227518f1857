import ProviderDefinition

/// Where the public keys of a partner that reports leaked secrets are.
package enum PartnerKeyPlace: Hashable, Sendable, CustomStringConvertible {
    case file(String)
    /// At `https://`, a host and a path: port 443 alone, as for providers.
    case published(host: String, target: String)

    /// - Returns: Nil for an address that is none, or of another scheme.
    init?(_ text: String) {
        guard text.contains("://") else {
            self = .file(text)
            return
        }
        guard let match = text.wholeMatch(of: /https:\/\/([A-Za-z0-9.-]{1,253})(\/[!-~]{0,1000})/) else { return nil }
        let host = match.1.lowercased()
        guard HostAllowList.isName(host), !match.2.contains("#") else { return nil }
        self = .published(host: host, target: String(match.2))
    }

    package var description: String {
        switch self {
        case .file(let path): path
        case .published(let host, let target): "https://\(host)\(target)"
        }
    }
}
