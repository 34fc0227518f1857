import Policy
import Testing

@testable import WebConsole

@Suite("Cookies (P1, C6)")
struct SignInCookieTests {
    @Test func `cookies are for us alone, and for scripts not at all`() {
        let secure = PublicAddress(issuer: "https://id.example")
        #expect(
            SignInCookie.session("s", at: secure)
                == "__Host-claviger=s; Path=/; HttpOnly; SameSite=Lax; Secure")
        #expect(
            SignInCookie.form("s", at: secure)
                == "__Host-claviger-form=s; Path=/; HttpOnly; SameSite=Lax; Secure")
        let plain = PublicAddress(issuer: "http://localhost:8080")
        #expect(SignInCookie.session("s", at: plain) == "claviger=s; Path=/; HttpOnly; SameSite=Lax")
        #expect(SignInCookie.clearingSession(at: secure).hasSuffix("Secure; Max-Age=0"))
        #expect(SignInCookie.device("d", at: secure).hasSuffix("; Max-Age=7776000"))
    }

    @Test func `cookies of an issuer with a path are for that path, so that its neighbours do not get them`() {
        let shared = PublicAddress(issuer: "https://example.com/auth")
        let cookie = SignInCookie.session("s", at: shared)
        #expect(cookie == "__Secure-claviger=s; Path=/auth; HttpOnly; SameSite=Lax; Secure")
        #expect(SignInCookie.clearingSession(at: shared).contains("; Path=/auth; "))
        #expect(SignInCookie.sessionName(at: shared) == "__Secure-claviger")
    }
}
