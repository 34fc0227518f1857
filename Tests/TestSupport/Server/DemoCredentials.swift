/// What `claviger demo` writes to its credentials file.
package struct DemoCredentials: Sendable {
    /// A client and its secret.
    package struct Client: Sendable {
        package let id: String
        package let secret: String

        package init(id: String, secret: String) {
            self.id = id
            self.secret = secret
        }
    }

    /// Somebody to sign in as.
    package struct Person: Sendable {
        package let email: String
        package let password: String
        package let organization: String
    }

    package let issuer: String
    package let operatorKey: String
    package let account: String
    package let organizations: [String: String]
    package let adminEmail: String
    package let adminPassword: String
    /// By role.
    package let people: [String: Person]
    package let integration: Client
    package let resourceServer: Client
    /// A confidential app, and where it has the browser sent back to.
    package let app: Client
    package let appRedirectURI: String
    package let apiKey: String

    init(_ json: JSON) throws {
        issuer = try json["issuer"].string
        operatorKey = try json["operator_key"].string
        account = try json["account_id"].string
        organizations = try json["organizations"].members.mapValues { try $0.string }
        adminEmail = try json["admin"]["email"].string
        adminPassword = try json["admin"]["password"].string
        people = try json["people"].members.mapValues { person in
            Person(
                email: try person["email"].string, password: try person["password"].string,
                organization: try person["organization_id"].string)
        }
        integration = try Client(json["integration"])
        resourceServer = try Client(json["resource_server"])
        app = try Client(json["app"])
        appRedirectURI = try json["app"]["redirect_uri"].string
        apiKey = try json["api_key"].string
    }
}

extension DemoCredentials.Client {
    init(_ json: JSON) throws {
        id = try json["client_id"].string
        secret = try json["client_secret"].string
    }
}
