import CredentialFormat
import Model
import Persistence
import Policy
import ProductDefinition

/// What the database uses and a product definition does not have: what would be worthless, or worth something that nobody
/// meant, under that definition.
struct MissingNames: Error, Hashable, CustomStringConvertible {
    /// One name.
    struct Missing: Hashable {
        let kind: String
        let name: String
        let uses: [Use]
    }

    /// Where it is used.
    struct Use: Hashable {
        let column: NameColumn
        let count: Int
        /// The first few.
        let rows: [UsingRow]
    }

    /// How many rows are named for each.
    private static let named = 3
    /// How many names are told of.
    private static let maximum = 20

    let missing: [Missing]

    /// Nil where nothing is missing.
    init?(in product: Product, _ tx: borrowing Transaction, at now: Instant) throws {
        var found: [Missing] = []
        for kind in Kind.allCases {
            var texts: [String: [NameColumn: [String]]] = [:]
            for column in kind.columns {
                for text in try tx.nameTexts(in: column, at: now) {
                    for name in kind.names(in: text) where !kind.has(name, in: product) {
                        texts[name, default: [:]][column, default: []].append(text)
                    }
                }
            }
            for (name, columns) in texts.sorted(by: { $0.key < $1.key }).prefix(Self.maximum) {
                let uses = try kind.columns.compactMap { column -> Use? in
                    guard let texts = columns[column] else { return nil }
                    // So many, that a statement with them stays one.
                    let rows = try tx.rows(using: Array(texts.prefix(200)), in: column, limit: Self.named, at: now)
                    return Use(column: column, count: rows.count, rows: rows.first)
                }
                found.append(Missing(kind: kind.rawValue, name: name, uses: uses))
            }
        }
        guard !found.isEmpty else { return nil }
        missing = found
    }

    var description: String {
        """
        The product definition lacks what the database uses:
        \(missing.map { "  \($0)" }.joined(separator: "\n"))
        Put it back (a plan may be `status: legacy`), or take it out of use first, with the definition of before.
        `claviger product check FILE --against DATABASE` tells this beforehand.
        """
    }

    private enum Kind: String, CaseIterable {
        case scope, role, permission, plan

        var columns: [NameColumn] {
            switch self {
            case .scope: [.scopesOfAPIKeys, .scopesOfIntegrations, .scopesOfApps]
            case .role: [.rolesOfMembers]
            case .permission: [.permissionsOfMembers]
            case .plan: [.plansOfAccounts]
            }
        }

        func names(in text: String) -> [String] {
            switch self {
            case .scope, .role, .permission: text.split(separator: " ").map(String.init)
            // A version before took any text.
            case .plan: [text]
            }
        }

        func has(_ name: String, in product: Product) -> Bool {
            switch self {
            case .scope:
                Scope(name).map {
                    product.scopes.contains($0) || Permission($0) != nil || IdentityScope($0) != nil
                } ?? false
            case .role: product.role(name) != nil
            case .permission: product.permissions(named: name) != nil
            case .plan: product.plans[name] != nil
            }
        }
    }
}

extension MissingNames.Missing: CustomStringConvertible {
    var description: String {
        "\(kind) \(name): " + uses.map(\.description).joined(separator: "; ")
    }
}

extension MissingNames.Use: CustomStringConvertible {
    var description: String {
        let (one, many) = words
        let places = rows.map {
            $0.id == $0.organization.description
                ? "\($0.id) \($0.organizationName)" : "\($0.id) in \($0.organizationName)"
        }
        let more = count > rows.count ? ", …" : ""
        return "\(count) \(count == 1 ? one : many) (\(places.joined(separator: ", "))\(more))"
    }

    private var words: (String, String) {
        switch column {
        case .scopesOfAPIKeys: ("API key", "API keys")
        case .scopesOfIntegrations: ("integration", "integrations")
        case .scopesOfApps: ("app", "apps")
        case .rolesOfMembers, .permissionsOfMembers: ("member", "members")
        case .plansOfAccounts: ("account", "accounts")
        }
    }
}
