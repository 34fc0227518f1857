import NIOCore

/// What HAProxy says of itself when it connects (SPOE.txt §3.2.4).
struct OffloadGreeting {
    /// How long frames may be: the shorter of what either takes.
    let longestFrame: Int
    /// Whether it only wants to know that we are there.
    let isHealthCheck: Bool

    /// - Parameter payload: A list of names and values.
    init(_ payload: ByteBuffer) throws(OffloadFault) {
        var payload = payload
        var versions: String?
        var size: UInt64?
        var hasCapabilities = false
        var isHealthCheck = false
        while payload.readableBytes > 0 {
            let name = try payload.readOffloadText()
            let value = try payload.readOffloadValue()
            switch name {
            case "supported-versions": versions = value.text
            case "max-frame-size": size = value.number
            case "capabilities": hasCapabilities = value.text != nil
            case "healthcheck": isHealthCheck = value.isTrue
            default: break
            }
        }
        guard let versions else { throw .noVersion }
        guard let size else { throw .noFrameSize }
        guard hasCapabilities else { throw .noCapabilities }
        // Whoever names one of a major version has those before it too.
        let isSupported = versions.split(separator: ",").contains { $0.drop { $0 == " " }.hasPrefix("2.") }
        guard isSupported else { throw .unsupportedVersion }
        guard size >= UInt64(OffloadFrame.sizes.lowerBound) else { throw .badFrameSize }
        longestFrame = min(Int(clamping: size), OffloadFrame.sizes.upperBound)
        self.isHealthCheck = isHealthCheck
    }
}
