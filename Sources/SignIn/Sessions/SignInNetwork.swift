import CredentialFormat
import Model
import Policy

/// From where somebody signs in, as coarse as providers give addresses to one household or office: 24 bits of an IPv4 address, 48 of
/// an IPv6 one.
struct SignInNetwork: Sendable {
    /// How many are known of a member.
    static let maximumKnown = 32

    private let text: String

    /// Nil where the address is not known.
    init?(_ address: IPAddress?) {
        guard let address else { return nil }
        text =
            switch address.family {
            case .v4: "4 \(address.bits >> 8)"
            case .v6: "6 \(address.bits >> 80)"
            }
    }

    /// What is kept of it.
    func digest(of member: ID<Member>, under peppers: Peppers) -> [UInt8] {
        peppers.oldest.digest(of: "sign-in network 1: \(member) \(text)".utf8).bytes
    }
}
