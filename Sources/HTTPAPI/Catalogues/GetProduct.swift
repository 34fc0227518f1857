import CredentialFormat
import HTTPServing
import Policy
import ProductDefinition

/// `GET /api/v1/product`: its name, limits, plans and words, for those who write clients.
struct GetProduct: Endpoint {
    static let route = Route(.get, "/api/v1/product", "getProduct", .anyManagementScope)
    let api: ManagementAPI

    func respond(to call: Call) async throws -> Reply {
        let product = api.product
        let policy = product.policy
        return .ok { json in
            json.member("name", product.name)
            json.member("brand", product.brand.text)
            json.member("support_link", product.supportLink)
            json.name("api_keys")
            json.object { json in
                json.name("offered_lifetimes_seconds")
                json.array(policy.apiKeyLifetimes.offered) { $0.integer($1) }
                json.member("standard_lifetime_seconds", policy.apiKeyLifetimes.standard)
                json.member("maximum_lifetime_seconds", policy.apiKeyLifetimes.maximum)
                json.member("maximum_per_account", policy.maximum(of: .apiKeys))
                json.member("headers", policy.apiKeyHeaders)
                json.member("basic", policy.apiKeyBasic)
            }
            json.name("integrations")
            json.object {
                $0.member("maximum_per_account", policy.maximum(of: .integrations))
                $0.member("maximum_overlap_seconds", policy.secretOverlapMaximumSeconds)
                $0.member("per_organization", policy.integrations.perOrganization.rawValue)
                $0.member("access_keys", policy.accessKeys.rawValue)
                $0.member("secret_visibility", policy.secretVisibility.rawValue)
                $0.name("new_integration")
                $0.object { json in
                    if let scopes = policy.integrations.scopes {
                        json.member("scopes", scopes)
                    } else {
                        json.member("scopes", nil as String?)
                    }
                    json.member("allowed_addresses", policy.integrations.addresses)
                }
            }
            json.name("apps")
            json.object { $0.member("maximum_per_account", policy.maximum(of: .apps)) }
            json.name("connections")
            json.object { $0.member("maximum_per_account", policy.maximum(of: .connections)) }
            json.name("members")
            json.object { $0.member("maximum_per_account", policy.maximum(of: .members)) }
            json.name("organizations")
            json.object { $0.member("maximum_per_account", policy.maximum(of: .organizations)) }
            json.name("access_tokens")
            json.object {
                $0.member("standard_lifetime_seconds", policy.accessTokenSeconds)
                $0.member("maximum_lifetime_seconds", policy.accessTokenMaximumSeconds)
            }
            json.name("refresh_tokens")
            json.object {
                $0.member("standard_lifetime_seconds", policy.refreshTokenSeconds)
                $0.member("maximum_lifetime_seconds", policy.refreshTokenMaximumSeconds)
            }
            json.member("organization_header", policy.organizationHeader)
            json.plans(product.plans, under: policy)
            json.permissions(product.bundles)
            json.words(product.words)
        }
    }
}
