/// A customer's tree on a running server (the account ▸ Europe ▸ France, the account ▸ North America), another account,
/// and for each a key with every management right that a customer may have.
package struct Estate: Sendable {
    package let server: ServerProcess
    package let demo: DemoCredentials
    package let europe: String
    package let france: String
    package let northAmerica: String
    package let stranger: String
    /// An organization that was deleted.
    package let gone: String
    /// The keys, by organization.
    private let keys: [String: String]

    package init(on server: ServerProcess, _ demo: DemoCredentials) async throws {
        self.server = server
        self.demo = demo
        let desk = demo.operatorKey
        let root = demo.account
        europe = try await server.makeOrganization("Europe of the estate", below: root, as: desk)
        france = try await server.makeOrganization("France", below: europe, as: desk)
        northAmerica = try await server.makeOrganization("America of the estate", below: root, as: desk)
        stranger = try await server.makeAccount("Stranger", as: desk)
        gone = try await server.makeOrganization("Gone", below: root, as: desk)
        guard try await server.call("DELETE", "/api/v1/organizations/\(gone)", bearer: desk).status == 204 else {
            throw ServerFailure("An empty organization was not deleted.")
        }
        var keys: [String: String] = [:]
        for organization in [root, europe, france, northAmerica, stranger] {
            keys[organization] =
                try await server.makeKey(in: organization, scopes: ManagementScopes.all, as: desk).secret
        }
        self.keys = keys
    }

    /// The key of an organization.
    package func key(of organization: String) -> String { keys[organization] ?? "" }

    /// All secrets of its keys.
    package var secrets: [String] { Array(keys.values) }
}
