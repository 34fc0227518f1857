import CredentialFormat
import Events
package import Model
import Persistence
import ProviderDefinition

extension ConnectionService {
    /// Ends a consent with what the browser brought back. The `state` is used up, whatever comes of it.
    ///
    /// - Parameters:
    ///   - query: Of the callback, as it came, without the question mark.
    ///   - provider: Whose callback it is, by the path.
    ///   - session: As at the start.
    package func finish(
        _ query: String, at provider: String, session: String, as actor: Actor
    ) async throws -> ConnectOutcome {
        guard let state = Provider.state(ofCallback: query) else { return .failed(ConnectFailure(.unknownState)) }
        let digest = try fingerprint(of: "connect_state", state)
        let found = try await store.write { tx in try tx.takeConnectionConsent(digest) }
        guard let consent = found, now() < consent.expiresAt else { return .failed(ConnectFailure(.unknownState)) }
        guard consent.provider == provider else { return .failed(ConnectFailure(.mixedUp, code: "provider")) }
        guard consent.session == (try fingerprint(of: "connect_session", session)) else {
            return .failed(ConnectFailure(.otherSession))
        }
        let organization = try await own.read(as: actor) { tx in
            try tx.organization(consent.organization, where: actor, may: .connectionsManage)
        }
        guard let offered = offered(provider), let client = try await client(of: offered.offer),
            client.access.id == consent.access, !client.secrets.isEmpty
        else { return .failed(ConnectFailure(.operatorFault, code: "provider_not_ready")) }
        let answer: ConsentAnswer
        do {
            answer = try offered.provider.readCallback(query, secrets: client.secrets)
        } catch {
            let outcome = ConnectOutcome(error)
            if case .failed(let failure) = outcome {
                // Where it is not signed, whoever may begin a consent can write any answer, and our client is everybody's.
                let isSigned = offered.provider.authorization.callback.signature != nil
                await note(failure, of: client.access, isProven: isSigned)
            }
            return outcome
        }
        var values = RequestValues()
        values[.clientIdentifier] = client.access.clientID
        values[.redirectURI] = consent.redirectURI
        values[.code] = answer.code
        values[.codeVerifier] = try codeVerifier(of: state)
        values[.scope] = consent.scopes.joined(separator: offered.provider.authorization.scope.separator)
        for (name, value) in consent.variables { values[.variable(name)] = value }
        for (name, value) in answer.metadata { values[.metadata(name)] = value }
        let sentAt = now()
        let chain: TokenChain
        do {
            chain = try await connected(offered.provider, client, values)
        } catch {
            let failure = ConnectFailure(error)
            await note(failure, of: client.access)
            return .failed(failure)
        }
        var granted = GrantedTokens(chain, sentAt: sentAt)
        granted.scopes = granted.scopes ?? answer.scopes
        granted.metadata.merge(answer.metadata) { kept, _ in kept }
        granted.metadata.merge(consent.variables) { kept, _ in kept }
        return try await keep(
            granted, of: offered.provider, through: client.access, in: organization, for: consent.connection,
            called: consent.name, asked: consent.scopes, action: .connectionCreated, as: actor)
    }

    /// Exchanges the code with the newest of our secrets, and with the one before where that one is refused: the provider looks at the
    /// client first, so no code is spent by it.
    private func connected(
        _ provider: Provider, _ client: Client, _ values: RequestValues
    ) async throws(TokenChain.Fault) -> TokenChain {
        var values = values
        var refusal = TokenChain.Fault.failed(.ours(.configError, "no-client-secret"))
        for secret in client.secrets {
            values[.clientSecret] = secret
            var chain = TokenChain(provider, over: transport, with: values)
            do {
                try await chain.connect()
                return chain
            } catch {
                guard case .failed(let failure) = error, failure.errorClass == .configError,
                    chain.answer.accessToken == nil
                else { throw error }
                refusal = error
            }
        }
        throw refusal
    }
}
