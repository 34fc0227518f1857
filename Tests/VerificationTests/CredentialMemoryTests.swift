import CMalloc
import CredentialFormat
import Locking
import Model
import Policy
import TestSupport
import Testing

@testable import Verification

private final class Record: Sendable {
    let key: UInt32
    let number: Int

    init(_ key: UInt32, _ number: Int) {
        self.key = key
        self.number = number
    }
}

@Suite("A flat index")
struct FlatIndexTests {
    @Test(arguments: [UInt32.max, 0xF000_000F, 0x0000_00FF])
    func `whatever is done, it finds what a dictionary finds`(_ mask: UInt32) {
        var generator = SeededGenerator(seed: 7)
        var index = FlatIndex<Record>()
        var model: [UInt32: [Int]] = [:]
        for step in 0..<40_000 {
            // Few hashes, and with most masks those that collide or that stand at one end and run over it.
            let hash = UInt32.random(in: 0..<400, using: &generator) &* 0x9E37_79B9 & mask & ~1
            switch Int.random(in: 0..<4, using: &generator) {
            case 0, 1:
                index.insert(Record(hash, step), under: hash, until: UInt32(step))
                model[hash, default: []].append(step)
            case 2:
                guard let place = index.place(of: hash, where: { $0.key == hash }), let record = index[place] else {
                    #expect(model[hash]?.isEmpty ?? true)
                    continue
                }
                #expect(index.end(at: place) == UInt32(record.number))
                index.remove(at: place)
                #expect(model[hash]?.contains(record.number) == true)
                model[hash]?.removeAll { $0 == record.number }
            default:
                let number = model[hash]?.last
                let place = index.place(of: hash) { $0.number == number }
                #expect(place.flatMap { index[$0]?.number } == number)
            }
            guard step % 500 == 0 else { continue }
            #expect(index.count == model.values.reduce(0) { $0 + $1.count })
            for (hash, numbers) in model {
                for number in numbers where index.place(of: hash, where: { $0.number == number }) == nil {
                    Issue.record("\(number) is lost")
                }
            }
        }
        #expect(index.count > 0)
    }

    @Test func `a mark goes with its record`() throws {
        var index = FlatIndex<Record>()
        for number in 0..<100 {
            // All under one hash, so that they stand in a row.
            index.insert(Record(2, number), under: 2, until: 0)
        }
        func place(_ number: Int) throws -> Int { try #require(index.place(of: 2) { $0.number == number }) }
        index.mark(try place(70))
        for number in 0..<60 { index.remove(at: try place(number)) }
        let marked = try (60..<100).filter { number in
            let place = try place(number)
            return index.unmark(place)
        }
        #expect(marked == [70])
    }
}

private final class SampleCredential: RememberedCredential {
    let fingerprint: Fingerprint
    let expiresAt: Instant
    let bytes: Int
    let number: Int

    init(_ number: Int, until expiresAt: Instant, bytes: Int = 100) {
        self.number = number
        fingerprint = Fingerprint(of: "\(number)")
        self.expiresAt = expiresAt
        self.bytes = bytes
    }

    func willBeHeld() {}
    func wasGivenUp() {}
}

@Suite("A memory of credentials")
struct CredentialMemoryTests {
    private let now = Instant(seconds: 1_800_000_000)
    private var later: Instant { now.adding(seconds: 86_400) }

