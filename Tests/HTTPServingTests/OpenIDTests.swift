import CredentialFormat
import Model
import OAuth
import Policy
import ProductDefinition
import TestSupport
import Testing
import Tokens

@testable import HTTPServing

@Suite("OpenID Connect documents")
struct OpenIDTests {
    private func metadata(_ endpoints: FurtherEndpoints = FurtherEndpoints()) throws -> JSON {
        let standard = Product.standard
        let product = Product(
            name: standard.name, brand: standard.brand, endpoints: endpoints, scopes: standard.scopes,
            roles: standard.roles, policy: standard.policy)
        let server = ServerMetadata(issuer: "https://auth.example.com", product: product)
        return try JSON(parsing: OpenIDMetadata(server: server, product: product).json)
    }

    @Test func `the configuration has all that OpenID Connect Discovery requires, and says what is not supported`()
        throws
    {
        let json = try metadata()
        for (name, path) in [
            ("authorization_endpoint", "/oauth2/authorize"), ("token_endpoint", "/oauth2/token"),
            ("userinfo_endpoint", "/oauth2/userinfo"), ("jwks_uri", "/oauth2/jwks"),
            ("end_session_endpoint", "/oauth2/logout"), ("introspection_endpoint", "/oauth2/introspect"),
            ("revocation_endpoint", "/oauth2/revoke"),
        ] {
            #expect(try json[name].string == "https://auth.example.com\(path)")
        }
        func words(_ name: String) throws -> Set<String> { Set(try json[name].elements.map { try $0.string }) }
        #expect(try json["issuer"].string == "https://auth.example.com")
        #expect(try words("response_types_supported") == ["code"])
        #expect(try words("response_modes_supported") == ["query", "form_post"])
        #expect(try words("subject_types_supported") == ["public"])
        #expect(try words("id_token_signing_alg_values_supported") == ["ES256", "EdDSA", "RS256"])
        #expect(try words("code_challenge_methods_supported") == ["S256"])
        #expect(
            try words("token_endpoint_auth_methods_supported") == [
                "client_secret_basic", "client_secret_post", "none",
            ])
        #expect(try words("grant_types_supported").isSuperset(of: ["authorization_code", "refresh_token"]))
        #expect(try words("scopes_supported").isSuperset(of: ["openid", "profile", "email", "organization"]))
        #expect(try words("claims_supported").isSuperset(of: ["sub", "auth_time", "email_verified"]))
        #expect(json["authorization_response_iss_parameter_supported"] == true)
        // Its default is true (Discovery §3).
        #expect(json["request_uri_parameter_supported"] == false)
        #expect(json["request_parameter_supported"] == false)
    }

    @Test func `a further path takes the place of the canonical one`() throws {
        let json = try metadata(FurtherEndpoints(userinfo: ["/api/public/v1/userinfo"]))
        #expect(try json["userinfo_endpoint"].string == "https://auth.example.com/api/public/v1/userinfo")
    }

    @Test func `userinfo has a member for each thing that may be told, and none for what may not`() throws {
        let id = ID<Organization>(at: 2)
        let organization = Organization(
            id: id, path: OrganizationPath(root: id), name: "Europe", createdAt: FixedClock().current)
        let member = Member(
            id: ID(at: 1), organization: organization.id, email: try #require(EmailAddress("ada@example.com")),
            name: "Ada \"\u{1}", roles: [], hasPassword: false, createdAt: FixedClock().current)
        func json(_ scopes: ScopeSet) throws -> [String: JSON] {
            try JSON(
                parsing: UserInfoRoute.json(member.id, UserClaims(of: member, in: organization, scopes: scopes))
            ).members
        }
        #expect(try json(.empty) == ["sub": .text(member.id.description)])
        #expect(
            try json(IdentityScope.all) == [
                "sub": .text(member.id.description), "name": .text("Ada \"\u{1}"),
                "preferred_username": "ada@example.com", "email": "ada@example.com",
                "email_verified": false, "organization_id": .text(organization.id.description),
                "organization_name": "Europe", "account_id": .text(organization.id.description),
            ])
    }
}
