import CredentialFormat
import Model
import Policy

/// By what attempts in vain are counted.
enum SignInMeasure: Hashable, Sendable {
    /// Of whoever comes from a browser that nobody knows.
    case member(ID<Member>)
    /// Of whoever comes from a browser in which the member has signed in before.
    case device(ID<Member>, String)
    /// For an address that no member has: it is refused exactly as one that a member has.
    case email(EmailAddress)
    case address(IPAddress?)
    /// Links asked for by who has forgotten their password.
    case reset(EmailAddress)
    case resetAddress(IPAddress?)

    /// How many attempts are free before the first delay.
    var free: Int {
        switch self {
        case .member, .email: 5
        case .device: 10
        // Behind one address there may be a whole office.
        case .address: 50
        case .reset: 3
        case .resetAddress: 20
        }
    }

    /// After how many seconds one attempt is forgotten.
    var forgottenAfter: Int {
        switch self {
        case .member, .email, .device: 900
        case .address: 60
        case .reset, .resetAddress: 1200
        }
    }

    /// Whether it counts from nothing again once somebody was let in.
    var beginsAnew: Bool {
        switch self {
        case .member, .device, .email: true
        case .address, .reset, .resetAddress: false
        }
    }

    /// The name of the row in which it is counted.
    ///
    /// What a stranger can choose freely falls into a fixed number of slots, so that nobody can fill the table (law 7):
    /// 2¹⁶ for e-mail addresses, 2¹⁸ for networks, 2⁸ for the browsers of a member. The keyed digest keeps it unknown
    /// which fall together.
    func bucket(under peppers: Peppers) -> [UInt8] {
        let pepper = peppers.oldest
        let label =
            switch self {
            case .member(let id): "member \(id)"
            case .device(let id, let device): "device \(id) \(Self.slot("device \(device)", bits: 8, pepper))"
            case .email(let email): "email \(Self.slot("email \(email)", bits: 16, pepper))"
            case .address(let address): "address \(Self.slot(Self.network(address), bits: 18, pepper))"
            case .reset(let email): "reset \(Self.slot("email \(email)", bits: 16, pepper))"
            case .resetAddress(let address): "reset address \(Self.slot(Self.network(address), bits: 18, pepper))"
            }
        return pepper.digest(of: "sign-in attempts: \(label)".utf8).bytes
    }

    /// An IPv4 address, or the 64 bits that an IPv6 network has: within those a host may choose as it likes.
    private static func network(_ address: IPAddress?) -> String {
        switch address?.family {
        case .v4: "4 \(address?.bits ?? 0)"
        case .v6: "6 \((address?.bits ?? 0) >> 64)"
        case .none: "unknown"
        }
    }

    /// One of 2 to the power of `bits`, which nobody knows who does not have the pepper.
    static func slot(_ text: String, bits: Int, _ pepper: Pepper) -> UInt32 {
        let head = pepper.digest(of: "sign-in slot: \(text)".utf8).bytes.prefix(4)
        return head.reduce(UInt32(0)) { $0 << 8 | UInt32($1) } >> UInt32(32 - bits)
    }
}
