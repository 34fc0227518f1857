import CZlib

/// Makes a gzip file (RFC 1952) of bytes that come piece by piece. What it remembers of them does not grow.
final class GzipStream {
    /// It lies still: zlib keeps its address.
    private let stream: UnsafeMutablePointer<z_stream>
    private var room = [UInt8](repeating: 0, count: 16_384)

    /// zlib did not do it.
    struct Failure: Error {
        let status: Int32
    }

    /// - Throws: ``Failure`` where there is no memory.
    init() throws {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        // Sixteen more than the largest window ask for gzip's header and checksum.
        let status = deflateInit2_(
            stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, MAX_WBITS + 16, MAX_MEM_LEVEL - 1, Z_DEFAULT_STRATEGY,
            ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        guard status == Z_OK else { throw Failure(status: status) }
    }

    deinit {
        deflateEnd(stream)
        stream.deinitialize(count: 1)
        stream.deallocate()
    }

    /// - Returns: What of the file is done by now, often nothing.
    func compress(_ bytes: [UInt8]) throws -> [UInt8] {
        try run(bytes, Z_NO_FLUSH)
    }

    /// - Returns: The rest of the file. Nothing can be compressed after it.
    func finish() throws -> [UInt8] {
        try run([], Z_FINISH)
    }

    private func run(_ bytes: [UInt8], _ flush: Int32) throws -> [UInt8] {
        var source = bytes
        var done: [UInt8] = []
        try source.withUnsafeMutableBufferPointer { source in
            stream.pointee.next_in = source.baseAddress
            guard let count = UInt32(exactly: source.count) else { throw Failure(status: Z_DATA_ERROR) }
            stream.pointee.avail_in = count
            while true {
                let (status, left) = room.withUnsafeMutableBufferPointer { room in
                    stream.pointee.next_out = room.baseAddress
                    stream.pointee.avail_out = UInt32(clamping: room.count)
                    return (deflate(stream, flush), Int(stream.pointee.avail_out))
                }
                // Where nothing was left to do, zlib says that it had no room to do it.
                guard status == Z_OK || status == Z_STREAM_END || status == Z_BUF_ERROR else {
                    throw Failure(status: status)
                }
                done += room[..<(room.count - left)]
                guard left == 0 else { return }
            }
        }
        return done
    }
}

@available(*, unavailable)
extension GzipStream: Sendable {}
