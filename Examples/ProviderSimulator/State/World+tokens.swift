import Crypto
import TextForms

/// What a client gets for a code or a refresh token.
struct Issued {
    let grant: Grant
    let access: String
    /// Seconds, 0 for ever.
    let accessLife: Int
    let refresh: String?
    /// Seconds, nil for ever.
    let refreshLife: Int?
    let scopes: [String]
    /// How the answer says when the access token ends.
    let expiry: TokenRules.ExpiryForm
    let now: Int

    /// The value of `expires_in` or of what stands for it. Nil where nothing is said.
    var expiresIn: JSONValue? {
        switch expiry {
        case .absent: nil
        case .seconds: accessLife == 0 ? nil : .integer(accessLife)
        case .text: .text(String(accessLife))
        case .milliseconds: .integer(accessLife * 1000)
        case .absolute: .integer(now + accessLife)
        }
    }
}

extension World {
    // MARK: Clients

    /// - Throws: Unless the secret is one of the client's.
    func authenticate(_ client: String?, _ secret: String?, at provider: ProviderName) throws(Refused) -> String {
        guard let client else { throw .missing("client id") }
        guard let secret, !strikes(.wrongClientSecret), clients.isRight(secret, of: client, at: provider) else {
            throw .wrongClient
        }
        return client
    }

    // MARK: Codes

    /// Somebody said yes.
    func consent(_ wish: ConsentWish) throws(Refused) -> (grant: Grant, code: String) {
        let account = Account(wish.provider, wish.account, seed: seed)
        let time = now
        let places = wish.children?.filter(account.children.indices.contains) ?? Array(account.children.indices)
        let grant = try add { number in
            Grant(
                number: number, account: account, client: wish.client, asked: wish.asked, scopes: wish.scopes,
                children: places, redirectURI: wish.redirectURI, challenge: wish.challenge, at: time,
                isOffline: wish.isOffline, personScopes: wish.personScopes)
        }
        ledger.count(.consents, of: wish.provider)
        let life = rules(of: wish.provider).codeLife
        return (grant, text(.code, of: grant, serial: 0, expires: time + life))
    }

    /// Exchanges a code, once.
    ///
    /// - Parameters:
    ///   - redirectURI: Nil where the provider does not ask for it again.
    ///   - isLasting: For one access token without an end.
    func redeem(
        _ code: String?, at provider: ProviderName, client: String, redirectURI: String?, verifier: String?,
        isLasting: Bool = false
    ) throws(Refused) -> Issued {
        guard let code else { throw .missing("code") }
        guard let token = TokenText(in: code, seed), token.kind == .code, let grant = grant(token.grant),
            grant.client == client, code == text(token, of: grant)
        else { throw .unknownCode }
        guard !grant.codeIsUsed else { throw .usedCode }
        guard now < token.expires else { throw .expiredCode }
        guard redirectURI == nil || redirectURI == grant.redirectURI else { throw .wrongRedirect }
        if let challenge = grant.challenge {
            guard let verifier, Self.meets(challenge, verifier) else { throw .wrongVerifier }
        }
        if grant.provider != provider {
            grant.move(to: Account(provider, grant.account.number, seed: seed))
            index(grant)
        }
        grant.codeIsUsed = true
        ledger.count(.codesRedeemed, of: provider)
        guard !isLasting else {
            grant.isOffline = false
            return issue(grant, life: 0)
        }
        return begin(grant)
    }

    /// What a person gives beside a workspace: a grant of its own.
    func beginPerson(beside grant: Grant) throws(Refused) -> Issued? {
        guard !grant.personScopes.isEmpty else { return nil }
        let time = now
        let person = try add { number in
            Grant(
                number: number, account: grant.account, client: grant.client, asked: grant.personScopes,
                scopes: grant.personScopes, children: [], redirectURI: grant.redirectURI, challenge: nil, at: time,
                isOffline: grant.isOffline, personScopes: [], isOfPerson: true)
        }
        return begin(person)
    }

    /// The first tokens of a grant.
    func begin(_ grant: Grant) -> Issued {
        grant.codeIsUsed = true
        let rules = rules(of: grant.provider)
        var life = rules.refreshLife
        if life != nil, strikes(.testingMode) { life = 7 * 86_400 }
        grant.refreshExpires = life.map { $0 == 0 ? 0 : now + $0 } ?? 0
        makeRoom(for: grant, rules)
        return issue(grant, life: rules.firstLife ?? rules.accessLife)
    }

    /// The oldest grants of the same account and client end where there are too many.
    private func makeRoom(for grant: Grant, _ rules: TokenRules) {
        guard let limit = strike(.tokenLimit)?.limit ?? rules.liveGrants, grant.isOffline else { return }
        let person = Person(provider: grant.provider, number: grant.account.number)
        let live = grants(of: person, to: grant.client).filter { $0.ending == nil && $0.codeIsUsed && $0.isOffline }
        for old in live.dropLast(limit) { old.ending = .displaced }
    }

