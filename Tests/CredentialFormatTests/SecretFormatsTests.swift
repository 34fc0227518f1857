import Testing

@testable import CredentialFormat

@Suite("The forms of secrets")
struct SecretFormatsTests {
    @Test func `an imported key is told by its beginning, and never is what is under the brand`() throws {
        let formats = SecretFormats(brand: .claviger, imported: ["old_live_"])
        let text = "old_live_0123456789abcdef"
        let secret = try #require(PresentedSecret(parsing: Array(text.utf8), in: formats))
        #expect(secret.kind == .apiKey && secret.isImported)
        for other in [
            "old_live_short", "old_test_0123456789abcdef", "old_live_0123456789 abcdef", "clv_key_0123456789abcdef",
        ] {
            #expect(PresentedSecret(parsing: Array(other.utf8), in: formats) == nil, "\(other)")
        }
        #expect(PresentedSecret(parsing: Array(text.utf8), in: SecretFormats(brand: .claviger)) == nil)
        let own = MintedSecret(.apiKey, brand: .claviger).reveal()
        #expect(try !#require(PresentedSecret(parsing: Array(own.utf8), in: formats)).isImported)
        for prefix in ["c", "clv_", "clv_key_", "eyJ", "eyJhbGciOi", "a b", "old~", ""] {
            #expect(!SecretFormats.isPrefix(prefix, brand: .claviger), "\(prefix)")
        }
        #expect(SecretFormats.isPrefix("sk_live_", brand: .claviger))
    }
}
