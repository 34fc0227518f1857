import Policy
import SignIn

/// The four cookies: their names, and the text of `Set-Cookie`.
///
/// Under `https` the prefix `__Host-` keeps other hosts of the same site, and plain HTTP, from planting one (RFC 6265bis
/// §4.1.3.2). Under `http`, which only development allows, browsers refuse the prefix.
///
/// An issuer with a path shares its host. Its cookies are for that path alone, so that the neighbours' servers are not sent them
/// and a second installation does not overwrite them. `__Host-` does not allow a path, so the prefix is `__Secure-` then,
/// which keeps plain HTTP out but no other host of the same site.
enum SignInCookie {
    /// Holds the session's secret.
    static func sessionName(at address: PublicAddress) -> String { name("claviger", address) }
    /// Holds what forms are bound to.
    static func formName(at address: PublicAddress) -> String { name("claviger-form", address) }
    /// Says who signed in here before.
    static func deviceName(at address: PublicAddress) -> String { name("claviger-device", address) }
    /// Says what was just done.
    static func doneName(at address: PublicAddress) -> String { name("claviger-done", address) }

    /// The `Set-Cookie` of a session. It ends with the browser, or before it.
    static func session(_ secret: String, at address: PublicAddress) -> String {
        text(sessionName(at: address), secret, address)
    }

    /// The `Set-Cookie` that removes a session's.
    static func clearingSession(at address: PublicAddress) -> String {
        text(sessionName(at: address), "", address) + "; Max-Age=0"
    }

    /// The `Set-Cookie` of what forms are bound to. `Lax`, as that of a session: under `Strict` a link from elsewhere came
    /// without it, and the fresh one that it was given then made the forms of all other tabs worthless. A form that another
    /// site sends comes without it all the same, and is refused by `Origin`, by `Sec-Fetch-Site` and by its token.
    static func form(_ secret: String, at address: PublicAddress) -> String {
        text(formName(at: address), secret, address)
    }

    /// The `Set-Cookie` of a known browser.
    static func device(_ text: String, at address: PublicAddress) -> String {
        Self.text(deviceName(at: address), text, address) + "; Max-Age=\(DeviceCookie.seconds)"
    }

    /// The `Set-Cookie` of a word for the next page, for a minute.
    static func done(_ word: String, at address: PublicAddress) -> String {
        text(doneName(at: address), word, address) + "; Max-Age=60"
    }

    /// The `Set-Cookie` that removes that word.
    static func clearingDone(at address: PublicAddress) -> String {
        text(doneName(at: address), "", address) + "; Max-Age=0"
    }

    private static func name(_ name: String, _ address: PublicAddress) -> String {
        guard address.isSecure else { return name }
        return (address.path.isEmpty ? "__Host-" : "__Secure-") + name
    }

    private static func text(_ name: String, _ value: String, _ address: PublicAddress) -> String {
        let path = address.path.isEmpty ? "/" : address.path
        return "\(name)=\(value); Path=\(path); HttpOnly; SameSite=Lax\(address.isSecure ? "; Secure" : "")"
    }
}
