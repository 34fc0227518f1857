package import CredentialFormat
package import Model
import Persistence
package import ProviderDefinition
import TextForms

/// A call to a provider's API as somebody made it, before the token is put in.
package struct CallDraft: Sendable {
    /// Upper-case letters.
    package let method: String
    package let host: String
    /// As it was written, with its query; empty or beginning with `/`.
    package let target: String
    /// All of them. What is not for the provider is left out here.
    package let headers: [ProviderRequest.Header]
    /// Names of fields that are for us alone, in lower case.
    package let ownHeaders: Set<String>
    package let body: RelayedBody
    /// As in ``ConnectionUse/Wish``.
    package let child: String?

    package init(
        method: String, host: String, target: String, headers: [ProviderRequest.Header], ownHeaders: Set<String>,
        body: RelayedBody, child: String?
    ) {
        self.method = method
        self.host = host
        self.target = target
        self.headers = headers
        self.ownHeaders = ownHeaders
        self.body = body
        self.child = child
    }
}

/// What a provider answered to a call in a connection's name.
package struct CallAnswer: Sendable {
    /// Without what is not for the caller.
    package let answer: RelayedAnswer
    /// Kept as long as the answer is read.
    package let place: RelayPlace
}

extension ConnectionUse {
    /// Until the head of an answer has come.
    private static let patience = Duration.seconds(60)
    /// The same where the call itself comes bit by bit.
    private static let patienceWithStreams = Duration.seconds(600)
    /// What a token still lives for when it is sent, in seconds.
    private static let leastLife = 30
    /// The same where that goes on for longer, and there is no second time.
    private static let leastLifeWithStreams = 300

    /// Passes a call on to the provider of a connection, with its token. Where the provider refuses that, it is renewed, and the call
    /// made once more, if all of it is here.
    ///
    /// - Throws: As ``token(of:in:_:as:)``, and ``Refusal/invalid(_:)`` for a call that leads elsewhere.
    package func call(
        _ draft: CallDraft, of id: ID<Connection>, in organization: ID<Organization>, as actor: Actor
    ) async throws -> CallAnswer {
        let isWhole = draft.body.isWhole
        var wish = Wish(seconds: isWhole ? Self.leastLife : Self.leastLifeWithStreams, child: draft.child)
        var token = try await fresh(id, organization, wish, actor)
        guard let provider = service.catalogue[token.connection.provider] else {
            throw Refusal.conflict(code: "not_offered", explanation: "The provider is known here no longer.")
        }
        try draft.check(against: provider, for: token.connection)
        guard let place = crowd.enter(id, of: token.connection.path.root) else {
            throw UseFailure(.crowded, code: "too_many_calls", retryAfter: 1)
        }
        try await record.note(.call, of: token.connection, by: actor)
        var answer = try await sent(draft, token, provider)
        if try await isRefusal(&answer, by: provider) {
            wish.refused = token.connection.generation
            if let renewed = try await renewed(id, organization, wish, actor), isWhole {
                token = renewed
                answer = try await sent(draft, token, provider)
            }
        }
        return CallAnswer(answer: answer.forCaller, place: place)
    }

    /// The token after a renewal, nil where that brought none: the provider's own answer says why best.
    private func renewed(
        _ id: ID<Connection>, _ organization: ID<Organization>, _ wish: Wish, _ actor: Actor
    ) async throws -> UsableToken? {
        do {
            let token = try await fresh(id, organization, wish, actor)
            return token.connection.generation == wish.refused ? nil : token
        } catch is UseFailure {
            return nil
        } catch is Refusal {
            return nil
        }
    }

    private func sent(
        _ draft: CallDraft, _ token: UsableToken, _ provider: Provider
    ) async throws -> RelayedAnswer {
        let connection = token.connection
        var values = RequestValues(of: connection)
        values[.accessToken] = token.token
        values[.parentIdentifier] = token.child?.identifier
        if provider.use.proof != nil {
            let access = try await service.store.read { tx in try tx.providerAccess(connection.access) }
            if let access { values[.clientSecret] = try await service.client(access).secrets.first }
        }
        let authorization: CallAuthorization
        do {
            authorization = try provider.authorizeCall(with: values)
        } catch RequestFailure.missing(.parentIdentifier) {
            throw Refusal.invalid([
                InvalidField("child", "required", "Must say for what below the connection this is.")
            ])
        } catch {
            throw UseFailure(.unavailable, code: "provider_not_ready", retryAfter: 60)
        }
        let outcome = await relay.relay(
            draft.call(with: authorization), within: provider.hosts,
            timeout: draft.body.isWhole ? Self.patience : Self.patienceWithStreams)
        switch outcome {
        case .answered(let answer): return answer
        case .notSent(let code): throw UseFailure(.unavailable, code: code, retryAfter: 5)
        case .lost(let code): throw UseFailure(code == "timeout" ? .late : .lost, code: code, retryAfter: 5)
        }
    }

