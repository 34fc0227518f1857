import CredentialFormat
import Credentials
import Foundation
import Model
import Organizations
import Persistence
import ProductDefinition
import Tokens
import Verification

/// Brings the database to what a file says, through the services that the API and the pages call.
struct ApplyDesk: Sendable {
    static let command = "apply"
    /// The longest answer as JSON, in bytes, of which a server's box has room for a multiple.
    private static let longestAnswer = 1 << 20

    let store: any Store
    let product: Product
    let keyRing: KeyRing
    let now: @Sendable () -> Instant

    /// All of it in one transaction, or nothing. A trial does the same and takes it back, so that what it tells is what would be done and
    /// what would be refused.
    ///
    /// - Returns: ``ApplyOutcome`` as JSON.
    /// - Throws: `DefinitionError` and ``ApplyProblems`` with what is wrong and where, ``CommandError`` where the plan is another one by now.
    func perform(_ request: ApplyRequest) async throws -> String {
        let desired = try DesiredState(parsing: request.text, file: request.file)
        do {
            return try await store.write { tx in
                guard try tx.operatorAccount() != nil else { throw NotInitialized() }
                var reconciliation = Reconciliation(
                    services: services, pruning: request.pruning, actor: InitialSetup.actor(Self.command))
                var outcome = try reconciliation.run(desired, tx: tx)
                let isTrial = request.planDigest == nil
                if isTrial { outcome = ApplyOutcome(steps: outcome.steps.map(\.planned)) }
                let answer = String(decoding: try JSONEncoder().encode(outcome), as: UTF8.self)
                guard answer.utf8.count <= Self.longestAnswer else {
                    throw CommandError("These are too many changes for one go. Split the file.")
                }
                guard !isTrial else { throw Trial(answer: answer) }
                guard try outcome.planDigest == request.planDigest else {
                    throw CommandError("Something was changed meanwhile, so the plan is another one. Nothing was done.")
                }
                return answer
            }
        } catch let trial as Trial {
            return trial.answer
        }
    }

    /// Undoes the transaction of a trial.
    private struct Trial: Error {
        let answer: String
    }

    private var services: ApplyServices {
        let peppers: @Sendable () -> Peppers = { [keyRing] in keyRing.keys.peppers }
        return ApplyServices(
            accounts: AccountService(product: product, now: now),
            organizations: OrganizationService(product: product, now: now),
            members: MembershipService(product: product, now: now),
            integrations: IntegrationService(
                product: product, peppers: peppers, safe: ClientSecretSafe(keyRing: keyRing), now: now),
            apps: AppService(product: product, peppers: peppers, now: now),
            resourceServers: ResourceServerService(product: product, peppers: peppers, now: now))
    }
}

/// What there is to do it with.
struct ApplyServices: Sendable {
    let accounts: AccountService
    let organizations: OrganizationService
    let members: MembershipService
    let integrations: IntegrationService
    let apps: AppService
    let resourceServers: ResourceServerService
}
