/// A refusal in the words of one of the further providers.
struct FurtherRefusal {
    let provider: ProviderName
    let role: Role

    func reply(_ refused: Refused) -> Reply {
        if case .notFound = refused { return .json(["error": "not_found"], status: 404) }
        if case .full = refused {
            return .json(
                [
                    "error": "server_error",
                    "error_description": "The simulator holds as many grants as it may (--grants).",
                ],
                status: 503)
        }
        return role == .api || role == .inspect ? ofAPI(refused) : ofTokens(refused)
    }

    // MARK: At the token endpoint

    private func ofTokens(_ refused: Refused) -> Reply {
        switch provider {
        case .github: github(refused)
        case .slack: .json(["ok": false, "error": .text(slack(refused))])
        case .microsoft: microsoft(refused)
        case .hubspot: hubspot(refused)
        case .salesforce: standard(refused, "expired access/refresh token", clientStatus: 400)
        case .xero: .json(["error": .text(name(refused))], status: refused.isOfClient ? 401 : 400)
        case .quickbooks: standard(refused, "Incorrect or invalid refresh token", clientStatus: 401)
        case .notion, .shopify, .linkedin, .facebook, .instagram, .google, .tiktok, .tiktokBusiness, .tiktokAdvertiser:
            standard(
                refused, "The provided authorization grant or refresh token is invalid, expired or revoked.",
                clientStatus: 401)
        }
    }

    /// By RFC 6749 §5.2.
    private func name(_ refused: Refused) -> String {
        switch refused {
        case .missing, .wrongMethod, .wrongVerifier: "invalid_request"
        case .wrongClient: "invalid_client"
        case .unsupportedGrant: "unsupported_grant_type"
        case .scopeMissing: "invalid_scope"
        case .noQuota: "temporarily_unavailable"
        case .unknownCode, .usedCode, .expiredCode, .wrongRedirect, .unknownToken, .expired, .replayed, .ended,
            .tooYoung, .notFound, .full:
            "invalid_grant"
        }
    }

    private func standard(_ refused: Refused, _ description: String, clientStatus: Int) -> Reply {
        let name = name(refused)
        return .json(
            [
                "error": .text(name),
                "error_description": .text(name == "invalid_grant" ? description : name.replacing("_", with: " ")),
            ], status: refused.isOfClient ? clientStatus : 400)
    }

    /// HTTP 200, whatever it is.
    private func github(_ refused: Refused) -> Reply {
        let (name, text) =
            switch refused {
            case .wrongClient:
                ("incorrect_client_credentials", "The client_id and/or client_secret passed are incorrect.")
            case .unknownCode, .usedCode, .expiredCode, .wrongVerifier:
                ("bad_verification_code", "The code passed is incorrect or expired.")
            case .wrongRedirect: ("redirect_uri_mismatch", "The redirect_uri is not associated with this application.")
            case .unsupportedGrant, .missing, .wrongMethod:
                ("unsupported_grant_type", "The grant_type is not supported.")
            case .unknownToken, .expired, .replayed, .ended, .tooYoung, .scopeMissing, .noQuota, .notFound, .full:
                ("bad_refresh_token", "The refresh token passed is incorrect or expired.")
            }
        return .json(["error": .text(name), "error_description": .text(text), "error_uri": "https://docs.github.com"])
    }

    private func slack(_ refused: Refused) -> String {
        switch refused {
        case .wrongClient: "bad_client_secret"
        case .unknownCode, .expiredCode: "invalid_code"
        case .usedCode: "code_already_used"
        case .wrongRedirect: "bad_redirect_uri"
        case .expired: "token_expired"
        case .ended: role == .renew ? "invalid_refresh_token" : "token_revoked"
        case .replayed: "invalid_refresh_token"
        case .unknownToken, .tooYoung: role == .renew ? "invalid_refresh_token" : "invalid_auth"
        case .scopeMissing: "missing_scope"
        case .noQuota: "ratelimited"
        case .missing, .wrongMethod, .unsupportedGrant, .wrongVerifier: "invalid_arguments"
        case .notFound: "unknown_method"
        case .full: "internal_error"
        }
    }

    private func microsoft(_ refused: Refused) -> Reply {
        let (code, text) = aadsts(refused)
        let isInteraction = code == 50_076 || code == 53_003
        let error = isInteraction ? "interaction_required" : name(refused)
        let answer: JSONValue = [
            "error": .text(error), "error_description": .text("AADSTS\(code): \(text) Trace ID: sim-trace"),
            "error_codes": [.integer(code)], "timestamp": "2026-11-29 18:00:00Z", "trace_id": "sim-trace",
            "correlation_id": "sim-correlation",
        ]
        return .json(
            isInteraction ? answer.adding("suberror", "basic_action") : answer, status: refused.isOfClient ? 401 : 400)
    }

