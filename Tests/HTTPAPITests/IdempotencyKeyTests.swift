import Testing

@testable import HTTPAPI

@Suite("Idempotency-Key")
struct IdempotencyKeyTests {
    @Test(arguments: ["a", "4c0fe2de-1b", String(repeating: "k", count: 255), "\"quoted\"", "!~"])
    func `a key is up to 255 visible characters`(_ text: String) {
        #expect(IdempotencyKey(text)?.text == text)
    }

    @Test(arguments: ["", " ", "a b", "a\tb", "é", "a\u{0}", "\u{7F}", String(repeating: "k", count: 256)])
    func `anything else is none`(_ text: String) {
        #expect(IdempotencyKey(text) == nil)
    }
}
