package import NIOCore
package import Policy

extension IPAddress {
    /// The host of a socket's other end, none for a Unix socket.
    package init?(of address: SocketAddress?) {
        guard let text = address?.ipAddress else { return nil }
        self.init(text.prefix { $0 != "%" })
    }
}
