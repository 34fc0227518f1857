import Foundation
import HTTPServing
import Policy

/// The secrets of the demo, for the one who started it.
struct DemoCredentials: Sendable {
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
    let integration: Client
    let resourceServer: Client
    /// A client that acts for users, and where it has the browser sent back to.
    let app: (client: Client, redirectURI: String)
    let apiKey: String
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
            json.name("integration")
            json.client(integration)
            json.name("resource_server")
            json.client(resourceServer)
            json.name("app")
            json.object { json in
                json.member("client_id", app.client.clientID)
                json.member("client_secret", app.client.clientSecret)
                json.member("redirect_uri", app.redirectURI)
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
    private var authorizationURL: String {
        "\(url("/oauth2/authorize"))?response_type=code&client_id=\(app.client.clientID)&redirect_uri=\(app.redirectURI)"
            + "&scope=openid+profile&state=demo&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
            + "&code_challenge_method=S256"
    }

    /// What to try, ready to be pasted.
    func guide(listeningOn port: Int) -> String {
        let organizationLines = organizations.map {
            "  \($0.name.padding(toLength: 17, withPad: " ", startingAt: 0))\($0.id)"
        }
        return """
            Claviger is running at \(issuer)  (port \(port); sample data, for trying out)

              admin            \(adminEmail)   password \(adminPassword)
              client id        \(integration.clientID)
              client secret    \(integration.clientSecret)
              API key          \(apiKey)\(accessKey.map { "\n  access key       \($0.key)   contact \($0.contactID)" } ?? "")
              app              \(app.client.clientID)   redirect URI \(app.redirectURI)
                       secret  \(app.client.clientSecret)
              operator key     \(operatorKey)
              resource server  \(resourceServer.clientID)
                       secret  \(resourceServer.clientSecret)
            \(organizationLines.joined(separator: "\n"))

            Try:

              # exchange the client's credentials for an access token
              curl -s -u '\(integration.clientID):\(integration.clientSecret)' \\
                   -d grant_type=client_credentials\(accessKey.map { " -d access_key=\($0.key)" } ?? "") \(url("/oauth2/token"))

              # sign in as the admin and consent to the app, in a browser (the challenge is that of RFC 7636 appendix B)
              \(authorizationURL)

              # ask, as a gateway does, whether a key may read data
              curl -si -H 'Authorization: Bearer \(apiKey)' '\(url("/verify"))?scope=data.read'

              # make another key
              curl -s -H 'Authorization: Bearer \(operatorKey)' -H 'Content-Type: application/json' \\
                   -d '{"name":"BI dashboard","scopes":["data.read"]}' \\
                   \(url("/api/v1/organizations/\(accountID)/api-keys"))

            The API is described at \(url("/openapi.yaml")). Ctrl-C ends the server.
            """
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
