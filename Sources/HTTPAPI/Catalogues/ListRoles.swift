import HTTPServing
import Model
import ProductDefinition

/// `GET /api/v1/roles`: the roles that members may hold.
struct ListRoles: Endpoint {
    static let route = Route(.get, "/api/v1/roles", "listRoles", .anyManagementScope)
    let api: ManagementAPI

    func respond(to call: Call) async throws -> Reply {
        .ok { json in
            json.name("items")
            json.array(api.product.roles) { json, role in
                json.object {
                    $0.member("name", role.name)
                    $0.member("title", role.title ?? role.name)
                    $0.member("description", role.description)
                    $0.member("permissions", role.permissions.map(\.rawValue).sorted())
                    $0.member("bundles", role.bundles)
                }
            }
            json.member("next_cursor", nil as String?)
        }
    }
}
