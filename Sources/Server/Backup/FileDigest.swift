import Crypto
import Foundation
import TextForms

/// The SHA-256 digest of a file, as `sha256sum` writes and checks it.
struct FileDigest: Hashable {
    /// 64 lower-case hexadecimal digits.
    let text: String

    /// Nil for anything but 64 hexadecimal digits.
    init?(_ text: String) {
        let text = text.lowercased()
        guard text.utf8.count == 64, text.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) })
        else { return nil }
        self.text = text
    }

    /// Of all that is left to read of a file.
    ///
    /// - Parameter take: Gets each piece, in order.
    init(of handle: FileHandle, _ take: (Data) throws -> Void = { _ in }) throws {
        var hash = SHA256()
        while let piece = try handle.read(upToCount: 1 << 20), !piece.isEmpty {
            hash.update(data: piece)
            try take(piece)
        }
        text = Hexadecimal.text(hash.finalize())
    }

    /// That of `name` in what `sha256sum` wrote, nil where it is not there.
    init?(of name: String, in list: String) {
        for line in list.split(whereSeparator: \.isNewline) where !line.hasPrefix("#") {
            let parts = line.split(maxSplits: 1) { $0 == " " }
            // Behind the space stands another, or a star for what was read as binary.
            guard parts.count == 2, parts[1].dropFirst([" ", "*"].contains(parts[1].first) ? 1 : 0) == name,
                let digest = FileDigest(String(parts[0]))
            else { continue }
            self = digest
            return
        }
        return nil
    }

    /// The line for `sha256sum --check`, after remarks that it passes over.
    func list(for name: String, remarks: [String]) -> String {
        (remarks.map { "# \($0)" } + ["\(text)  \(name)"]).joined(separator: "\n") + "\n"
    }
}
