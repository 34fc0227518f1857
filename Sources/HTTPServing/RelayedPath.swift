/// A target of the management API below which stands what a provider is asked for, in whatever form that provider has:
/// `/api/v1/organizations/{organization_id}/connections/{connection_id}/proxy/…`.
package struct RelayedPath {
    private static let start = "/api/v1/organizations/"
    /// Shorter than any such target.
    private static let shortest = 60

    /// What is ours of it, up to the word `proxy`.
    let own: Substring
    /// What follows, as it was written, with the query if the target had one.
    package let rest: Substring

    /// - Parameter target: A path, with or without its query. Nil for every other one.
    package init?(_ target: Substring) {
        guard target.utf8.count > Self.shortest, target.hasPrefix(Self.start) else { return nil }
        let parts = target.split(separator: "/", maxSplits: 8, omittingEmptySubsequences: false)
        guard parts.count == 9, parts[5] == "connections", parts[7] == "proxy" else { return nil }
        own = target[..<parts[7].endIndex]
        rest = parts[8]
    }
}
