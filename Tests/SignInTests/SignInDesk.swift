import BoundedCommand
import CredentialFormat
import Foundation
import Locking
import Model
import Organizations
import Persistence
import Policy
import ProductDefinition
import TestSupport
import Testing
import Tokens

@testable import SignIn

/// A ``SampleTree`` with all that lets members in.
struct SignInDesk: Sendable {
    static let password = "correct horse battery staple"
    static let issuer = "https://auth.example.com"
    /// Weak, so that tests are quick.
    static let cheap = Argon2id.Cost(memory: 8, passes: 1, lanes: 1)

    let tree: SampleTree
    let store: WatchedStore
    let keys: KeyRing
    let hasher: PasswordHasher
    let postman: SamplePostman

    static func open(product: Product = .standard, _ use: (SignInDesk) async throws -> Void) async throws {
        try await SampleTree.open(product: product) { tree in try await use(SignInDesk(tree)) }
    }

    /// A desk over a tree. Another one over the same tree, with a key ring that is read anew, is as the server after a
    /// restart.
    init(_ tree: SampleTree, keys: KeyRing? = nil, hasher: PasswordHasher? = nil) {
        self.tree = tree
        self.keys = keys ?? tree.keys
        store = WatchedStore(tree.store)
        self.hasher = hasher ?? PasswordHasher(limit: 64, cost: Self.cheap)
        postman = SamplePostman()
    }

    var signIn: SignInService {
        SignInService(store: store, keyRing: keys, product: tree.product, hasher: hasher, now: tree.clock.now)
    }
    var sessions: SessionService {
        SessionService(store: store, keyRing: keys, product: tree.product, now: tree.clock.now)
    }
    var factors: SecondFactorService {
        SecondFactorService(keyRing: keys, product: tree.product, now: tree.clock.now)
    }
    var links: OneTimeLinkService { links(postman: postman) }
    func links(postman: (any Postman)?) -> OneTimeLinkService {
        OneTimeLinkService(
            store: store, keyRing: keys, product: tree.product, issuer: Self.issuer, hasher: hasher,
            postman: postman, now: tree.clock.now)
    }
    var emailChanges: EmailChangeService { emailChanges(postman: postman) }
    func emailChanges(postman: (any Postman)?) -> EmailChangeService {
        EmailChangeService(
            store: store, keyRing: keys, product: tree.product, issuer: Self.issuer, hasher: hasher,
            postman: postman, now: tree.clock.now)
    }
    var handOvers: ConsoleSessionService {
        ConsoleSessionService(
            keyRing: keys, product: tree.product, issuer: Self.issuer, allowsLoopback: false, now: tree.clock.now)
    }

    var keeper: PasswordKeeper { PasswordKeeper(hasher: hasher) { [keys] in keys.keys.peppers } }

    /// Sets another password for a member.
    func setPassword(_ password: String, of member: Member) async throws {
        let digest = try await keeper.digest(of: password, for: member.email)
        let now = tree.clock.current
        let isSet = try await tree.store.write { tx in
            try tx.setPassword(digest, of: member.id, at: member.email, now: now)
        }
        #expect(isSet)
    }

    /// The server after a restart.
    func restarted() async throws -> SignInDesk {
        SignInDesk(tree, keys: try await Self.keyRing(over: tree.store, at: tree.clock), hasher: hasher)
    }

    static func keyRing(over store: any Store, at clock: FixedClock) async throws -> KeyRing {
        let masterKey = try #require(MasterKey(bytes: Array(repeating: 7, count: 32)))
        return try await KeyRing.open(store: store, masterKey: masterKey, now: clock.now, clock: clock.shared)
    }

