import CredentialFormat
import Crypto
import Model
import TestSupport
import Testing

@testable import SignIn

@Suite("Passwords: Argon2id (RFC 9106)")
struct PasswordHasherTests {
    private let hasher = PasswordHasher()
    private let keeper: PasswordKeeper
    private let ada: EmailAddress
    private let eve: EmailAddress

    init() throws {
        ada = try #require(EmailAddress("ada@example.com"))
        eve = try #require(EmailAddress("eve@example.com"))
        keeper = Self.keeper(hasher, Peppers(newest: Self.pepper(1)))
    }

    private static func pepper(_ version: Int) -> Pepper {
        Pepper(version: version, key: SymmetricKey(data: Array(repeating: UInt8(version), count: 32)))
    }

    private static func keeper(_ hasher: PasswordHasher, _ peppers: Peppers) -> PasswordKeeper {
        PasswordKeeper(hasher: hasher) { peppers }
    }

    @Test func `what is kept of a password is no output of Argon2id, and says at what cost it was made`() async throws {
        let digest = try await keeper.digest(of: "correct horse battery staple", for: ada)
        #expect(digest.encoded.hasPrefix("keyed$m=19456,t=2,p=1$1$"))
        let match = try await keeper.match("correct horse battery staple", for: ada, among: [digest])
        #expect(match.isMatch == [true] && match.renewed?.encoded == digest.encoded)
        #expect(try await keeper.match("correct horse battery stapl", for: ada, among: [digest]).renewed == nil)
        // It is good at its address alone, and under its pepper alone.
        #expect(try await keeper.match("correct horse battery staple", for: eve, among: [digest]).renewed == nil)
        let foreign = Self.keeper(hasher, Peppers(newest: Self.pepper(2)))
        #expect(try await foreign.match("correct horse battery staple", for: ada, among: [digest]).renewed == nil)
    }

    @Test func `the work is that of one password, for a thousand, for one and for none`() async throws {
        let cheap = PasswordHasher(limit: 4, cost: SignInDesk.cheap)
        let keeper = Self.keeper(cheap, Peppers(newest: Self.pepper(1)))
        let mine = try await keeper.digest(of: "correct horse battery staple", for: ada)
        let other = try await keeper.digest(of: "another horse battery staple", for: ada)
        let many = Array(repeating: other, count: 999) + [mine]
        for kept in [many, [other], [], [PasswordDigest(encoded: "what nobody can read")]] {
            let before = cheap.workCount
            let match = try await keeper.match("correct horse battery staple", for: ada, among: kept)
            #expect(match.isMatch == kept.map { $0.encoded == mine.encoded })
            #expect(cheap.workCount - before == 1)
        }
        let before = cheap.workCount
        _ = try await keeper.match("correct horse battery staple", for: nil, among: [])
        #expect(cheap.workCount - before == 1)
    }

    @Test func `a newer pepper takes over what matched, and a digest with a salt of its own is taken over too`()
        async throws
    {
        let cheap = PasswordHasher(limit: 4, cost: SignInDesk.cheap)
        let before = Self.keeper(cheap, Peppers(newest: Self.pepper(1)))
        let after = Self.keeper(cheap, Peppers(newest: Self.pepper(2), older: [Self.pepper(1)]))
        let old = try await before.digest(of: "correct horse battery staple", for: ada)
        let own = try await cheap.ownSaltDigest(of: "correct horse battery staple")
        let new = try await after.digest(of: "correct horse battery staple", for: ada)
        let match = try await after.match("correct horse battery staple", for: ada, among: [old, own, new])
        #expect(match.isMatch == [true, true, true] && match.renewed?.encoded == new.encoded)
        #expect(new.encoded != old.encoded)
    }

    @Test func `a password is known by a digest with a salt of its own, and another is not`() async throws {
        let digest = try await hasher.ownSaltDigest(of: "correct horse battery staple")
        #expect(digest.encoded.hasPrefix("$argon2id$v=19$m=19456,t=2,p=1$"))
        #expect(try await hasher.verify("correct horse battery staple", against: digest))
        #expect(try await !hasher.verify("correct horse battery stapl", against: digest))
        #expect(try await !hasher.verify("correct horse battery staple ", against: digest))
        #expect(try await !hasher.verify("", against: digest))
    }

