import CredentialFormat
import Credentials
import Events
import Model
import Organizations
import Persistence
import Policy
import TestSupport
import Testing

@Suite("The audit log", .onEveryEngine)
struct AuditLogTests {
    private struct Failure: Error {}

    @Test func `every action has a noun, and every noun an action`() {
        #expect(AuditAction.allCases.filter { $0.noun == nil } == [])
        #expect(Set(AuditAction.allCases.compactMap(\.noun)) == Set(AuditAction.Noun.allCases))
    }

    @Test func `a change and its event are one: when the body fails, neither is left`() async throws {
        try await SampleTree.open { tree in
            let before = try await tree.auditEvents()
            await #expect(throws: Failure.self) {
                try await tree.store.write { [keys = tree.apiKeys] tx in
                    _ = try keys.create(
                        APIKeyDraft(name: "Key", scopes: ["data.read"]), in: tree.global.id, as: SampleTree.theOperator,
                        tx: tx)
                    throw Failure()
                }
            }
            #expect(try await tree.auditEvents() == before)
            let keys = try await tree.store.read { tx in
                try tx.apiKeys(.organization(tree.global.path), after: nil, limit: 10)
            }
            #expect(keys == [])
        }
    }

    @Test func `an event says who, what, when, in which request and from where`() async throws {
        try await SampleTree.open { tree in
            let address = try #require(IPAddress("2001:db8::7"))
            let member = ID<Member>(at: 7)
            let actor = Actor(
                .member(member), reach: .subtree(tree.global.path), permissions: [.apiKeysManage, .auditEventsRead],
                requestID: "req-7", address: address)
            let key = try await tree.key(in: tree.europe, as: actor).credential
            let event = try #require(try await tree.auditEvents().first)
            #expect(event.action == "api-key.created")
            #expect(event.target == key.id.description)
            #expect(event.organization == tree.europe.id)
            #expect(event.actor == member.description)
            #expect(event.requestID == "req-7")
            #expect(event.address == address)
            #expect(event.at == tree.clock.current)
            #expect(event.details == ["name": "Key", "scopes": "data.read"])
        }
    }

    @Test(arguments: ["", "a=b", "line\nbreak", "\\n", "back\\slash\\", "é \u{1F511}", "trailing\n", "\r\n"])
    func `details are read back as they were written`(_ value: String) async throws {
        try await SampleTree.open { tree in
            let details = ["one": value, "two": "plain"]
            try await tree.store.write { tx in
                try tx.record(
                    .keyRingRotated, target: "ring", in: nil, details: details, by: SampleTree.theOperator,
                    at: tree.clock.current)
            }
            #expect(try await tree.auditEvents().first { $0.target == "ring" }?.details == details)
        }
    }

    @Test func `a caller sees the events of its own subtree, newest first, and those of nobody else`() async throws {
        try await SampleTree.open { tree in
            for organization in [tree.global, tree.europe, tree.france, tree.northAmerica, tree.stranger] {
                _ = try await tree.key(in: organization)
            }
            let seen = { (actor: Actor, id: ID<Organization>?, descendants: Bool) in
                try await tree.store.read { tx in
                    try AuditLog().list(
                        in: id, includeDescendants: descendants, matching: AuditFilter(action: "api-key.created"),
                        page: Page(), as: actor, tx: tx)
                }.items.map(\.organization)
            }
            let admin = tree.caller(of: tree.europe)
            #expect(try await seen(admin, nil, false) == [tree.france.id, tree.europe.id])
            #expect(try await seen(admin, tree.europe.id, true) == [tree.france.id, tree.europe.id])
            #expect(try await seen(admin, tree.europe.id, false) == [tree.europe.id])
            #expect(try await seen(SampleTree.theOperator, nil, false).count == 5)
            for hidden in [tree.global, tree.northAmerica, tree.stranger, tree.desk] {
                await #expect(throws: Refusal.notFound) { try await seen(admin, hidden.id, true) }
            }
        }
    }

    @Test func `what belongs to no organization is told to the operator with its own, and to nobody else`() async throws
    {
        try await SampleTree.open { tree in
            let note = { @Sendable (target: String, organization: ID<Organization>?) in
                tree.clock.advance(seconds: 1)
                try await tree.store.write { tx in
                    try tx.record(
                        .keyRingRotated, target: target, in: organization, by: SampleTree.theOperator,
                        at: tree.clock.current)
                }
            }
            for number in 1...3 {
                try await note("ring \(number)", nil)
                try await note("desk \(number)", tree.desk.id)
                try await note("global \(number)", tree.global.id)
            }
            let list = { @Sendable (actor: Actor, id: ID<Organization>?, descendants: Bool, page: Page) in
                try await tree.store.read { tx in
                    try AuditLog().list(
                        in: id, includeDescendants: descendants, matching: AuditFilter(action: "key-ring.rotated"),
                        page: page, as: actor, tx: tx)
                }
            }
            let theirs = ["desk 3", "ring 3", "desk 2", "ring 2", "desk 1", "ring 1"]
            for descendants in [false, true] {
                var found: [String] = []
                var cursor: Cursor?
                repeat {
                    let part = try await list(
                        SampleTree.theOperator, tree.desk.id, descendants, Page(limit: 2, after: cursor))
                    #expect(part.items.count <= 2)
                    found += part.items.map(\.target)
                    cursor = part.next
                } while cursor != nil
                #expect(found == theirs)
                // A customer's list has nothing of it, whoever asks.
                for actor in [SampleTree.theOperator, tree.caller(of: tree.global)] {
                    let items = try await list(actor, tree.global.id, descendants, Page()).items
                    #expect(items.map(\.target) == ["global 3", "global 2", "global 1"])
                }
            }
            #expect(try await list(tree.caller(of: tree.global), nil, true, Page()).items.count == 3)
            // Somebody of the operator's without its reach.
            let clerk = try await list(tree.caller(of: tree.desk), tree.desk.id, true, Page()).items
            #expect(clerk.map(\.target) == ["desk 3", "desk 2", "desk 1"])
            #expect(try await list(SampleTree.theOperator, nil, false, Page()).items.count == 9)
        }
    }

    @Test func `without the right to read it, nothing is told`() async throws {
        try await SampleTree.open { tree in
            let actor = tree.caller(of: tree.global, [.apiKeysManage])
            for id in [tree.global.id, tree.france.id, nil] {
                await #expect(throws: Refusal.forbidden(.auditEventsRead)) {
                    try await tree.store.read { tx in try AuditLog().list(in: id, page: Page(), as: actor, tx: tx) }
                }
            }
        }
    }

    @Test func `filters narrow by action, target, actor and time`() async throws {
        try await SampleTree.open { tree in
            let first = try await tree.key(in: tree.global).credential
            let firstAt = tree.clock.current
            let second = try await tree.key(in: tree.global, as: tree.caller(of: tree.global)).credential
            let count = { (filter: AuditFilter) in
                try await tree.store.read { tx in
                    try AuditLog().list(
                        in: tree.global.id, matching: filter, page: Page(), as: SampleTree.theOperator, tx: tx)
                }.items.map(\.target)
            }
            let later = firstAt.adding(seconds: 1)
            #expect(try await count(AuditFilter(target: first.id.description)) == [first.id.description])
            #expect(try await count(AuditFilter(since: later)) == [second.id.description])
            #expect(
                try await count(AuditFilter(action: "api-key.created", until: later)) == [first.id.description])
            #expect(try await count(AuditFilter(actor: second.createdBy)) == [second.id.description])
            #expect(try await count(AuditFilter(action: "api-key.deleted")) == [])
        }
    }

    @Test func `pages follow one another without a gap or a repetition`() async throws {
        try await SampleTree.open { tree in
            for _ in 0..<5 { _ = try await tree.key(in: tree.global) }
            var found: [ID<AuditEvent>] = []
            var cursor: Cursor?
            repeat {
                let page = Page(limit: 2, after: cursor)
                let listing = try await tree.store.read { tx in
                    try AuditLog().list(in: nil, page: page, as: SampleTree.theOperator, tx: tx)
                }
                found += listing.items.map(\.id)
                cursor = listing.next
            } while cursor != nil
            #expect(found == (try await tree.auditEvents().map(\.id)))
            #expect(found == found.sorted(by: >))
        }
    }

    @Test func `what happened in a deleted organization is still told to the one above it`() async throws {
        try await SampleTree.open { tree in
            try await tree.store.write { [organizations = tree.organizations] tx in
                try organizations.delete(tree.france.id, as: SampleTree.theOperator, tx: tx)
            }
            let events = try await tree.store.read { tx in
                try AuditLog().list(
                    in: nil, matching: AuditFilter(target: tree.france.id.description), page: Page(),
                    as: tree.caller(of: tree.europe), tx: tx)
            }.items
            #expect(events.map(\.action) == ["organization.deleted", "organization.created"])
        }
    }

    @Test func `a sweep removes the events from before a time, oldest first, and no more than it may`() async throws {
        try await SampleTree.open { tree in
            _ = try await tree.key(in: tree.global)
            let cut = tree.clock.current
            let all = try await tree.auditEvents().count
            let sweep = { (limit: Int) in
                try await tree.store.write { tx in try tx.sweepAuditEvents(before: cut, untaken: cut, limit: limit) }
            }
            #expect(try await sweep(1) == 1)
            #expect(try await sweep(1000) == all - 2)
            #expect(try await tree.auditEvents().map(\.action) == ["api-key.created"])
        }
    }
}
