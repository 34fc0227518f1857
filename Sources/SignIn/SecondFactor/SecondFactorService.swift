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
    case active(recoveryCodesLeft: Int)
}

/// What an authenticator needs to know and the recovery codes beside it, before anything of it counts.
package struct TOTPEnrolment: Sendable, CustomStringConvertible, CustomReflectable {
    /// In base32, for who types it.
    package let secret: String
    /// `otpauth://totp/…`, for a QR code.
    package let uri: String
    package let codes: [String]
    /// All of it, for the form that turns it on.
    package let offer: String

    /// Says nothing.
    package var description: String { "TOTP enrolment" }
    /// Nothing to reflect upon.
    package var customMirror: Mirror { Mirror(self, children: []) }
}

/// New recovery codes, before they count.
package struct RecoveryCodeOffer: Sendable, CustomStringConvertible, CustomReflectable {
    package let codes: [String]
    /// The same, for the form that has them count.
    package let offer: String

    /// Says nothing.
    package var description: String { "recovery codes" }
    /// Nothing to reflect upon.
    package var customMirror: Mirror { Mirror(self, children: []) }
}

/// Members' second factors: an authenticator (RFC 6238) and ten recovery codes beside it.
///
/// What changes one's own begins with a sign-in of one's own, just now: ``SignedIn/requireOwnSignIn(at:)``. Then it is shown,
/// and counts once it comes back: so whoever has a second factor has seen its recovery codes.
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
        guard try tx.secondFactor(of: member) != nil else { return .none }
        return .active(recoveryCodesLeft: try tx.recoveryCodeCount(of: member))
    }

    /// Makes a secret for an authenticator and ten recovery codes. Nothing is kept.
    ///
    /// - Throws: ``SignInRefusal``, ``Refusal/conflict(code:explanation:)`` `second_factor_exists`.
    package func begin(
        for signedIn: SignedIn, in browser: Browser, tx: borrowing Transaction
    ) throws -> TOTPEnrolment {
        let now = now()
        try signedIn.requireOwnSignIn(at: now)
        guard try tx.secondFactor(of: signedIn.member.id) == nil else { throw Self.exists }
        let offer = SecondFactorOffer(of: signedIn, secret: RandomText.bytes(TOTP.secretLength), at: now)
        return enrolment(offer, of: signedIn, try offer.sealed(for: browser, under: keyRing.keys))
    }

    /// What was made by ``begin(for:in:tx:)``, to show it again.
    ///
    /// - Throws: ``SignInRefusal/expired``.
    package func enrolment(
        in offer: String, for signedIn: SignedIn, in browser: Browser
    ) throws -> TOTPEnrolment {
        enrolment(try open(offer, for: signedIn, in: browser), of: signedIn, offer)
    }

    /// Has the second factor be asked for from now on. What was turned on already with this offer stays on.
    ///
    /// - Throws: ``SignInRefusal``, ``Refusal/conflict(code:explanation:)`` `second_factor_exists`.
    package func confirm(
        code: String, offer: String, for signedIn: SignedIn, in browser: Browser, as actor: Actor,
        tx: borrowing Transaction
    ) throws {
        let offer = try open(offer, for: signedIn, in: browser)
        guard !offer.secret.isEmpty else { throw SignInRefusal.expired }
        let now = now()
        let (member, keys) = (signedIn.member.id, keyRing.keys)
        let context = SecondFactorCheck.context(member)
        if let factor = try tx.secondFactor(of: member) {
            guard keys.openSecret(factor.sealed, for: context) == offer.secret else { throw Self.exists }
            return
        }
        guard let code = SecondFactorCheck.digits(in: code),
            let step = TOTP(secret: offer.secret).steps(of: code, at: now).first
        else { throw SignInRefusal.wrong }
        let factor = StoredSecondFactor(
            member: member, sealed: try keys.sealSecret(offer.secret, for: context), createdAt: now, lastStep: step)
        guard try tx.insert(factor) else { throw Self.exists }
        try tx.setRecoveryCodes(digests(of: offer.codes, member), of: member)
        try tx.record(.secondFactorAdded, target: member, in: signedIn.organization.id, by: actor, at: now)
    }

    /// Makes ten new recovery codes. Those that there are stay good until these are kept.
    ///
    /// - Throws: ``SignInRefusal``, ``Refusal/notFound`` without a second factor.
    package func offerRecoveryCodes(
        for signedIn: SignedIn, in browser: Browser, tx: borrowing Transaction
    ) throws -> RecoveryCodeOffer {
        let now = now()
        try signedIn.requireOwnSignIn(at: now)
        guard try tx.secondFactor(of: signedIn.member.id) != nil else { throw Refusal.notFound }
        let offer = SecondFactorOffer(of: signedIn, secret: [], at: now)
        return RecoveryCodeOffer(codes: offer.codes, offer: try offer.sealed(for: browser, under: keyRing.keys))
    }

    /// Has these recovery codes count. Those before them are worth nothing; of these, those that were used stay used.
    ///
    /// - Throws: ``SignInRefusal``, ``Refusal/notFound`` without a second factor.
    package func keepRecoveryCodes(
        offer: String, for signedIn: SignedIn, in browser: Browser, as actor: Actor, tx: borrowing Transaction
    ) throws {
        let offer = try open(offer, for: signedIn, in: browser)
        guard offer.secret.isEmpty else { throw SignInRefusal.expired }
        let member = signedIn.member.id
        guard try tx.secondFactor(of: member) != nil else { throw Refusal.notFound }
        let digests = digests(of: offer.codes, member)
        guard try !tx.hasRecoveryCode(among: digests, of: member) else { return }
        try tx.setRecoveryCodes(digests, of: member)
        try tx.record(.recoveryCodesRenewed, target: member, in: signedIn.organization.id, by: actor, at: now())
    }

    /// Removes one's own second factor with its recovery codes.
    ///
    /// - Throws: ``SignInRefusal``, ``Refusal/notFound`` without one.
    package func remove(for signedIn: SignedIn, as actor: Actor, tx: borrowing Transaction) throws {
        try signedIn.requireOwnSignIn(at: now())
        try remove(signedIn.member, as: actor, tx: tx)
    }

    /// Removes the second factor of somebody who has lost both authenticator and recovery codes. Who has fewer rights than
    /// that member cannot (law 11), and neither can who has not proved just now that they are there: a stolen key is not
    /// enough to take a second factor away.
    ///
    /// - Parameter lineage: Where the actor's access token came from, nil for what no user has signed in for.
    /// - Throws: ``Refusal``; ``Refusal/presenceRequired(seconds:)``, ``Refusal/notFound`` without a second factor.
    package func remove(
        of id: ID<Member>, in organization: ID<Organization>, as actor: Actor, by lineage: ID<RefreshLineage>?,
        tx: borrowing Transaction
    ) throws {
        let member = try changeable(id, in: organization, by: actor, tx: tx)
        try tx.presence(by: lineage).requireRecent(at: now())
        try remove(member, as: actor, tx: tx)
    }

    /// The same for a member who is signed in here, and has just proved who they are.
    ///
    /// - Throws: ``SignInRefusal``; ``Refusal/notFound`` without a second factor.
    package func remove(
        of id: ID<Member>, in organization: ID<Organization>, as actor: Actor, signedInAs me: SignedIn,
        tx: borrowing Transaction
    ) throws {
        let member = try changeable(id, in: organization, by: actor, tx: tx)
        try me.requireOwnSignIn(at: now())
        try remove(member, as: actor, tx: tx)
    }

    private func changeable(
        _ id: ID<Member>, in organization: ID<Organization>, by actor: Actor, tx: borrowing Transaction
    ) throws -> Member {
        _ = try tx.organization(organization, where: actor, may: .membersManage)
        guard let member = try tx.member(id), member.organization == organization else { throw Refusal.notFound }
        try actor.requiresRights(roles.permissions(of: member))
        return member
    }

    private func remove(_ member: Member, as actor: Actor, tx: borrowing Transaction) throws {
        guard try tx.deleteSecondFactor(of: member.id) else { throw Refusal.notFound }
        try tx.setRecoveryCodes([], of: member.id)
        try tx.record(.secondFactorRemoved, target: member.id, in: member.organization, by: actor, at: now())
    }

    private static let exists = Refusal.conflict(
        code: "second_factor_exists", explanation: "There is a second factor already. Remove it first.")

    /// One that was made after a sign-in of one's own, in this session.
    private func open(_ offer: String, for signedIn: SignedIn, in browser: Browser) throws -> SecondFactorOffer {
        guard !signedIn.session.isHandedOver else { throw SignInRefusal.unavailable }
        return try SecondFactorOffer(opening: offer, for: signedIn, in: browser, under: keyRing.keys, at: now())
    }

    private func enrolment(_ offer: SecondFactorOffer, of signedIn: SignedIn, _ sealed: String) -> TOTPEnrolment {
        let text = Base32.text(offer.secret)
        return TOTPEnrolment(
            secret: text, uri: TOTP.uri(secret: text, issuer: name, account: signedIn.member.email.text),
            codes: offer.codes, offer: sealed)
    }

    private func digests(of codes: [String], _ member: ID<Member>) -> [SecretDigest] {
        let pepper = keyRing.keys.peppers.newest
        return codes.map { RecoveryCode.digest(of: $0, member, under: pepper) }
    }
}