    @Test func `one password at one address is one digest, and at two addresses two`() async throws {
        let first = try await keeper.digest(of: "correct horse battery staple", for: ada)
        #expect(try await keeper.digest(of: "correct horse battery staple", for: ada).encoded == first.encoded)
        #expect(try await keeper.digest(of: "correct horse battery staple", for: eve).encoded != first.encoded)
    }

    @Test func `no byte is cut off, not even behind a zero or beyond 72`() async throws {
        let long = String(repeating: "a", count: 200)
        let digest = try await keeper.digest(of: long + "b", for: ada)
        #expect(try await keeper.match(long + "c", for: ada, among: [digest]).renewed == nil)
        let zero = try await keeper.digest(of: "before\0after, long enough", for: ada)
        #expect(try await keeper.match("before\0other, long enough", for: ada, among: [zero]).renewed == nil)
        #expect(try await keeper.match("before\0after, long enough", for: ada, among: [zero]).renewed != nil)
    }

    @Test func `a digest that another program made is understood`() async throws {
        // The vector of libargon2's own test for Argon2id version 19: t=2, m=2¹⁶, p=1, "password", "somesalt".
        let vector = PasswordDigest(
            encoded: "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc")
        #expect(try await hasher.verify("password", against: vector))
        #expect(try await !hasher.verify("passwore", against: vector))
    }

    @Test(arguments: [
        "", "plain text", "$2b$12$abcdefghijklmnopqrstuu", "$argon2i$v=19$m=16,t=2,p=1$c29tZXNhbHQ$AAAA",
        "$argon2id$v=19$m=4294967295,t=2,p=1$c29tZXNhbHQ$AAAAAAAAAAAAAAAAAAAAAA",
        "$argon2id$v=19$m=19456,t=4294967295,p=1$c29tZXNhbHQ$AAAAAAAAAAAAAAAAAAAAAA",
        "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHQ", "$argon2id$v=19$m=19456,t=2$c29tZXNhbHQ$AAAA",
        "$argon2id$v=19$m=19456,t=2,p=1$!!$AAAA",
    ])
    func `what is no digest of ours, or would cost too much, is an error and never a match`(_ stored: String) async {
        await #expect(throws: PasswordHashingError.self) {
            try await hasher.verify("correct horse battery staple", against: PasswordDigest(encoded: stored))
        }
    }

    @Test func `who does not exist is refused after as much work as who does`() async throws {
        let start = ContinuousClock.now
        #expect(try await keeper.match("wrong horse battery staple", for: ada, among: []).renewed == nil)
        // Two passes over 19 MiB: no machine does it faster, and a short cut takes microseconds.
        #expect(ContinuousClock.now - start > .milliseconds(4))
        await #expect(throws: PasswordHashingOverloaded.self) {
            try await Self.keeper(PasswordHasher(limit: 0), Peppers(newest: Self.pepper(1)))
                .match("wrong horse battery staple", for: ada, among: [])
        }
    }

    @Test func `a password too long to be anybody's is refused without work`() async throws {
        let before = hasher.workCount
        let long = String(repeating: "a", count: 1025)
        #expect(try await keeper.match(long, for: ada, among: []).renewed == nil)
        #expect(hasher.workCount == before)
    }

    @Test func `digests are not printed`() async throws {
        let digest = try await keeper.digest(of: "correct horse battery staple", for: ada)
        #expect("\(digest)" == "password digest")
        #expect(!String(reflecting: digest).contains("keyed"))
        var dumped = ""
        dump(digest, to: &dumped)
        #expect(!dumped.contains("keyed"))
    }
}

@Suite("Passwords: a queue of their own", .serialized)
struct PasswordQueueTests {
    @Test func `a flood is turned away at the limit, and everybody else is answered`() async throws {
        let hasher = PasswordHasher(limit: 3)
        let answers = await withTaskGroup(of: Bool?.self) { group in
            for _ in 0..<40 {
                group.addTask {
                    do {
                        _ = try await hasher.ownSaltDigest(of: "correct horse battery staple")
                        return true
                    } catch is PasswordHashingOverloaded {
                        return false
                    } catch {
                        return nil
                    }
                }
            }
            return await group.reduce(into: [Bool?]()) { $0.append($1) }
        }
        #expect(answers.count == 40)
        #expect(!answers.contains(nil))
        #expect(answers.contains(false))
        #expect(answers.count { $0 == true } >= 3)
        // The queue has emptied: places were given back.
        try await hashOnceThereIsRoom(hasher)
    }

