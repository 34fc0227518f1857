package import CredentialFormat

/// That a token was about to be spent. Written before the provider is asked, so that whoever comes after a crash knows.
package struct RenewalAttempt: Entity, Hashable, Sendable {
    package static let prefix = "rna"

    /// What is known of it.
    package enum State: String, Sendable, CaseIterable {
        /// The provider is being asked, or whoever asked is gone.
        case sent
        case succeeded
        /// The provider refused, or was certainly not reached.
        case failed
        /// Nobody knows whether the provider took it.
        case ambiguous
        /// Another one was made in its place.
        case superseded
    }

    package let id: ID<RenewalAttempt>
    package let connection: ID<Connection>
    /// What the connection's generation was.
    package let generation: Int
    package let fence: Int
    /// A keyed fingerprint of the refresh token that was sent, nil where none was.
    package let tokenFingerprint: [UInt8]?
    package let state: State
    package let startedAt: Instant
    package let endedAt: Instant?
    package let errorCode: String?

    package init(
        id: ID<RenewalAttempt>, connection: ID<Connection>, generation: Int, fence: Int, tokenFingerprint: [UInt8]?,
        state: State, startedAt: Instant, endedAt: Instant? = nil, errorCode: String? = nil
    ) {
        self.id = id
        self.connection = connection
        self.generation = generation
        self.fence = fence
        self.tokenFingerprint = tokenFingerprint
        self.state = state
        self.startedAt = startedAt
        self.endedAt = endedAt
        self.errorCode = errorCode
    }
}

/// A line of the ledger: something that was promised for a connection, until when, and what became of it.
package struct ConnectionPromise: Hashable, Sendable {
    /// What became of it.
    package enum State: String, Sendable, CaseIterable {
        case open, kept
        /// It was done, but later.
        case late
        /// It cannot be done any more.
        case broken
    }

    package let connection: ID<Connection>
    /// As the provider's file calls it.
    package let name: String
    /// Counts the lines of that name, from 1.
    package let number: Int
    package var dueAt: Instant
    package var state: State
    package var settledAt: Instant?
    /// Why it was late or is broken.
    package var reason: String?
    /// Of what was renewed by it.
    package var generation: Int?

    package init(
        connection: ID<Connection>, name: String, number: Int, dueAt: Instant, state: State = .open,
        settledAt: Instant? = nil, reason: String? = nil, generation: Int? = nil
    ) {
        self.connection = connection
        self.name = name
        self.number = number
        self.dueAt = dueAt
        self.state = state
        self.settledAt = settledAt
        self.reason = reason
        self.generation = generation
    }
}
