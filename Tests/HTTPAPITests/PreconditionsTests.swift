import HTTPServing
import HTTPTypes
import Model
import Testing

@testable import HTTPAPI

@Suite("Conditional requests (RFC 9110 §13)")
struct PreconditionsTests {
    private func conditions(match: String? = nil, noneMatch: String? = nil) throws -> Preconditions {
        var fields = HTTPFields()
        fields[.ifMatch] = match
        fields[.ifNoneMatch] = noneMatch
        return try Preconditions(fields)
    }

    @Test func `the tag of a revision demands that revision`() throws {
        let condition = try conditions(match: EntityTag(revision: 7).text).onRevision
        #expect(condition.isMet(at: 7))
        #expect(!condition.isMet(at: 8))
    }

    @Test(arguments: [
        nil, "*", "\"6\", \"7\"", "\"6\",\"7\"", "\"7\" ,\t\"x,y\"", ",, \"7\" ,", "W/\"1\", \"7\"", "\"ü\",\"7\"",
    ])
    func `If-Match is met by one tag of the list`(_ field: String?) throws {
        let conditions = try conditions(match: field)
        #expect(conditions.onRevision.isMet(at: 7))
        #expect(conditions.outcome(for: EntityTag(revision: 7), isRead: true) == .perform)
    }

    @Test(arguments: [
        "W/\"7\"", "\"x7\"", "\"\"", "\"-7\"", "\"07\"", "\"+7\"", "\"99999999999999999999\"", "\"6\", W/\"7\", \"8\"",
    ])
    func `a weak or foreign tag in If-Match is met by nothing`(_ field: String) throws {
        let conditions = try conditions(match: field)
        #expect(!conditions.onRevision.isMet(at: 7))
        #expect(conditions.outcome(for: EntityTag(revision: 7), isRead: true) == .failed)
    }

    @Test(arguments: ["*", "\"7\"", "W/\"7\"", "\"6\", \"7\"", "\"x\" , W/\"7\""])
    func `If-None-Match compares weakly: a reader has it already, and a change fails`(_ field: String) throws {
        let conditions = try conditions(noneMatch: field)
        #expect(conditions.outcome(for: EntityTag(revision: 7), isRead: true) == .notModified)
        #expect(conditions.outcome(for: EntityTag(revision: 7), isRead: false) == .failed)
        #expect(!conditions.onRevision.isMet(at: 7))
    }

    @Test(arguments: ["\"6\"", "W/\"6\", \"77\"", "\"x\""])
    func `If-None-Match with other tags changes nothing`(_ field: String) throws {
        let conditions = try conditions(noneMatch: field)
        #expect(conditions.outcome(for: EntityTag(revision: 7), isRead: true) == .perform)
        #expect(conditions.onRevision.isMet(at: 7))
    }

    @Test func `If-Match is looked at first`() throws {
        let tag = EntityTag(revision: 7)
        let failing = try conditions(match: "\"6\"", noneMatch: "\"7\"")
        #expect(failing.outcome(for: tag, isRead: true) == .failed)
        let met = try conditions(match: "\"7\"", noneMatch: "\"7\"")
        #expect(met.outcome(for: tag, isRead: true) == .notModified)
        #expect(!met.onRevision.isMet(at: 7))
        #expect(try conditions(match: "\"7\"", noneMatch: "\"6\"").onRevision.isMet(at: 7))
    }

    @Test func `only a star names what has no tag, and nothing names what is not there`() throws {
        #expect(try conditions(match: "*").outcome(for: nil, isRead: false) == .perform)
        #expect(try conditions(match: "\"1\"").outcome(for: nil, isRead: false) == .failed)
        #expect(try conditions(noneMatch: "*").outcome(for: nil, isRead: true) == .notModified)
        #expect(try conditions(noneMatch: "\"1\"").outcome(for: nil, isRead: true) == .perform)
        #expect(try conditions(match: "*").outcomeForNothing == .failed)
        #expect(try conditions(noneMatch: "*").outcomeForNothing == .perform)
    }

    @Test(arguments: [
        "", " ", ",", "7", "\"7", "7\"", "\"a b\"", "\"a\"b\"", "w/\"7\"", "W/ \"7\"", "**", "\"", "*, \"7\"",
        "\"7\" \"8\"",
    ])
    func `what cannot be read is refused`(_ field: String) {
        #expect(throws: ProblemDocument.self) { try conditions(match: field) }
        #expect(throws: ProblemDocument.self) { try conditions(noneMatch: field) }
    }

    @Test func `a list has a bound`() throws {
        let tags = Array(repeating: "\"1234567\"", count: 400).joined(separator: ",")
        #expect(try conditions(match: tags).outcome(for: EntityTag("1234567"), isRead: true) == .perform)
        #expect(throws: ProblemDocument.self) { try conditions(match: tags + "," + tags) }
    }
}
