import CredentialFormat
import Model
import Policy

/// What an access token says, in bytes: the plain text of a sealed token.
///
/// In order: flags (1 byte; see ``Flags``), token id, client (16 bytes each), lineage (16, only of an app), account (16),
/// organization (16, only if it is not the account), contact (16, only if it acts for one), access key and its generation (16
/// and 4, only if that says so), subject (length in 1 byte, UTF-8; only if there is one and no contact), scopes (length in 2
/// bytes, the text of a `scope` parameter), audiences (count in 1 byte; each with its length in 2 bytes, UTF-8), issued (seconds since 1970,
/// 4 bytes), lifetime (seconds, 4 bytes). Numbers have their most significant byte first.
///
/// There is one encoding of each token, and decoding accepts no other. Fractions of a second are cut off, so a token
/// never lives longer than was meant.
enum AccessTokenRecord {
    /// What follows. The other bits are zero until a later format gives them a meaning (confirmation key).
    private struct Flags: OptionSet {
        let rawValue: UInt8
        static let subject = Flags(rawValue: 1)
        static let organization = Flags(rawValue: 2)
        /// The client is an app, and acts for a user.
        static let app = Flags(rawValue: 4)
        /// The client is an integration, and acts for a contact.
        static let contact = Flags(rawValue: 8)
        /// By an access key.
        static let accessKey = Flags(rawValue: 16)
        static let all: Flags = [.subject, .organization, .app, .contact, .accessKey]
    }

    /// - Throws: ``TokenError/unrepresentable`` for a token with a part too long, no audience, or a time before 1970,
    ///   after 2106 or in the wrong order.
    static func encode(_ token: AccessToken) throws(TokenError) -> [UInt8] {
        let issued = token.issuedAt.seconds
        let (lifetime, overflow) = token.expiresAt.seconds.subtractingReportingOverflow(issued)
        guard let issued = UInt32(exactly: issued), !overflow, let lifetime = UInt32(exactly: lifetime), lifetime > 0,
            let audienceCount = UInt8(exactly: token.audiences.count), audienceCount > 0
        else { throw .unrepresentable }

        var flags: Flags = []
        if token.subject != nil, token.contact == nil { flags.insert(.subject) }
        if token.organization != token.account { flags.insert(.organization) }
        if token.lineage != nil { flags.insert(.app) }
        if token.contact != nil { flags.insert(.contact) }
        if token.contact?.proof != nil { flags.insert(.accessKey) }
        // An app acts for a user, and never for a contact.
        guard !flags.isSuperset(of: [.app, .contact]) else { throw .unrepresentable }

        var bytes: [UInt8] = []
        bytes.reserveCapacity(256)
        bytes.append(flags.rawValue)
        append(token.id.value, to: &bytes)
        switch token.holder {
        case .integration(let id): append(id.value, to: &bytes)
        case .app(let id, let lineage):
            append(id.value, to: &bytes)
            append(lineage.value, to: &bytes)
        }
        append(token.account.value, to: &bytes)
        if flags.contains(.organization) { append(token.organization.value, to: &bytes) }
        if let contact = token.contact { try append(contact, to: &bytes) }
        if flags.contains(.subject), let subject = token.subject {
            try append(subject, lengthAs: UInt8.self, to: &bytes)
        }
        if token.scopes.isEmpty {
            append(UInt16(0), to: &bytes)
        } else {
            try append(token.scopes.text, lengthAs: UInt16.self, to: &bytes)
        }
        bytes.append(audienceCount)
        for audience in token.audiences { try append(audience, lengthAs: UInt16.self, to: &bytes) }
        append(issued, to: &bytes)
        append(lifetime, to: &bytes)
        return bytes
    }

