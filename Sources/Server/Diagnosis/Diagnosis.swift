import Model

/// What is in force, where it was said, and what is unsafe or wrong. Made without changing anything, also beside a
/// running server.
struct Diagnosis: Sendable {
    let settings: [SettingInForce]
    let findings: [Finding]

    /// Examines what `report` says.
    ///
    /// - Parameter asksNodes: Whether all nodes are looked at, too, as the database knows them.
    init(of report: ConfigurationReport, at now: Instant, asksNodes: Bool = false) async {
        settings = report.inForce
        var findings = report.fileWithSecrets.map { Self.settingsFile($0) } ?? []
        switch report.outcome {
        case .failure(let errors):
            findings += errors.errors.map {
                .error($0.name, $0.source == .standard ? $0.problem : "\($0.source): \($0.problem)")
            }
            findings.append(.warning("doctor", "looks at the rest once the settings are right"))
        case .success(let configuration):
            findings += ExposureCheck(configuration).findings()
            findings += CertificateCheck(configuration, now: now).findings()
            findings += ConnectionCheck(configuration).findings()
            findings += MemoryCheck(configuration).findings()
            findings += ProductCheck(path: configuration.productPath, providers: configuration.providersPath).findings()
            findings += ProviderCheck(configuration: configuration).findings()
            findings += await DatabaseCheck(configuration, now: now).findings()
            if asksNodes { findings += NodesCheck(configuration).findings() }
        }
        self.findings = findings
    }

    /// Whether nothing is wrong. Warnings are not.
    var isHealthy: Bool { !findings.contains { $0.severity == .error } }

    /// All of it, for a terminal.
    var text: String {
        let settings = AlignedRows.text(settings.map { [$0.key.name, $0.shown, $0.source.description] })
        let findings = AlignedRows.text(findings.map { [$0.severity.rawValue, $0.subject, $0.text] })
        return """
            In force
            \(settings)

            Found
            \(findings)

            \(summary)
            """
    }

    private var summary: String {
        let errors = findings.count { $0.severity == .error }
        let warnings = findings.count { $0.severity == .warning }
        func counted(_ count: Int, _ word: String) -> String { "\(count) \(word)\(count == 1 ? "" : "s")" }
        return "\(counted(errors, "error")), \(counted(warnings, "warning"))"
    }

    private static func settingsFile(_ path: String) -> [Finding] {
        guard let status = FileStatus(path), status.exposesSecret else { return [] }
        return [
            .error("config", "\(path) says a secret and is open to other users of this machine. Run: chmod 600 \(path)")
        ]
    }
}
