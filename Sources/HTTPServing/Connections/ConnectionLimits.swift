import Policy

/// How many connections there may be at once.
package struct ConnectionLimits: Hashable, Sendable {
    /// In all.
    package let total: Int
    /// From one address, or from one /64 of IPv6: whoever has one address there has all of them.
    package let perAddress: Int

    package init(total: Int, perAddress: Int) {
        self.total = total
        self.perAddress = perAddress
    }

    /// What a process with so many descriptors can hold, and no more than was asked for. Some are kept for the database, files
    /// and programs, so that a full house still works.
    ///
    /// - Parameters:
    ///   - total: What the operator wants in all.
    ///   - perAddress: What the operator wants for one address, nil for a quarter of all.
    package init(descriptors: Int, total: Int, perAddress: Int?) {
        let reserve = min(max(descriptors / 8, 64), 512)
        let total = max(min(total, descriptors - reserve), 16)
        self.init(total: total, perAddress: min(perAddress ?? max(total / 4, 16), total))
    }
}

/// Those who count as one when connections are counted.
struct Neighbourhood: Hashable, Sendable, CustomStringConvertible {
    private let address: IPAddress

    init(of address: IPAddress) {
        switch address.family {
        case .v4: self.address = address
        case .v6: self.address = IPAddress(v6: (address.bits >> 64) << 64)
        }
    }

    var description: String {
        switch address.family {
        case .v4: address.description
        case .v6: "\(address)/64"
        }
    }
}
