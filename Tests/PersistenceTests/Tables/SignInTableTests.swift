import CredentialFormat
import Model
import Persistence
import Policy
import TestSupport
import Testing

@Suite("The tables of signing in", .onEveryEngine)
struct SignInTableTests {
    private static func digest(_ number: UInt8) throws -> SecretDigest {
        try #require(SecretDigest(stored: Array(repeating: number, count: 32), pepperVersion: 1))
    }

    @Test func `a session is kept as it is, found by its digest, and swept when it is over`() async throws {
        try await SampleTree.open { tree in
            let member = try await tree.member(in: tree.europe, roles: [])
            let now = tree.clock.current
            let digest = try Self.digest(1)
            let session = MemberSession(
                id: ID(at: now.milliseconds), member: member.id, methods: [.password, .totp, .multiple],
                permissions: [.appsRead, .grantsRead], scopes: ScopeSet(parsing: "data.read"),
                returnURL: "https://a.example", address: nil, userAgent: "B", createdAt: now,
                secretAt: now.adding(seconds: 1), authenticatedAt: now, seenAt: now, expiresAt: now.adding(seconds: 10))
            try await tree.store.write { tx in try tx.insert(session, digest: digest) }
            #expect(try await tree.store.read { tx in try tx.memberSession([digest]) } == session)
            #expect(try await tree.store.read { tx in try tx.memberSession([]) } == nil)
            await #expect(throws: StoreError.self) {
                try await tree.store.write { tx in try tx.insert(session, digest: digest) }
            }
            let swept = try await tree.store.write { tx in
                [
                    try tx.sweepMemberSessions(before: session.expiresAt, limit: 10),
                    try tx.sweepMemberSessions(before: session.expiresAt.adding(seconds: 1), limit: 10),
                ]
            }
            #expect(swept == [0, 1])
        }
    }

    @Test func `a session without a bound is not read as one that may do nothing, nor the other way round`()
        async throws
    {
        try await SampleTree.open { tree in
            let member = try await tree.member(in: tree.europe, roles: [])
            let now = tree.clock.current
            for (number, isBound) in [false, true].enumerated() {
                let permissions: Set<Permission>? = isBound ? [] : nil
                let scopes: ScopeSet? = isBound ? .empty : nil
                let digest = try Self.digest(UInt8(number))
                let session = MemberSession(
                    id: ID(at: now.milliseconds), member: member.id, methods: [.password], permissions: permissions,
                    scopes: scopes, returnURL: nil, address: nil, userAgent: nil, createdAt: now, authenticatedAt: now,
                    seenAt: now, expiresAt: now)
                try await tree.store.write { tx in try tx.insert(session, digest: digest) }
                let found = try await tree.store.read { tx in try tx.memberSession([digest]) }
                #expect(found == session)
            }
        }
    }

    @Test func `all that a member signs in with goes with the member`() async throws {
        try await SampleTree.open { tree in
            let member = try await tree.member(in: tree.europe, roles: [])
            let now = tree.clock.current
            let digest = try Self.digest(1)
            try await tree.store.write { [id = member.id] tx in
                try tx.insert(
                    MemberSession(
                        id: ID(at: 1), member: id, methods: [], permissions: nil, returnURL: nil, address: nil,
                        userAgent: nil, createdAt: now, authenticatedAt: now, seenAt: now, expiresAt: now),
                    digest: digest)
                try tx.insert(
                    OneTimeLink(id: ID(at: 1), purpose: .invitation, member: id, createdAt: now, createdBy: "x"),
                    digest: digest)
                _ = try tx.insert(StoredSecondFactor(member: id, sealed: [1], createdAt: now))
                try tx.setRecoveryCodes([digest], of: id)
                try tx.delete(id)
            }
            for table in ["member_session", "one_time_link", "second_factor", "recovery_code"] {
                let count = try await tree.store.read { tx in
                    try tx.first(BoundSQL(stringLiteral: "SELECT count(*) FROM \(table)")) { try $0.integer(0) }
                }
                #expect(count == 0, "\(table)")
            }
        }
    }

    @Test func `links that are over are swept, used or not`() async throws {
        try await SampleTree.open { tree in
            let member = try await tree.member(in: tree.europe, roles: [])
            let now = tree.clock.current
            for number in 1...3 {
                let digest = try Self.digest(UInt8(number))
                try await tree.store.write { [id = member.id] tx in
                    let link = OneTimeLink(
                        id: ID(at: Int64(number)), purpose: .handOver, member: id, createdAt: now, createdBy: "x")
                    try tx.insert(link, digest: digest)
                    if number == 1 { #expect(try tx.use(link.id, at: now)) }
                }
            }
            let swept = try await tree.store.write { tx in
                [
                    try tx.sweepOneTimeLinks(before: now.adding(seconds: 60), limit: 10),
                    try tx.sweepOneTimeLinks(before: now.adding(seconds: 61), limit: 2),
                    try tx.sweepOneTimeLinks(before: now.adding(seconds: 61), limit: 2),
                ]
            }
            #expect(swept == [0, 2, 1])
        }
    }
}
