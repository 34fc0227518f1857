import Foundation

/// The product definitions under `Products`.
package enum SampleProducts {
    /// The text of one, empty where there is none.
    package static func text(_ name: String) -> String {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../../Products/\(name).yaml").standardizedFileURL
        return (try? String(contentsOf: file, encoding: .utf8)) ?? ""
    }
}
