import CredentialFormat
import Testing

@testable import HTTPServing

@Suite("What a partner reports of leaked secrets")
struct LeakReportTests {
    private static let secret = MintedSecret(.apiKey, brand: .claviger).reveal()

    /// What the audit log keeps of an address is read by many and never changed again.
    @Test(arguments: [
        ("https://partner.example/a/file?token=1#L7", "https://partner.example/a/file"),
        ("https://partner.example/a/file?\(secret)", "https://partner.example/a/file"),
        ("https://partner.example/@scope/old_live_", "https://partner.example/@scope/old_live_"),
        ("https://somebody:password@partner.example/a", nil),
        ("https://partner.example/a/\(secret).txt", nil),
        ("https://partner.example/a/old_live_0123456789abcdef", nil),
        ("https://partner.example/reported-one", nil),
        ("http://partner.example/a", nil),
        ("https://partner.example/a\\u0007", nil),
    ]) func `an address is kept without anything that may be a secret`(_ url: String, _ kept: String?) throws {
        let formats = SecretFormats(brand: .claviger, imported: ["old_live_"])
        let body = #"[{"token":"reported-one","type":"clv_api_key","url":"\#(url)"}]"#
        let report = try #require(LeakReport(Array(body.utf8), formats: formats))
        #expect(report.entries.first?.place == kept)
    }
}
