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
        // What browsers hold a search against before they send it.
        let pattern = try Regex(SearchedText.pattern)
        let signed = "eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl"
        for text in [secret, "Bearer \(secret)", "https://desk.example/of?token=\(secret)&more=1", "Bearer \(signed)"] {
            #expect(SearchedText.hasSecret(text))
            #expect(text.wholeMatch(of: pattern) == nil)
        }
        #expect(!SearchedText.hasSecret(String(secret.dropLast())))
        for text in ["", "key_0000000000000000000001", "Quarterly sync_2", "clv_key_7Hq2…x9Zb", "ada@example.com"] {
            #expect(!SearchedText.hasSecret(text))
            #expect(text.wholeMatch(of: pattern) != nil, "\(text)")
        }
        #expect(SearchedText.withoutSecrets(query: "sort=-name&q=Bearer+\(secret)&here=on") == "sort=-name&here=on")
        #expect(SearchedText.withoutSecrets(query: "q=%\(secret)") == "", "What cannot be read may be one, too.")
        #expect(SearchedText.withoutSecrets(query: "sort=-name&q=Quarterly+sync_2") == nil)
    }
}
