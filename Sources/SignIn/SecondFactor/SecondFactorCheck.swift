import CredentialFormat
import Events
import Model
import Persistence
import Tokens

/// Whether a code is good now. Each is once (law 8). Whether it may be tried at all, ``SignInThrottle`` has said before.
struct SecondFactorCheck: Sendable {
    let keys: KeySet

    /// Uses up a code of a member's authenticator, or one of their recovery codes.
    ///
    /// - Returns: Which it was, nil for neither.
    func accept(
        _ text: String, of member: Member, as actor: Actor, at now: Instant, tx: borrowing Transaction
    ) throws -> SignInMethod? {
        let id = member.id
        if let code = Self.digits(in: text) {
            guard let factor = try tx.secondFactor(of: id), try accept(code, of: factor, at: now, tx: tx) else {
                return nil
            }
            return .totp
        }
        guard let code = RecoveryCode.normalized(text) else { return nil }
        let digests = keys.peppers.all.map { RecoveryCode.digest(of: code, id, under: $0) }
        guard try tx.useRecoveryCode(digests, of: id) else { return nil }
        try tx.record(.recoveryCodeUsed, target: id, in: member.organization, by: actor, at: now)
        return .recoveryCode
    }

    /// Uses up a code of an authenticator.
    private func accept(
        _ code: String, of factor: StoredSecondFactor, at now: Instant, tx: borrowing Transaction
    ) throws -> Bool {
        guard let secret = keys.openSecret(factor.sealed, for: Self.context(factor.member)) else {
            throw TokenError.doesNotOpen(purpose: KeyPurpose.secrets.rawValue, version: 0)
        }
        for step in TOTP(secret: secret).steps(of: code, at: now) where step > factor.lastStep {
            if try tx.accept(step: step, of: factor.member) { return true }
        }
        return false
    }

    /// Six digits, however they were typed.
    static func digits(in text: String) -> String? {
        guard text.utf8.count <= 16 else { return nil }
        let code = text.filter { $0 != " " && $0 != "-" }
        return code.utf8.count == 6 && code.utf8.allSatisfy { (0x30...0x39).contains($0) } ? code : nil
    }

    /// What a member's secret is sealed for.
    static func context(_ member: ID<Member>) -> String { "second factor \(member)" }
}
