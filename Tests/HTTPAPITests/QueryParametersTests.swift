import CredentialFormat
import HTTPServing
import Model
import Testing

@testable import HTTPAPI

@Suite("Query parameters")
struct QueryParametersTests {
    private let list = ListName(path: "/api/v1/organizations/org_1/api-keys")

    @Test func `a list has fifty items unless another number is asked for`() throws {
        #expect(try QueryParameters(nil).page(of: list).limit == 50)
        #expect(try QueryParameters("").page(of: list).limit == 50)
        #expect(try QueryParameters("limit=1&other=x&other=y").page(of: list).limit == 1)
        #expect(try QueryParameters("limit=200").page(of: list).limit == 200)
    }

    @Test(
        arguments: [
            "0", "-1", "201", "1.5", "1e2", "abc", "", "+5", "%2B5", "0x10", "99999999999999999999999", "5%00", "%ZZ",
            "٥",
        ])
    func `P9: a limit that is none is refused`(_ text: String) {
        #expect(throws: ProblemDocument.self) { try QueryParameters("limit=\(text)").page(of: list) }
    }

    @Test func `a limit that is given twice is refused`() {
        #expect(throws: ProblemDocument.self) { try QueryParameters("limit=5&limit=6").page(of: list) }
        #expect(throws: ProblemDocument.self) { try QueryParameters("limit=5&l%69mit=6").page(of: list) }
    }

    @Test func `a cursor is the one that a list gave`() throws {
        let cursor = Cursor(after: ID<APIKey>(at: 1_772_357_400_000))
        #expect(try QueryParameters("cursor=\(list.text(of: cursor))").page(of: list).after == cursor)
    }

    @Test func `a cursor of another list is refused`() {
        let cursor = Cursor(after: ID<APIKey>(at: 1_772_357_400_000))
        for path in ["/api/v1/organizations/org_2/api-keys", "/api/v1/organizations/org_1/apps", "/api/v1/accounts"] {
            let text = ListName(path: path).text(of: cursor)
            #expect(throws: ProblemDocument.self) { try QueryParameters("cursor=\(text)").page(of: list) }
        }
        #expect(throws: ProblemDocument.self) { try QueryParameters("cursor=\(cursor)").page(of: list) }
    }

    @Test(arguments: [
        "", "x", "key_0000000000000000000001", "zzzzzzzzzzzzzzzzzzzzzz", "0000000000000000000001x", "%00",
    ])
    func `what is no cursor is refused`(_ text: String) {
        #expect(throws: ProblemDocument.self) { try QueryParameters("cursor=\(text)").page(of: list) }
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
