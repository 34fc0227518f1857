/// Ways in which an app asks for a user's consent: the columns of ``AuthorizationCheck``.
struct AuthorizationFlows: OptionSet, Sendable {
    let rawValue: UInt8

    /// The user's browser brings the request (RFC 6749 §4.1). The only one that is served.
    static let redirect = AuthorizationFlows(rawValue: 1 << 0)
    /// The app sends the request ahead itself (RFC 9126).
    static let pushed = AuthorizationFlows(rawValue: 1 << 1)
    /// The user answers on another device (RFC 8628).
    static let device = AuthorizationFlows(rawValue: 1 << 2)
}

/// The checks of what an app asks for, in the order in which they are run, each with the flows that run it. None knows where the
/// answer goes.
enum AuthorizationCheck: Sendable, CaseIterable {
    case repetition
    case standing
    case requestObject
    case responseType
    case scope
    case loginHint
    case pkce
    case resource
    case nonce
    case prompt
    case maxAge
    case idTokenHint

    /// The flows that run it. What is sent ahead is checked like what comes by the browser (RFC 9126 §2.1).
    var flows: AuthorizationFlows {
        switch self {
        case .repetition: [.redirect, .pushed, .device]
        case .standing: [.redirect, .pushed, .device]
        case .requestObject: [.redirect, .pushed]
        case .responseType: [.redirect, .pushed]
        case .scope: [.redirect, .pushed, .device]
        case .loginHint: [.redirect, .pushed]
        case .pkce: [.redirect, .pushed]
        case .resource: [.redirect, .pushed, .device]
        case .nonce: [.redirect, .pushed]
        case .prompt: [.redirect, .pushed]
        case .maxAge: [.redirect, .pushed]
        case .idTokenHint: [.redirect, .pushed]
        }
    }
}
