/// Answers the browser at a provider's consent page: GET shows it, POST is the decision.
struct ConsentDesk {
    let world: World
    let family: any Family
    let provider: ProviderName
    let terms: ConsentTerms

    func answer(_ call: Call) -> Reply {
        let request = call.query
        guard let client = request[terms.clientParameter] else {
            return problem("\(terms.clientParameter) is missing.")
        }
        guard let redirectURI = request["redirect_uri"], Self.isWeb(redirectURI) else {
            return problem("redirect_uri is missing or no http(s) address.")
        }
        guard world.clients.admits(redirectURI, for: client, at: provider) else {
            return problem("redirect_uri is not one of those registered for this client.")
        }
        let challenge = request["code_challenge"]
        guard challenge != nil || !terms.demandsChallenge else { return problem("code_challenge is missing.") }
        let asked = asked(request)
        switch call.method {
        case "GET": return .page(page(client, asked))
        case "POST": break
        default: return problem("GET or POST are expected.")
        }
        guard call.form["decision"] == "approve" else {
            world.ledger.count(.denials, of: provider)
            return redirect(redirectURI, family.denied(call, provider))
        }
        guard let account = call.form["account"].flatMap({ Int($0) }), (1...999_999_999).contains(account) else {
            return problem("account is a number from 1.")
        }
        let ticked = Set(call.form.all("scope"))
        let wish = ConsentWish(
            provider: provider, client: client, account: account, asked: asked,
            scopes: terms.mayUntick ? asked.filter(ticked.contains) : asked,
            children: terms.offersChildren && call.form["some_children"] != nil
                ? call.form.all("child").compactMap { Int($0) } : nil,
            redirectURI: redirectURI, challenge: challenge,
            isOffline: terms.isOffline && isOffline(account, client, call),
            personScopes: (request["user_scope"] ?? "").split(separator: ",").map(String.init))
        do throws(Refused) {
            let (grant, code) = try world.consent(wish)
            return redirect(redirectURI, family.granted(grant, code, call, world))
        } catch {
            return problem("The simulator holds as many grants as it may (--grants).")
        }
    }

    private func isOffline(_ account: Int, _ client: String, _ call: Call) -> Bool {
        guard provider == .google, call.query["prompt"]?.contains("consent") != true else { return true }
        // A repeated consent without the question brings no second refresh token.
        let earlier = world.grants(of: Person(provider: provider, number: account), to: client)
        return !earlier.contains { $0.ending == nil && $0.isOffline }
    }

    private func asked(_ request: Parameters) -> [String] {
        let text = request["scope"] ?? ""
        let scopes = text.split(whereSeparator: { $0 == terms.separator || $0 == " " }).map(String.init)
        return scopes.isEmpty ? terms.defaultScopes : scopes
    }

    private func redirect(_ address: String, _ callback: Callback) -> Reply {
        let mark = address.contains("?") ? "&" : "?"
        return .redirect(to: address + mark + callback.parameters.encoded + callback.fragment)
    }

    private func problem(_ text: String) -> Reply { .page(ConsentPage.problem(provider, text), status: 400) }

    private func page(_ client: String, _ asked: [String]) -> String {
        let accounts = (1...max(1, world.options.accounts)).map { Account(provider, $0, seed: world.seed) }
        return ConsentPage(
            provider: provider, client: client, accounts: accounts, scopes: asked, mayUntick: terms.mayUntick,
            offersChildren: terms.offersChildren
        ).html
    }

    private static func isWeb(_ address: String) -> Bool {
        let isPlain = address.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "#") }
        return isPlain && (address.hasPrefix("http://") || address.hasPrefix("https://"))
    }
}
