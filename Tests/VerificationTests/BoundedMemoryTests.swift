import CredentialFormat
import Model
import TestSupport
import Testing
import Verification

@Suite("A memory with a bound")
struct BoundedMemoryTests {
    @Test(arguments: [(1, 1), (1, 16), (7, 16), (16, 16), (100, 16), (1000, 1)])
    func `it never holds more than its capacity`(_ capacity: Int, _ shards: Int) {
        let memory = BoundedMemory<Int, Int>(capacity: capacity, shards: shards)
        for number in 0..<5000 {
            memory.insert(number, for: number)
            #expect(memory.count <= capacity)
            #expect(memory[number] == number)
        }
        memory.removeAll()
        #expect(memory.count == 0)
        #expect(memory[4999] == nil)
    }

    @Test func `whatever is done, it holds what a dictionary holds, less what it says is gone`() {
        var generator = SeededGenerator(seed: 11)
        let memory = BoundedMemory<Int, Int>(capacity: 32, shards: 1)
        var model: [Int: Int] = [:]
        for step in 0..<50_000 {
            let key = Int.random(in: 0..<80, using: &generator)
            switch Int.random(in: 0..<10, using: &generator) {
            case 0..<5:
                let value = step * 100 + key
                let gone = memory.insert(value, for: key)
                if let gone {
                    #expect(model[gone % 100] == gone)
                    model[gone % 100] = nil
                }
                model[key] = value
            case 5..<7: #expect(memory.remove(key) == model.removeValue(forKey: key))
            case 7:
                let value = step * 100 + key
                let (found, gone) = memory.value(for: key) { value }
                #expect(found == model[key] ?? value)
                if let gone { model[gone % 100] = nil }
                model[key] = found
            default: #expect(memory[key] == model[key])
            }
            #expect(memory.count == model.count)
        }
        for key in 0..<80 { #expect(memory[key] == model[key]) }
    }

    @Test func `what was asked for lately stays, what was not goes`() {
        let memory = BoundedMemory<Int, Int>(capacity: 10, shards: 1)
        for number in 0..<10 { memory.insert(number, for: number) }
        for number in 100..<400 {
            #expect(memory[3] == 3)
            memory.insert(number, for: number)
        }
        #expect(memory[3] == 3)
        #expect((0..<10).filter { memory[$0] != nil } == [3])
    }

    @Test func `what cannot be made is not remembered`() {
        let memory = BoundedMemory<Int, Int>(capacity: 4)
        #expect(memory.value(for: 1) { nil }.value == nil)
        #expect(memory.count == 0)
        #expect(memory.value(for: 1) { 5 }.value == 5)
        #expect(memory.value(for: 1) { 6 }.value == 5)
    }

    @Test func `many at once keep the bound`() async {
        let memory = BoundedMemory<Int, Int>(capacity: 50)
        let ends = await race(8) { number in
            var generator = SeededGenerator(seed: UInt64(number))
            for _ in 0..<5000 {
                let key = Int.random(in: 0..<200, using: &generator)
                if Bool.random(using: &generator) { memory.insert(key, for: key) } else { memory.remove(key) }
                if let value = memory[key], value != key { return false }
                if memory.count > 50 { return false }
            }
            return true
        }
        #expect(ends.allSatisfy { (try? $0.get()) == true })
    }
}

@Suite("Validity")
struct ValidityTests {
    @Test func `all that was read of a thing shares one end`() throws {
        let validities = Validities<Int>(capacity: 16)
        let first = try #require(validities.validity(of: 1) { true })
        let second = try #require(validities.validity(of: 1) { true })
        let other = try #require(validities.validity(of: 2) { true })
        validities.end(1)
        #expect(!first.holds)
        #expect(!second.holds)
        #expect(other.holds)
        #expect(validities.validity(of: 1) { true }?.holds == true)
    }

    @Test func `a thing that changed meanwhile gets none`() {
        let validities = Validities<Int>(capacity: 16)
        #expect(validities.validity(of: 1) { false } == nil)
        #expect(validities.validity(of: 1) { true } != nil)
        // Another reader's is there, and is not for one that began too early.
        #expect(validities.validity(of: 1) { false } == nil)
    }

    @Test func `one that has to go for another ends`() throws {
        let validities = Validities<Int>(capacity: 2)
        let kept = try (0..<50).map { number in try #require(validities.validity(of: number) { true }) }
        #expect(kept.filter(\.holds).count <= 2)
        #expect(kept.last?.holds == true)
    }
}

@Suite("The log of changes")
struct ChangeLogTests {
    private static func key(_ number: Int) -> Change { .apiKey(ID(value: UInt128(number))) }

    @Test func `it tells what came after a mark, and nothing of before`() {
        let log = ChangeLog()
        log.append(Self.key(1))
        let mark = log.mark()
        #expect(log.isUnchanged(since: mark) { _ in true })
        log.append(Self.key(2))
        #expect(log.isUnchanged(since: mark) { $0 == Self.key(1) })
        #expect(!log.isUnchanged(since: mark) { $0 == Self.key(2) })
        #expect(log.isUnchanged(since: log.mark()) { _ in true })
    }

    @Test func `what it has forgotten counts as a change`() {
        let log = ChangeLog()
        let mark = log.mark()
        for number in 0..<10_000 {
            log.append(Self.key(number))
            #expect(!log.isUnchanged(since: mark) { $0 == Self.key(0) })
        }
        #expect(!log.isUnchanged(since: mark) { _ in false })
        let late = log.mark()
        log.append(.keyRing)
        #expect(log.isUnchanged(since: late) { _ in false })
        #expect(!log.isUnchanged(since: late) { $0 == .keyRing })
    }
}

@Suite("Tokens that were revoked")
struct RevokedTokensTests {
    private let now = FixedClock().current

    @Test func `each is known until it has expired, and those that have go`() {
        let tokens = RevokedTokens()
        var live: [ID<AccessToken>] = []
        for number in 0..<20_000 {
            let id = ID<AccessToken>(value: UInt128(number))
            if number % 20 == 0 { live.append(id) }
            tokens.insert(id, expiresAt: now.adding(seconds: number % 20 == 0 ? 60 : -1), now: now)
        }
        #expect(live.allSatisfy(tokens.contains))
        let expired = (0..<20_000).filter { $0 % 20 != 0 && tokens.contains(ID(value: UInt128($0))) }
        #expect(expired.count < 4096)
    }

    @Test func `those of before a start are known from the start`() {
        let id = ID<AccessToken>(at: 0)
        let tokens = RevokedTokens([(id, now)])
        #expect(tokens.contains(id))
        #expect(!tokens.contains(ID(at: 0)))
    }
}
