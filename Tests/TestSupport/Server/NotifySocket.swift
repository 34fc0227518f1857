import Foundation
import Locking

/// The socket of a service manager (sd_notify(3)), which keeps what it is told.
package final class NotifySocket: Sendable {
    /// As `NOTIFY_SOCKET` names it.
    package let name: String
    private let descriptor: Int32
    private let heard = Lock<[String]>([])

    /// - Parameter name: A path, or a name of the abstract namespace with `@` in front.
    package init(_ name: String) throws {
        self.name = name
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var bytes = Array(name.utf8)
        if bytes.first == UInt8(ascii: "@") { bytes[0] = 0 }
        var address = sockaddr_un()
        guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else {
            throw ServerFailure("\(name) is too long for a socket.")
        }
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + bytes.count)
        let status = withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, length) }
        }
        guard status == 0 else { throw ServerFailure("\(name) cannot be bound.") }
    }

    deinit {
        close(descriptor)
    }

    /// Everything that was said until now, a text for each datagram.
    package var messages: [String] {
        heard.withLock { heard in
            var buffer = [UInt8](repeating: 0, count: 4096)
            while true {
                let count = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
                guard count > 0 else { return heard }
                heard.append(String(decoding: buffer.prefix(count), as: UTF8.self))
            }
        }
    }
}
