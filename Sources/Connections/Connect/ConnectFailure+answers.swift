import ProviderDefinition

extension ConnectFailure {
    init(_ fault: TokenChain.Fault) {
        switch fault {
        case .notSent(let code), .lost(let code): self.init(.providerDown, code: code)
        case .failed(let failure): self.init(failure)
        }
    }

    init(_ failure: AnswerFailure) {
        let kind: Kind =
            switch failure.errorClass {
            case .retry: .providerDown
            case .rateLimited: .rateLimited
            case .configError: .operatorFault
            case .userAction: .userAction
            case .permissionMissing: .permissionMissing
            case .blocked: .blocked
            case .renewThenReauth, .reauthRequired, .revoked:
                failure.code == "no_refresh_token" ? .noRefreshToken : .notAccepted
            }
        self.init(kind, code: failure.code, note: failure.note, retryAfter: failure.retryAfter)
    }
}

extension ConnectOutcome {
    init(_ failure: ConsentFailure) {
        switch failure {
        case .denied: self = .denied
        case .refused(let code):
            // What says that our request was wrong is no choice of the user's.
            let isOurs = ["invalid_client", "unauthorized_client", "invalid_scope", "invalid_request"].contains(code)
            self = .failed(ConnectFailure(isOurs ? .operatorFault : .refused, code: code))
        case .incomplete: self = .failed(ConnectFailure(.malformed))
        case .foreignIssuer: self = .failed(ConnectFailure(.mixedUp, code: "iss"))
        case .unsigned: self = .failed(ConnectFailure(.malformed, code: "signature"))
        }
    }
}
