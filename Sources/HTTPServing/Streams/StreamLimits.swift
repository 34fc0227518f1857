import NIOCore
import NIOHTTP2

/// What one connection of HTTP/2 may ask of us (law 7). The defaults of swift-nio-http2 are written out where we rely on them.
enum StreamLimits {
    /// How many requests may be open at once: the fewest that RFC 9113 §6.5.2 recommends.
    static let openStreams = 100
    /// How many bytes their bodies may come to, all together.
    static let bodies = 16 * HotDoor.maximumBody

    static var connection: NIOHTTP2Handler.ConnectionConfiguration {
        var limits = NIOHTTP2Handler.ConnectionConfiguration()
        limits.initialSettings = [
            HTTP2Setting(parameter: .maxConcurrentStreams, value: openStreams),
            HTTP2Setting(parameter: .maxHeaderListSize, value: HeadLimits.longest),
        ]
        limits.headerBlockValidation = .enabled
        limits.contentLengthValidation = .enabled
        // CONTINUATION without end (CVE-2024-27316 and its kin).
        limits.maximumSequentialContinuationFrames = 5
        limits.maximumSequentialEmptyDataFrames = 1
        // Answers to PING and SETTINGS that the client does not read (CVE-2019-9512, CVE-2019-9515), and how many it may send.
        limits.maximumBufferedControlFrames = 1000
        limits.controlFrameRateLimit.maximumCount = 200
        limits.controlFrameRateLimit.windowLength = .seconds(30)
        limits.maximumRecentlyResetStreams = 200
        // Those are all that there were since the connection began, which a proxy keeps for days: how many there are in a while is
        // bounded below.
        limits.maximumConnectionGlitches = .max
        return limits
    }

    static var stream: NIOHTTP2Handler.StreamConfiguration {
        var limits = NIOHTTP2Handler.StreamConfiguration()
        // Requests that are taken back at once (CVE-2023-44487), and those that make us take them back (CVE-2025-8671).
        limits.streamResetFrameRateLimit.maximumCount = 200
        limits.streamResetFrameRateLimit.windowLength = .seconds(30)
        limits.streamErrorRateLimit.maximumCount = 200
        limits.streamErrorRateLimit.windowLength = .seconds(30)
        return limits
    }
}
