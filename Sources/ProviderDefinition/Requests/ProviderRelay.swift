import CredentialFormat

/// The body of a call that is passed on.
package enum RelayedBody: Sendable {
    /// All of it, which may be sent more than once.
    case whole([UInt8])
    /// What comes, as it comes: of so many bytes, sent once.
    case stream(any AsyncSequence<[UInt8], any Error> & Sendable, length: Int)

    /// Whether it may be sent more than once.
    package var isWhole: Bool {
        switch self {
        case .whole: true
        case .stream: false
        }
    }
}

/// A call of somebody else to a provider's API, as it is to be sent: with a token that they do not see. It holds secrets.
package struct RelayedCall: Sendable, Redacted {
    /// Upper-case letters.
    package let method: String
    /// In lower case, without a port: 443 is the only one.
    package let host: String
    /// With its query, escaped; begins with `/`.
    package let target: String
    package let headers: [ProviderRequest.Header]
    package let body: RelayedBody

    package init(
        method: String, host: String, target: String, headers: [ProviderRequest.Header] = [],
        body: RelayedBody = .whole([])
    ) {
        self.method = method
        self.host = host
        self.target = target
        self.headers = headers
        self.body = body
    }

    /// The whole address. It may hold secrets.
    package var address: String { "https://\(host)\(target)" }
}

/// What a provider answers to a call that was passed on: its head, and a body that comes as fast as it is read.
package struct RelayedAnswer: Sendable, Redacted {
    /// The parts of a body. Whoever drops it ends the call.
    package typealias Body = any AsyncSequence<[UInt8], any Error> & Sendable

    package let status: Int
    package let headers: [ProviderRequest.Header]
    package let body: Body

    package init(status: Int, headers: [ProviderRequest.Header], body: Body) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}

/// What came of passing a call on.
package enum RelayOutcome: Sendable {
    /// The provider answered, with whatever status.
    case answered(RelayedAnswer)
    /// Certainly nothing of the call left.
    case notSent(code: String)
    /// It may have been taken, and no answer came.
    case lost(code: String)
}

/// Who passes calls of others on to providers: over the network in a server, as a script in a test.
package protocol ProviderRelay: Sendable {
    /// Passes a call on once. It follows no redirect and tries nothing a second time.
    ///
    /// - Parameters:
    ///   - hosts: The only ones that it may reach.
    ///   - timeout: Until the head of the answer has come. How long its body may take is for whoever reads that.
    func relay(_ call: RelayedCall, within hosts: HostAllowList, timeout: Duration) async -> RelayOutcome
}
