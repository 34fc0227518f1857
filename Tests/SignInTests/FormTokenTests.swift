import Testing

@testable import SignIn

@Suite("Form tokens (P1, C6)")
struct FormTokenTests {
    @Test func `a token is good for its secret, its purpose and its matter, and for nothing else`() {
        let secret = FormToken.freshSecret()
        let token = FormToken.make(secret, purpose: "consent", about: "client_id=app_1")
        #expect(FormToken.isValid(token, secret: secret, purpose: "consent", about: "client_id=app_1"))
        #expect(!FormToken.isValid(token, secret: secret, purpose: "consent", about: "client_id=app_2"))
        #expect(!FormToken.isValid(token, secret: secret, purpose: "sign-in", about: "client_id=app_1"))
        #expect(
            !FormToken.isValid(token, secret: FormToken.freshSecret(), purpose: "consent", about: "client_id=app_1"))
        #expect(!FormToken.isValid(nil, secret: secret, purpose: "consent", about: "client_id=app_1"))
        #expect(!FormToken.isValid("", secret: secret, purpose: "consent", about: "client_id=app_1"))
        #expect(!FormToken.isValid(token + "0", secret: secret, purpose: "consent", about: "client_id=app_1"))
        let inSession = FormToken.make(secret, purpose: "consent", in: "ses_1", about: "x")
        #expect(FormToken.isValid(inSession, secret: secret, purpose: "consent", in: "ses_1", about: "x"))
        #expect(!FormToken.isValid(inSession, secret: secret, purpose: "consent", in: "ses_2", about: "x"))
        #expect(!FormToken.isValid(inSession, secret: secret, purpose: "consent", about: "x"))
        // Purpose and matter do not run into each other.
        #expect(FormToken.make(secret, purpose: "ab", about: "c") != FormToken.make(secret, purpose: "a", about: "bc"))
    }

    @Test func `without a secret no token is good`() {
        #expect(!FormToken.isValid(FormToken.make("", purpose: "p"), secret: nil, purpose: "p"))
        #expect(!FormToken.isValid(FormToken.make("", purpose: "p"), secret: "", purpose: "p"))
    }

    @Test func `secrets differ and fit into a cookie`() {
        let secrets = Set((0..<100).map { _ in FormToken.freshSecret() })
        #expect(secrets.count == 100)
        #expect(secrets.allSatisfy { $0.utf8.count == 44 && $0.allSatisfy { $0.isLetter || $0.isNumber } })
    }
}
