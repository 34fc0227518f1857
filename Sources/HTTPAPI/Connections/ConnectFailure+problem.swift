import Connections
import HTTPServing
import HTTPTypes
import Model

extension ConnectFailure {
    /// What a caller is told: 503 for what passes by itself, else 409 with what has to be done.
    var problem: any Error {
        let told = [explanation, note, code.map { "The provider said: \($0)." }].compactMap(\.self).joined(
            separator: " ")
        switch kind {
        case .providerDown, .rateLimited:
            return ProblemDocument.provider(told, retryAfter: min(max(retryAfter ?? 10, 1), 3600))
        case .unknownState, .otherSession, .mixedUp, .malformed, .refused, .otherAccount, .gone, .operatorFault,
            .notAccepted, .noRefreshToken, .userAction, .permissionMissing, .blocked:
            return Refusal.conflict(code: "connect_\(kind.rawValue)", explanation: told)
        }
    }

    private var explanation: String {
        switch kind {
        case .unknownState: "The consent is of none that was asked for, or came too late."
        case .otherSession: "The consent was asked for in another browser."
        case .mixedUp: "The answer is another provider's."
        case .malformed: "The provider's answer cannot be read."
        case .refused: "The provider refused."
        case .otherAccount: "It is another account than the connection's."
        case .gone: "The connection was ended meanwhile."
        case .operatorFault: "Only the operator can put it right: the provider refuses our own client."
        case .providerDown: "The provider cannot be reached, or is out of order."
        case .rateLimited: "The provider is asked too often."
        case .notAccepted: "The provider does not accept it."
        case .noRefreshToken: "There is no refresh token, without which the connection would soon end."
        case .userAction: "The user must do something at the provider first."
        case .permissionMissing: "A permission at the provider is missing."
        case .blocked: "The provider blocks the account or our client for a time."
        }
    }
}

extension ProblemDocument {
    /// What stands between a caller and the provider of a connection.
    init(_ failure: UseFailure) {
        switch failure.kind {
        case .unavailable:
            self = .provider(
                "The connection’s provider, or the renewal of its token there, is out of order: \(failure.code).",
                retryAfter: failure.retryAfter)
        case .crowded:
            self.init(
                status: .serviceUnavailable, type: "too-many-calls", title: "Too many calls at a time",
                detail: "As many calls are passed on at this moment as can be. Repeat it in a moment.",
                headers: [.retryAfter: String(failure.retryAfter)])
        case .lost:
            self.init(
                status: .badGateway, type: "provider-answer-lost", title: "No answer of the provider",
                detail:
                    "The provider may have taken the call, and no whole answer came: \(failure.code). Look before you repeat it."
            )
        case .late:
            self.init(
                status: .gatewayTimeout, type: "provider-timeout", title: "No answer of the provider in time",
                detail: "The provider may have taken the call, and did not answer in time. Look before you repeat it.")
        }
    }

    /// 503: what passes by itself.
    fileprivate static func provider(_ detail: String, retryAfter: Int) -> ProblemDocument {
        ProblemDocument(
            status: .serviceUnavailable, type: "provider-unavailable", title: "The provider is not available",
            detail: detail, headers: [.retryAfter: String(retryAfter)])
    }
}
