/// What an app is given for a user (RFC 6749 §5.1). Its reply is made of this alone, so the same tokens make the same
/// bytes.
package struct AppTokens: Sendable, CustomStringConvertible, CustomReflectable {
    package let accessToken: String
    /// How long the access token lives, in seconds.
    package let expiresIn: Int
    package let scope: String
    package let refreshToken: String
    /// Where the user was asked for `openid`.
    package let idToken: String?
    /// The `client_id` that it was issued to.
    package let clientText: String
    /// Whether they were given out before, and the reply is repeated.
    package let isRepetition: Bool

    init(
        accessToken: String, expiresIn: Int, scope: String, refreshToken: String, idToken: String?, clientText: String,
        isRepetition: Bool = false
    ) {
        self.accessToken = accessToken
        self.expiresIn = expiresIn
        self.scope = scope
        self.refreshToken = refreshToken
        self.idToken = idToken
        self.clientText = clientText
        self.isRepetition = isRepetition
    }

    /// As it is sealed for a repetition: one part a line.
    var stored: [UInt8] {
        Array(
            [accessToken, String(expiresIn), scope, refreshToken, idToken ?? "", clientText].joined(separator: "\n")
                .utf8)
    }

    init?(stored bytes: [UInt8]) {
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count == 6, let expiresIn = Int(lines[1]) else { return nil }
        self.init(
            accessToken: String(lines[0]), expiresIn: expiresIn, scope: String(lines[2]),
            refreshToken: String(lines[3]), idToken: lines[4].isEmpty ? nil : String(lines[4]),
            clientText: String(lines[5]), isRepetition: true)
    }

    /// The app alone.
    package var description: String { "tokens of \(clientText)" }

    /// Nothing to reflect upon.
    package var customMirror: Mirror { Mirror(self, children: []) }
}
