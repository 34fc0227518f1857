import CredentialFormat
import Model
import Persistence
import ProviderDefinition

/// What fills the templates of a provider's file for a connection that is there. It holds secrets.
struct ConnectionCall: Redacted {
    let client: ConnectionService.Client
    /// All but our client's secret, of which there may be several.
    let values: RequestValues
}

extension ConnectionService {
    /// The values of a connection, nil where what is sealed does not open.
    func call(for connection: Connection) async throws -> ConnectionCall? {
        let (rows, keys, access) = try await store.read { tx in
            (
                try tx.connectionSecrets(of: connection.id, generation: connection.generation),
                try tx.dataKeys(of: connection.id.description), try tx.providerAccess(connection.access)
            )
        }
        guard let access, let secrets = try await vault.open(rows, of: connection, under: keys) else { return nil }
        let client = try await client(access)
        var values = RequestValues(of: connection)
        values[.clientIdentifier] = access.clientID
        values[.accessToken] = secrets.accessToken
        values[.refreshToken] = secrets.refreshToken
        return ConnectionCall(client: client, values: values)
    }

    /// What came of asking a provider.
    enum Asked {
        case judged(AnswerJudgement)
        /// No answer came.
        case unreached(code: String)
    }

    /// Asks with the newest of our client's secrets, and with those before where that one is refused.
    func ask(_ template: RequestTemplate, of provider: Provider, by call: ConnectionCall) async -> Asked {
        var judgement = AnswerJudgement.failure(.ours(.configError, "no-client-secret"))
        for secret in call.client.secrets {
            var values = call.values
            values[.clientSecret] = secret
            let request: ProviderRequest
            do {
                request = try provider.request(template, with: values)
            } catch {
                return .judged(.failure(error.failure))
            }
            switch await transport.send(request, within: provider.hosts, timeout: .seconds(20)) {
            case .notSent(let code), .lost(let code): return .unreached(code: code)
            case .answered(let answer): judgement = provider.judge(answer, to: template, for: .use)
            }
            guard case .failure(let failure) = judgement, failure.errorClass == .configError else { break }
        }
        return .judged(judgement)
    }
}

extension RequestValues {
    /// What is known of a connection without opening anything.
    init(of connection: Connection) {
        self.init()
        self[.accountIdentifier] = connection.metadata["account_id"]
        for (name, value) in connection.metadata {
            self[.metadata(name)] = value
            self[.variable(name)] = value
        }
    }
}
