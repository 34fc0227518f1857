import Foundation
import TestSupport

/// A mail command that keeps each letter in a file.
struct Post {
    struct Mail {
        let headers: String
        let body: String

        /// The link in it, without the server's address.
        func link(at server: ServerProcess) -> String? {
            body.split(whereSeparator: \.isWhitespace).first { $0.hasPrefix(server.base) }
                .map { String($0.dropFirst(server.base.count)) }
        }
    }

    private let folder: Folder

    init() throws {
        folder = try Folder()
        let path = folder.path
        try FileManager.default.createDirectory(atPath: path + "/letters", withIntermediateDirectories: true)
        let script = """
            #!/bin/sh
            cat > \(path)/$$ && mv \(path)/$$ \(path)/letters/$$
            """
        try script.write(toFile: path + "/sendmail", atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: path + "/sendmail")
    }

    /// - Parameter arguments: Further ones of the server.
    func withServer(
        _ arguments: [String] = [], product: String? = nil,
        _ body: (ServerProcess, DemoCredentials) async throws -> Void
    ) async throws {
        try await ServerProcess.withDemo(
            product: product,
            arguments: ["--mail-command", folder.path + "/sendmail", "--mail-from", "desk@journey.example"] + arguments,
            body)
    }

    /// The latest of so many letters, waiting until there are as many.
    func letter(number: Int) async throws -> Mail {
        try await eventually { try letters().count >= number }
        let all = try letters()
        guard all.count >= number, let last = all.last else {
            throw ServerFailure("Letter \(number) does not arrive.")
        }
        return last
    }

    /// All letters, oldest first.
    func letters() throws -> [Mail] {
        let files = try FileManager.default.contentsOfDirectory(
            at: URL(fileURLWithPath: folder.path + "/letters"),
            includingPropertiesForKeys: [.contentModificationDateKey])
        let dated = try files.map { file in
            (
                file,
                try file.resourceValues(forKeys: [.contentModificationDateKey]).contentModificationDate ?? .distantPast
            )
        }
        return try dated.sorted { $0.1 < $1.1 }.map { file, _ in
            let text = try String(contentsOf: file, encoding: .utf8)
            let halves = text.split(separator: "\n\n", maxSplits: 1).map(String.init)
            let body = Data(base64Encoded: halves.last ?? "", options: .ignoreUnknownCharacters) ?? Data()
            return Mail(headers: halves.first ?? "", body: String(decoding: body, as: UTF8.self))
        }
    }
}
