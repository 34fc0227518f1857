package import CredentialFormat
import Events
package import Model
import Organizations
package import Persistence
package import ProductDefinition
package import Tokens

/// What there is of a member's second factor.
package enum SecondFactorState: Hashable, Sendable {
    case none
    /// Begun, and no code was shown yet: it is asked for nowhere.
    case pending
    case active(recoveryCodesLeft: Int)
}

/// What an authenticator needs to know, shown once.
package struct TOTPEnrolment: Sendable, CustomStringConvertible, CustomReflectable {
    /// In base32, for who types it.
    package let secret: String
    /// `otpauth://totp/…`, for a QR code.
    package let uri: String

    /// Says nothing.
    package var description: String { "TOTP enrolment" }
    /// Nothing to reflect upon.
    package var customMirror: Mirror { Mirror(self, children: []) }
}

/// Members' second factors: an authenticator (RFC 6238) and ten recovery codes beside it.
///
/// What changes one's own needs a sign-in of one's own, just now: ``SignedIn/requireOwnSignIn(at:)``.
package struct SecondFactorService: Sendable {
    private let keyRing: KeyRing
    private let roles: RoleService
    private let name: String
    private let now: @Sendable () -> Instant

    /// - Parameter name: What authenticators call us, nil for the product's name.
    package init(
        keyRing: KeyRing, product: Product, issuer name: String? = nil, now: @escaping @Sendable () -> Instant
    ) {
        self.keyRing = keyRing
        roles = RoleService(product: product)
        self.name = name ?? product.name
        self.now = now
    }

    package func state(of member: ID<Member>, tx: borrowing Transaction) throws -> SecondFactorState {
        guard let factor = try tx.secondFactor(of: member) else { return .none }
        return factor.confirmedAt == nil
            ? .pending : .active(recoveryCodesLeft: try tx.recoveryCodeCount(of: member))
    }

    /// Makes a secret for an authenticator. Nothing asks for its codes until one was shown.
    ///
    /// - Throws: ``SignInRefusal``, ``Refusal/conflict(code:explanation:)`` `second_factor_exists`.
    package func begin(for signedIn: SignedIn, tx: borrowing Transaction) throws -> TOTPEnrolment {
        let now = now()
        try signedIn.requireOwnSignIn(at: now)
        let member = signedIn.member
        let secret = RandomText.bytes(TOTP.secretLength)
        let sealed = try keyRing.keys.sealSecret(secret, for: SecondFactorCheck.context(member.id))
        guard try tx.offer(StoredSecondFactor(member: member.id, sealed: sealed, createdAt: now)) else {
            throw Refusal.conflict(
                code: "second_factor_exists", explanation: "There is a second factor already. Remove it first.")
        }
        let text = Base32.text(secret)
        return TOTPEnrolment(
            secret: text, uri: TOTP.uri(secret: text, issuer: name, account: member.email.text))
    }

    /// Has the second factor be asked for from now on.
    ///
    /// - Returns: The recovery codes, shown once.
    /// - Throws: ``SignInRefusal``, ``Refusal/notFound`` where none was begun.
    package func confirm(
        code: String, for signedIn: SignedIn, as actor: Actor, tx: borrowing Transaction
    ) throws -> [String] {
        let now = now()
        try signedIn.requireOwnSignIn(at: now)
        let member = signedIn.member.id
        guard let factor = try tx.secondFactor(of: member), factor.confirmedAt == nil else { throw Refusal.notFound }
        guard let code = SecondFactorCheck.digits(in: code),
            try SecondFactorCheck(keys: keyRing.keys).accept(code, of: factor, at: now, tx: tx),
            try tx.confirmSecondFactor(of: member, at: now)
        else { throw SignInRefusal.wrong }
        try tx.record(.secondFactorAdded, target: member, in: signedIn.organization.id, by: actor, at: now)
        return try freshCodes(of: member, tx: tx)
    }

    /// Makes ten new recovery codes. Those before them are worth nothing.
    ///
    /// - Throws: ``SignInRefusal``, ``Refusal/notFound`` without a second factor.
    package func renewRecoveryCodes(
        for signedIn: SignedIn, as actor: Actor, tx: borrowing Transaction
    ) throws -> [String] {
        let now = now()
        try signedIn.requireOwnSignIn(at: now)
        let member = signedIn.member.id
        guard try tx.secondFactor(of: member)?.confirmedAt != nil else { throw Refusal.notFound }
        try tx.record(.recoveryCodesRenewed, target: member, in: signedIn.organization.id, by: actor, at: now)
        return try freshCodes(of: member, tx: tx)
    }

    /// Removes one's own second factor with its recovery codes.
    ///
    /// - Throws: ``SignInRefusal``, ``Refusal/notFound`` without one.
    package func remove(for signedIn: SignedIn, as actor: Actor, tx: borrowing Transaction) throws {
        try signedIn.requireOwnSignIn(at: now())
        try remove(signedIn.member, as: actor, tx: tx)
    }

    /// Removes the second factor of somebody who has lost both authenticator and recovery codes. Who has fewer rights than
    /// that member cannot (law 11).
    package func remove(
        of id: ID<Member>, in organization: ID<Organization>, as actor: Actor, tx: borrowing Transaction
    ) throws {
        _ = try tx.organization(organization, where: actor, may: .membersManage)
        guard let member = try tx.member(id), member.organization == organization else { throw Refusal.notFound }
        try actor.requiresRights(roles.permissions(of: member.roles))
        try remove(member, as: actor, tx: tx)
    }

    private func remove(_ member: Member, as actor: Actor, tx: borrowing Transaction) throws {
        guard try tx.deleteSecondFactor(of: member.id) else { throw Refusal.notFound }
        try tx.setRecoveryCodes([], of: member.id)
        try tx.record(.secondFactorRemoved, target: member.id, in: member.organization, by: actor, at: now())
    }

    private func freshCodes(of member: ID<Member>, tx: borrowing Transaction) throws -> [String] {
        let codes = (0..<RecoveryCode.count).map { _ in RecoveryCode.make() }
        let pepper = keyRing.keys.peppers.newest
        try tx.setRecoveryCodes(codes.map { RecoveryCode.digest(of: $0, member, under: pepper) }, of: member)
        return codes
    }
}
