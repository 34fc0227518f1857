/// What somebody's consent gave to a client, with the tokens that came of it.
final class Grant {
    /// Why nothing of it works any more.
    enum Ending: String {
        case removedApp = "user_removed_app"
        case passwordChanged = "password_changed"
        /// The person has to do something at the provider first.
        case checkpoint
        /// An administrator forbids it.
        case adminPolicy = "admin_policy"
        /// The session at the provider is too old for such a scope.
        case reauthenticationDue = "invalid_rapt"
        case accountDisabled = "account_disabled"
        /// The client gave it back.
        case revoked
        /// A younger one of the same account took its place.
        case displaced
        /// Nobody renewed it for too long.
        case idle
        /// A refresh token was used twice.
        case replayed
        /// The code was used twice.
        case codeReplayed = "code_replayed"
    }

    /// A use of one refresh token.
    struct Spending {
        var count = 0
        /// Whether the answer to the first use never arrived.
        var isLost = false
        var at: Int
    }

    let number: Int
    private(set) var account: Account
    let client: String
    let asked: [String]
    var scopes: [String]
    /// The places of the pages or locations that were ticked.
    let children: [Int]
    let redirectURI: String
    let challenge: String?
    let consentedAt: Int
    /// What the person gives for themselves, beside what the workspace gives.
    let personScopes: [String]
    let isOfPerson: Bool
    /// Whether a refresh token comes with it.
    var isOffline: Bool

    var codeIsUsed = false
    var ending: Ending?
    /// The newest access token's serial.
    private(set) var accessSerial = 0
    /// The serial of the refresh token that is the newest.
    private(set) var refreshSerial = 0
    var refreshExpires = 0
    var rotatedAt: Int
    var renewedAt: Int
    /// Of the last few refresh tokens, by serial.
    private(set) var spendings: [Int: Spending] = [:]

    init(
        number: Int, account: Account, client: String, asked: [String], scopes: [String], children: [Int],
        redirectURI: String, challenge: String?, at time: Int, isOffline: Bool,
        personScopes: [String] = [], isOfPerson: Bool = false
    ) {
        self.number = number
        self.account = account
        self.client = client
        self.asked = asked
        self.scopes = scopes
        self.children = children
        self.redirectURI = redirectURI
        self.challenge = challenge
        self.isOffline = isOffline
        self.personScopes = personScopes
        self.isOfPerson = isOfPerson
        consentedAt = time
        rotatedAt = time
        renewedAt = time
    }

    var provider: ProviderName { account.provider }

    /// TikTok's consent page is the same for people and for businesses; which it was shows when the code is exchanged.
    func move(to account: Account) { self.account = account }

    func nextAccess() -> Int {
        accessSerial += 1
        return accessSerial
    }

    func rotate(at time: Int) {
        refreshSerial += 1
        rotatedAt = time
        spendings[refreshSerial - Self.remembered] = nil
    }

    /// Notes a use and tells how often the token was used by now.
    func spend(_ serial: Int, at time: Int) -> Spending {
        guard serial > refreshSerial - Self.remembered else {
            // It was used: another took its place long ago.
            return Spending(count: 2, at: time)
        }
        var spending = spendings[serial] ?? Spending(at: time)
        spending.count += 1
        spendings[serial] = spending
        return spending
    }

    func lose(_ serial: Int) {
        if spendings[serial]?.count == 1 { spendings[serial]?.isLost = true }
    }

    private static let remembered = 8
}