    @Test func `whatever is done, it holds what a dictionary holds, less what it says is gone, and keeps its bytes`() {
        var generator = SeededGenerator(seed: 3)
        let limit = 64 * 1024
        let memory = CredentialMemory<SampleCredential>(bytes: limit, shards: 4)
        var model: [Int: SampleCredential] = [:]
        for step in 0..<60_000 {
            let number = Int.random(in: 0..<600, using: &generator)
            let now = now.adding(seconds: step / 20)
            let fingerprint = Fingerprint(of: "\(number)")
            switch Int.random(in: 0..<6, using: &generator) {
            case 0...2:
                let end = now.adding(seconds: Int.random(in: 1...3600, using: &generator))
                let credential = SampleCredential(
                    number, until: end, bytes: Int.random(in: 50...400, using: &generator))
                model[number] = credential
                for gone in memory.insert(credential, at: now) where model[gone.number] === gone {
                    model[gone.number] = nil
                }
            case 3: #expect(memory.remove(fingerprint) === model.removeValue(forKey: number))
            default: #expect(memory[fingerprint] === model[number])
            }
            let held = model.values.reduce(0) { $0 + $1.bytes }
            guard memory.bytes >= held, memory.bytes <= limit, memory.count == model.count else {
                Issue.record("\(memory.bytes) bytes and \(memory.count) credentials, of \(held) and \(model.count)")
                return
            }
        }
        for (number, credential) in model { #expect(memory[Fingerprint(of: "\(number)")] === credential) }
    }

    @Test func `what has expired goes first`() {
        let memory = CredentialMemory<SampleCredential>(bytes: 2 * 16 * 1024, shards: 1)
        let short = (0..<80).map { SampleCredential($0, until: now.adding(seconds: 100)) }
        let long = (100..<180).map { SampleCredential($0, until: later) }
        for credential in short + long { #expect(memory.insert(credential, at: now).isEmpty) }
        // Those that will have expired are asked for all the time, the others never.
        for credential in short { _ = memory[credential.fingerprint] }
        var gone: [Int] = []
        var number = 1000
        while gone.isEmpty {
            let newcomer = SampleCredential(number, until: later)
            gone = memory.insert(newcomer, at: now.adding(seconds: 101)).map(\.number)
            number += 1
        }
        #expect(gone.sorted() == Array(0..<80))
        for credential in long { #expect(memory[credential.fingerprint] === credential) }
    }

    @Test func `of what lives, that stays which was asked for`() {
        let memory = CredentialMemory<SampleCredential>(capacity: 10, bytes: 1 << 20, shards: 1)
        let kept = SampleCredential(1, until: later)
        memory.insert(kept, at: now)
        for number in 100..<400 {
            #expect(memory[kept.fingerprint] === kept)
            memory.insert(SampleCredential(number, until: later), at: now)
            #expect(memory.count <= 10)
        }
    }

    @Test func `what does not fit at all is not held, and what had expired before is held for a while`() {
        let memory = CredentialMemory<SampleCredential>(bytes: 4096, shards: 1)
        let large = SampleCredential(1, until: later, bytes: 4096)
        #expect(memory.insert(large, at: now).map(\.number) == [1])
        #expect(memory.count == 0)
        let expired = SampleCredential(2, until: now.adding(seconds: -1))
        memory.insert(expired, at: now)
        for number in 10..<20 { memory.insert(SampleCredential(number, until: later), at: now) }
        #expect(memory[expired.fingerprint] === expired)
        for number in 20..<60 { memory.insert(SampleCredential(number, until: later), at: now.adding(seconds: 60)) }
        #expect(memory[expired.fingerprint] == nil)
    }

    @Test func `what fits in no way has nothing else go`() {
        let memory = CredentialMemory<SampleCredential>(bytes: 4096, shards: 1)
        let small = (0..<10).map { SampleCredential($0, until: later) }
        for credential in small { memory.insert(credential, at: now) }
        #expect(memory.insert(SampleCredential(100, until: later, bytes: 4096), at: now).map(\.number) == [100])
        for credential in small { #expect(memory[credential.fingerprint] === credential) }
    }

    @Test func `100,000 tokens take what they may, and no more`() {
        let limit = 2 << 20
        let memory = CredentialMemory<SampleCredential>(bytes: limit)
        var largest = 0
        for number in 0..<100_000 {
            memory.insert(SampleCredential(number, until: later, bytes: KnownToken.objectBytes), at: now)
            if number % 1000 == 0 { largest = max(largest, memory.bytes) }
        }
        #expect(largest <= limit)
        #expect(memory.count > limit / 2 / (KnownToken.objectBytes + 32))
    }
}

@Suite("A memory of API keys")
struct APIKeyMemoryTests {
    private let now = Instant(seconds: 1_800_000_000)
    private let terms = KnownTerms(
        scopes: ScopeSet(parsing: "orders.read orders.write") ?? .empty, addresses: .anywhere)
    private let standing = Self.newStanding()

    private static func newStanding() -> Standing {
        Standing(
            path: OrganizationPath(root: ID(at: 0)), isSuspended: false, isOperator: false, features: [],
            validities: [])
    }

    private func key(
        _ number: Int, text: String? = nil, _ memory: APIKeyMemory, after last: KnownAPIKey? = nil,
        of standing: Standing? = nil
    ) -> KnownAPIKey {
        let key = APIKey(
            id: ID(value: UInt128(number)), organization: ID(at: 0), name: "", description: nil, scopes: terms.scopes,
            addresses: .anywhere, hint: SecretHint(stored: ""), createdAt: now, expiresAt: now.adding(seconds: 3600),
            disabledAt: nil, rotatedAt: now, previousExpiresAt: nil, createdBy: "", lastUse: nil)
        return KnownAPIKey(
            key, by: Fingerprint(of: text ?? "\(number)"), expiresAt: key.expiresAt, terms: terms, ownsTerms: false,
            standing: standing ?? self.standing, epoch: memory.epoch, after: last)
    }

    private func isBelieved(_ text: String, _ memory: APIKeyMemory) -> Bool {
        memory[Fingerprint(of: text)]?.isCurrent(inEpoch: memory.epoch) ?? false
    }

    @Test func `an end reaches all texts of a key and no other key, and what ended is still known`() {
        let memory = APIKeyMemory(bytes: 8 << 20)
        for number in 0..<2000 {
            memory.remember(key(number, memory), at: now) { true }
            memory.remember(key(number, text: "old \(number)", memory), at: now) { true }
        }
        for number in stride(from: 0, to: 2000, by: 2) { memory.end(ID(value: UInt128(number))) }
        for number in 0..<2000 {
            #expect(isBelieved("\(number)", memory) == (number % 2 == 1))
            #expect(isBelieved("old \(number)", memory) == (number % 2 == 1))
            #expect(memory[Fingerprint(of: "\(number)")] != nil)
        }
        memory.remember(key(0, memory), at: now) { true }
        #expect(isBelieved("0", memory))
        #expect(!isBelieved("old 0", memory))
    }

    @Test func `an end of all reaches those that are being read too`() {
        let memory = APIKeyMemory(bytes: 8 << 20)
        for number in 0..<100 { memory.remember(key(number, memory), at: now) { true } }
        let early = key(200, memory)
        memory.endAll()
        memory.remember(early, at: now) { true }
        memory.remember(key(300, memory), at: now) { true }
        #expect((0..<100).allSatisfy { !isBelieved("\($0)", memory) })
        #expect(!isBelieved("200", memory))
        #expect(isBelieved("300", memory))
    }

    @Test func `a key that changed while it was read is not remembered, also if the change comes at the last moment`() {
        let memory = APIKeyMemory(bytes: 8 << 20)
        memory.remember(key(1, memory), at: now) { false }
        #expect(memory.count == 0)
        // Announced after the question, before the answer is taken: it finds the key by its identifier.
        memory.remember(key(2, memory), at: now) {
            memory.end(ID(value: 2))
            return true
        }
        #expect(!isBelieved("2", memory))
    }

    @Test func `what had to go is believed by nobody who still holds it`() {
        let memory = APIKeyMemory(capacity: 64, bytes: 8 << 20)
        let keys = (0..<1000).map { key($0, memory) }
        for key in keys { memory.remember(key, at: now) { true } }
        #expect(memory.count <= 64)
        for key in keys where memory[key.fingerprint] == nil { #expect(!key.isCurrent(inEpoch: memory.epoch)) }
        memory.forget(keys[999].fingerprint)
        #expect(!keys[999].isCurrent(inEpoch: memory.epoch))
    }

    @Test func `ends and readings at once leave nothing that is wrongly believed`() async {
        let memory = APIKeyMemory(bytes: 8 << 20)
        let changes = Lock(Array(repeating: 0, count: 50))
        let ends = await race(8) { worker in
            var generator = SeededGenerator(seed: UInt64(worker))
            for _ in 0..<4000 {
                let number = Int.random(in: 0..<50, using: &generator)
                if Int.random(in: 0..<3, using: &generator) == 0 {
                    changes.withLock { $0[number] += 1 }
                    memory.end(ID(value: UInt128(number)))
                    continue
                }
                let mark = changes.withLock { $0[number] }
                let key = key(number, memory)
                memory.remember(key, at: now) { changes.withLock { $0[number] } == mark }
                // What was read before the last change is not believed once that was announced.
                let isStale = changes.withLock { $0[number] } != mark
                if isStale {
                    memory.end(ID(value: UInt128(number)))
                    if key.isCurrent(inEpoch: memory.epoch) { return false }
                }
            }
            return true
        }
        #expect(ends.allSatisfy { (try? $0.get()) == true })
        for number in 0..<50 {
            memory.end(ID(value: UInt128(number)))
            #expect(!isBelieved("\(number)", memory))
        }
    }

    @Test func `a key takes less than 400 bytes, all that is made for it counted, and the allocator says so too`() {
        let memory = APIKeyMemory(bytes: 512 << 20)
        let count = 20_000
        for number in 0..<count { memory.remember(key(number, memory), at: now) { true } }
        #expect(memory.count == count)
        #expect(memory.bytes / count <= 300)
        let one = key(0, memory)
        #expect(allocated(for: one) <= KnownAPIKey.objectBytes)
    }

    @Test func `a token takes what it says`() {
        let id = ID<Integration>(at: 0)
        let integration = Integration(
            id: id, organization: ID(at: 0), label: "", scopes: terms.scopes, addresses: .anywhere,
            accessTokenSeconds: nil, tokenFormat: .sealed, createdAt: now, createdBy: "")
        let client = KnownClient(
            id: .integration(id), kind: .integration(integration), secrets: [], standing: standing, validity: Validity()
        )
        let token = AccessToken(
            id: ID(at: 0), holder: .integration(id), account: ID(at: 0), organization: ID(at: 0), subject: nil,
            scopes: terms.scopes, audiences: ["https://api.example"], issuedAt: now, expiresAt: now)
        let shared = SharedTerms()
        func known(_ number: Int, of client: KnownClient) -> KnownToken {
            KnownToken(
                token, by: Fingerprint(of: "\(number)"), of: client, integration: integration, sharing: shared,
                edition: 1)
        }
        func known(_ number: Int) -> KnownToken { known(number, of: client) }
        let first = known(1)
        #expect(first.bytes > KnownToken.objectBytes)
        #expect(known(2).bytes == KnownToken.objectBytes)
        #expect(known(2).terms === first.terms)
        #expect(allocated(for: first) <= KnownToken.objectBytes)
        // What it holds of its client's and nobody else counts is counted with it, for as long as it is held.
        let limit = 1 << 20
        let memory = CredentialMemory<KnownToken>(bytes: limit, shards: 1)
        var each = 0
        for number in 10..<2000 {
            let client = KnownClient(
                id: .integration(id), kind: .integration(integration), secrets: [], standing: Self.newStanding(),
                validity: Validity())
            each = client.bytes + client.standing.bytes + KnownToken.objectBytes
            memory.insert(known(number, of: client), at: now)
        }
        #expect(memory.count * each <= limit)
        #expect(memory.count * each > limit / 2)
        memory.insert(first, at: now)
        #expect(first.bytes > each)
        memory.remove(first.fingerprint)
        #expect(first.bytes < each)
    }

    @Test func `a key counts its organization's standing, unless another one does`() {
        let limit = 4 << 20
        let memory = APIKeyMemory(bytes: limit)
        for number in 0..<20_000 { memory.remember(key(number, memory, of: Self.newStanding()), at: now) { true } }
        #expect(memory.count * (KnownAPIKey.objectBytes + standing.bytes) <= limit)
        #expect(memory.count * (KnownAPIKey.objectBytes + standing.bytes) > limit / 2)
        let roomy = APIKeyMemory(bytes: limit)
        let (first, second, third) = (key(1, roomy), key(2, roomy), key(1, roomy))
        roomy.remember(first, at: now) { true }
        roomy.remember(second, at: now) { true }
        #expect(first.bytes - second.bytes == standing.bytes)
        // In its place, so it counts what that one counted.
        roomy.remember(third, at: now) { true }
        #expect(third.bytes == second.bytes + standing.bytes)
        #expect(first.bytes == second.bytes)
    }

    @Test func `uses are counted on where the key is read again, whether they wait to be written down or not`() {
        let memory = APIKeyMemory(bytes: 1 << 20)
        let first = key(1, memory)
        first.usage.add(3, at: now)
        let second = key(1, memory, after: first)
        // Nobody waits to write those of the first, so the second has them.
        #expect(first.withUses(\.count) == 0)
        #expect(second.withUses(\.count) == 3)
        second.withUses { $0.isListed = true }
        let third = key(1, memory, after: second)
        third.usage.add(2, at: now)
        #expect(second.withUses(\.count) == 5)
        #expect(third.withUses(\.count) == 0)
        #expect(third.bytes > second.bytes)
        // Where its organization changed meanwhile, what stood there before is held with it.
        let moved = key(1, memory, after: second, of: Self.newStanding())
        #expect(moved.bytes == third.bytes + standing.bytes)
        let fourth = key(1, memory, after: third)
        fourth.usage.add(1, at: now)
        #expect(second.withUses(\.count) == 6)
    }

    @Test(arguments: ["192.0.2.1", "255.255.255.255", "2001:db8::1", "ffff:ffff:ffff:ffff::", "::ffff:192.0.2.9", nil])
    func `the last use keeps its address`(_ text: String?) {
        let address = text.flatMap { IPAddress($0) }
        #expect((address == nil) == (text == nil))
        var uses = Uses()
        uses.add(at: now, from: IPAddress("198.51.100.1"))
        uses.add(at: now, from: address)
        uses.add(at: now.adding(seconds: -1), from: IPAddress("198.51.100.2"))
        #expect(uses.last?.address == address)
        #expect(uses.last?.at == now)
        #expect(uses.count == 3)
    }

    /// What the allocator gave an object, with the 8 bytes that it keeps for itself.
    private func allocated(for object: AnyObject) -> Int {
        Int(malloc_usable_size(Unmanaged.passUnretained(object).toOpaque())) + 8
    }
}

extension UsageCell {
    fileprivate func add(_ count: Int, at now: Instant) {
        guard case .apiKey(let key) = self else { return }
        for _ in 0..<count { key.withUses { $0.add(at: now, from: nil) } }
    }
}
