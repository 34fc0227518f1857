/// What a provider's tokens live by. All of it can be changed while the simulator runs.
struct TokenRules: Sendable {
    /// What becomes of a refresh token that is used.
    enum Rotation: Sendable, Equatable {
        /// It stays.
        case none
        /// A new one comes, and the old one works until its own end.
        case replaceOldValid
        /// A new one comes, and the old one is dead.
        case singleUse
        /// The same, but for so many seconds a repetition is answered with the new one.
        case singleUseGrace(Int)
        /// A repetition is answered with the new one until that is used, for 30 days at most.
        case retainUntilNextUsed
        /// A new one comes; use of the old one ends the grant.
        case familyRevokeOnReplay
        /// A new one comes when it is a day old, and the old one is dead.
        case daily

        /// Whether a use of one that was used before is what a careful client never does.
        var forbidsRepetition: Bool {
            switch self {
            case .none, .replaceOldValid: false
            case .singleUse, .singleUseGrace, .retainUntilNextUsed, .familyRevokeOnReplay, .daily: true
            }
        }
    }

    /// How an answer says when the access token ends.
    enum ExpiryForm: String, Sendable, CaseIterable {
        case seconds
        case absent
        /// Seconds, but as a text.
        case text
        case milliseconds
        /// Seconds since 1970.
        case absolute
    }

    /// Seconds, 0 for ever.
    var accessLife: Int
    /// Of the one that a code is exchanged for, where that differs.
    var firstLife: Int?
    /// Seconds, 0 for ever, nil where there are no refresh tokens.
    var refreshLife: Int?
    var rotation = Rotation.none
    var expiry = ExpiryForm.seconds
    /// A renewal ends the access token before it.
    var accessDiesOnRenewal = false
    /// A renewal does not move the refresh token's end.
    var refreshIsFixed = false
    /// Seconds after the consent at which the grant ends, whatever its use.
    var hardCap: Int?
    /// Seconds without a renewal after which the grant ends.
    var idleLimit: Int?
    /// How many grants of one account and client live; the oldest makes room.
    var liveGrants: Int?
    /// Seconds that a token must have lived before it is renewed.
    var minimumAge = 0
    /// Seconds that a code lives.
    var codeLife = 600
}

extension TokenRules {
    /// Changes what `value` names.
    ///
    /// - Returns: The name of the first member that it does not understand.
    mutating func change(by value: JSONValue) -> String? {
        guard case .object(let members) = value else { return "an object is expected" }
        for member in members where !set(member.name, member.value) { return member.name }
        return nil
    }

    private mutating func set(_ name: String, _ value: JSONValue) -> Bool {
        if name == "rotation" {
            guard let rotation = value.string.flatMap(Rotation.init) else { return false }
            self.rotation = rotation
            return true
        }
        if name == "expiry" {
            guard let form = value.string.flatMap(ExpiryForm.init) else { return false }
            expiry = form
            return true
        }
        if case .bool(let isSo) = value {
            switch name {
            case "access_dies_on_renewal": accessDiesOnRenewal = isSo
            case "refresh_is_fixed": refreshIsFixed = isSo
            default: return false
            }
            return true
        }
        let seconds = Span.seconds(value)
        if case .null = value {} else if seconds == nil { return false }
        if let seconds, !(0...Self.longest).contains(seconds) { return false }
        switch name {
        case "access_life": accessLife = seconds ?? 0
        case "first_life": firstLife = seconds
        case "refresh_life": refreshLife = seconds
        case "hard_cap": hardCap = seconds
        case "idle_limit": idleLimit = seconds
        case "live_grants": liveGrants = seconds.map { max(1, $0) }
        case "minimum_age": minimumAge = seconds ?? 0
        case "code_life": codeLife = seconds ?? 0
        default: return false
        }
        return true
    }

    private static let longest = 100 * 365 * 86_400

    /// As the control address shows them.
    var json: JSONValue {
        func seconds(_ value: Int?) -> JSONValue { value.map { .integer($0) } ?? .null }
        return [
            "access_life": .integer(accessLife), "first_life": seconds(firstLife), "refresh_life": seconds(refreshLife),
            "rotation": .text(rotation.description), "expiry": .text(expiry.rawValue),
            "access_dies_on_renewal": .bool(accessDiesOnRenewal), "refresh_is_fixed": .bool(refreshIsFixed),
            "hard_cap": seconds(hardCap), "idle_limit": seconds(idleLimit), "live_grants": seconds(liveGrants),
            "minimum_age": .integer(minimumAge), "code_life": .integer(codeLife),
        ]
    }
}

extension TokenRules.Rotation: LosslessStringConvertible {
    /// - Parameter text: Such as `single_use` or `single_use_grace(30m)`.
    init?(_ text: String) {
        if let grace = text.wholeMatch(of: /single_use_grace\((\w+)\)/).flatMap({ Span.seconds(String($0.1)) }) {
            self = .singleUseGrace(grace)
            return
        }
        let plain: [TokenRules.Rotation] = [
            .none, .replaceOldValid, .singleUse, .retainUntilNextUsed, .familyRevokeOnReplay, .daily,
        ]
        guard let rotation = plain.first(where: { $0.description == text }) else { return nil }
        self = rotation
    }

    var description: String {
        switch self {
        case .none: "none"
        case .replaceOldValid: "replace_old_valid"
        case .singleUse: "single_use"
        case .singleUseGrace(let seconds): "single_use_grace(\(seconds))"
        case .retainUntilNextUsed: "retain_until_next_used"
        case .familyRevokeOnReplay: "family_revoke_on_replay"
        case .daily: "daily"
        }
    }
}
