import Glibc
import Locking
import NIOCore
import NIOPosix

/// Where the names of hosts lead. The system's resolver blocks a thread for as long as it takes, and whoever owns a name says how long
/// that is: so whoever asks waits for the end of it, however little time there is, and as many threads suffice as there are askers.
final class NameLookUps: Sendable {
    /// Nothing is made before the first look-up, and nothing after the end.
    private enum State {
        case unused
        case open(NIOThreadPool)
        case closed
    }

    private let state = Lock(State.unused)
    private let width: Int
    private let look: @Sendable (String) -> [SocketAddress]

    /// - Parameters:
    ///   - width: So many are looked up at a time.
    ///   - look: Every address of a name, none where it leads nowhere. It may block.
    init(atATime width: Int, _ look: @escaping @Sendable (String) -> [SocketAddress]) {
        self.width = width
        self.look = look
    }

    /// Every address of a host, the one that it says itself where it is written as one.
    ///
    /// - Throws: `CancellationError` at once where whoever waits is ended. The look-up then ends by itself.
    func addresses(of host: String, on loop: any EventLoop) async throws -> [SocketAddress] {
        if let address = Self.literal(host) { return [address] }
        guard let pool else { return [] }
        let promise = loop.makePromise(of: [SocketAddress].self)
        pool.runIfActive(eventLoop: loop) { [look] in look(host) }.cascade(to: promise)
        return try await withTaskCancellationHandler {
            try await promise.futureResult.get()
        } onCancel: {
            promise.fail(CancellationError())
        }
    }

    /// The address that a host is written as, nil for a name.
    static func literal(_ host: String) -> SocketAddress? {
        let text = host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
        return try? SocketAddress(ipAddress: text, port: 0)
    }

    /// Takes no more of them. Those under way end by themselves.
    func close() {
        let pool = state.withLock { state -> NIOThreadPool? in
            defer { state = .closed }
            return if case .open(let pool) = state { pool } else { nil }
        }
        pool?.shutdownGracefully { _ in }
    }

    private var pool: NIOThreadPool? {
        state.withLock { state in
            switch state {
            case .open(let pool): return pool
            case .closed: return nil
            case .unused:
                let pool = NIOThreadPool(numberOfThreads: width)
                pool.start()
                state = .open(pool)
                return pool
            }
        }
    }

    /// What the system's resolver says, in its order (RFC 6724).
    static let system: @Sendable (String) -> [SocketAddress] = { host in
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, nil, &hints, &found) == 0 else { return [] }
        defer { freeaddrinfo(found) }
        var addresses: [SocketAddress] = []
        var next = found
        while let entry = next {
            next = entry.pointee.ai_next
            guard let bytes = entry.pointee.ai_addr.map({ UnsafeRawPointer($0) }) else { continue }
            switch entry.pointee.ai_family {
            case AF_INET: addresses.append(SocketAddress(bytes.loadUnaligned(as: sockaddr_in.self), host: host))
            case AF_INET6: addresses.append(SocketAddress(bytes.loadUnaligned(as: sockaddr_in6.self), host: host))
            default: continue
            }
        }
        return addresses
    }
}
