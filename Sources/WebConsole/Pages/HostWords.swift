/// Hosts as people read them.
enum HostWords {
    /// The host of an absolute URL, with its port where there is one.
    static func of(_ address: String) -> String {
        let rest = address.split(separator: "://", maxSplits: 1).last ?? ""
        return String(rest.prefix { !"/?#".contains($0) })
    }

    /// A host in parts after which a line may end.
    static func parts(_ host: String) -> [String] {
        let labels = host.split(separator: ".", omittingEmptySubsequences: false)
        return labels.enumerated().map { index, label in index == labels.count - 1 ? String(label) : "\(label)." }
    }
}
