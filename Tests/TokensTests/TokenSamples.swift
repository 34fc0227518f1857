import CredentialFormat
import Model
import Persistence
import Policy
import TestSupport
import Tokens

/// The issuer of the tests.
let issuer = "https://auth.example.com"

/// A key ring on a fresh store, with what it depends on.
struct RingUnderTest {
    let ring: KeyRing
    let store: any Engine
    let masterKey: MasterKey
    let clock: FixedClock

    var keys: KeySet { ring.keys }

    @discardableResult
    static func open<R>(_ use: (RingUnderTest) async throws -> R) async throws -> R {
        try await StoreUnderTest.current.open { store in
            let masterKey = MasterKey.generate()
            let clock = FixedClock()
            let ring = try await KeyRing.open(store: store, masterKey: masterKey, now: clock.now, clock: clock.shared)
            return try await use(RingUnderTest(ring: ring, store: store, masterKey: masterKey, clock: clock))
        }
    }

    /// The ring as a process that starts now finds it.
    func reopened() async throws -> KeyRing {
        try await KeyRing.open(store: store, masterKey: masterKey, now: clock.now, clock: clock.shared)
    }

    /// Runs a statement behind the ring's back.
    func execute(_ statement: BoundSQL) async throws {
        _ = try await store.write { tx in try tx.execute(statement) }
    }

    var rows: [KeyRingRow] {
        get async throws { try await store.read { tx in try tx.keyRingRows() } }
    }
}

/// Whoever sits at the machine.
let atTheMachine = Actor(
    .command("keys rotate"), reach: .everything, permissions: [], requestID: "req_1", address: nil)

extension AccessToken {
    /// A token with all its parts.
    static func sample(
        subject: String? = nil, scopes: [String] = ["reports.read", "data.read"],
        audiences: [String] = ["https://api.example.com"], inAccountItself: Bool = true, issuedAt: Instant? = nil,
        seconds: Int = 3600
    ) -> AccessToken {
        let issued = issuedAt ?? FixedClock().current
        let account = ID<Organization>(at: issued.milliseconds)
        return AccessToken(
            id: ID(at: issued.milliseconds), holder: .integration(ID(at: issued.milliseconds)), account: account,
            organization: inAccountItself ? account : ID(at: issued.milliseconds), subject: subject,
            scopes: ScopeSet(scopes.compactMap { Scope($0) }), audiences: audiences, issuedAt: issued,
            expiresAt: issued.adding(seconds: seconds))
    }

    /// A token with random parts, every one of which a token may have.
    static func random(using generator: inout SeededGenerator) -> AccessToken {
        func text(_ length: ClosedRange<Int>) -> String {
            let alphabet = Array("abcXYZ019-._:/é✓🙂\"\\\u{1}\u{1F} ")
            return String(
                (0..<Int.random(in: length, using: &generator)).map { _ in
                    alphabet[Int.random(in: 0..<alphabet.count, using: &generator)]
                })
        }
        func scope() -> Scope? {
            let allowed = (0x21...0x7E).filter { $0 != 0x22 && $0 != 0x5C }
            return Scope(
                String(
                    decoding: (0..<Int.random(in: 1...20, using: &generator)).map { _ in
                        UInt8(allowed[Int.random(in: 0..<allowed.count, using: &generator)])
                    }, as: UTF8.self))
        }
        func contact() -> ActingContact? {
            guard Bool.random(using: &generator) else { return nil }
            let proof =
                Bool.random(using: &generator)
                ? ActingContact.Proof(
                    accessKey: ID(value: UInt128.random(in: .min ... .max, using: &generator)),
                    generation: Int.random(in: 1...Int(UInt32.max), using: &generator)) : nil
            return ActingContact(ID(value: UInt128.random(in: .min ... .max, using: &generator)), by: proof)
        }
        let account = ID<Organization>(value: UInt128.random(in: .min ... .max, using: &generator))
        let isApp = Bool.random(using: &generator)
        let issued = Instant(seconds: Int64.random(in: 0...Int64(UInt32.max), using: &generator))
        return AccessToken(
            id: ID(value: UInt128.random(in: .min ... .max, using: &generator)),
            holder: !isApp
                ? .integration(ID(value: UInt128.random(in: .min ... .max, using: &generator)))
                : .app(
                    ID(value: UInt128.random(in: .min ... .max, using: &generator)),
                    lineage: ID(value: UInt128.random(in: .min ... .max, using: &generator))), account: account,
            organization: Bool.random(using: &generator)
                ? account : ID(value: UInt128.random(in: .min ... .max, using: &generator)),
            subject: Bool.random(using: &generator) ? text(1...40) : nil, contact: isApp ? nil : contact(),
            scopes: ScopeSet((0..<Int.random(in: 0...12, using: &generator)).compactMap { _ in scope() }),
            audiences: (0..<Int.random(in: 1...4, using: &generator)).map { _ in text(1...60) },
            issuedAt: issued, expiresAt: issued.adding(seconds: Int.random(in: 1...100_000_000, using: &generator)))
    }
}
