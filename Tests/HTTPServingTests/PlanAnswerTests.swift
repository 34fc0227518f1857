import Foundation
import TestSupport
import Testing

private let plannedProduct = """
    product: {name: Planned}
    scopes: {data.read: {description: Read}, data.write: {description: Write}}
    permissions:
      edit-integrations: {title: edit Integrations, gives: [integrations.read, integrations.manage]}
    plans:
      full: {title: Full, features: [api_access, apps, connections, webhooks], limits: {api_keys: 9}}
      essential: {title: Essential, status: legacy, features: []}
    default_plan: full
    words: {organization: organisation}
    """

/// What an account on a plan without API access hears, over HTTP and at both doors.
@Suite("Answers to an account whose plan has no API access", .server(product: plannedProduct))
struct PlanAnswerTests {
    private static let realm = "Bearer realm=\"Planned\""

    @Test func `a plan that goes and comes back is told at every door, in the words of each`() async throws {
        let (server, demo) = try RunningServer.current
        let account = try await server.makeAccount("Customer", as: demo.operatorKey)
        let scopes = ["data.read", "claviger:api-keys.read"]
        let key = try await server.makeKey(in: account, scopes: scopes, as: demo.operatorKey)
        let client = try await server.makeIntegration(in: account, scopes: scopes, as: demo.operatorKey).client
        let token = try await server.token(client)
        func expect(_ isOpen: Bool) async throws {
            for credential in [key.secret, token] {
                for answer in try server.exchangeAtBothDoors(get("/verify?scope=data.read", bearer: credential)) {
                    #expect(answer.status == (isOpen ? 200 : 403))
                    #expect(answer["x-auth-reason"] == (isOpen ? nil : "plan"))
                    let challenge = """
                        \(Self.realm), error="insufficient_scope", error_description="The plan of the account has no access \
                        to the API", scope="data.read"
                        """
                    #expect(answer["www-authenticate"] == (isOpen ? nil : challenge))
                }
                #expect(try await server.isActive(credential, for: demo.resourceServer) == isOpen)
                let own = try await server.get("/api/v1/me", bearer: credential)
                #expect(own.status == (isOpen ? 200 : 403))
                if !isOpen { #expect(try own.json["type"].string == "urn:claviger:problem:plan") }
            }
            let form = "Content-Type: application/x-www-form-urlencoded\r\n" + basic(client)
            let asking = request("POST", "/oauth2/token", form, body: "grant_type=client_credentials")
            for answer in try server.exchangeAtBothDoors(asking) {
                #expect(answer.status == (isOpen ? 200 : 400))
                #expect(answer.text.contains("\"error\":\"unauthorized_client\"") == !isOpen, "\(answer.text)")
            }
        }
        try await expect(true)
        for plan in ["essential", "full"] {
            let edit = try await server.call(
                "PATCH", "/api/v1/accounts/\(account)", bearer: demo.operatorKey, ["plan": .text(plan)])
            #expect(edit.status == 200)
            #expect(try edit.json["plan"].string == plan)
            #expect(try edit.json["features"].texts.contains("api_access") == (plan == "full"))
            try await expect(plan == "full")
        }
        let wrong = try await server.call(
            "PATCH", "/api/v1/accounts/\(account)", bearer: demo.operatorKey, ["plan": "esential"])
        #expect(wrong.status == 422)
        #expect(wrong.text.contains("Did you mean essential?"), "\(wrong.text)")
    }

    @Test func `the product tells its plans, permissions and words`() async throws {
        let (server, demo) = try RunningServer.current
        let product = try await server.get("/api/v1/product", bearer: demo.operatorKey).json
        #expect(try product["default_plan"].string == "full")
        #expect(try product["plans"][0]["maximum_per_account"]["api_keys"].integer == 9)
        #expect(try product["plans"][0]["maximum_per_account"]["integrations"].integer == 500)
        #expect(try product["plans"][1]["status"].string == "legacy")
        #expect(try product["plans"][1]["features"].texts == [])
        #expect(try product["permissions"][0]["title"].string == "edit Integrations")
        #expect(try product["permissions"][0]["gives"].texts == ["integrations.manage", "integrations.read"])
        #expect(try product["words"]["organization"]["plural"].string == "organisations")
        #expect(try product["words"]["api_key"]["article"].string == "an")
    }

    @Test func `a permission beside the roles acts at the API, until it is taken back`() async throws {
        let (server, demo) = try RunningServer.current
        let path = "/api/v1/organizations/\(demo.account)/members"
        let made = try await server.make(
            path, ["email": "alma@example.com", "name": "Alma", "roles": [], "permissions": ["edit-integrations"]],
            as: demo.operatorKey)
        #expect(try made["permissions"].texts == ["edit-integrations"])
        let member = path + "/" + (try made["id"].string)
        let emptied = try await server.call("PATCH", member, bearer: demo.operatorKey, ["permissions": []])
        #expect(try emptied.json["permissions"].texts == [])
        let refused = try await server.call("PATCH", member, bearer: demo.operatorKey, ["permissions": ["fly"]])
        #expect(refused.status == 422)
    }
}

extension JSON {
    /// Its elements, each a text.
    fileprivate var texts: [String] {
        get throws { try elements.map { try $0.string } }
    }
}
