import CredentialFormat
import Credentials
import Model
import Persistence
import ProductDefinition
import TestSupport
import Testing
import Tokens

/// Somebody writes in the database, and looks at secrets as a member who may look at their own.
@Suite("Kept client secrets: K11", .onEveryEngine)
struct KeptSecretThreatTests {
    private static let product = Product(name: "Kept", policy: ProductPolicy(secretVisibility: .retrievable))

    @Test func `K11: copies that were swapped between two integrations open for neither`() async throws {
        try await SampleTree.open(product: Self.product) { tree in
            let (mine, theirs) = (
                try await tree.integration(in: tree.europe), try await tree.integration(in: tree.stranger)
            )
            let (ours, foreign) = (try await row(mine, tree), try await row(theirs, tree))
            try await set(sealed: foreign.sealed, of: ours.id, tree)
            try await set(sealed: ours.sealed, of: foreign.id, tree)
            for issued in [mine, theirs] { #expect(try await code(issued, tree) == "secret_does_not_open") }
            // Put back, they open again.
            try await set(sealed: ours.sealed, of: ours.id, tree)
            #expect(try await reveal(mine, tree) == mine.secret)
        }
    }

    @Test func `K11: a secret's row that was moved to another integration does not open there`() async throws {
        try await SampleTree.open(product: Self.product) { tree in
            let (mine, theirs) = (
                try await tree.integration(in: tree.europe), try await tree.integration(in: tree.stranger)
            )
            let (ours, foreign) = (try await row(mine, tree), try await row(theirs, tree))
            let client = mine.credential.id.description
            try await tree.store.write { tx in
                try tx.deleteSecret(ours.id)
                _ = try tx.execute("UPDATE client_secret SET client = \(client) WHERE id = \(foreign.id)")
            }
            #expect(try await code(mine, tree) == "secret_does_not_open")
        }
    }

    @Test func `K11: an integration that was moved to another organization shows nothing there`() async throws {
        try await SampleTree.open(product: Self.product) { tree in
            let theirs = try await tree.integration(in: tree.stranger)
            let id = theirs.credential.id
            try await tree.store.write { tx in
                _ = try tx.execute(
                    """
                    UPDATE integration SET organization_id = \(tree.europe.id), account_id = \(tree.global.id)
                    WHERE id = \(id)
                    """)
            }
            #expect(try await code(id, in: tree.europe, tree) == "secret_does_not_open")
        }
    }

    @Test func `K11: what was kept before a rotation does not open after it, neither the copy nor the whole row`()
        async throws
    {
        try await SampleTree.open(product: Self.product) { tree in
            let issued = try await tree.integration(in: tree.europe)
            let old = try await row(issued, tree)
            let digest = try await tree.store.read { tx in
                try tx.clientSecrets(of: .integration(issued.credential.id))[0]
            }
            let rotated = try await rotate(issued, tree)
            let new = try await row(issued, tree)
            #expect(new.id != old.id)
            try await set(sealed: old.sealed, of: new.id, tree)
            #expect(try await code(issued, tree) == "secret_does_not_open")
            // The row as it was, in the place of the one that replaced it.
            try await tree.store.write { tx in
                try tx.deleteSecret(new.id)
                try tx.insert(digest, sealed: old.sealed)
            }
            #expect(try await code(issued, tree) == "secret_does_not_open")
            #expect(rotated.secret != issued.secret)
        }
    }

    @Test func `K11: a copy of another purpose, or one that was changed or cut, does not open`() async throws {
        try await SampleTree.open(product: Self.product) { tree in
            let issued = try await tree.integration(in: tree.europe)
            let kept = try await row(issued, tree)
            let context =
                "client_secret/\(tree.europe.id)/\(issued.credential.id)/\(kept.id)/1"
            let keys = tree.keys.keys
            // What is sealed for this very place, under the key for it, is what is kept.
            let right = try keys.sealClientSecret(Array(issued.secret.utf8), for: context)
            try await set(sealed: right, of: kept.id, tree)
            #expect(try await reveal(issued, tree) == issued.secret)
            // For another purpose, with the same context; and another secret, even under the right key.
            let others = [
                try keys.sealSecret(Array(issued.secret.utf8), for: context),
                try keys.sealForLater(Array(issued.secret.utf8), for: context),
                try keys.sealClientSecret(
                    Array(MintedSecret(.clientSecret, brand: tree.product.brand).reveal().utf8), for: context),
                try keys.sealClientSecret(Array("nonsense".utf8), for: context), [], [0], Array(kept.sealed.dropLast()),
                kept.sealed + [0],
            ]
            for wrong in others {
                try await set(sealed: wrong, of: kept.id, tree)
                #expect(try await code(issued, tree) == "secret_does_not_open")
            }
            for index in kept.sealed.indices {
                var changed = kept.sealed
                changed[index] ^= 1
                #expect(keys.openClientSecret(changed, for: context) == nil)
            }
            // Nor does a copy open as something else.
            #expect(keys.openSecret(kept.sealed, for: context) == nil)
            #expect(keys.openKept(kept.sealed, for: context) == nil)
        }
    }

    private func row(
        _ issued: Issued<Integration>, _ tree: SampleTree
    ) async throws -> (id: ID<ClientSecret>, sealed: [UInt8]) {
        let id = issued.credential.id
        return try await tree.store.read { tx in
            guard let secret = try tx.clientSecrets(of: .integration(id)).last,
                let sealed = try tx.sealedSecret(secret.id)
            else { throw StoreError.closed }
            return (secret.id, sealed)
        }
    }

    private func set(sealed: [UInt8], of id: ID<ClientSecret>, _ tree: SampleTree) async throws {
        try await tree.store.write { tx in
            _ = try tx.execute("UPDATE client_secret SET sealed = \(sealed) WHERE id = \(id)")
        }
    }

    private func rotate(_ issued: Issued<Integration>, _ tree: SampleTree) async throws -> Issued<Integration> {
        tree.clock.advance(seconds: 1)
        return try await tree.store.write { [integrations = tree.integrations] tx in
            try integrations.rotate(
                issued.credential.id, in: issued.credential.organization, as: SampleTree.theOperator, tx: tx)
        }
    }

    private func reveal(_ issued: Issued<Integration>, _ tree: SampleTree) async throws -> String {
        let organization = issued.credential.organization == tree.europe.id ? tree.europe : tree.stranger
        return try await reveal(issued.credential.id, in: organization, tree)
    }

    private func reveal(
        _ id: ID<Integration>, in organization: Organization, _ tree: SampleTree
    ) async throws -> String {
        tree.clock.advance(seconds: 120)
        let presence = Presence(provedAt: tree.clock.current)
        return try await tree.store.write { [integrations = tree.integrations] tx in
            try integrations.reveal(
                id, in: organization.id, presence: presence, as: tree.caller(of: organization), tx: tx
            ).secret
        }
    }

    private func code(_ issued: Issued<Integration>, _ tree: SampleTree) async throws -> String? {
        let organization = issued.credential.organization == tree.europe.id ? tree.europe : tree.stranger
        return try await code(issued.credential.id, in: organization, tree)
    }

    private func code(_ id: ID<Integration>, in organization: Organization, _ tree: SampleTree) async throws -> String?
    {
        do {
            _ = try await reveal(id, in: organization, tree)
            return nil
        } catch Refusal.conflict(let code, _) {
            return code
        }
    }
}
