/// Where a PostgreSQL database is and how to sign in there: a `postgres://` URI, several hosts in it if need be, which
/// libpq reads (its documentation, "Connection URIs"). It may hold a password, so no more of it is printed than user,
/// hosts and database.
package struct PostgresAddress: Hashable, Sendable, CustomStringConvertible, CustomReflectable {
    /// The URI.
    let uri: String
    /// What the server lists its connections as (`application_name`), unless the URI says otherwise.
    private(set) var applicationName = "claviger"

    /// - Parameter uri: Begins with `postgres://` or `postgresql://`.
    package init(_ uri: String) {
        self.uri = uri
    }

    /// User, hosts and database, such as `postgres://claviger@db1,db2:5433/claviger`.
    package var description: String {
        guard let options = ConnectionOptions(of: self) else { return "postgres://" }
        let user = options["user"].map { "\($0)@" } ?? ""
        let hosts = PostgresHost.all(in: options).map(\.description).joined(separator: ",")
        return "postgres://\(user)\(hosts)/\(options["dbname"] ?? "")"
    }

    /// The same place for a process that the server shall list under this name, of 63 bytes at most.
    package func connecting(as name: String) -> PostgresAddress {
        var address = self
        address.applicationName = name
        return address
    }

    /// Nothing to reflect upon.
    package var customMirror: Mirror { Mirror(self, children: []) }
}

extension PostgresAddress {
    /// The address that `text` spells, nil where libpq does not understand it, it names no database, or a password with a
    /// special character that is not percent-encoded has got into another part of it.
    package init?(checking text: String) {
        guard ["postgres://", "postgresql://"].contains(where: text.hasPrefix) else { return nil }
        self.init(text)
        guard let options = ConnectionOptions(of: self), let database = options["dbname"],
            !database.contains(where: { "/@".contains($0) }), PostgresHost.all(in: options).allSatisfy(\.isSound)
        else { return nil }
    }

    /// Whether a password is in it, so that the text must be kept secret.
    package var holdsPassword: Bool {
        guard let options = ConnectionOptions(of: self) else { return true }
        return options["password"] != nil || options["sslpassword"] != nil
    }

    /// All of it that is no secret, for other programs that read what libpq does, such as `pg_dump`.
    package var textWithoutSecrets: String {
        ConnectionOptions(of: self)?.text(without: ["password", "sslpassword", "application_name"]) ?? ""
    }

    /// The servers that are tried, in their order.
    package var hosts: [PostgresHost] {
        ConnectionOptions(of: self).map { PostgresHost.all(in: $0) } ?? []
    }

    /// How TLS is used: what the address says, or the environment (`PGSSLMODE`), or libpq's standard `prefer`.
    package var tls: PostgresTLS {
        let said = ConnectionOptions(of: self)?["sslmode"] ?? ConnectionOptions.standard["sslmode"]
        return said.flatMap { PostgresTLS(rawValue: $0) } ?? .prefer
    }
}

/// A server of an address.
package struct PostgresHost: Hashable, Sendable, CustomStringConvertible {
    /// A name, an address, or the folder of a Unix socket; empty for libpq's standard.
    package let name: String
    /// Empty for libpq's standard.
    package let port: String

    /// Whether the way to it leaves this machine.
    package var isRemote: Bool {
        let isLocal =
            name.isEmpty || name.hasPrefix("/") || name == "localhost" || name == "::1"
            || name.hasPrefix("127.")
        return !isLocal
    }

    /// Whether nothing of another part of the address has got into it.
    var isSound: Bool {
        !name.contains("@") && (port.isEmpty || UInt16(port) != nil)
    }

    package var description: String {
        let name = name.contains(":") ? "[\(name)]" : name
        return port.isEmpty ? name : "\(name):\(port)"
    }

    /// Of one port for several hosts, all have it.
    static func all(in options: ConnectionOptions) -> [PostgresHost] {
        func list(_ text: String?) -> [String] {
            text?.split(separator: ",", omittingEmptySubsequences: false).map(String.init) ?? []
        }
        let names = list(options["host"] ?? options["hostaddr"])
        let ports = list(options["port"])
        return (names.isEmpty ? [""] : names).enumerated().map { index, name in
            PostgresHost(name: name, port: ports.indices.contains(index) ? ports[index] : ports.last ?? "")
        }
    }
}

/// What libpq demands of TLS (its documentation, "SSL Support", the parameter `sslmode`).
package enum PostgresTLS: String, Sendable {
    case disable, allow, prefer, require
    case verifyCA = "verify-ca"
    case verifyFull = "verify-full"

    /// Whether somebody on the way can neither listen nor pretend to be the server.
    package var isVerified: Bool { self == .verifyCA || self == .verifyFull }
}
