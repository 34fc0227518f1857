import CredentialFormat
import Events
package import Model
package import Persistence
package import Policy
package import ProductDefinition
package import Tokens

/// What members want to be told by e-mail of what becomes of credentials: chosen by themselves, or paused by a link in a mail.
package struct NoticeChoiceService: Sendable {
    private let keyRing: KeyRing
    private let audience: NoticeAudience?
    private let address: PublicAddress
    private let sendsMail: Bool
    private let now: @Sendable () -> Instant

    /// - Parameter sendsMail: Whether anybody takes mail.
    package init(
        keyRing: KeyRing, product: Product, issuer: String, sendsMail: Bool, now: @escaping @Sendable () -> Instant
    ) {
        self.keyRing = keyRing
        audience = NoticeAudience(product)
        address = PublicAddress(issuer: issuer)
        self.sendsMail = sendsMail
        self.now = now
    }

    /// Whether anybody is told by e-mail at all: the product says whom, and mail goes out.
    package var isOffered: Bool { sendsMail && audience != nil }

    /// What a member gets.
    package struct Standing: Sendable {
        package let choice: NoticeChoice
        /// Whether they are told by their role, and not alone of what they look after.
        package let isResponsible: Bool
        /// Whether their address is proved: nothing is sent to another.
        package let isProved: Bool
    }

    /// What the member gets who asks.
    ///
    /// - Throws: ``Refusal/notFound`` where nobody is told by e-mail, or no member asks.
    package func standing(of actor: Actor, tx: borrowing Transaction) throws -> Standing {
        let member = try member(actor, tx: tx)
        return Standing(
            choice: try tx.noticeChoice(of: member.id) ?? NoticeChoice(),
            isResponsible: audience?.isResponsible(member) ?? false, isProved: member.emailProof != nil)
    }

    /// Keeps what the member wants who asks.
    ///
    /// - Throws: As ``standing(of:tx:)``.
    package func choose(_ choice: NoticeChoice, as actor: Actor, tx: borrowing Transaction) throws {
        let member = try member(actor, tx: tx)
        try keep(choice, of: member, as: actor, tx: tx)
    }

    private func member(_ actor: Actor, tx: borrowing Transaction) throws -> Member {
        guard isOffered, case .member(let id) = actor.identity, let member = try tx.member(id) else {
            throw Refusal.notFound
        }
        return member
    }

    private func keep(_ choice: NoticeChoice, of member: Member, as actor: Actor, tx: borrowing Transaction) throws {
        let now = now()
        guard try tx.noticeChoice(of: member.id) ?? NoticeChoice() != choice else { return }
        let soon = choice.pace == .soon
        try tx.setNoticeChoice(choice, of: member.id, due: soon ? now : nil, at: now)
        try tx.record(
            .memberNoticesChanged, target: member.id, in: member.organization,
            details: ["pace": choice.pace.rawValue], by: actor, at: now)
    }

    // MARK: The link in a mail

    /// Where a member's mails are paused.
    func pauseAddress(for member: Member) -> String {
        let token = PauseToken(peppers: keyRing.keys.peppers).text(for: member)
        return address.url("\(Self.pausePath)?token=\(token)")
    }

    /// The path of the page of such a link.
    package static let pausePath = ReservedPath.account.below("notices/pause")

    /// Whether a link is one of ours. To look changes nothing.
    ///
    /// - Throws: ``Refusal/notFound``
    package func check(_ token: String, tx: borrowing Transaction) throws {
        _ = try member(of: token, tx: tx)
    }

    /// Pauses the mails of whoever a link was mailed to. To do it again is to have it done.
    ///
    /// - Throws: ``Refusal/notFound`` for what is no link of ours, or of an address of before.
    package func pause(
        _ token: String, requestID: String, from address: IPAddress?, tx: borrowing Transaction
    ) throws {
        let member = try member(of: token, tx: tx)
        var choice = try tx.noticeChoice(of: member.id) ?? NoticeChoice()
        choice.pace = .paused
        let link = Actor(
            .command("notice-link"), reach: .nothing, permissions: [], requestID: requestID, address: address)
        try keep(choice, of: member, as: link, tx: tx)
    }

    private func member(of token: String, tx: borrowing Transaction) throws -> Member {
        guard let id = PauseToken.member(of: token), let member = try tx.member(id),
            PauseToken(peppers: keyRing.keys.peppers).isGenuine(token, for: member)
        else { throw Refusal.notFound }
        return member
    }
}
