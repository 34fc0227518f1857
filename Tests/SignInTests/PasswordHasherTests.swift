import Model
import SignIn
import Testing

@Suite("Passwords: Argon2id (RFC 9106)")
struct PasswordHasherTests {
    private let hasher = PasswordHasher()

    @Test func `a password is known by its digest, and another is not`() async throws {
        let digest = try await hasher.hash("correct horse battery staple")
        #expect(digest.encoded.hasPrefix("$argon2id$v=19$m=19456,t=2,p=1$"))
        #expect(try await hasher.verify("correct horse battery staple", against: digest))
        #expect(try await !hasher.verify("correct horse battery stapl", against: digest))
        #expect(try await !hasher.verify("correct horse battery staple ", against: digest))
        #expect(try await !hasher.verify("", against: digest))
        #expect(!hasher.needsRehash(digest))
    }

    @Test func `the same password has another digest each time`() async throws {
        let first = try await hasher.hash("correct horse battery staple")
        let second = try await hasher.hash("correct horse battery staple")
        #expect(first.encoded != second.encoded)
    }

    @Test func `no byte is cut off, not even behind a zero or beyond 72`() async throws {
        let long = String(repeating: "a", count: 200)
        let digest = try await hasher.hash(long + "b")
        #expect(try await !hasher.verify(long + "c", against: digest))
        let zero = try await hasher.hash("before\0after, long enough")
        #expect(try await !hasher.verify("before\0other, long enough", against: zero))
        #expect(try await hasher.verify("before\0after, long enough", against: zero))
    }

    @Test func `a digest that another program made is understood, and is to be renewed`() async throws {
        // The vector of libargon2's own test for Argon2id version 19: t=2, m=2¹⁶, p=1, "password", "somesalt".
        let vector = PasswordDigest(
            encoded: "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc")
        #expect(try await hasher.verify("password", against: vector))
        #expect(try await !hasher.verify("passwore", against: vector))
        #expect(hasher.needsRehash(vector))
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
        #expect(try await !hasher.verify("wrong horse battery staple", against: nil))
        // Two passes over 19 MiB: no machine does it faster, and a short cut takes microseconds.
        #expect(ContinuousClock.now - start > .milliseconds(4))
        await #expect(throws: PasswordHashingOverloaded.self) {
            try await PasswordHasher(limit: 0).verify("wrong horse battery staple", against: nil)
        }
    }

    @Test func `a password too long to be anybody's is refused without work`() async throws {
        #expect(try await !hasher.verify(String(repeating: "a", count: 1025), against: nil))
    }

    @Test func `digests are not printed`() async throws {
        let digest = try await hasher.hash("correct horse battery staple")
        #expect("\(digest)" == "password digest")
        #expect(!String(reflecting: digest).contains("argon2"))
        var dumped = ""
        dump(digest, to: &dumped)
        #expect(!dumped.contains("argon2"))
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
                        _ = try await hasher.hash("correct horse battery staple")
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

    @Test(.timeLimit(.minutes(2)))
    func `who is cancelled while waiting is answered at once, and their place is given back`() async throws {
        let hasher = PasswordHasher(limit: 2)
        let working = Task { try await hasher.hash("correct horse battery staple") }
        for _ in 0..<20 {
            let waiting = Task { try await hasher.hash("correct horse battery staple") }
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
                _ = try await hasher.hash("correct horse battery staple")
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
            return try await hasher.hash("correct horse battery staple")
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
