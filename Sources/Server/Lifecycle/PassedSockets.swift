import Foundation

/// Listening sockets that a service manager made and passed to us (sd_listen_fds(3)): descriptors from 3 on, `LISTEN_FDS` of them for the
/// process `LISTEN_PID`, with the names that `LISTEN_FDNAMES` gives. Calls that come while the server is started anew wait in them.
struct PassedSockets: Sendable {
    /// Where a socket answers, by its name.
    enum Place: String, CaseIterable, Sendable {
        case listen
        case tlsListen = "tls-listen"
        case metrics
    }

    /// The first descriptor that is passed.
    private static let first: Int32 = 3

    private let descriptors: [Place: Int32]

    /// None.
    static let none = PassedSockets(descriptors: [:])

    private init(descriptors: [Place: Int32]) {
        self.descriptors = descriptors
    }

    /// - Parameters:
    ///   - variables: The process's environment.
    ///   - process: Our number; sockets for another process are not ours.
    ///   - first: The number of the first of them.
    /// - Throws: ``CommandError`` for one whose name says nothing to us, or that does not listen.
    init(
        _ variables: [String: String] = ProcessInfo.processInfo.environment, process: Int32 = getpid(),
        from first: Int32 = PassedSockets.first
    ) throws {
        guard variables["LISTEN_PID"] == "\(process)", let count = variables["LISTEN_FDS"].flatMap({ Int32($0) }),
            (1...64).contains(count)
        else {
            descriptors = [:]
            return
        }
        let names = variables["LISTEN_FDNAMES"]?.split(separator: ":", omittingEmptySubsequences: false) ?? []
        var found: [Place: Int32] = [:]
        for index in 0..<count {
            let descriptor = first + index
            let name = Int(index) < names.count ? String(names[Int(index)]) : ""
            // A socket unit that names nothing gives its own name.
            guard let place = Place(rawValue: name) ?? (count == 1 ? .listen : nil) else {
                let known = Place.allCases.map(\.rawValue).joined(separator: ", ")
                throw CommandError(
                    "A socket was passed under the name “\(name)”. FileDescriptorName= must be one of \(known).")
            }
            guard found.updateValue(descriptor, forKey: place) == nil else {
                throw CommandError("Two sockets were passed under the name \(place.rawValue); one is answered at.")
            }
            guard Self.listens(descriptor) else {
                throw CommandError("What was passed under the name \(place.rawValue) is no stream socket that listens.")
            }
            // No program that we run shall have it.
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        }
        descriptors = found
    }

    /// The descriptor for a place, nil where none was passed.
    subscript(place: Place) -> Int32? { descriptors[place] }

    /// For people: where is answered what would otherwise be answered at an address.
    func place(_ place: Place, _ address: ListenAddress) -> String {
        descriptors[place] == nil ? "\(address)" : "the socket \(place.rawValue) that was passed"
    }

    /// Their names.
    var names: [String] { Place.allCases.filter { descriptors[$0] != nil }.map(\.rawValue) }

    /// What is answered is said by the settings; a socket says where.
    ///
    /// - Throws: ``CommandError`` for a socket at which nothing would be answered.
    func check(against configuration: ServerConfiguration) throws(CommandError) {
        let unanswered: [(Place, Bool, String)] = [
            (.tlsListen, configuration.tls == nil, "tls-listen, tls-certificate-file and tls-key-file"),
            (.metrics, configuration.metrics == nil, "metrics"),
        ]
        for (place, isUnanswered, settings) in unanswered where isUnanswered && descriptors[place] != nil {
            throw CommandError(
                "A socket was passed under the name \(place.rawValue), and nothing is answered there: say \(settings).")
        }
    }

    private static func listens(_ descriptor: Int32) -> Bool {
        func option(_ name: Int32) -> Int32? {
            var value: Int32 = 0
            var length = socklen_t(MemoryLayout<Int32>.size)
            return getsockopt(descriptor, SOL_SOCKET, name, &value, &length) == 0 ? value : nil
        }
        return option(SO_TYPE) == Int32(SOCK_STREAM.rawValue) && option(SO_ACCEPTCONN) == 1
    }
}
