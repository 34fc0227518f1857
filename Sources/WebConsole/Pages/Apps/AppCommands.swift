import CredentialFormat
import Model
import Policy
import ProductDefinition
import TextForms

/// What an app does at this product's own addresses.
struct AppCommands: Sendable {
    let site: Site
    let product: Product

    /// Where the app sends a user to be asked.
    func authorization(of app: App) -> CodeBlock {
        let path = product.endpoints.publicPath(of: .authorize)
        let scope = app.scopes.scopes.prefix(3).map(\.name).joined(separator: " ")
        let parameters = [
            ("response_type", "code"), ("client_id", app.id.description),
            ("redirect_uri", app.redirectURIs.first?.text ?? ""), ("scope", scope), ("state", "STATE"),
            ("code_challenge", "CHALLENGE"), ("code_challenge_method", "S256"),
        ]
        let query = parameters.map { "\($0.0)=\(PercentEscape.value($0.1))" }.joined(separator: "&")
        return CodeBlock("\(site.address.url(path))?\(query)", label: "Send people here to be asked", isWhole: true)
    }

    /// How the app exchanges the code that comes back.
    ///
    /// - Parameter secret: Nil for a public app.
    func exchange(of app: App, secret: String?) -> CodeBlock {
        let path = product.endpoints.publicPath(of: .token)
        let client = secret.map { "-u '\(app.id):\($0)'" } ?? "-d client_id=\(app.id)"
        return CodeBlock(
            """
            curl \(client) \\
              -d grant_type=authorization_code \\
              -d code=CODE \\
              -d code_verifier=VERIFIER \\
              --data-urlencode \(Self.quoted("redirect_uri=\(app.redirectURIs.first?.text ?? "")")) \\
              \(site.address.url(path))
            """, label: "Exchange the code with curl")
    }

    /// A text as a shell takes it, whatever is in it.
    private static func quoted(_ text: String) -> String { "'\(text.replacing("'", with: "'\\''"))'" }
}
