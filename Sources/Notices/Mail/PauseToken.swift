import CredentialFormat
import Model

/// What a link in a mail carries by which these mails are paused, and nothing else is done: the member, and an HMAC of them and of the
/// address that the mail went to under a pepper. It needs no row, signs nobody in, and shows nothing of the member; whoever has the
/// mailbox of before after a change of the address can do nothing with it.
struct PauseToken: Sendable {
    private static let longest = 100

    let peppers: Peppers

    func text(for member: Member) -> String {
        var text = Array("\(member.id)~".utf8)
        Base62.append(bytes: Self.code(member, under: peppers.newest), to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    /// The member of what has the form of one; whether it is genuine, ``isGenuine(_:for:)`` tells.
    static func member(of text: String) -> ID<Member>? {
        parts(of: text)?.member
    }

    /// Whether it is what was made for a member at the address that they have now, in a time that does not depend on where it differs.
    func isGenuine(_ text: String, for member: Member) -> Bool {
        guard let parts = Self.parts(of: text), parts.member == member.id else { return false }
        return peppers.all.contains { constantTimeEqual(parts.code, Self.code(member, under: $0)) }
    }

    private static func parts(of text: String) -> (member: ID<Member>, code: [UInt8])? {
        guard text.utf8.count <= longest else { return nil }
        let parts = text.split(separator: "~", omittingEmptySubsequences: false)
        guard parts.count == 2, let member = ID<Member>(parsing: parts[0]),
            let code = Base62.bytes(Array(parts[1].utf8)), code.count == 32
        else { return nil }
        return (member, code)
    }

    private static func code(_ member: Member, under pepper: Pepper) -> [UInt8] {
        pepper.digest(of: "notice pause 1: \(member.id) \(member.email)".utf8).bytes
    }
}
