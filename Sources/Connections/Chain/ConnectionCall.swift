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
        var values = RequestValues()
        values[.clientIdentifier] = access.clientID
        values[.accessToken] = secrets.accessToken
        values[.refreshToken] = secrets.refreshToken
        values[.accountIdentifier] = connection.metadata["account_id"]
        for (name, value) in connection.metadata {
            values[.metadata(name)] = value
            values[.variable(name)] = value
        }
        return ConnectionCall(client: client, values: values)
    }
}
