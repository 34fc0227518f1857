import Model
import ProductDefinition

/// A page of the operator's own: where it stands and what one must be allowed to see it. Members of accounts have none of them.
package struct OperatorPage: Hashable, Sendable {
    let needs: Permission
    /// The path for the router.
    let pattern: String
    /// What stands around an identifier in that path.
    private let pieces: [String]

    private init(_ rest: String, needs: Permission) {
        pattern = ReservedPath.operating.path + rest
        pieces = pattern.split(separator: "{id}", omittingEmptySubsequences: false).map(String.init)
        self.needs = needs
    }

    static let accounts = OperatorPage("/accounts", needs: .accountsManage)
    static let newAccount = OperatorPage("/accounts/new", needs: .accountsManage)
    static let account = OperatorPage("/accounts/{id}", needs: .accountsManage)
    static let suspendAccount = OperatorPage("/accounts/{id}/suspend", needs: .accountsManage)
    static let resourceServers = OperatorPage("/resource-servers", needs: .resourceServersManage)
    static let newResourceServer = OperatorPage("/resource-servers/new", needs: .resourceServersManage)
    static let resourceServer = OperatorPage("/resource-servers/{id}", needs: .resourceServersManage)
    static let editResourceServer = OperatorPage("/resource-servers/{id}/edit", needs: .resourceServersManage)
    static let rotateResourceServer = OperatorPage("/resource-servers/{id}/rotate", needs: .resourceServersManage)
    static let deleteResourceServer = OperatorPage("/resource-servers/{id}/delete", needs: .resourceServersManage)
    static let providers = OperatorPage("/providers", needs: .connectionsManage)
    static let providerSecret = OperatorPage("/providers/{id}/secret", needs: .connectionsManage)
    static let product = OperatorPage("/product", needs: .accountsManage)
    static let auditLog = OperatorPage("/audit-log", needs: .auditEventsRead)
    static let auditFile = OperatorPage("/audit-log/file", needs: .auditEventsRead)
    static let nodes = OperatorPage("/nodes", needs: .accountsManage)
    static let keyRing = OperatorPage("/key-ring", needs: .accountsManage)

    /// Those of the navigation, with what they are called.
    static let places: [(page: OperatorPage, title: String)] = [
        (.accounts, "Customers"), (.resourceServers, "Resource servers"), (.providers, "Providers"),
        (.product, "Product"), (.auditLog, "Audit log"), (.nodes, "Nodes"), (.keyRing, "Key ring"),
    ]

    /// The pages of the navigation that a product has.
    static func places(of product: Product) -> [OperatorPage] {
        places.map(\.page).filter { $0 != .providers || !product.providers.isEmpty }
    }

    /// The page of the navigation that it is, or that it stands below.
    var above: OperatorPage {
        Self.places.map(\.page).first { pattern == $0.pattern || pattern.hasPrefix("\($0.pattern)/") } ?? .accounts
    }

    /// The path with an identifier in the place of its braces.
    func path(_ identifier: String = "-") -> String { pieces.joined(separator: identifier) }
}
