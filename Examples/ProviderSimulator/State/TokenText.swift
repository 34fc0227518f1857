/// What stands in a token. It says itself to what it belongs and how long it lives, so none has to be remembered: renewals of
/// a year leave nothing behind in memory.
struct TokenText: Sendable, Hashable {
    enum Kind: Character, Sendable, CaseIterable {
        case code = "c"
        case access = "a"
        case refresh = "r"
        /// Of a page, by which one acts for it.
        case page = "p"
    }

    let kind: Kind
    /// The grant's number.
    let grant: Int
    /// How many of its kind the grant had before.
    let serial: Int
    /// Seconds since 1970.
    let issued: Int
    /// Seconds since 1970, 0 for never.
    let expires: Int
    /// Which page, or whether it is long-lived.
    let part: Int

    /// Plainly not real: `sim-` and its fields in base 36, of which the last is a checksum under the seed.
    func text(_ seed: UInt64) -> String {
        let fields = [grant, serial, issued, expires, part].map { String($0, radix: 36) }.joined(separator: "-")
        let body = "\(kind.rawValue)\(fields)"
        return "sim-\(body)-\(Self.checksum(body, seed))"
    }

    /// Finds one in a text, whatever stands around it. Nil unless the checksum is right.
    init?(in text: String, _ seed: UInt64) {
        guard text.utf8.count <= 512, let range = text.firstRange(of: "sim-") else { return nil }
        let fields = text[range.upperBound...].split(separator: "-", omittingEmptySubsequences: false)
        guard fields.count >= 6, let letter = fields[0].first, let kind = Kind(rawValue: letter) else { return nil }
        let body = fields[..<5].joined(separator: "-")
        let numbers = ([fields[0].dropFirst()] + fields[1..<5]).compactMap { Int($0, radix: 36) }
        guard numbers.count == 5, fields[5].hasPrefix(Self.checksum(body, seed)) else { return nil }
        self.init(
            kind: kind, grant: numbers[0], serial: numbers[1], issued: numbers[2], expires: numbers[3],
            part: numbers[4])
    }

    init(kind: Kind, grant: Int, serial: Int, issued: Int, expires: Int, part: Int = 0) {
        self.kind = kind
        self.grant = grant
        self.serial = serial
        self.issued = issued
        self.expires = expires
        self.part = part
    }

    private static func checksum(_ body: String, _ seed: UInt64) -> String {
        var numbers = SeededNumbers(seed, body, 7)
        let text = String(numbers.next(), radix: 36)
        return String(repeating: "0", count: 13 - text.count) + text
    }
}

/// What a provider puts around its tokens.
struct TokenShape: Sendable {
    var code = (prefix: "", suffix: "")
    var access = ""
    var refresh = ""
    /// Of a person's access token, where that differs from a workspace's.
    var personAccess: String?

    func around(_ text: String, _ kind: TokenText.Kind, isOfPerson: Bool) -> String {
        switch kind {
        case .code: code.prefix + text + code.suffix
        case .access, .page: (isOfPerson ? personAccess ?? access : access) + text
        case .refresh: refresh + text
        }
    }
}
