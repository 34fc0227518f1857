import CredentialFormat
import Model

/// What a browser keeps of the members who have signed in with it: attempts from there are counted apart, so that
/// strangers cannot lock an owner out who uses their own browser.
///
/// For each member: identifier, end, a random name of the browser, and an HMAC of these and of the present password's
/// digest under a pepper. It proves no more than that somebody knew that password here, opens nothing, and needs no row.
package struct DeviceCookie: Sendable {
    /// For how long a browser is known, in seconds.
    package static let seconds = 90 * 86_400
    /// The most members that a browser is known for, as many as fit into a cookie with room to spare. A further one takes the
    /// place of the oldest; whoever is not among them is counted as in any other browser.
    static let maximumMembers = 16
    private static let maximumLength = 2500
    /// By how many seconds an end may lie further ahead than one that is made now: clocks are set back.
    private static let clockTolerance = 86_400

    let peppers: Peppers

    /// The name of the browser, if the member has signed in there with the password that they have now.
    func device(
        _ member: ID<Member>, _ password: PasswordDigest?, in cookie: String?, at now: Instant
    ) -> String? {
        Self.entries(in: cookie).first { entry in
            entry.member == member && entry.end > now.seconds
                && entry.end <= now.adding(seconds: Self.seconds + Self.clockTolerance).seconds
                && isGenuine(entry, password)
        }?.device
    }

    /// The cookie of a browser in which a member has just signed in.
    func adding(_ member: ID<Member>, _ password: PasswordDigest?, to cookie: String?, at now: Instant) -> String {
        let device = device(member, password, in: cookie, at: now) ?? RandomText.make(bytes: 16)
        let end = now.adding(seconds: Self.seconds).seconds
        let body = "\(member).\(end).\(device)"
        var text = Array("\(body).".utf8)
        Base62.append(bytes: Self.code(body, password, under: peppers.newest), to: &text)
        let others = Self.entries(in: cookie).filter { $0.member != member }.prefix(Self.maximumMembers - 1)
        return ([String(decoding: text, as: UTF8.self)] + others.map(\.text)).joined(separator: "~")
    }

    private struct Entry {
        let text: String
        let body: String
        let member: ID<Member>
        /// In seconds since 1970.
        let end: Int64
        let device: String
        let code: [UInt8]
    }

    private static func entries(in cookie: String?) -> [Entry] {
        guard let cookie, cookie.utf8.count <= maximumLength else { return [] }
        return cookie.split(separator: "~").prefix(maximumMembers).compactMap { text in
            let parts = text.split(separator: ".", omittingEmptySubsequences: false)
            guard parts.count == 4, let member = ID<Member>(parsing: parts[0]), let end = Int64(parts[1]),
                let code = Base62.bytes(Array(parts[3].utf8)), code.count == 32
            else { return nil }
            return Entry(
                text: String(text), body: parts.prefix(3).joined(separator: "."), member: member, end: end,
                device: String(parts[2]), code: code)
        }
    }

    private func isGenuine(_ entry: Entry, _ password: PasswordDigest?) -> Bool {
        peppers.all.contains { constantTimeEqual(entry.code, Self.code(entry.body, password, under: $0)) }
    }

    private static func code(_ body: String, _ password: PasswordDigest?, under pepper: Pepper) -> [UInt8] {
        pepper.digest(of: "device cookie 1: \(body) \(password?.encoded ?? "")".utf8).bytes
    }
}
