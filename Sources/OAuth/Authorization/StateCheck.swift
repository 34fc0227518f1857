/// `state` comes once and is short. It is the app's own, and goes back as it came. An answer without it would be no
/// answer for the app, so it is settled before anything is sent there.
enum StateCheck {
    /// The longest, in bytes.
    static let maximumLength = 2048

    static func state(of parameters: AuthorizationParameters) throws(AuthorizationError) -> String? {
        guard !parameters.repeated.contains("state") else { throw .repeated }
        guard let state = parameters["state"] else { return nil }
        guard state.utf8.count <= maximumLength else { throw .state }
        return state
    }
}
