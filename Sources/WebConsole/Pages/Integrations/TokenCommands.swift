import Policy
import ProductDefinition
import TextForms

/// Commands that get a token from this product's own address, and use it.
struct TokenCommands: Sendable {
    enum Language: String, CaseIterable {
        case curl, python, javascript

        var title: String {
            switch self {
            case .curl: "curl"
            case .python: "Python"
            case .javascript: "JavaScript"
            }
        }
    }

    /// Where tokens are to be had.
    let address: String
    private let api: String
    private let verify: String
    private let words: ProductWords
    /// Whether each request has to say for whom it is.
    private let needsAccessKey: Bool

    init(site: Site, product: Product) {
        address = site.address.url(product.endpoints.publicPath(of: .token))
        verify = site.address.url(ServedEndpoint.verify.path)
        let audience = product.audience ?? ""
        api = audience.hasPrefix("https://") ? audience : "https://api.example.com"
        words = product.words
        needsAccessKey = product.policy.accessKeys == .required
    }

    /// With what stands for the credentials.
    var example: CodeBlock { curl("CLIENT_ID", "CLIENT_SECRET") }

    /// Ready to run.
    func curl(_ id: String, _ secret: String) -> CodeBlock {
        CodeBlock(
            """
            curl -u '\(id):\(secret)' \\
              -d grant_type=client_credentials \\\(accessKeyLine("ACCESS_KEY"))
              \(address)
            """, label: "Test it now: get a token with curl")
    }

    /// A further line of a command, where each request has to say for whom it is.
    private func accessKeyLine(_ key: String) -> String {
        needsAccessKey ? "\n  -d access_key=\(key) \\" : ""
    }

    /// A program that reads the secret from its environment.
    func token(_ id: String, in language: Language) -> CodeBlock {
        let text =
            switch language {
            case .curl:
                """
                curl -u "\(id):$CLIENT_SECRET" \\
                  -d grant_type=client_credentials \\\(accessKeyLine("\"$ACCESS_KEY\""))
                  \(address)
                """
            case .python:
                """
                import os
                import requests

                reply = requests.post(
                    "\(address)",
                    auth=("\(id)", os.environ["CLIENT_SECRET"]),
                    data={"grant_type": "client_credentials"\(needsAccessKey ? ", \"access_key\": os.environ[\"ACCESS_KEY\"]" : "")},
                )
                reply.raise_for_status()
                token = reply.json()["access_token"]
                """
            case .javascript:
                """
                const id = "\(id)";
                const reply = await fetch("\(address)", {
                  method: "POST",
                  headers: { Authorization: "Basic " + btoa(`${id}:${process.env.CLIENT_SECRET}`) },
                  body: new URLSearchParams({ grant_type: "client_credentials"\(needsAccessKey ? ", access_key: process.env.ACCESS_KEY" : "") }),
                });
                const { access_token } = await reply.json();
                """
            }
        return CodeBlock(text, label: "Get a token with \(language.title)")
    }

    /// With a token from the environment.
    var call: CodeBlock {
        CodeBlock("curl -H \"Authorization: Bearer $ACCESS_TOKEN\" \(api)/…", label: "Call the API with curl")
    }

    /// With this token or key.
    func call(_ credential: String) -> CodeBlock {
        CodeBlock("curl -H 'Authorization: Bearer \(credential)' \(api)/…", label: "Call the API with curl")
    }

    /// Asks, as a gateway does, what a key may.
    ///
    /// - Parameter scope: One that it should have.
    func check(_ key: String, _ scope: String?) -> CodeBlock {
        let query = scope.map { "?scope=\(PercentEscape.value($0))" } ?? ""
        return CodeBlock(
            "curl -i -H 'Authorization: Bearer \(key)' '\(verify)\(query)'",
            label: "Test it now: 200 means that it works")
    }
}
