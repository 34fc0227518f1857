import Foundation

/// Certificates for 127.0.0.1 that sign themselves, made at test time.
package struct TestCertificates {
    package let folder: String

    package init(folder: String) {
        self.folder = folder
    }

    /// Makes `name.pem` and `name-key.pem`.
    package func make(_ name: String) async throws {
        let made = try await FinishedCommand.tool(
            "openssl",
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30",
                "-subj",
                "/CN=\(name)", "-addext", "subjectAltName=IP:127.0.0.1", "-out", path("\(name).pem"), "-keyout",
                path("\(name)-key.pem"),
            ])
        guard made.status == 0 else { throw ServerFailure(made.text) }
        try close("\(name)-key.pem")
    }

    /// Puts a file in the place of another.
    package func put(_ name: String, as place: String) throws {
        try Data(contentsOf: URL(filePath: path(name))).write(to: URL(filePath: path(place)), options: .atomic)
        try close(place)
    }

    private func close(_ name: String) throws {
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path(name))
    }

    package func path(_ name: String) -> String { "\(folder)/\(name)" }
}
