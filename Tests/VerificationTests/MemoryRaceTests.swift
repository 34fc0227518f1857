import CredentialFormat
import Credentials
import Model
import OAuth
import Persistence
import Synchronization
import TestSupport
import Testing
import Verification

@Suite("Memory and changes at the same time", .onEveryEngine)
struct MemoryRaceTests {
    @Test func `a reader that began before a revocation does not put the key back into memory (K6)`() async throws {
        try await SampleDesk.open { desk in
            let key = try await desk.tree.key(in: desk.tree.europe)
            try await during(desk, { _ = try await desk.verdict(key.secret) }) {
                try await desk.change { tx, keys in
                    try keys.delete(
                        key.credential.id, in: key.credential.organization, as: SampleTree.theOperator, tx: tx)
                }
                #expect(try await desk.verdict(key.secret).rule == .unknown)
            }
            #expect(try await desk.verdict(key.secret).rule == .unknown)
        }
    }

    @Test func `nor does it after the key was disabled and read by others`() async throws {
        try await SampleDesk.open { desk in
            let key = try await desk.tree.key(in: desk.tree.europe)
            try await during(desk, { _ = try await desk.verdict(key.secret) }) {
                try await desk.change { tx, keys in
                    _ = try keys.disable(
                        key.credential.id, in: key.credential.organization, as: SampleTree.theOperator, tx: tx)
                }
                // Now what is right is in memory, under a validity that the late reader shares.
                #expect(try await desk.verdict(key.secret).rule == .disabled)
            }
            #expect(try await desk.verdict(key.secret).rule == .disabled)
        }
    }

    @Test func `nor a client whose secret was rotated`() async throws {
        try await SampleDesk.open { desk in
            let integration = try await desk.tree.integration(in: desk.tree.europe)
            let (id, organization) = (integration.credential.id, integration.credential.organization)
            let client = SampleClient(integration)
            try await during(desk, { _ = try await desk.token(client) }) {
                _ = try await desk.tree.store.write { [integrations = desk.tree.integrations] tx in
                    try integrations.rotate(id, in: organization, as: SampleTree.theOperator, tx: tx)
                }
            }
            await #expect(throws: OAuthError(.invalidClient, "")) { try await desk.token(client) }
        }
    }

    @Test func `nor an account that was suspended`() async throws {
        try await SampleDesk.open { desk in
            let key = try await desk.tree.key(in: desk.tree.france)
            try await during(desk, { _ = try await desk.verdict(key.secret) }) {
                try await desk.suspend(desk.tree.global)
            }
            #expect(try await desk.verdict(key.secret).rule == .suspended)
        }
    }

    @Test func `nor an organization that was named and suspended`() async throws {
        try await SampleDesk.open { desk in
            let key = try await desk.tree.key(in: desk.tree.desk)
            #expect(try await desk.verdict(key.secret).rule == nil)
            let child = try await desk.tree.key(in: desk.tree.europe)
            #expect(try await desk.verdict(child.secret).rule == nil)
            try await during(desk, { _ = try await desk.verdict(child.secret, in: desk.tree.france.id) }) {
                try await desk.suspend(desk.tree.global)
            }
            #expect(try await desk.verdict(child.secret, in: desk.tree.france.id).rule == .suspended)
        }
    }

    @Test func `nor audiences after a resource server lost one`() async throws {
        try await SampleDesk.open { desk in
            let client = SampleClient(try await desk.tree.integration(in: desk.tree.europe))
            let server = try await desk.resourceServer(["https://one.example.com"])
            _ = try await desk.token(client)
            let ask: @Sendable () async throws -> Void = {
                _ = try await desk.token(client, [("resource", "https://one.example.com")])
            }
            try await during(desk, ask) {
                try await desk.tree.store.write { [servers = desk.tree.resourceServers] tx in
                    try servers.delete(server.credential.id, as: SampleTree.theOperator, tx: tx)
                }
            }
            await #expect(throws: OAuthError(.invalidTarget, "")) { try await ask() }
        }
    }

    @Test func `what memory holds of unknown keys never hides one just made (K7)`() async throws {
        try await SampleDesk.open { desk in
            let key = EarlyKey(at: desk)
            let ask: @Sendable () async throws -> Void = {
                let rule = try await desk.verdict(key.secret).rule
                #expect(rule == .unknown)
            }
            try await during(desk, ask) {
                try await key.insert(in: desk.tree.europe, at: desk)
            }
            #expect(try await desk.verdict(key.secret).rule == nil)
        }
    }

    @Test func `a key that was refused as unknown works once it is made (K7)`() async throws {
        try await SampleDesk.open { desk in
            let old = try await desk.tree.key(in: desk.tree.europe)
            let rotated = try await desk.rotate(old, overlapSeconds: 0)
            #expect(try await desk.verdict(old.secret).rule == .unknown)
            #expect(desk.verifier.memory.counts.unknown == 1)
            #expect(try await desk.verdict(rotated.secret).rule == nil)
            _ = try await desk.tree.key(in: desk.tree.europe)
            #expect(desk.verifier.memory.counts.unknown == 0)
        }
    }

    @Test func `no verification that starts after a revocation was answered is admitted`() async throws {
        try await SampleDesk.open(limit: LookUpLimit(perAddress: 1_000_000, overall: 1_000_000)) { desk in
            for _ in 0..<200 {
                let key = try await desk.tree.key(in: desk.tree.europe)
                let isRevoked = Flag()
                let admittedLate = try await withThrowingTaskGroup(of: Int.self) { group in
                    for _ in 0..<4 {
                        group.addTask {
                            var late = 0
                            for _ in 0..<10 {
                                let wasRevoked = isRevoked.isSet
                                let isAdmitted = try await desk.verdict(key.secret).caller != nil
                                if wasRevoked, isAdmitted { late += 1 }
                                await Task.yield()
                            }
                            return late
                        }
                    }
                    try await desk.change { tx, keys in
                        try keys.delete(
                            key.credential.id, in: key.credential.organization, as: SampleTree.theOperator, tx: tx)
                    }
                    isRevoked.set()
                    var late = try await desk.verdict(key.secret).caller == nil ? 0 : 1
                    for try await count in group { late += count }
                    return late
                }
                try #require(admittedLate == 0)
                try #require(try await desk.verdict(key.secret).rule == .unknown)
            }
        }
    }

    /// Has `reader`'s next look-up read, then `change` happen, then the look-up go on to the end.
    private func during(
        _ desk: SampleDesk, _ reader: @escaping @Sendable () async throws -> Void, _ change: () async throws -> Void
    ) async throws {
        let pause = desk.store.pauseNextRead()
        async let reading: Void = reader()
        await pause.reached()
        do { try await change() } catch {
            pause.open()
            throw error
        }
        pause.open()
        try await reading
    }
}

/// Set once, seen by all.
private final class Flag: Sendable {
    private let value = Atomic<Bool>(false)

    var isSet: Bool { value.load(ordering: .sequentiallyConsistent) }

    func set() { value.store(true, ordering: .sequentiallyConsistent) }
}