    private func aadsts(_ refused: Refused) -> (Int, String) {
        switch refused {
        case .wrongClient: (7_000_215, "Invalid client secret provided.")
        case .usedCode: (54_005, "OAuth2 Authorization code was already redeemed.")
        case .expiredCode: (70_008, "The provided authorization code has expired.")
        case .unknownCode, .unknownToken, .replayed, .tooYoung:
            (9_002_313, "Invalid request. Request is malformed or invalid.")
        case .wrongRedirect: (50_011, "The redirect URI specified in the request does not match.")
        case .wrongVerifier: (501_481, "The Code_Verifier does not match the code_challenge.")
        case .expired, .ended(.idle): (700_082, "The refresh token has expired due to inactivity.")
        case .ended(.checkpoint), .ended(.reauthenticationDue):
            (50_076, "Due to a configuration change, you must use multi-factor authentication.")
        case .ended(.adminPolicy): (53_003, "Access has been blocked by Conditional Access policies.")
        case .ended(.accountDisabled): (50_057, "The user account is disabled.")
        case .ended(.removedApp): (65_001, "The user or administrator has not consented to use the application.")
        case .ended: (50_173, "The provided grant has expired due to it being revoked.")
        case .scopeMissing: (70_011, "The provided value for the input parameter 'scope' is not valid.")
        case .noQuota: (90_055, "The server terminated an operation because it encountered too many requests.")
        case .missing(let what): (900_144, "The request body must contain the parameter '\(what)'.")
        case .unsupportedGrant, .wrongMethod: (70_003, "The app requested an unsupported grant type.")
        case .notFound, .full: (90_033, "A transient error has occurred.")
        }
    }

    private func hubspot(_ refused: Refused) -> Reply {
        let (status, message) =
            switch refused {
            case .wrongClient: ("BAD_CLIENT_SECRET", "missing or invalid client secret")
            case .unknownCode, .usedCode, .expiredCode: ("BAD_AUTH_CODE", "missing or unknown auth code")
            case .wrongRedirect: ("MISMATCH_REDIRECT_URI_AUTH_CODE", "redirect_uri does not match")
            case .missing(let what): ("BAD_REQUEST", "missing \(what)")
            case .unsupportedGrant, .wrongMethod, .wrongVerifier: ("BAD_GRANT_TYPE", "missing or unknown grant type")
            case .unknownToken, .expired, .replayed, .ended, .tooYoung, .scopeMissing, .noQuota, .notFound, .full:
                ("BAD_REFRESH_TOKEN", "missing or invalid refresh token")
            }
        return .json(
            ["status": .text(status), "message": .text(message), "correlationId": "sim-correlation"], status: 400)
    }

    // MARK: At the API

    private func ofAPI(_ refused: Refused) -> Reply {
        if refused.isOfClient { return ofTokens(refused) }
        if case .noQuota = refused { return FurtherFamily().throttled(provider, 60) }
        let isOver = if case .expired = refused { true } else { false }
        return switch provider {
        case .slack: .json(["ok": false, "error": .text(slack(refused))])
        case .github:
            .json(["message": role == .inspect ? "Not Found" : "Bad credentials"], status: role == .inspect ? 404 : 401)
        case .microsoft:
            .json(
                [
                    "error": [
                        "code": "InvalidAuthenticationToken",
                        "message": "Lifetime validation failed, the token is expired.",
                    ]
                ],
                status: 401)
        case .salesforce:
            .json([["message": "Session expired or invalid", "errorCode": "INVALID_SESSION_ID"]], status: 401)
        case .hubspot:
            .json(
                [
                    "status": "error", "message": "The OAuth token used to make this call is not valid.",
                    "category": isOver ? "EXPIRED_AUTHENTICATION" : "INVALID_AUTHENTICATION",
                ], status: 401)
        case .shopify:
            .json(
                ["errors": "[API] Invalid API key or access token (unrecognized login or wrong password)"], status: 401)
        case .linkedin:
            .json(
                [
                    "status": 401, "serviceErrorCode": isOver ? 65_602 : 65_601,
                    "code": isOver ? "EXPIRED_ACCESS_TOKEN" : "REVOKED_ACCESS_TOKEN",
                    "message": "The token used in the request does not work.",
                ], status: 401)
        case .xero:
            .json(
                [
                    "Type": .null, "Title": "Unauthorized", "Status": 401,
                    "Detail": isOver ? "TokenExpired: token expired" : "AuthenticationUnsuccessful",
                ], status: 401)
        case .quickbooks:
            .json(
                [
                    "fault": [
                        "error": [
                            [
                                "message": "message=AuthenticationFailed; errorCode=003200; statusCode=401",
                                "code": "3200",
                            ]
                        ],
                        "type": "AUTHENTICATION",
                    ]
                ], status: 401)
        case .notion:
            .json(
                ["object": "error", "status": 401, "code": "unauthorized", "message": "API token is invalid."],
                status: 401)
        case .facebook, .instagram, .google, .tiktok, .tiktokBusiness, .tiktokAdvertiser:
            .json(["error": "invalid_token"], status: 401)
        }
    }
}

extension Refused {
    /// Whether the client is to blame, not what somebody gave to it.
    fileprivate var isOfClient: Bool {
        if case .wrongClient = self { true } else { false }
    }
}
