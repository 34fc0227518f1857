import Testing

@testable import HTTPAPI

@Suite("ETag and If-Match (RFC 9110 §8.8.3, §13.1.1)")
struct EntityTagTests {
    @Test func `the tag of a revision demands that revision`() {
        #expect(EntityTag.expectedRevision(EntityTag.text(7)) == .some(7))
    }

    @Test(arguments: [nil, "*"])
    func `without a tag any revision will do`(_ field: String?) {
        #expect(EntityTag.expectedRevision(field) == .some(nil))
    }

    @Test(arguments: ["W/\"7\"", "\"x7\"", "\"\"", "\"-7\"", "\"99999999999999999999\"", "\"deadbeef\""])
    func `a weak or foreign tag is met by nothing`(_ field: String) {
        #expect(EntityTag.expectedRevision(field) == .some(0))
    }

    @Test(arguments: ["", "7", "\"7", "7\"", "\"7\", \"8\"", "\"a b\"", "\"a\"b\"", "w/\"7\"", "**", "\""])
    func `what cannot be read is refused`(_ field: String) {
        #expect(EntityTag.expectedRevision(field) == .none)
    }
}
