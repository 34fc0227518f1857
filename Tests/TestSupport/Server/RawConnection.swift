import Foundation

/// A TCP connection on which a test sends whatever bytes it likes. Blocks; call it from a test of its own.
package final class RawConnection {
    private let descriptor: Int32
    /// Whether the other end was seen to end the connection.
    package private(set) var hasEnded = false

    /// How many seconds a read waits, so that nothing hangs.
    private static let patience = 60

    /// Connects to a port of 127.0.0.1.
    ///
    /// - Parameter sending: How many seconds the other end may take nothing until ``send(_:)`` gives up. A test of an end that stops
    ///   reading waits for as long.
    package init(port: Int, sending: Int = RawConnection.patience) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        for (option, seconds) in [(SO_RCVTIMEO, Self.patience), (SO_SNDTIMEO, sending)] {
            var wait = timeval(tv_sec: seconds, tv_usec: 0)
            setsockopt(descriptor, SOL_SOCKET, option, &wait, socklen_t(MemoryLayout<timeval>.size))
        }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let isConnected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        guard isConnected else {
            close(descriptor)
            throw ServerFailure("Cannot connect to port \(port).")
        }
    }

    deinit {
        close(descriptor)
    }

    /// Sends bytes; what the other end no longer takes is not an error.
    ///
    /// - Returns: How many were taken.
    @discardableResult
    package func send(_ bytes: [UInt8]) -> Int {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                Foundation.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { break }
            sent += count
        }
        return sent
    }

    /// Sends text.
    @discardableResult
    package func send(_ text: String) -> Int { send(Array(text.utf8)) }

    /// Says that nothing more will be sent.
    package func finishSending() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// What arrives until `enough` says so, the other end closes, or the patience ends.
    package func receive(until enough: ([UInt8]) -> Bool = { _ in false }) -> [UInt8] {
        var received: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while !enough(received) {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            guard count > 0 else {
                hasEnded = count == 0 || errno == ECONNRESET
                break
            }
            received += buffer.prefix(count)
        }
        return received
    }
}