    /// Whether the provider refuses the token. An error's body is read for that, and stays to be passed on.
    private func isRefusal(_ answer: inout RelayedAnswer, by provider: Provider) async throws -> Bool {
        guard answer.status >= 400 else { return false }
        guard answer.status < 500, answer.headers["content-encoding"] == nil else { return answer.status == 401 }
        let body = try await Self.whole(answer.body, within: Self.patience)
        answer = RelayedAnswer(status: answer.status, headers: answer.headers, body: OneBody(body))
        if answer.status == 401 { return true }
        let whole = ProviderAnswer(status: answer.status, headers: answer.headers, body: body)
        guard case .failure(let failure) = provider.judgeCall(whole) else { return false }
        return failure.errorClass == .renewThenReauth
    }

    /// An error's body. One that drips would else keep its place among the calls for as long as the provider likes.
    static func whole(_ parts: RelayedAnswer.Body, within patience: Duration) async throws -> [UInt8] {
        let end = ContinuousClock.now + patience
        var body: [UInt8] = []
        var isInTime = true
        do {
            for try await part in parts {
                body += part
                isInTime = ContinuousClock.now < end
                // What is longer is no error that a file describes, and too long to be kept.
                if body.count > longestError || !isInTime { break }
            }
        } catch {
            throw UseFailure(.lost, code: "answer-cut-short", retryAfter: 5)
        }
        guard body.count <= longestError else { throw UseFailure(.lost, code: "error-too-long", retryAfter: 5) }
        guard isInTime else { throw UseFailure(.late, code: "timeout", retryAfter: 5) }
        return body
    }

    /// In bytes.
    private static let longestError = 1 << 20
}

/// A body that is here already.
struct OneBody: AsyncSequence, Sendable {
    typealias Element = [UInt8]
    typealias Failure = any Error

    private let bytes: [UInt8]

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    struct AsyncIterator: AsyncIteratorProtocol {
        var bytes: [UInt8]?

        mutating func next() async throws -> [UInt8]? {
            defer { bytes = nil }
            return bytes
        }
    }

    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(bytes: bytes.isEmpty ? nil : bytes) }
}

extension CallDraft {
    /// Refuses what would lead a token anywhere but to the provider's own hosts, and what would come in the token's place.
    func check(against provider: Provider, for connection: Connection) throws(Refusal) {
        guard provider.hosts.allows(host), host == host.lowercased(), leads(to: provider, of: connection) else {
            throw .invalid([
                InvalidField("host", "not_allowed", "Is no host of this connection's provider.")
            ])
        }
        guard Self.isSound(target) else {
            throw .invalid([
                InvalidField("path", "invalid", "Must be visible ASCII, without a fragment and without `.` and `..`.")
            ])
        }
        let taken = provider.use.ownParameters
        for name in Self.names(inQueryOf: target) where taken.contains(name) {
            throw .invalid([InvalidField(name, "not_allowed", "The token is put in here.")])
        }
    }

    /// Whether a host that only a pattern allows is the connection's own: another tenant of the provider's must not be shown the token.
    private func leads(to provider: Provider, of connection: Connection) -> Bool {
        if provider.hosts.entries.contains(.host(host)) { return true }
        return connection.metadata.values.contains { value in
            let value = value.lowercased()
            return value == host || value == "https://\(host)" || value == "https://\(host)/"
                || provider.hosts.entries.contains { entry in
                    if case .below(let domain) = entry { "\(value).\(domain)" == host } else { false }
                }
        }
    }

    private static func isSound(_ target: String) -> Bool {
        guard target.isEmpty || target.hasPrefix("/") || target.hasPrefix("?"),
            target.utf8.allSatisfy({ (0x21...0x7E).contains($0) && ![0x22, 0x23, 0x3C, 0x3E, 0x5C].contains($0) })
        else { return false }
        let path = target.prefix { $0 != "?" }
        return path.split(separator: "/").allSatisfy { segment in
            let plain = segment.lowercased().replacing("%2e", with: ".")
            return plain != "." && plain != ".."
        }
    }

    /// The names in a query, as a form has them.
    private static func names(inQueryOf target: String) -> [String] {
        guard let mark = target.firstIndex(of: "?") else { return [] }
        return target[target.index(after: mark)...].split(separator: "&").map { pair in
            var name = String(pair.prefix { $0 != "=" })
            let plain = name.withUTF8 { PercentEscape.bytes(UnsafeRawBufferPointer($0), plusIsSpace: true) }
            return plain.flatMap { String(validating: $0, as: UTF8.self) } ?? name
        }
    }

    /// The call with the token in it.
    fileprivate func call(with authorization: CallAuthorization) -> RelayedCall {
        let put = Set(authorization.headers.map { $0.name.lowercased() })
        let kept = RelayedFields.forProvider(headers, without: ownHeaders.union(put))
        var target = target.hasPrefix("/") ? target : "/" + target
        if !authorization.query.isEmpty { target += (target.contains("?") ? "&" : "?") + authorization.query }
        return RelayedCall(
            method: method, host: host, target: target, headers: kept + authorization.headers, body: body)
    }
}

extension TokenUse {
    /// Parameters of a query that no caller may give.
    fileprivate var ownParameters: Set<String> {
        var names: Set<String> = proof == nil ? [] : ["appsecret_proof"]
        switch carrier {
        case .bearer, .header: break
        case .query(let name): names.insert(name)
        }
        return names
    }
}

extension RelayedAnswer {
    fileprivate var forCaller: RelayedAnswer {
        RelayedAnswer(status: status, headers: RelayedFields.forCaller(headers), body: body)
    }
}
