import Crypto
import Foundation

/// Where uploaded parts and finished exports lie: a folder with files under names of our own, never under a client's.
struct FileShelf: Sendable {
    private let folder: String

    init(in data: String) throws {
        folder = data + "/files"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }

    /// - Parameter name: One that ``UUIDText`` made.
    func path(of name: String) -> String { "\(folder)/\(name)" }

    func remove(_ name: String) {
        try? FileManager.default.removeItem(atPath: path(of: name))
    }

    /// Files that nobody has written to since a moment.
    func names(untouchedSince moment: Timestamp) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder).filter { name in
            guard UUIDText.parse(name) == name,
                let attributes = try? FileManager.default.attributesOfItem(atPath: path(of: name)),
                let date = attributes[.modificationDate] as? Date
            else { return false }
            return Int(date.timeIntervalSince1970) < moment.seconds
        }
    }

    /// A new file.
    ///
    /// - Parameter isCompressed: Whether it becomes a gzip file of what is written.
    func make(isCompressed: Bool = false) throws -> NewFile {
        let name = UUIDText.make()
        guard
            FileManager.default.createFile(
                atPath: path(of: name), contents: nil, attributes: [.posixPermissions: 0o600])
        else { throw StoreFailure.unavailable("a file cannot be made in \(folder)") }
        return NewFile(
            name, try FileHandle(forWritingTo: URL(fileURLWithPath: path(of: name))),
            compressor: try isCompressed ? GzipStream() : nil)
    }
}

/// A file that is being written.
final class NewFile {
    let name: String
    private let handle: FileHandle
    private let compressor: GzipStream?
    private var hash = SHA256()
    /// Bytes that lie in it.
    private(set) var size = 0

    init(_ name: String, _ handle: FileHandle, compressor: GzipStream?) {
        self.name = name
        self.handle = handle
        self.compressor = compressor
    }

    func write(_ bytes: [UInt8]) throws {
        try put(try compressor?.compress(bytes) ?? bytes)
    }

    private func put(_ bytes: [UInt8]) throws {
        guard !bytes.isEmpty else { return }
        try handle.write(contentsOf: Data(bytes))
        hash.update(data: bytes)
        size += bytes.count
    }

    /// - Returns: The digest of all that lies in it, in hexadecimal.
    func close() throws -> String {
        if let compressor { try put(try compressor.finish()) }
        try handle.synchronize()
        try handle.close()
        return hash.finalize().hexadecimal
    }
}

/// The bytes of several files behind one another, of which no more than a piece is in memory.
final class FileBytes {
    private var paths: ArraySlice<String>
    private var handle: FileHandle?
    private var buffer: [UInt8] = []
    private var place = 0

    private static let size = 65_536

    init(_ paths: [String]) {
        self.paths = paths[...]
    }

    deinit {
        try? handle?.close()
    }

    /// The next byte, without taking it.
    func peek() throws -> UInt8? {
        if place == buffer.count { try fill() }
        return place < buffer.count ? buffer[place] : nil
    }

    func next() throws -> UInt8? {
        guard let byte = try peek() else { return nil }
        place += 1
        return byte
    }

    /// The bytes up to the next line feed, which is taken and not given; nil at the end. Of a line that is longer than `most`, more than
    /// that comes, and not all of it has to.
    func line(most: Int) throws -> [UInt8]? {
        guard try peek() != nil else { return nil }
        var line: [UInt8] = []
        while line.count <= most, try peek() != nil {
            if let end = buffer[place...].firstIndex(of: 0x0A) {
                line += buffer[place..<end]
                place = end + 1
                return line
            }
            line += buffer[place...]
            place = buffer.count
        }
        return line
    }

    private func fill() throws {
        buffer = []
        place = 0
        while buffer.isEmpty {
            if handle == nil {
                guard let path = paths.popFirst() else { return }
                handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
            }
            buffer = Array(try handle?.read(upToCount: Self.size) ?? Data())
            if buffer.isEmpty {
                try handle?.close()
                handle = nil
            }
        }
    }
}
