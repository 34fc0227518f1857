package import Foundation

/// The work tree that the tests were compiled from.
package enum WorkTree {
    /// Its root, above `Tests/TestSupport/Stores/WorkTree.swift`.
    package static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    /// The text of a file, given by its path from the root.
    package static func text(of path: String) throws -> String {
        try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }
}
