import CredentialFormat
import HTTPServing
import Model
import Testing

@testable import HTTPAPI

@Suite("Query parameters")
struct QueryParametersTests {
    @Test func `a list has fifty items unless another number is asked for`() throws {
        #expect(try QueryParameters(nil).page().limit == 50)
        #expect(try QueryParameters("").page().limit == 50)
        #expect(try QueryParameters("limit=1&other=x&other=y").page().limit == 1)
        #expect(try QueryParameters("limit=200").page().limit == 200)
    }

    @Test(
        arguments: [
            "0", "-1", "201", "1.5", "1e2", "abc", "", "+5", "%2B5", "0x10", "99999999999999999999999", "5%00", "%ZZ",
            "٥",
        ])
    func `P9: a limit that is none is refused`(_ text: String) {
        #expect(throws: ProblemDocument.self) { try QueryParameters("limit=\(text)").page() }
    }

    @Test func `a limit that is given twice is refused`() {
        #expect(throws: ProblemDocument.self) { try QueryParameters("limit=5&limit=6").page() }
        #expect(throws: ProblemDocument.self) { try QueryParameters("limit=5&l%69mit=6").page() }
    }

    @Test func `a cursor is the one that a list gave`() throws {
        let cursor = Cursor(after: ID<APIKey>(at: 1_772_357_400_000))
        #expect(try QueryParameters("cursor=\(cursor)").page().after == cursor)
    }

    @Test(arguments: [
        "", "x", "key_0000000000000000000001", "zzzzzzzzzzzzzzzzzzzzzz", "0000000000000000000001x", "%00",
    ])
    func `what is no cursor is refused`(_ text: String) {
        #expect(throws: ProblemDocument.self) { try QueryParameters("cursor=\(text)").page() }
    }

    @Test func `only descendants can be included`() throws {
        #expect(try !QueryParameters("").includesDescendants())
        #expect(try QueryParameters("include=descendants").includesDescendants())
        for other in ["", "Descendants", "all", "descendants,more"] {
            #expect(throws: ProblemDocument.self) { try QueryParameters("include=\(other)").includesDescendants() }
        }
    }

    @Test func `a time is decoded before it is read`() throws {
        let time = try QueryParameters("since=2026-03-01T10%3A30%3A00%2B01:00").time("since")
        #expect(time == Instant(milliseconds: 1_772_357_400_000))
        #expect(throws: ProblemDocument.self) { try QueryParameters("since=yesterday").time("since") }
    }
}