    /// The token, or nil for bytes that ``encode(_:)`` does not write.
    static func decode(_ bytes: [UInt8]) -> AccessToken? {
        var reader = ByteReader(bytes)
        guard let rawFlags: UInt8 = reader.number() else { return nil }
        let flags = Flags(rawValue: rawFlags)
        guard flags.isSubset(of: .all), let id: UInt128 = reader.number(),
            let holder = holder(&reader, isApp: flags.contains(.app)),
            let account: UInt128 = reader.number()
        else { return nil }

        var organization = account
        if flags.contains(.organization) {
            guard let other: UInt128 = reader.number(), other != account else { return nil }
            organization = other
        }

        guard let contact = contact(&reader, flags) else { return nil }
        var subject: String?
        if flags.contains(.subject) {
            guard let text = reader.text(lengthAs: UInt8.self), !text.isEmpty else { return nil }
            subject = text
        }

        guard let scopeBytes = reader.bytes(lengthAs: UInt16.self),
            let scopes = scopeBytes.isEmpty ? .empty : ScopeSet(canonical: scopeBytes),
            let audienceCount: UInt8 = reader.number(), audienceCount > 0
        else { return nil }
        var audiences: [String] = []
        audiences.reserveCapacity(Int(audienceCount))
        for _ in 0..<audienceCount {
            guard let audience = reader.text(lengthAs: UInt16.self), !audience.isEmpty else { return nil }
            audiences.append(audience)
        }

        guard let issued: UInt32 = reader.number(), let lifetime: UInt32 = reader.number(), lifetime > 0, reader.isAtEnd
        else { return nil }
        return AccessToken(
            id: ID(value: id), holder: holder, account: ID(value: account),
            organization: ID(value: organization), subject: subject, contact: contact, scopes: scopes,
            audiences: audiences,
            issuedAt: Instant(seconds: Int64(issued)), expiresAt: Instant(seconds: Int64(issued) + Int64(lifetime)))
    }

    private static func holder(_ reader: inout ByteReader, isApp: Bool) -> AccessToken.Holder? {
        guard let client: UInt128 = reader.number() else { return nil }
        guard isApp else { return .integration(ID(value: client)) }
        guard let lineage: UInt128 = reader.number() else { return nil }
        return .app(ID(value: client), lineage: ID(value: lineage))
    }

    private static func append(_ contact: ActingContact, to bytes: inout [UInt8]) throws(TokenError) {
        append(contact.contact.value, to: &bytes)
        guard let proof = contact.proof else { return }
        guard let generation = UInt32(exactly: proof.generation) else { throw .unrepresentable }
        append(proof.accessKey.value, to: &bytes)
        append(generation, to: &bytes)
    }

    /// Nil for what cannot be read, `.some(nil)` where there is none.
    private static func contact(_ reader: inout ByteReader, _ flags: Flags) -> ActingContact?? {
        guard flags.contains(.contact) else { return flags.contains(.accessKey) ? nil : .some(nil) }
        guard flags.isDisjoint(with: [.app, .subject]), let contact: UInt128 = reader.number() else { return nil }
        guard flags.contains(.accessKey) else { return ActingContact(ID(value: contact), by: nil) }
        guard let key: UInt128 = reader.number(), let generation: UInt32 = reader.number() else { return nil }
        return ActingContact(
            ID(value: contact), by: ActingContact.Proof(accessKey: ID(value: key), generation: Int(generation)))
    }

    private static func append<Number: FixedWidthInteger & UnsignedInteger>(_ number: Number, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: number.bigEndian) { bytes.append(contentsOf: $0) }
    }

    /// Empty texts have no encoding, so that absence has only one.
    private static func append<Length: FixedWidthInteger & UnsignedInteger>(
        _ text: String, lengthAs: Length.Type, to bytes: inout [UInt8]
    ) throws(TokenError) {
        guard let length = Length(exactly: text.utf8.count), length > 0 else { throw .unrepresentable }
        append(length, to: &bytes)
        bytes.append(contentsOf: text.utf8)
    }
}

/// Reads bytes from front to back. What is not there is nil, never a trap.
private struct ByteReader {
    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    var isAtEnd: Bool { position == bytes.count }

    mutating func take(_ count: Int) -> ArraySlice<UInt8>? {
        guard count <= bytes.count - position else { return nil }
        defer { position += count }
        return bytes[position..<(position + count)]
    }

    mutating func number<Number: FixedWidthInteger & UnsignedInteger>(as: Number.Type = Number.self) -> Number? {
        take(Number.bitWidth / 8)?.reduce(0) { $0 << 8 | Number($1) }
    }

    mutating func bytes<Length: FixedWidthInteger & UnsignedInteger>(lengthAs: Length.Type) -> ArraySlice<UInt8>? {
        number(as: Length.self).flatMap { take(Int($0)) }
    }

    mutating func text<Length: FixedWidthInteger & UnsignedInteger>(lengthAs: Length.Type) -> String? {
        bytes(lengthAs: Length.self).flatMap { String(validating: $0, as: UTF8.self) }
    }
}
