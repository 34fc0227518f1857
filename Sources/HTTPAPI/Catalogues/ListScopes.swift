import HTTPServing
import Model
import Policy
import ProductDefinition

/// `GET /api/v1/scopes`: every scope that a credential may hold, in words. Those of the product come first, then the
/// management scopes.
struct ListScopes: Endpoint {
    static let route = Route(.get, "/api/v1/scopes", "listScopes", .anyManagementScope)
    let api: ManagementAPI

    func respond(to call: Call) async throws -> Reply {
        .ok { json in
            json.name("items")
            json.array(rows) { json, row in json.object(row.write) }
            json.member("next_cursor", nil as String?)
        }
    }

    private var rows: [Row] {
        let product = api.product.scopes.definitions.map {
            Row(
                name: $0.scope.name, description: $0.description, group: $0.group, danger: $0.danger,
                ending: $0.ending, isManagement: false)
        }
        let management = Permission.allCases.compactMap { permission in
            permission.scope.map {
                Row(
                    name: $0.name, description: "The permission \(permission.rawValue) at this API.",
                    group: "Management", danger: permission.rawValue.hasSuffix(".manage"), ending: nil,
                    isManagement: true)
            }
        }
        return product + management
    }

    private struct Row {
        let name: String
        let description: String
        let group: String?
        let danger: Bool
        let ending: ScopeEnding?
        let isManagement: Bool

        func write(to json: inout JSONWriter) {
            json.member("name", name)
            json.member("description", description)
            json.member("group", group)
            json.member("danger", danger)
            json.member("management", isManagement)
            json.member("deprecated_since", ending?.deprecatedSince)
            json.member("ends_at", ending?.endsAt)
        }
    }
}
