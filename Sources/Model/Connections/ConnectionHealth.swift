package import CredentialFormat

/// What the probes of a connection's health found out.
package struct ConnectionHealth: Hashable, Sendable {
    package let connection: ID<Connection>
    /// Nil for never: only a new consent helps, or the provider has no such call.
    package var nextAt: Instant?
    /// When a probe last found it well.
    package var provenAt: Instant?
    /// Since when probes find something wrong that is not confirmed yet, or was.
    package var failedAt: Instant?
    package var errorCode: String?
    /// What the connection became because of a confirmed failure. A probe that finds it well takes that back.
    package var verdict: ConnectionStatus?

    package init(
        connection: ID<Connection>, nextAt: Instant?, provenAt: Instant? = nil, failedAt: Instant? = nil,
        errorCode: String? = nil, verdict: ConnectionStatus? = nil
    ) {
        self.connection = connection
        self.nextAt = nextAt
        self.provenAt = provenAt
        self.failedAt = failedAt
        self.errorCode = errorCode
        self.verdict = verdict
    }
}
