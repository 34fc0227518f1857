import Foundation
import HTTPServing
import Policy
import ProductDefinition

/// The secrets of the demo, for the one who started it.
struct DemoCredentials: Sendable {
    /// Somebody to sign in as.
    struct Person: Sendable {
        let role: String
        /// The role for people.
        let title: String
        let email: String
        let password: String
        let organization: String
    }

    /// A client and its secret.
    struct Client: Sendable {
        let clientID: String
        let clientSecret: String
    }

    let issuer: String
    let operatorKey: String
    let accountID: String
    /// Names and identifiers, the account first.
    let organizations: [(name: String, id: String)]
    let adminEmail: String
    let adminPassword: String
    /// One for each role.
    let people: [Person]
    let integration: Client
    let resourceServer: Client
    /// A client that acts for users, and where it has the browser sent back to.
    /// Nil where no plan of the product has any.
    let app: (client: Client, redirectURI: String)?
    let apiKey: String
    /// One that the key has.
    let scope: String
    /// The path that metadata names.
    let tokenPath: String
    /// A contact's access key, which token requests of the integration need; nil where they need none.
    let accessKey: (contactID: String, key: String)?

    /// The file's content.
    var json: [UInt8] {
        JSONWriter.object { json in
            json.member("issuer", issuer)
            json.member("operator_key", operatorKey)
            json.member("account_id", accountID)
            json.name("organizations")
            json.object { json in
                for organization in organizations {
                    json.name(organization.name)
                    json.string(organization.id)
                }
            }
            json.name("admin")
            json.object { json in
                json.member("email", adminEmail)
                json.member("password", adminPassword)
            }
            json.name("people")
            json.object { json in
                for person in people {
                    json.name(person.role)
                    json.object { json in
                        json.member("email", person.email)
                        json.member("password", person.password)
                        json.member("organization_id", person.organization)
                    }
                }
            }
            json.name("integration")
            json.client(integration)
            json.name("resource_server")
            json.client(resourceServer)
            if let app {
                json.name("app")
                json.object { json in
                    json.member("client_id", app.client.clientID)
                    json.member("client_secret", app.client.clientSecret)
                    json.member("redirect_uri", app.redirectURI)
                }
            }
            json.member("api_key", apiKey)
            if let accessKey {
                json.name("contact")
                json.object { json in
                    json.member("id", accessKey.contactID)
                    json.member("access_key", accessKey.key)
                }
            }
        }
    }

    /// Writes the file anew, for its owner alone. One that is there is replaced, never opened, so its mode and its
    /// readers do not matter.
    func write(to path: String) throws {
        let temporary = path + ".new"
        try? FileManager.default.removeItem(atPath: temporary)
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw CommandError("The credentials file cannot be written: \(path): \(String(cString: strerror(errno)))")
        }
        let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        try file.write(contentsOf: Data(json))
        try file.close()
        guard rename(temporary, path) == 0 else {
            throw CommandError("The credentials file cannot be written: \(path): \(String(cString: strerror(errno)))")
        }
    }

    private func url(_ path: String) -> String { PublicAddress(issuer: issuer).url(path) }

    /// Where an app sends the browser of a user.
    private func authorizationURL(_ app: (client: Client, redirectURI: String)) -> String {
        "\(url(ServedEndpoint.authorize.path))?response_type=code&client_id=\(app.client.clientID)&redirect_uri=\(app.redirectURI)"
            + "&scope=openid+profile&state=demo&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
            + "&code_challenge_method=S256"
    }

    /// What to try, ready to be pasted.
    func guide(listeningOn port: Int) -> String {
        """
        Claviger is running at \(issuer)  (port \(port); sample data, for trying out)

        Open \(url("/sign-in")) and sign in as one of these:

        \(peopleLines)

          client id        \(integration.clientID)
          client secret    \(integration.clientSecret)
          API key          \(apiKey)\(accessKey.map { "\n  access key       \($0.key)   contact \($0.contactID)" } ?? "")
        \(appLines)  operator key     \(operatorKey)
          resource server  \(resourceServer.clientID)
                   secret  \(resourceServer.clientSecret)
        \(organizations.map { "  \(Self.padded($0.name, to: 17))\($0.id)" }.joined(separator: "\n"))

        Try:

          # exchange the client's credentials for an access token
          curl -s -u '\(integration.clientID):\(integration.clientSecret)' \\
               -d grant_type=client_credentials\(accessKey.map { " -d access_key=\($0.key)" } ?? "") \(url(tokenPath))

        \(app.map(consentLines) ?? "")  # ask, as a gateway does, whether a key has a scope
          curl -si -H 'Authorization: Bearer \(apiKey)' '\(url(ServedEndpoint.verify.path))?scope=\(scope)'

          # make another key
          curl -s -H 'Authorization: Bearer \(operatorKey)' -H 'Content-Type: application/json' \\
               -d '{"name":"BI dashboard","scopes":["\(scope)"]}' \\
               \(url("/api/v1/organizations/\(accountID)/api-keys"))

        The API is described at \(url(ServedEndpoint.openAPIYAML.path)). Ctrl-C ends the server.
        """
    }

    /// Whom to sign in as, one a line: the role, the address and the password.
    private var peopleLines: String {
        let everybody =
            [("First admin", adminEmail, adminPassword)] + people.map { ($0.title, $0.email, $0.password) }
        let role = everybody.map(\.0.count).max() ?? 0
        let email = everybody.map(\.1.count).max() ?? 0
        return everybody.map {
            "  \(Self.padded($0.0, to: role + 2))\(Self.padded($0.1, to: email + 2))\($0.2)"
        }.joined(separator: "\n")
    }

    private var appLines: String {
        guard let app else { return "" }
        return """
              app              \(app.client.clientID)   redirect URI \(app.redirectURI)
                       secret  \(app.client.clientSecret)

            """
    }

    private func consentLines(_ app: (client: Client, redirectURI: String)) -> String {
        """
          # consent to the app, in a browser (the challenge is that of RFC 7636 appendix B)
          \(authorizationURL(app))


        """
    }

    private static func padded(_ text: String, to length: Int) -> String {
        text + String(repeating: " ", count: max(1, length - text.count))
    }
}

extension JSONWriter {
    fileprivate mutating func client(_ client: DemoCredentials.Client) {
        object { json in
            json.member("client_id", client.clientID)
            json.member("client_secret", client.clientSecret)
        }
    }
}
