import Foundation

/// A TCP port of 127.0.0.1 that nobody listens on, and that nobody is given by chance before it is used: it is below those
/// that the system takes for outgoing connections, and none is found twice, nor by another process that runs tests beside
/// this one. Whoever finds a port holds the UDP port of the same number, which nothing here uses, for as long as it lives.
package enum FreePort {
    package static func find() throws -> Int {
        for _ in 0..<1000 {
            let port = UInt16.random(in: 10_000..<32_768)
            guard bound(port, SOCK_DGRAM) != nil else { continue }
            if let listener = bound(port, SOCK_STREAM) {
                close(listener)
                return Int(port)
            }
        }
        throw ServerFailure("No port is free.")
    }

    /// A socket that is bound to a port of 127.0.0.1, nil where the port is taken.
    private static func bound(_ port: UInt16, _ type: __socket_type) -> Int32? {
        let descriptor = socket(AF_INET, Int32(type.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let status = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                bind(descriptor, pointer, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        if status == 0 { return descriptor }
        close(descriptor)
        return nil
    }
}