    /// A member with a password, or with none.
    func member(
        in organization: Organization, roles: [String] = ["admin"], email: String = "ada@example.com",
        password: String? = SignInDesk.password
    ) async throws -> Member {
        tree.clock.advance(seconds: 1)
        var digest: PasswordDigest?
        if let password { digest = try await keeper.digest(of: password, for: try #require(EmailAddress(email))) }
        return try await tree.store.write { [members = tree.members, digest] tx in
            try members.create(
                MemberDraft(email: email, name: "Ada", roles: roles, password: digest), in: organization.id,
                as: SampleTree.theOperator, tx: tx)
        }
    }

    /// Signs in, in a browser that nobody knows, unless another is given.
    func session(
        _ email: String = "ada@example.com", _ password: String = SignInDesk.password, from browser: Browser = .sample()
    ) async throws -> StartedSession {
        try #require(try await signIn.signIn(email: email, password: password, from: browser).session)
    }

    /// Signs in and looks who that is.
    func signedIn(_ email: String = "ada@example.com") async throws -> SignedIn {
        try #require(try await sessions.signedIn(by: try await session(email).cookie))
    }

    func signedIn(_ started: StartedSession) async throws -> SignedIn {
        try #require(try await sessions.signedIn(by: started.cookie))
    }

    /// What an attempt is refused with, nil if it is not.
    func refusal<R>(_ attempt: () async throws -> R) async throws -> SignInRefusal? {
        do {
            _ = try await attempt()
            return nil
        } catch let refusal as SignInRefusal {
            return refusal
        }
    }

    /// Tries a password in vain.
    @discardableResult
    func fail(
        _ email: String = "ada@example.com", times: Int = 1, from browser: Browser = .sample()
    ) async throws -> [SignInRefusal?] {
        var refusals: [SignInRefusal?] = []
        for _ in 0..<times {
            refusals.append(
                try await refusal {
                    try await signIn.signIn(email: email, password: "wrong horse battery staple", from: browser)
                })
        }
        return refusals
    }

    /// Gives a member a second factor.
    ///
    /// - Returns: The authenticator and the recovery codes.
    func addSecondFactor(_ signedIn: SignedIn) async throws -> (totp: TOTP, codes: [String]) {
        let enrolment = try await tree.store.read { [factors] tx in
            try factors.begin(for: signedIn, in: .sample(), tx: tx)
        }
        let totp = TOTP(secret: try #require(Base32Reader.bytes(enrolment.secret)))
        let code = totp.code(step: TOTP.step(at: tree.clock.current))
        try await tree.store.write { [factors] tx in
            try factors.confirm(
                code: code, offer: enrolment.offer, for: signedIn, in: .sample(), as: Self.actor(signedIn), tx: tx)
        }
        // The code that was shown counts as used.
        tree.clock.advance(seconds: 30)
        return (totp, enrolment.codes)
    }

    static func actor(_ signedIn: SignedIn) -> Actor { signedIn.actor(requestID: "req-member", address: nil) }

    /// The code that an authenticator shows now.
    func code(_ totp: TOTP) -> String { totp.code(step: TOTP.step(at: tree.clock.current)) }

    /// How many audit events there are of an action.
    func events(_ action: String) async throws -> [AuditEvent] {
        try await tree.auditEvents().filter { $0.action == action }
    }
}

extension Browser {
    static func sample(
        form: String? = "form-secret-of-a-browser-that-is-long-enough", device: String? = nil, session: String? = nil,
        from address: String? = "192.0.2.1"
    ) -> Browser {
        Browser(
            formSecret: form, deviceCookie: device, sessionCookie: session,
            address: address.flatMap { IPAddress($0) }, userAgent: "Browser/1", requestID: "req-browser")
    }
}

extension SignInStep {
    /// The session that began, nil if something else is needed.
    var session: StartedSession? {
        if case .done(let session) = self { session } else { nil }
    }

    /// The ticket of the step in which a code is asked for.
    var codeTicket: String? {
        if case .secondFactor(let ticket) = self { ticket } else { nil }
    }

    var choice: (choices: OrganizationList, ticket: String)? {
        if case .chooseOrganization(let choices, let ticket) = self { (choices, ticket) } else { nil }
    }
}

extension SentLink {
    var token: String? { url?.split(separator: "=").last.map(String.init) }
}

/// Keeps what it is given, or refuses it.
final class SamplePostman: Postman {
    private let letters = Lock<[Letter]>([])
    private let refuses = Lock(false)

    var sent: [Letter] { letters.withLock { $0 } }

    func refuse() { refuses.withLock { $0 = true } }

    func send(_ letter: Letter) async throws {
        if refuses.withLock({ $0 }) { throw BoundedCommandError.failed(status: 75) }
        letters.withLock { $0.append(letter) }
    }
}

extension PasswordHasher {
    /// A digest with a salt of its own, in the PHC string format, as they were made before.
    func ownSaltDigest(of password: String) async throws -> PasswordDigest {
        let (bytes, cost, salt) = (Array(password.utf8), self.cost, RandomText.bytes(Argon2id.saltLength))
        return try await enqueue {
            let tag = try Argon2id.output(bytes, salt: salt, cost: cost)
            func base64(_ bytes: [UInt8]) -> String {
                String(Data(bytes).base64EncodedString().prefix { $0 != "=" })
            }
            return PasswordDigest(
                encoded: "$argon2id$v=19$\(cost.parameters)$\(base64(salt))$\(base64(tag))")
        }
    }
}

extension OneTimeLinkService {
    func setPassword(
        _ password: String, token: String, _ purpose: OneTimeLink.Purpose, for member: ID<Member>? = nil,
        from browser: Browser
    ) async throws -> SignInStep {
        try await setPassword(NewPassword(password, token: token, purpose, for: member), from: browser)
    }
}
