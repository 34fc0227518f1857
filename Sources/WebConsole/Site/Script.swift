/// A small script that makes pages nicer: one file each under `Assets`, compiled in, allowed by the hash of what it is and
/// never by where it comes from. It stands in the page itself, because that is where every browser holds it against a hash.
package enum Script: String, Sendable, CaseIterable {
    /// Copies what a button stands beside, and says so once it has.
    case copy
    /// Asks before a secret is left that was neither copied, downloaded nor said to be kept.
    case leave
    /// Closes a menu by Esc and by a press beside it.
    case menus
    /// Tells of a redirect URI what is wrong with it while it is typed in.
    case redirects
    /// Says times in the reader's own zone beside the exact ones.
    case times

    /// As it was written.
    var source: String {
        let bytes =
            switch self {
            case .copy: PackageResources.copy_js
            case .leave: PackageResources.leave_js
            case .menus: PackageResources.menus_js
            case .redirects: PackageResources.redirects_js
            case .times: PackageResources.times_js
            }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// What stands in a page.
    var element: String { Self.made[self]?.element ?? "" }

    /// What the policy of such a page names.
    var hash: String { Self.made[self]?.hash ?? "" }

    /// Both of each, once: every page of the console has three of them.
    private static let made = Dictionary(
        uniqueKeysWithValues: allCases.map { script in
            let source = script.source
            return (script, (element: "<script>\(source)</script>", hash: ContentSecurityPolicy.hash(of: source)))
        })
}