    @Test(.endedIfItHangs)
    func `who is cancelled while waiting is answered at once, and their place is given back`() async throws {
        let hasher = PasswordHasher(limit: 2)
        let working = Task { try await hasher.ownSaltDigest(of: "correct horse battery staple") }
        for _ in 0..<20 {
            let waiting = Task { try await hasher.ownSaltDigest(of: "correct horse battery staple") }
            waiting.cancel()
            switch await waiting.result {
            case .success: break  // It was at work already.
            case .failure(let error): #expect(error is CancellationError || error is PasswordHashingOverloaded)
            }
        }
        _ = try await working.value
        for _ in 0..<2 { try await hashOnceThereIsRoom(hasher) }
    }

    /// A cancelled job keeps its place until the queue comes to it.
    private func hashOnceThereIsRoom(_ hasher: PasswordHasher) async throws {
        while true {
            do {
                _ = try await hasher.ownSaltDigest(of: "correct horse battery staple")
                return
            } catch is PasswordHashingOverloaded {
                await Task.yield()
            }
        }
    }

    @Test func `a task that is cancelled already does no work`() async {
        let hasher = PasswordHasher(limit: 1)
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await hasher.ownSaltDigest(of: "correct horse battery staple")
        }
        await #expect(throws: CancellationError.self) { try await task.value }
    }
}

@Suite("Passwords: which may be set")
struct PasswordPolicyTests {
    private static let ada = PasswordPolicy.Owner(
        email: "ada.lovelace@example.com", name: "Ada King Lovelace", product: "Orders & Invoices")

    @Test(arguments: [
        ("elevenchars", "too_short"), ("", "too_short"), (String(repeating: "é", count: 11), "too_short"),
        (String(repeating: "a", count: 257), "too_long"),
        (String(repeating: "👨‍👩‍👧‍👦", count: 50), "too_long"),
    ])
    func `too short or too long is said, and not what it was`(_ password: String, _ code: String) throws {
        let problem = try #require(PasswordPolicy.problem(with: password, of: Self.ada))
        #expect(problem.field == "password")
        #expect(problem.code == code)
        #expect(password.isEmpty || !problem.message.contains(password))
    }

    @Test(arguments: [
        "twelve chars", "éàüöäßéàüöäß", String(repeating: "a few words ", count: 21), "839201745629",
        "password of mine", "michelle and robert", "ada wrote to grace", "Rq7!xT2#vL9z",
    ])
    func `no rule asks for digits, capitals or signs`(_ password: String) {
        #expect(PasswordPolicy.problem(with: password, of: Self.ada) == nil)
    }

    @Test(arguments: [
        "password1234", "Password2026!", "PASSWORD!!!!!", "passwordpassword", "12345password!", "pass word 123 456",
        "qwertyuiop12", "1qaz2wsx3edc", "q1w2e3r4t5y6", "iloveyou1234", "Welcome!2026", "Summer-2026!", "michelle2026",
        "liverpoolfc1", "changeme1234", "123456789012", "098765432109", "abcdefghijkl", "aaaaaaaaaaaa", "abcabcabcabc",
        "            ", "121212121212",
    ])
    func `what everybody tries first is refused, however it is made longer`(_ password: String) throws {
        let problem = try #require(PasswordPolicy.problem(with: password, of: Self.ada))
        #expect(problem.code == "too_common" && !problem.message.contains(password))
    }

    @Test(arguments: [
        "ada.lovelace@example.com", "Ada.Lovelace@Example.com1", "ada.lovelace1815", "AdaLovelace!!",
        "ada king lovelace",
        "Orders&Invoices", "ordersinvoices2026", "adalovelaceadalovelace",
    ])
    func `what is known of the person and the product is refused`(_ password: String) throws {
        let problem = try #require(PasswordPolicy.problem(with: password, of: Self.ada))
        #expect(problem.code == "too_personal" && !problem.message.contains(password))
    }
}