    // MARK: Issuing

    /// - Parameter life: Of the access token; 0 for ever.
    func issue(_ grant: Grant, life: Int, tellsRefresh: Bool = true) -> Issued {
        let rules = rules(of: grant.provider)
        let expires = life == 0 ? 0 : now + life
        let access = text(.access, of: grant, serial: grant.nextAccess(), expires: expires)
        var refresh: String?
        if rules.refreshLife != nil, grant.isOffline, tellsRefresh, !strikesOnFirst(grant, .omitRefreshToken) {
            refresh = refreshToken(of: grant)
        }
        if strikes(.scopeDowngrade), grant.scopes.count > 1 { grant.scopes.removeLast() }
        return Issued(
            grant: grant, access: access, accessLife: life, refresh: refresh,
            refreshLife: grant.refreshExpires == 0 ? nil : max(0, grant.refreshExpires - now), scopes: grant.scopes,
            expiry: strikes(.omitExpiry) ? .absent : rules.expiry, now: now)
    }

    /// A renewal has asked already.
    private func strikesOnFirst(_ grant: Grant, _ kind: Fault.Kind) -> Bool { subject.role == .token && strikes(kind) }

    /// The refresh token that is the newest.
    func refreshToken(of grant: Grant) -> String {
        text(
            TokenText(
                kind: .refresh, grant: grant.number, serial: grant.refreshSerial, issued: grant.rotatedAt,
                expires: grant.refreshExpires), of: grant)
    }

    // MARK: Tokens

    /// A new token of a grant.
    func text(
        _ kind: TokenText.Kind, of grant: Grant, serial: Int, issued: Int? = nil, expires: Int, part: Int = 0
    ) -> String {
        text(
            TokenText(
                kind: kind, grant: grant.number, serial: serial, issued: issued ?? now, expires: expires, part: part),
            of: grant)
    }

    func text(_ token: TokenText, of grant: Grant) -> String {
        families.shape(of: grant.provider).around(
            token.text(seed), token.kind, isOfPerson: grant.isOfPerson)
    }

    /// Finds out whose a token is. It may be dead.
    func read(
        _ presented: String?, _ kinds: Set<TokenText.Kind>, at provider: ProviderName
    ) throws(Refused) -> (grant: Grant, token: TokenText) {
        guard let presented, let token = TokenText(in: presented, seed), kinds.contains(token.kind),
            let grant = grant(token.grant), grant.provider == provider, presented == text(token, of: grant)
        else { throw .unknownToken }
        return (grant, token)
    }

    /// - Throws: Unless an access token of one of the kinds works now.
    func judge(
        _ presented: String?, at provider: ProviderName, _ kinds: Set<TokenText.Kind> = [.access, .page]
    ) throws(Refused) -> (grant: Grant, token: TokenText) {
        let (grant, token) = try read(presented, kinds, at: provider)
        let rules = rules(of: provider)
        try live(grant, rules)
        guard token.expires == 0 || now < token.expires else { throw .expired }
        if rules.accessDiesOnRenewal, token.kind == .access, token.serial != grant.accessSerial { throw .unknownToken }
        return (grant, token)
    }

    /// - Throws: Unless nothing ended the grant.
    func live(_ grant: Grant, _ rules: TokenRules) throws(Refused) {
        if let ending = grant.ending { throw .ended(ending) }
        if let cap = rules.hardCap, now - grant.consentedAt >= cap { throw .expired }
        if let limit = rules.idleLimit, now - grant.renewedAt > limit { throw .ended(.idle) }
    }

    func demand(_ scope: String, of grant: Grant) throws(Refused) {
        guard grant.scopes.contains(scope) else { throw .scopeMissing(scope) }
    }

    /// The client gives back what one account gave it: all of it, or the one grant.
    func revoke(_ grant: Grant, isWhole: Bool) {
        ledger.count(.revocations, of: grant.provider)
        guard isWhole else {
            grant.ending = grant.ending ?? .revoked
            return
        }
        for other in grants(of: Person(provider: grant.provider, number: grant.account.number), to: grant.client) {
            other.ending = other.ending ?? .revoked
        }
    }

    /// Whether a verifier meets a challenge (RFC 7636 §4.6), also in hexadecimal as TikTok's desktop apps send it.
    private static func meets(_ challenge: String, _ verifier: String) -> Bool {
        let digest = Array(SHA256.hash(data: Array(verifier.utf8)))
        return challenge == Base64URL.text(digest) || challenge == Hexadecimal.text(digest)
    }
}
