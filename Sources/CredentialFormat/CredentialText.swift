/// What a credential is, as its second word says.
package enum CredentialKind: String, Hashable, Sendable, CaseIterable {
    /// An API key.
    case apiKey = "key"
    /// A client secret.
    case clientSecret = "cs"
    /// A contact's access key.
    case accessKey = "ak"
    /// A sealed access token.
    case accessToken = "at"
    /// A refresh token.
    case refreshToken = "rt"
    /// An authorization code.
    case authorizationCode = "code"
    /// A link that works once: an invitation, a new password, a hand-over.
    case invitation = "inv"
    /// The session of a member who signed in. It stands in a cookie.
    case session = "ses"

    /// Whether its text seals what it says, under a key of ours. The others are drawn at random and looked up by a digest.
    package var isSealed: Bool {
        switch self {
        case .accessToken, .refreshToken: true
        case .apiKey, .clientSecret, .accessKey, .authorizationCode, .invitation, .session: false
        }
    }
}

/// The text format of every credential: `<brand>_<kind>_<body><check>`.
///
/// `body` is base62: 43 characters for a secret that is looked up, any number for a sealed token. `check` is the CRC-32
/// of everything before it in 6 base62 characters. Underscores only, so a double click selects all of it.
package enum CredentialText {
    /// The characters of the body of a secret that is looked up: 43 × log₂ 62 = 256 bits.
    package static let secretBodyLength = 43
    /// The characters of the check.
    package static let checkLength = 6
    /// The longest text that is looked at. A token that would be longer is refused when it is made.
    package static let maximumLength = 4096

    /// The text with `body` as it stands.
    package static func compose(_ brand: Brand, _ kind: CredentialKind, body: some Collection<UInt8>) -> String {
        compose(brand, kind, room: body.count) { $0.append(contentsOf: body) }
    }

    /// The text whose body spells `bytes`, in base62 blocks.
    package static func compose(_ brand: Brand, _ kind: CredentialKind, spelling bytes: [UInt8]) -> String {
        compose(brand, kind, room: Base62.encodedLength(of: bytes.count)) { Base62.append(bytes: bytes, to: &$0) }
    }

    private static func compose(
        _ brand: Brand, _ kind: CredentialKind, room: Int, _ appendBody: (inout [UInt8]) -> Void
    ) -> String {
        var text: [UInt8] = []
        text.reserveCapacity(brand.text.utf8.count + 8 + room + checkLength)
        text.append(contentsOf: brand.text.utf8)
        text.append(separator)
        text.append(contentsOf: kind.rawValue.utf8)
        text.append(separator)
        appendBody(&text)
        Base62.append(CRC32.checksum(of: text[...]), width: checkLength, to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    /// The kind and the body of a text, or nil unless brand, kind, alphabet and check are right.
    package static func parse(
        _ text: some RandomAccessCollection<UInt8>, brand: Brand
    ) -> (kind: CredentialKind, body: ArraySlice<UInt8>)? {
        guard text.count <= maximumLength else { return nil }
        return parse(Array(text), brand: brand)
    }

    /// The kind and the body of a text, or nil unless brand, kind, alphabet and check are right.
    package static func parse(_ bytes: [UInt8], brand: Brand) -> (kind: CredentialKind, body: ArraySlice<UInt8>)? {
        let prefix = brand.text.utf8
        guard bytes.count <= maximumLength, bytes.count > prefix.count + 1 + checkLength, bytes.starts(with: prefix),
            bytes[prefix.count] == separator
        else { return nil }
        let afterBrand = bytes[(prefix.count + 1)...]
        guard let end = afterBrand.firstIndex(of: separator), let kind = kind(spelled: afterBrand[..<end]) else {
            return nil
        }
        let rest = bytes[(end + 1)...]
        guard rest.count > checkLength else { return nil }
        let body = rest.dropLast(checkLength)
        guard Base62.areDigits(body), let check: UInt32 = Base62.number(rest.suffix(checkLength)),
            check == CRC32.checksum(of: bytes.dropLast(checkLength))
        else { return nil }
        if !kind.isSealed, body.count != secretBodyLength { return nil }
        return (kind, body)
    }

    /// The words of a text that may be something of ours, whatever stands around them: those with an underscore.
    package static func words(of text: String) -> [Substring] {
        text.split { !($0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_")) }.filter { $0.contains("_") }
    }

    private static let separator = UInt8(ascii: "_")
    private static let kinds = CredentialKind.allCases.map { (kind: $0, word: Array($0.rawValue.utf8)) }

    private static func kind(spelled word: ArraySlice<UInt8>) -> CredentialKind? {
        kinds.first { $0.word.elementsEqual(word) }?.kind
    }
}
