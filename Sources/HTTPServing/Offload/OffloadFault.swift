/// Why a connection of HAProxy's is ended, by the protocol's own numbers (SPOE.txt §3.5).
enum OffloadFault: UInt32, Error {
    /// Nothing is wrong: it was idle, HAProxy wanted it, or the server stops.
    case none = 0
    case timeout = 2
    case frameTooBig = 3
    case invalidFrame = 4
    case noVersion = 5
    case noFrameSize = 6
    case noCapabilities = 7
    case unsupportedVersion = 8
    case badFrameSize = 9
    case fragmented = 10

    /// The same in words, for HAProxy's log.
    var message: StaticString {
        switch self {
        case .none: "normal"
        case .timeout: "a timeout occurred"
        case .frameTooBig: "frame is too big"
        case .invalidFrame: "invalid frame received"
        case .noVersion: "version value not found"
        case .noFrameSize: "max-frame-size value not found"
        case .noCapabilities: "capabilities value not found"
        case .unsupportedVersion: "unsupported version"
        case .badFrameSize: "max-frame-size too big or too small"
        case .fragmented: "payload fragmentation is not supported"
        }
    }
}
