import Model

/// A credential as the reply to its creation showed it, and where it is looked after.
package struct MadeCredential: Sendable {
    package let id: String
    package let secret: String
    /// Its path at the management API.
    package let path: String

    /// It as a client.
    package var client: DemoCredentials.Client { DemoCredentials.Client(id: id, secret: secret) }
}

extension Answer {
    /// The answer, asked for again while the server cannot tell (503, nothing was changed): on a busy machine the database
    /// may be too slow for a node that does not trust its memory at the moment.
    package static func settled(_ ask: () async throws -> Answer) async throws -> Answer {
        var answer = try await ask()
        try await eventually {
            if answer.status == 503 { answer = try await ask() }
            return answer.status != 503
        }
        return answer
    }
}

extension HTTPFront {
    /// What a POST answered that must succeed.
    package func make(_ path: String, _ body: JSON, as bearer: String) async throws -> JSON {
        let answer = try await Answer.settled { try await call("POST", path, bearer: bearer, body) }
        guard (200...201).contains(answer.status) else {
            throw ServerFailure("POST \(path) made nothing: \(answer.status) \(answer.text)")
        }
        return try answer.json
    }

    /// A new account; its identifier is that of its root organization.
    package func makeAccount(_ name: String, as bearer: String) async throws -> String {
        try await make("/api/v1/accounts", ["name": .text(name)], as: bearer)["id"].string
    }

    /// A new organization's identifier.
    package func makeOrganization(_ name: String, below parent: String, as bearer: String) async throws -> String {
        try await make("/api/v1/organizations", ["name": .text(name), "parent_id": .text(parent)], as: bearer)["id"]
            .string
    }

    /// A new API key.
    ///
    /// - Parameter members: Further members of the request.
    package func makeKey(
        in organization: String, scopes: [String] = ["data.read"], _ members: [String: JSON] = [:], as bearer: String
    ) async throws -> MadeCredential {
        let path = "/api/v1/organizations/\(organization)/api-keys"
        let body: [String: JSON] = ["name": "Key", "scopes": .list(scopes.map { .text($0) })]
        let made = try await make(path, .object(body.merging(members) { _, last in last }), as: bearer)
        let id = try made["id"].string
        return MadeCredential(id: id, secret: try made["key"].string, path: "\(path)/\(id)")
    }

    /// A new contact. It has no secret.
    package func makeContact(
        in organization: String, _ members: [String: JSON] = [:], as bearer: String
    ) async throws -> MadeCredential {
        let path = "/api/v1/organizations/\(organization)/contacts"
        let made = try await make(path, .object(["name": "Grace"].merging(members) { _, last in last }), as: bearer)
        let id = try made["id"].string
        return MadeCredential(id: id, secret: "", path: "\(path)/\(id)")
    }

    /// An access key of a new contact, or of this one.
    package func makeAccessKey(
        in organization: String, of contact: MadeCredential? = nil, as bearer: String
    ) async throws -> MadeCredential {
        let contact = if let contact { contact } else { try await makeContact(in: organization, as: bearer) }
        let path = contact.path + "/access-keys"
        let made = try await make(path, ["name": "Order export"], as: bearer)
        let id = try made["id"].string
        return MadeCredential(id: id, secret: try made["access_key"].string, path: "\(path)/\(id)")
    }

    /// A new integration.
    ///
    /// - Parameter members: Further members of the request.
    package func makeIntegration(
        in organization: String, scopes: [String] = ["data.read"], _ members: [String: JSON] = [:], as bearer: String
    ) async throws -> MadeCredential {
        let path = "/api/v1/organizations/\(organization)/integrations"
        let body: [String: JSON] = ["label": "ERP Data Sync", "scopes": .list(scopes.map { .text($0) })]
        let made = try await make(path, .object(body.merging(members) { _, last in last }), as: bearer)
        let id = try made["client_id"].string
        return MadeCredential(id: id, secret: try made["client_secret"].string, path: "\(path)/\(id)")
    }

    /// What a client asks the token endpoint.
    package func tokenAnswer(_ client: DemoCredentials.Client, path: String = "/oauth2/token") async throws -> Answer {
        try await form(path, [("grant_type", "client_credentials")], client: client)
    }

    /// Whether a credential is active, as an introspecting client is told.
    package func isActive(_ credential: String, for client: DemoCredentials.Client) async throws -> Bool {
        let answer = try await form("/oauth2/introspect", [("token", credential)], client: client)
        guard answer.status == 200 else { throw ServerFailure("No introspection: \(answer.status) \(answer.text)") }
        return try answer.json["active"] == true
    }
}

/// Scopes at Claviger's own API.
package enum ManagementScopes {
    /// All that a customer's credential may hold.
    package static let all = Permission.allCases.filter { !$0.isForOperator }.map { "claviger:\($0.rawValue)" }

    /// All of them but these.
    package static func all(except names: String...) -> [String] {
        all.filter { scope in !names.contains { scope == "claviger:\($0)" } }
    }
}
