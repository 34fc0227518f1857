import Foundation
import Locking

/// A TCP port of 127.0.0.1 that nobody listens on, and that nobody is given by chance before it is used: it is below those
/// that the system takes for outgoing connections, and none is found twice.
package enum FreePort {
    private static let found = Lock<Set<UInt16>>([])

    package static func find() throws -> Int {
        for _ in 0..<1000 {
            let port = UInt16.random(in: 10_000..<32_768)
            if found.withLock({ $0.insert(port).inserted }), isFree(port) { return Int(port) }
        }
        throw ServerFailure("No port is free.")
    }

    private static func isFree(_ port: UInt16) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                bind(descriptor, pointer, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }
}
