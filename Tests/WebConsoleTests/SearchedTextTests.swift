import CredentialFormat
import Testing

@testable import WebConsole

@Suite("What is searched for by an address")
struct SearchedTextTests {
    @Test(arguments: CredentialKind.allCases)
    func `a secret is known for one, of any kind, brand and length, with whatever stands around it`(
        _ kind: CredentialKind
    ) throws {
        let brand = try #require(Brand("acme"))
        let length = kind.isSealed ? 300 : CredentialText.secretBodyLength
        let secret = CredentialText.compose(brand, kind, body: Array(repeating: UInt8(ascii: "a"), count: length))
        for text in [secret, "Bearer \(secret)", "https://desk.example/of?token=\(secret)&more=1"] {
            #expect(SearchedText.hasSecret(text))
        }
        for text in [String(secret.dropLast()), "key_0000000000000000000001", "Quarterly sync_2"] {
            #expect(!SearchedText.hasSecret(text))
        }
    }
}
