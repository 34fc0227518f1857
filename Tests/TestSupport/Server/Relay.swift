import Foundation
import Locking
import Synchronization

/// Passes bytes between clients and a server on this machine, until a test has it fall silent or cut.
package final class Relay: Sendable {
    /// What it does with a stretch of bytes from a client.
    package enum Decision: Sendable {
        case pass
        /// Passes it, waits for the server's answer, and cuts the connection without giving the client any of it.
        case passAndCut
        /// From now on nothing passes on any connection, and none is ended.
        case fallSilent
    }

    /// The port of 127.0.0.1 that clients connect to.
    package let port: Int
    private let listener: Int32
    private let server: Int
    private let decide: @Sendable ([UInt8]) -> Decision
    private let isSilent = Atomic(false)
    private let connections = Lock<[Descriptor]>([])

    /// - Parameters:
    ///   - server: The server's port on 127.0.0.1.
    ///   - decide: Asked for each stretch of bytes that a client sends.
    package init(to server: Int, deciding decide: @escaping @Sendable ([UInt8]) -> Decision = { _ in .pass }) throws {
        self.server = server
        self.decide = decide
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = Self.address(port: 0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, length) == 0 && listen(listener, 64) == 0 && getsockname(listener, $0, &length) == 0
            }
        }
        guard isBound else { throw ServerFailure("The relay cannot listen.") }
        self.listener = listener
        port = Int(UInt16(bigEndian: address.sin_port))
        Thread.detachNewThread { [self] in serve() }
    }

    /// Nothing passes from now on, and nothing is ended: the way is there, and swallows everything.
    package func fallSilent() { isSilent.store(true, ordering: .releasing) }

    /// Ends all connections, and takes new ones.
    package func cut() {
        connections.withLock { connections in
            for connection in connections { connection.shutDown() }
            connections = []
        }
    }

    /// Ends all connections, and takes no more.
    package func close() {
        shutdown(listener, Int32(SHUT_RDWR))
        cut()
    }

    private func serve() {
        while true {
            let number = accept(listener, nil, nil)
            guard number >= 0 else { break }
            let client = Descriptor(number)
            guard let server = connect() else { continue }
            connections.withLock { $0 += [client, server] }
            Thread.detachNewThread { [self] in pass(from: client, to: server, asking: true) }
            Thread.detachNewThread { [self] in pass(from: server, to: client, asking: false) }
        }
        Foundation.close(listener)
    }

    private func connect() -> Descriptor? {
        let descriptor = Descriptor(socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0))
        var address = Self.address(port: server)
        let isConnected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Foundation.connect(descriptor.number, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        return isConnected ? descriptor : nil
    }

    private func pass(from source: Descriptor, to target: Descriptor, asking: Bool) {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = recv(source.number, &buffer, buffer.count, 0)
            guard count > 0 else { break }
            if isSilent.load(ordering: .acquiring) { continue }
            switch asking ? decide(Array(buffer.prefix(count))) : .pass {
            case .pass: send(target.number, buffer, count, Int32(MSG_NOSIGNAL))
            case .fallSilent: fallSilent()
            case .passAndCut:
                // The server's answer is still read by the other thread; its client is gone by then.
                source.shutDown()
                send(target.number, buffer, count, Int32(MSG_NOSIGNAL))
                shutdown(target.number, Int32(SHUT_WR))
            }
        }
        source.shutDown()
        target.shutDown()
    }

    private static func address(port: Int) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return address
    }
}

/// A socket, closed when nobody refers to it any more.
private final class Descriptor: Sendable {
    let number: Int32

    init(_ number: Int32) {
        self.number = number
    }

    deinit {
        close(number)
    }

    func shutDown() {
        shutdown(number, Int32(SHUT_RDWR))
    }
}
