import CredentialFormat
import Credentials
import Model
import Organizations
import Persistence
import TestSupport
import Testing

@Suite("Contacts", .onEveryEngine)
struct ContactServiceTests {
    @Test func `a contact may be a member, or somebody who does not sign in`() async throws {
        try await SampleTree.open { tree in
            let heard = Heard(on: tree.store)
            let ada = try await tree.member(in: tree.europe, roles: [])
            let draft = ContactDraft(name: " Ada ", email: "Ada@Example.com", member: ada.id.description)
            let contact = try await create(draft, in: tree.europe, as: tree.caller(of: tree.global), tree)
            #expect(contact.name == "Ada")
            #expect(contact.email?.text == "ada@example.com")
            #expect(contact.member == ada.id)
            #expect(heard.changes == [.contact(contact.id)])
            #expect(try await tree.store.read { tx in try tx.contact(contact.id) } == contact)
            let grace = try await tree.contact(in: tree.europe)
            #expect(grace.email == nil && grace.member == nil)
            #expect(try await tree.auditEvents().prefix(2).map(\.action) == ["contact.created", "contact.created"])
        }
    }

    @Test func `only a member of the same organization can be one, and one alone`() async throws {
        try await SampleTree.open { tree in
            let above = try await tree.member(in: tree.global, roles: [])
            let ours = try await tree.member(in: tree.europe, roles: [])
            for wrong in [
                above.id.description, "mem_0000000000000000000001", "nonsense", "", ours.id.description + "x",
            ] {
                do {
                    _ = try await create(ContactDraft(name: "A", member: wrong), in: tree.europe, tree)
                    Issue.record("\(wrong) was accepted.")
                } catch Refusal.invalid(let fields) {
                    #expect(fields.map(\.field) == ["member_id"])
                }
            }
            let first = try await tree.contact(in: tree.europe, member: ours)
            let other = try await tree.contact(in: tree.europe)
            await #expect(throws: Refusal.self) { try await tree.contact(in: tree.europe, member: ours) }
            await #expect(throws: Refusal.self) {
                try await edit(other, ContactEdit(member: ours.id.description), tree)
            }
            #expect(try await edit(first, ContactEdit(member: .some(nil)), tree).member == nil)
            #expect(try await edit(other, ContactEdit(member: ours.id.description), tree).member == ours.id)
        }
    }

    @Test func `whoever is deleted as a member stays a contact`() async throws {
        try await SampleTree.open { tree in
            let ada = try await tree.member(in: tree.europe, roles: [])
            let contact = try await tree.contact(in: tree.europe, member: ada)
            try await tree.store.write { [members = tree.members] tx in
                try members.delete(ada.id, in: tree.europe.id, as: SampleTree.theOperator, tx: tx)
            }
            let left = try #require(try await tree.store.read { tx in try tx.contact(contact.id) })
            #expect(left.member == nil)
            #expect(left.revision == contact.revision + 1)
        }
    }

    @Test
    func `a list is of the organization, on request of those below, and of those who have something in their name`()
        async throws
    {
        try await SampleTree.open { tree in
            let grace = try await tree.contact(in: tree.europe, name: "Grace Hopper")
            let ada = try await create(ContactDraft(name: "Ada", email: "hopper@example.com"), in: tree.europe, tree)
            let below = try await tree.contact(in: tree.france, name: "Émilie")
            _ = try await tree.contact(in: tree.northAmerica, name: "Hopper")
            func found(_ search: String?, below: Bool = false, limit: Int = 50) async throws -> [ID<Contact>] {
                try await tree.store.read { [contacts = tree.contacts] tx in
                    try contacts.list(
                        in: tree.europe.id, includeDescendants: below, matching: NameSearch(search),
                        page: Page(limit: limit), as: tree.caller(of: tree.europe), tx: tx
                    ).items.map(\.id)
                }
            }
            #expect(try await found(nil) == [grace.id, ada.id])
            #expect(try await found(nil, below: true) == [grace.id, ada.id, below.id])
            #expect(try await found("HOPPER") == [grace.id, ada.id])
            #expect(try await found("hopper", limit: 1) == [grace.id])
            #expect(try await found("émilie", below: true) == [below.id])
            #expect(try await found("%") == [])
        }
    }

    @Test func `disabling and enabling are announced once each, and a deletion takes the access keys along`()
        async throws
    {
        try await SampleTree.open { tree in
            let contact = try await tree.contact(in: tree.europe)
            let key = try await tree.accessKey(of: contact).credential
            let heard = Heard(on: tree.store)
            for expected in [true, true, false, false] {
                let changed = try await tree.store.write { [contacts = tree.contacts] tx in
                    try expected
                        ? contacts.disable(contact.id, in: tree.europe.id, as: SampleTree.theOperator, tx: tx)
                        : contacts.enable(contact.id, in: tree.europe.id, as: SampleTree.theOperator, tx: tx)
                }
                #expect((changed.disabledAt != nil) == expected)
            }
            #expect(heard.changes == [.contact(contact.id), .contact(contact.id)])
            await #expect(throws: Refusal.preconditionFailed) {
                try await delete(contact, expecting: RevisionCondition(required: .these([99])), tree)
            }
            try await delete(contact, tree)
            #expect(try await tree.store.read { tx in try tx.accessKey(key.id) } == nil)
            await #expect(throws: Refusal.notFound) { try await delete(contact, tree) }
        }
    }

    @Test func `an account has at most so many, whoever makes them at the same moment`() async throws {
        try await SampleTree.open { tree in
            let few = ContactService(maximum: 3, now: tree.clock.now)
            let ends = await race(8) { number in
                let place = number % 2 == 0 ? tree.europe : tree.northAmerica
                return try await tree.store.write { tx in
                    try few.create(ContactDraft(name: "C"), in: place.id, as: SampleTree.theOperator, tx: tx)
                }
            }
            #expect(ends.count { (try? $0.get()) != nil } == 3)
            _ = try await tree.store.write { tx in
                try few.create(ContactDraft(name: "C"), in: tree.stranger.id, as: SampleTree.theOperator, tx: tx)
            }
        }
    }

    @Test func `an organization with a contact is not empty`() async throws {
        try await SampleTree.open { tree in
            let contact = try await tree.contact(in: tree.france)
            func deleteFrance() async throws {
                try await tree.store.write { [organizations = tree.organizations] tx in
                    try organizations.delete(tree.france.id, as: SampleTree.theOperator, tx: tx)
                }
            }
            await #expect(throws: Refusal.self) { try await deleteFrance() }
            try await delete(contact, tree)
            try await deleteFrance()
        }
    }

    @Test func `who lacks the permission, or looks from beside or below, gets nowhere`() async throws {
        try await SampleTree.open { tree in
            let contact = try await tree.contact(in: tree.europe)
            func refusal(_ actor: Actor) async -> Refusal? {
                do {
                    try await delete(contact, as: actor, tree)
                    return nil
                } catch {
                    return error as? Refusal
                }
            }
            #expect(await refusal(tree.caller(of: tree.europe, [.contactsRead])) == .forbidden(.contactsManage))
            for place in [tree.northAmerica, tree.france, tree.stranger] {
                #expect(await refusal(tree.caller(of: place)) == .notFound)
            }
            #expect(await refusal(tree.caller(of: tree.global)) == nil)
        }
    }

    private func create(
        _ draft: ContactDraft, in organization: Organization, as actor: Actor = SampleTree.theOperator,
        _ tree: SampleTree
    ) async throws -> Contact {
        tree.clock.advance(seconds: 1)
        return try await tree.store.write { [contacts = tree.contacts] tx in
            try contacts.create(draft, in: organization.id, as: actor, tx: tx)
        }
    }

    private func edit(_ contact: Contact, _ edit: ContactEdit, _ tree: SampleTree) async throws -> Contact {
        try await tree.store.write { [contacts = tree.contacts] tx in
            try contacts.edit(contact.id, in: contact.organization, edit, as: SampleTree.theOperator, tx: tx)
        }
    }

    private func delete(
        _ contact: Contact, expecting condition: RevisionCondition = .any, as actor: Actor = SampleTree.theOperator,
        _ tree: SampleTree
    ) async throws {
        try await tree.store.write { [contacts = tree.contacts] tx in
            try contacts.delete(contact.id, in: contact.organization, expecting: condition, as: actor, tx: tx)
        }
    }
}
