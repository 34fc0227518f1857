import Foundation
import Logging

/// The service manager that started us, if it wants to be told how we fare: systemd's protocol (sd_notify(3)), a datagram to the socket
/// that `NOTIFY_SOCKET` names. Nothing happens where there is none.
struct Supervisor: Sendable {
    /// What it is told.
    enum Message: Sendable {
        /// The server answers.
        case ready
        /// Settings are read again; ``ready`` ends that.
        case reloading
        /// It was told to end.
        case stopping
        /// It is alive.
        case watchdog

        fileprivate var text: String {
            switch self {
            case .ready: "READY=1\nSTATUS=Calls are answered."
            case .reloading: "RELOADING=1\nMONOTONIC_USEC=\(Self.microseconds)\nSTATUS=Settings are read again."
            case .stopping: "STOPPING=1\nSTATUS=Told to end; what is in flight is answered."
            case .watchdog: "WATCHDOG=1"
            }
        }

        /// By the clock that the manager compares it with.
        private static var microseconds: Int64 {
            var time = timespec()
            clock_gettime(CLOCK_MONOTONIC, &time)
            return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
        }
    }

    /// Nil where nobody wants to be told.
    private let address: Address?
    /// How often it wants to hear that we are alive, nil for never.
    let watchdogInterval: Duration?

    /// - Parameters:
    ///   - variables: The process's environment.
    ///   - process: Our number, by which the manager says whom its watchdog is for.
    init(_ variables: [String: String] = ProcessInfo.processInfo.environment, process: Int32 = getpid()) {
        address = variables["NOTIFY_SOCKET"].flatMap(Address.init)
        let isForUs = variables["WATCHDOG_PID"].map { $0 == "\(process)" } ?? true
        let interval = variables["WATCHDOG_USEC"].flatMap { Int64($0) } ?? 0
        watchdogInterval = isForUs && interval > 0 && address != nil ? .microseconds(interval) : nil
    }

    /// Whether anybody listens.
    var isThere: Bool { address != nil }

    /// Tells it. What cannot be told is lost: the manager then acts as it does where nothing is told.
    func say(_ message: Message) {
        address?.send(Array(message.text.utf8))
    }

    /// A socket of the file system, or of the abstract namespace (unix(7)).
    private struct Address: Sendable {
        /// The path; of an abstract one, with a zero in front.
        private let name: [UInt8]

        init?(_ text: String) {
            var name = Array(text.utf8)
            guard name.count > 1, name.count < MemoryLayout.size(ofValue: sockaddr_un().sun_path) else { return nil }
            switch name[0] {
            case UInt8(ascii: "/"): break
            case UInt8(ascii: "@"): name[0] = 0
            default: return nil
            }
            self.name = name
        }

        func send(_ bytes: [UInt8]) {
            let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
            guard descriptor >= 0 else { return }
            defer { close(descriptor) }
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }
            let length = (MemoryLayout<sockaddr_un>.offset(of: \.sun_path) ?? 2) + name.count
            withUnsafePointer(to: address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                    _ = sendto(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL), pointer, socklen_t(length))
                }
            }
        }
    }
}
