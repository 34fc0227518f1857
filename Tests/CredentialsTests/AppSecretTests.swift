import CredentialFormat
import Credentials
import Model
import Persistence
import TestSupport
import Testing

@Suite("The secrets of an app", .onEveryEngine)
struct AppSecretTests {
    @Test func `a rotation at once leaves the new secret alone`() async throws {
        try await SampleTree.open { tree in
            let (app, issued) = try await tree.app(in: tree.global)
            let rotated = try await rotate(app, tree)
            #expect(rotated.secret != issued?.secret)
            #expect(rotated.previousExpiresAt == nil)
            #expect(rotated.credential.revision == 2)
            #expect(try await secrets(of: app, tree).map(\.expiresAt) == [nil])
            #expect(try await tree.store.read { tx in try tx.app(app.id) } == rotated.credential)
        }
    }

    @Test func `with an overlap both work, the older one can be extended and ended, and only force rotates again`()
        async throws
    {
        try await SampleTree.open { tree in
            let app = try await tree.app(in: tree.global).app
            _ = try await rotate(app, overlap: 60, tree)
            let both = try await secrets(of: app, tree)
            #expect(both.map(\.expiresAt) == [tree.clock.current.adding(seconds: 60), nil])
            await #expect(throws: Refusal.self) { _ = try await rotate(app, tree) }
            let (older, newer) = (both[0].id, both[1].id)
            let later = tree.clock.current.adding(seconds: 120)
            let extended = try await tree.store.write { [apps = tree.apps] tx in
                try apps.extendSecret(
                    older, of: app.id, in: tree.global.id, until: later, as: SampleTree.theOperator, tx: tx)
            }
            #expect(extended.expiresAt == later)
            #expect(try await secrets(of: app, tree).map(\.expiresAt) == [later, nil])
            for (secret, refusal) in [(newer, true), (older, false), (older, true)] {
                let end = await Result.of {
                    try await tree.store.write { [apps = tree.apps] tx in
                        try apps.endSecret(secret, of: app.id, in: tree.global.id, as: SampleTree.theOperator, tx: tx)
                    }
                }
                #expect(end.isSuccess != refusal)
            }
            #expect(try await secrets(of: app, tree).map(\.id) == [newer])
            _ = try await rotate(app, tree)
        }
    }

    private func rotate(_ app: App, overlap: Int = 0, _ tree: SampleTree) async throws -> Issued<App> {
        tree.clock.advance(seconds: 1)
        return try await tree.store.write { [apps = tree.apps] tx in
            try apps.rotate(app.id, in: app.organization, overlapSeconds: overlap, as: SampleTree.theOperator, tx: tx)
        }
    }

    private func secrets(of app: App, _ tree: SampleTree) async throws -> [ClientSecretSummary] {
        try await tree.store.read { [apps = tree.apps] tx in
            try apps.secrets(of: app.id, in: app.organization, as: SampleTree.theOperator, tx: tx)
        }
    }
}

extension Result where Failure == any Error {
    fileprivate static func of(_ work: () async throws -> Success) async -> Self {
        do { return .success(try await work()) } catch { return .failure(error) }
    }
}
