import Foundation

/// The work tree that these tests were compiled from.
enum Repository {
    /// Its root, above `Tests/ArchitectureTests/Repository.swift`.
    static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// The text of a file, given by its path from the root.
    static func text(of path: String) throws -> String {
        try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }

    /// The paths, from the root, of the Swift files under `folder`, sorted. None where there is no such folder.
    static func swiftFiles(under folder: String) -> [String] {
        let everything = FileManager.default.enumerator(atPath: root.appending(path: folder).path)
        let paths = everything?.compactMap { $0 as? String } ?? []
        return paths.filter { $0.hasSuffix(".swift") }.map { "\(folder)/\($0)" }.sorted()
    }

    /// The paths, from the root, of all documents in Markdown, sorted; nothing of hidden folders, where what is built lies.
    static func documents() throws -> [String] {
        try names(in: "").flatMap { name in
            let below = FileManager.default.enumerator(atPath: root.appending(path: name).path)
            return [name] + (below?.compactMap { $0 as? String } ?? []).map { "\(name)/\($0)" }
        }.filter { $0.hasSuffix(".md") }.sorted()
    }

    /// The names in `folder`, sorted, without hidden ones.
    static func names(in folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: root.appending(path: folder).path)
            .filter { !$0.hasPrefix(".") }.sorted()
    }

    /// Whether there is a file or folder at a path from the root.
    static func exists(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: root.appending(path: path).path)
    }
}
