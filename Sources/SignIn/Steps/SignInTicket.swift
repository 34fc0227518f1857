import CredentialFormat
import Model
import Persistence
import Tokens

/// What has been shown so far in a sign-in that has not ended. It travels sealed in a hidden field, bound to the browser's
/// form secret, so that no row is needed for who never comes back.
struct SignInTicket: Sendable {
    /// For how long it is good, in seconds.
    static let seconds = 300

    /// What comes next, and for whom.
    enum Step: Sendable {
        case chooseOrganization(Proof)
        case secondFactor(Candidate)
    }

    /// An e-mail address with a password that was right for it: members who have another one by now are not meant. It names
    /// no member, so it is as long for many as for two.
    struct Proof: Sendable {
        /// How many members are named at most where not all are meant that have the password.
        static let mostNamed = 60

        let email: EmailAddress
        /// What is kept of the password.
        let password: PasswordDigest
        /// Those for whom the password was looked at, nil for all that have it.
        let members: [ID<Member>]?

        var addressed: AddressedBy { .password(password, among: members) }
    }

    /// A member as they were then. Any change of theirs, another password above all, ends the ticket.
    struct Candidate: Hashable, Sendable {
        let member: ID<Member>
        let revision: Int
    }

    let step: Step
    /// What has been shown so far.
    let methods: [SignInMethod]

    /// The text of the hidden field.
    func sealed(for browser: Browser, under keys: KeySet, at now: Instant) throws -> String {
        let end = "\(now.adding(seconds: Self.seconds).milliseconds)"
        let shown = methods.map(\.rawValue).joined(separator: ",")
        let parts: [String] =
            switch step {
            case .chooseOrganization(let proof):
                [
                    "choose", end, shown, proof.email.text, proof.password.encoded,
                    proof.members.map { $0.map(\.description).joined(separator: ",") } ?? "all",
                ]
            case .secondFactor(let candidate):
                ["factor", end, shown, candidate.member.description, "\(candidate.revision)"]
            }
        return try SealedField.text(parts.joined(separator: " "), for: Self.matter, in: browser, under: keys)
    }

    /// - Throws: ``SignInRefusal/expired`` for what is too old, another browser's, or none of ours.
    init(opening text: String, _ browser: Browser, under keys: KeySet, at now: Instant) throws {
        let plain = try SealedField.opened(text, for: Self.matter, in: browser, under: keys)
        let parts = plain.split(separator: " ", omittingEmptySubsequences: false)
        guard parts.count >= 3, let end = Int64(parts[1]), now.milliseconds < end,
            let step = Self.step(parts[0], Array(parts.dropFirst(3)))
        else { throw SignInRefusal.expired }
        self.step = step
        methods = parts[2].split(separator: ",").compactMap { SignInMethod(rawValue: String($0)) }
    }

    private static func step(_ name: Substring, _ parts: [Substring]) -> Step? {
        switch name {
        case "choose":
            guard parts.count == 3, let email = EmailAddress(parts[0]) else { return nil }
            let members =
                parts[2] == "all" ? nil : parts[2].split(separator: ",").compactMap { ID<Member>(parsing: $0) }
            return .chooseOrganization(
                Proof(email: email, password: PasswordDigest(encoded: String(parts[1])), members: members))
        case "factor":
            guard parts.count == 2, let member = ID<Member>(parsing: parts[0]), let revision = Int(parts[1]) else {
                return nil
            }
            return .secondFactor(Candidate(member: member, revision: revision))
        default: return nil
        }
    }

    init(step: Step, methods: [SignInMethod]) {
        self.step = step
        self.methods = methods
    }

    private static let matter = "sign-in ticket 2"
}
