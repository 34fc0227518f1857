import Policy

/// Where the server answers.
package struct ListenAddress: Hashable, Sendable, CustomStringConvertible {
    /// An address without brackets, or `localhost`.
    package let host: String
    /// 0 has the system choose one.
    package let port: Int

    /// Loopback, port 8080.
    package static let standard = ListenAddress(host: "127.0.0.1", port: 8080)

    package init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// `address:port`, IPv6 in brackets, or `localhost:port`; nil for anything else.
    package init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"), let port = Self.port(text[text.index(after: colon)...]) else {
            return nil
        }
        let host = text[..<colon]
        if host == "localhost" {
            self.init(host: "localhost", port: port)
        } else if host.first == "[", host.last == "]", let address = IPAddress(host.dropFirst().dropLast()),
            host.contains(":")
        {
            self.init(host: address.description, port: port)
        } else if !host.contains(":"), let address = IPAddress(host) {
            self.init(host: address.description, port: port)
        } else {
            return nil
        }
    }

    /// Whether only this machine reaches it.
    package var isLoopback: Bool {
        host == "localhost" || IPAddress(host).map(\.isLoopback) ?? false
    }

    /// Whether it stands for every address of the machine.
    package var isEverywhere: Bool { host == "0.0.0.0" || host == "::" }

    /// Whether both cannot be listened at together: every address of a family has each of them in it, `::` those of IPv4 too.
    func collides(with other: ListenAddress) -> Bool {
        guard port != 0, port == other.port else { return false }
        return host == other.host || isEverywhere(of: other) || other.isEverywhere(of: self) || mayBe(other)
            || other.mayBe(self)
    }

    /// What `localhost` stands for is the system's to say.
    private func mayBe(_ other: ListenAddress) -> Bool {
        host == "localhost" && (other.host == "127.0.0.1" || other.host == "::1")
    }

    private func isEverywhere(of other: ListenAddress) -> Bool {
        host == "::" || (host == "0.0.0.0" && (other.host == "localhost" || !other.host.contains(":")))
    }

    package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

    /// The number that `text` spells in decimal digits without leading zeros, if it is a port's.
    static func port(_ text: some StringProtocol) -> Int? {
        guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let port = UInt16(text), String(port) == text else {
            return nil
        }
        return Int(port)
    }
}

extension IPAddress {
    /// Whether it is 127.0.0.0/8 (RFC 1122 §3.2.1.3) or ::1 (RFC 4291 §2.5.3).
    var isLoopback: Bool {
        switch family {
        case .v4: bits >> 24 == 127
        case .v6: bits == 1
        }
    }
}
