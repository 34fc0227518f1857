import Model
import Policy
import ProductDefinition

/// Commands that do by the management API what a page does.
struct ManagementCommands: Sendable {
    private let site: Site
    /// Where the things of the organization are, with a slash behind.
    private let below: String

    init(_ entered: ConsoleVisit) {
        site = entered.site
        below = "/api/v1/organizations/\(entered.organization.id)/"
    }

    /// Makes one of a collection, such as `apps`.
    ///
    /// - Parameter body: In JSON, without apostrophes.
    func making(_ collection: String, _ body: String) -> CodeBlock {
        Self.making(site.address.url(below + collection), body)
    }

    /// The same for a collection at any address.
    static func making(_ address: String, _ body: String) -> CodeBlock {
        CodeBlock(
            """
            curl -X POST \(address) \\
              -H 'Authorization: Bearer …' -H 'Content-Type: application/json' \\
              -d '\(body)'
            """, label: "Create one with curl")
    }

    /// Lists a collection.
    func listing(_ collection: String) -> CodeBlock {
        Self.listing(site.address.url(below + collection))
    }

    /// The same for a collection at any address.
    static func listing(_ address: String) -> CodeBlock {
        CodeBlock("curl -H 'Authorization: Bearer …' \(address)", label: "List them with curl")
    }
}
