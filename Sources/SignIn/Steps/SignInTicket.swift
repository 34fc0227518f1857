import CredentialFormat
import Model
import Tokens

/// What has been shown so far in a sign-in that has not ended. It travels sealed in a hidden field, bound to the browser's
/// form secret, so that no row is needed for who never comes back.
struct SignInTicket: Sendable {
    /// For how long it is good, in seconds.
    static let seconds = 300

    enum Step: String, Sendable {
        case chooseOrganization = "choose"
        case secondFactor = "factor"
    }

    /// A member as they were then. Any change of theirs, another password above all, ends the ticket.
    struct Candidate: Hashable, Sendable {
        let member: ID<Member>
        let revision: Int
    }

    let step: Step
    let candidates: [Candidate]
    /// What has been shown so far.
    let methods: [SignInMethod]

    /// The text of the hidden field.
    func sealed(for browser: Browser, under keys: KeySet, at now: Instant) throws -> String {
        let plain = [
            step.rawValue, "\(now.adding(seconds: Self.seconds).milliseconds)",
            methods.map(\.rawValue).joined(separator: ","),
            candidates.map { "\($0.member):\($0.revision)" }.joined(separator: ","),
        ].joined(separator: " ")
        return try SealedField.text(plain, for: Self.matter, in: browser, under: keys)
    }

    /// - Throws: ``SignInRefusal/expired`` for what is too old, another browser's, for another step, or none of ours.
    init(opening text: String, for step: Step, _ browser: Browser, under keys: KeySet, at now: Instant) throws {
        let plain = try SealedField.opened(text, for: Self.matter, in: browser, under: keys)
        let parts = plain.split(separator: " ", omittingEmptySubsequences: false)
        guard parts.count == 4, parts[0] == step.rawValue, let end = Int64(parts[1]), now.milliseconds < end else {
            throw SignInRefusal.expired
        }
        self.step = step
        methods = parts[2].split(separator: ",").compactMap { SignInMethod(rawValue: String($0)) }
        candidates = parts[3].split(separator: ",").compactMap { text in
            let pair = text.split(separator: ":")
            guard pair.count == 2, let member = ID<Member>(parsing: pair[0]), let revision = Int(pair[1]) else {
                return nil
            }
            return Candidate(member: member, revision: revision)
        }
    }

    init(step: Step, candidates: [Candidate], methods: [SignInMethod]) {
        self.step = step
        self.candidates = candidates
        self.methods = methods
    }

    private static let matter = "sign-in ticket 1"
}
