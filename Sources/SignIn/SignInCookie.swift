/// The four cookies: their names, and the text of `Set-Cookie`.
///
/// Under `https` the prefix `__Host-` keeps other hosts of the same site, and plain HTTP, from planting one (RFC 6265bis
/// §4.1.3.2). Under `http`, which only development allows, browsers refuse the prefix.
package enum SignInCookie {
    /// For how long a browser is known, in seconds.
    package static let deviceSeconds = 90 * 86_400

    /// Holds the session's secret.
    package static func sessionName(isSecure: Bool) -> String { name("claviger", isSecure) }
    /// Holds what forms are bound to.
    package static func formName(isSecure: Bool) -> String { name("claviger-form", isSecure) }
    /// Says who signed in here before.
    package static func deviceName(isSecure: Bool) -> String { name("claviger-device", isSecure) }
    /// Says what was just done.
    package static func doneName(isSecure: Bool) -> String { name("claviger-done", isSecure) }

    /// The `Set-Cookie` of a session. It ends with the browser, or before it.
    package static func session(_ secret: String, isSecure: Bool) -> String {
        text(sessionName(isSecure: isSecure), secret, isSecure)
    }

    /// The `Set-Cookie` that removes a session's.
    package static func clearingSession(isSecure: Bool) -> String {
        text(sessionName(isSecure: isSecure), "", isSecure) + "; Max-Age=0"
    }

    /// The `Set-Cookie` of what forms are bound to. `Lax`, as that of a session: under `Strict` a link from elsewhere came
    /// without it, and the fresh one that it was given then made the forms of all other tabs worthless. A form that another
    /// site sends comes without it all the same, and is refused by `Origin`, by `Sec-Fetch-Site` and by its token.
    package static func form(_ secret: String, isSecure: Bool) -> String {
        text(formName(isSecure: isSecure), secret, isSecure)
    }

    /// The `Set-Cookie` of a known browser.
    package static func device(_ text: String, isSecure: Bool) -> String {
        Self.text(deviceName(isSecure: isSecure), text, isSecure) + "; Max-Age=\(deviceSeconds)"
    }

    /// The `Set-Cookie` of a word for the next page, for a minute.
    package static func done(_ word: String, isSecure: Bool) -> String {
        text(doneName(isSecure: isSecure), word, isSecure) + "; Max-Age=60"
    }

    /// The `Set-Cookie` that removes that word.
    package static func clearingDone(isSecure: Bool) -> String {
        text(doneName(isSecure: isSecure), "", isSecure) + "; Max-Age=0"
    }

    private static func name(_ name: String, _ isSecure: Bool) -> String { isSecure ? "__Host-\(name)" : name }

    private static func text(_ name: String, _ value: String, _ isSecure: Bool) -> String {
        "\(name)=\(value); Path=/; HttpOnly; SameSite=Lax\(isSecure ? "; Secure" : "")"
    }
}
