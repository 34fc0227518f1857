import Glibc

/// A folder for the secrets of what is made, each in a file that is named by its client and that nobody else may read.
struct SecretFolder {
    private let path: String

    /// Makes the folder where there is none, and finds out that files can be made there: a secret that cannot be kept is not made.
    ///
    /// - Throws: ``CommandError``
    init(_ path: String) throws(CommandError) {
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else {
            throw CommandError("\(path) cannot be made: \(String(cString: strerror(errno))).")
        }
        self.path = path
        _ = try NewSecretFile("\(path)/.\(getpid())")
    }

    func file(of secret: AppliedSecret) -> String { "\(path)/\(secret.clientID)" }

    /// Keeps all that can be.
    ///
    /// - Throws: ``CommandError`` with those that are lost.
    func keep(_ secrets: [AppliedSecret]) throws(CommandError) {
        var lost: [String] = []
        for secret in secrets {
            do throws(CommandError) {
                try NewSecretFile(file(of: secret)).keep(secret.clientSecret)
            } catch {
                lost.append("\(secret) is lost, rotate it: \(error.description)")
            }
        }
        guard lost.isEmpty else { throw CommandError(lost.joined(separator: "\n")) }
    }
}
