import Connections
import CredentialFormat
import Credentials
import Foundation
import Model
import Persistence
import ProductDefinition
import Tokens

/// What commands can have done, wherever it is done: in the server that owns the database, or in the command itself.
struct ErrandDesk: Sendable {
    let store: any Store
    let product: Product
    let keyRing: KeyRing
    let masterKeys: MasterKeyDesk
    let providers: ProviderDesk
    let now: @Sendable () -> Instant

    /// Does it.
    ///
    /// - Returns: What the command prints.
    func perform(_ task: Errand.Task) async throws -> String {
        switch task {
        case .rotateKeys(let purposes, let atOnce):
            try await rotateKeys(Set(purposes.compactMap(KeyPurpose.init)), atOnce)
        case .makeOperatorKey(let request): try await makeOperatorKey(request)
        case .setProviderSecret(let request): try await setSecret(request)
        case .verifySeals(let place): try await verifySeals(after: place.flatMap { ID(parsing: $0) })
        case .putMasterKeyInForce(let name): try await putInForce(name)
        case .sealAnew(let place): try await sealAnew(after: place.flatMap { ID(parsing: $0) })
        case .revoke(let batch): try await revoke(batch)
        case .apply(let request):
            try await ApplyDesk(store: store, product: product, keyRing: keyRing, now: now).perform(request)
        }
    }

    /// How many keys of the ring were sealed anew, in a list that is empty where the master key was in force already.
    private func putInForce(_ name: String) async throws -> String {
        let count = try await masterKeys.putInForce(name)
        return String(decoding: try JSONEncoder().encode(count.map { [$0] } ?? []), as: UTF8.self)
    }

    /// In steps that are shorter than a command waits.
    private func sealAnew(after place: ID<Organization>?) async throws -> String {
        let progress = try await masterKeys.sealAnew(after: place, for: .seconds(Errand.seconds / 3))
        return String(decoding: try JSONEncoder().encode(progress), as: UTF8.self)
    }

    private func rotateKeys(_ purposes: Set<KeyPurpose>, _ atOnce: Bool) async throws -> String {
        try await keyRing.rotateAll(purposes, pace: atOnce ? .immediate : .prompt, at: now())
        let done = "The key ring was rotated."
        if atOnce {
            return """
                \(done) What was made with the keys before is refused. Who keeps a copy of the key set refuses new JWTs until \
                it fetches the set again: up to \(KeySet.maxAgeSeconds) s, or as long as it is told to keep it.
                """
        }
        guard let signsFrom = keyRing.signsFrom else { return done }
        return """
            \(done) The new signing keys are in the key set now, and sign from \(CivilTime(signsFrom).rfc3339()): until then \
            whoever keeps a copy of the set learns of them.
            """
    }

    private func setSecret(_ request: ProviderSecretRequest) async throws -> String {
        guard providers.isOffering else { throw CommandError("The product offers no provider.") }
        guard let offer = providers.offers.first(where: { $0.provider == request.provider }) else {
            let known = providers.offers.map(\.provider).joined(separator: ", ")
            throw CommandError("The product does not offer \(request.provider). It offers \(known).")
        }
        guard try providers.secretsElsewhere()[offer.provider] == nil else {
            throw CommandError(
                "The secret of \(offer.provider) stands in a file or a setting, which each start reads: change it there."
            )
        }
        guard try await store.read({ tx in try tx.operatorAccount() }) != nil else { throw NotInitialized() }
        try await providers.clients.setSecret(
            request.secret, of: offer, overlap: request.overlapSeconds, as: InitialSetup.actor("provider secret"))
        let before =
            request.overlapSeconds == 0
            ? "The one before is forgotten." : "The one before works on for \(request.overlapSeconds / 86_400) days."
        return "The secret of \(offer.clientIdentifier) at \(offer.provider) is set. \(before)"
    }

    /// In steps that are shorter than a command waits.
    private func verifySeals(after place: ID<Connection>?) async throws -> String {
        let step = try await providers.seals.inspect(after: place, for: .seconds(Errand.seconds / 3))
        let findings = SealFindings(
            opened: step.opened, unreadable: step.unreadable, next: step.next?.description)
        return String(decoding: try JSONEncoder().encode(findings), as: UTF8.self)
    }

    private func revoke(_ batch: RevocationBatch) async throws -> String {
        let desk = RevocationDesk(store: store, product: product, keyRing: keyRing, now: now)
        return String(decoding: try JSONEncoder().encode(await desk.perform(batch)), as: UTF8.self)
    }

    private func makeOperatorKey(_ request: OperatorKeyRequest) async throws -> String {
        let issued = try await store.write { [product, keyRing, now] tx in
            guard let desk = try tx.operatorAccount() else { throw NotInitialized() }
            return try APIKeyService(product: product, peppers: { keyRing.keys.peppers }, now: now).create(
                InitialSetup.operatorKeyDraft(product, request), in: desk.id,
                as: InitialSetup.actor("operator-key new"), tx: tx)
        }
        return OperatorKeyRequest.text(of: issued)
    }
}
