import Foundation
import NIOCore
import NIOPosix

/// A file, read piece by piece as whoever wants it can take it: no more than a piece of it is in memory.
struct FileChunks: AsyncSequence, Sendable {
    let path: String
    /// Whether compressing it would save nothing.
    let isCompressed: Bool

    private static let size = 65_536

    func makeAsyncIterator() -> Iterator { Iterator(path: path) }

    struct Iterator: AsyncIteratorProtocol {
        private let path: String
        private var offset: UInt64 = 0

        init(path: String) {
            self.path = path
        }

        mutating func next() async throws -> ByteBuffer? {
            let (path, start) = (path, offset)
            let piece = try await NIOThreadPool.singleton.runIfActive { try FileChunks.read(path, from: start) }
            offset += UInt64(piece.readableBytes)
            return piece.readableBytes == 0 ? nil : piece
        }
    }

    private static func read(_ path: String, from offset: UInt64) throws -> ByteBuffer {
        let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
        defer { try? file.close() }
        try file.seek(toOffset: offset)
        return ByteBuffer(bytes: try file.read(upToCount: size) ?? Data())
    }
}
