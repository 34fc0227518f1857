import Credentials
import Model
import OAuth
import Persistence
import TestSupport
import Testing
import Verification

/// A rotation ends the tokens that an integration was issued before, where that is wanted.
@Suite("Tokens that end with a rotation", .onEveryEngine)
struct EndedTokensTests {
    @Test(arguments: TokenFormat.allCases, [true, false])
    func `those before are refused at the next call, those after are not, within the same second too`(
        _ format: TokenFormat, _ endsTokens: Bool
    ) async throws {
        try await SampleDesk.open { desk in
            let draft = IntegrationDraft(label: "Sync", scopes: ["data.read"], tokenFormat: format.rawValue)
            let made = try await desk.integration(draft, in: desk.tree.global)
            let before = try await desk.token(SampleClient(made)).text
            #expect(try await desk.verdict(before).rule == nil)
            desk.tree.clock.set(Instant(milliseconds: desk.now.milliseconds + 1))
            let rotated = try await desk.tree.store.write { [integrations = desk.tree.integrations] tx in
                try integrations.rotate(
                    made.credential.id, in: made.credential.organization, endsTokens: endsTokens,
                    as: SampleTree.theOperator, tx: tx)
            }
            let after = try await desk.token(SampleClient(rotated)).text
            #expect((try await desk.verdict(before).rule == nil) == !endsTokens)
            #expect(try await desk.verdict(after).rule == nil)
            let restarted = SampleDesk(desk.tree)
            #expect((try await restarted.verdict(before).rule == nil) == !endsTokens)
            #expect(try await restarted.verdict(after).rule == nil)
        }
    }
}
