import CredentialFormat
import Foundation
import Model
import Persistence
import PersistenceSQLite
import Policy
import ProductDefinition
import Tokens
import Verification

/// What one verification costs when there is no HTTP around it: 1,000 credentials that are in memory, judged in turn by
/// one task.
struct VerificationMeasurement {
    private static let issuer = "https://bench.example"
    private static let credentials = 1000

    private let verifier: CredentialVerifier
    private let demand: Demand

    /// Answers with judgements a second, for API keys and for sealed tokens.
    static func run(seconds: Int) async throws -> String {
        let folder = FileManager.default.temporaryDirectory.appending(path: "claviger-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let store = try await SQLiteStore.open(path: folder + "/bench.sqlite", at: Sample.now())
        let ring = try await KeyRing.open(store: store, masterKey: .generate(), now: Sample.now)
        let measurement = VerificationMeasurement(
            verifier: CredentialVerifier(
                store: store, keyRing: ring, product: .standard, issuer: issuer, revoked: RevokedTokens()),
            demand: Demand(
                scopes: Sample.scopes, address: IPAddress("127.0.0.1"), audiences: [issuer]))
        let keys = try await seedKeys(in: store, ring.keys.peppers)
        let tokens = try await seedTokens(in: store, ring.keys)
        let ofKeys = try await measurement.judgements(of: keys, for: seconds)
        let ofTokens = try await measurement.judgements(of: tokens, for: seconds)
        await store.close()
        return #"{"api_key_per_second": \#(ofKeys), "sealed_token_per_second": \#(ofTokens)}"#
    }

    private static func seedKeys(in store: SQLiteStore, _ peppers: Peppers) async throws -> [String] {
        try await store.write { tx in
            try tx.seedAccount("Keys", keys: credentials, brand: .claviger, peppers: peppers, at: Sample.now())
        }
    }

    private static func seedTokens(in store: SQLiteStore, _ keys: KeySet) async throws -> [String] {
        let now = Sample.now()
        let account = Sample.account("Tokens", at: now)
        let integration = Integration(
            id: ID(at: now.milliseconds), organization: account.id, label: "Benchmark", scopes: Sample.scopes,
            addresses: .anywhere, accessTokenSeconds: nil, tokenFormat: .sealed, createdAt: now,
            createdBy: "command:bench")
        try await store.write { tx in
            try tx.insert(account)
            try tx.insert(integration, account: account.id)
        }
        let seal = AccessTokenSeal(brand: .claviger, issuer: issuer)
        return try (0..<credentials).map { _ in
            let token = AccessToken(
                id: ID(at: now.milliseconds), holder: .integration(integration.id), account: account.id,
                organization: account.id, subject: nil, scopes: Sample.scopes, audiences: [issuer], issuedAt: now,
                expiresAt: now.adding(seconds: 3600))
            return try seal.seal(token, with: keys)
        }
    }

    /// How many a second, after each was judged once so that it is in memory.
    private func judgements(of texts: [String], for seconds: Int) async throws -> Double {
        for text in texts {
            guard case .admitted = try await verifier.verdict(on: text, demand, at: Sample.now()).verdict else {
                throw UsageError(description: "a credential that was just made is refused")
            }
        }
        let start = ContinuousClock.now
        let end = start + .seconds(seconds)
        var admitted = 0
        var judged = 0
        while ContinuousClock.now < end {
            let now = Sample.now()
            for text in texts {
                var record = JudgementRecord()
                guard case .admitted = try verifier.evidence().judge(text, demand, at: now, noting: &record) else {
                    continue
                }
                verifier.count(record, at: now)
                admitted += 1
            }
            judged += texts.count
        }
        guard admitted == judged else { throw UsageError(description: "\(judged - admitted) judgements were refusals") }
        return Double(judged) / ((ContinuousClock.now - start) / .seconds(1))
    }
}
