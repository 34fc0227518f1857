import Policy

/// What a configuration opens to whom.
struct ExposureCheck {
    private let configuration: ServerConfiguration

    init(_ configuration: ServerConfiguration) {
        self.configuration = configuration
    }

    func findings() -> [Finding] {
        ranges(
            .trustedProxies, configuration.trustedProxies, "everybody could choose the address that they seem to have")
            + ranges(.verifyGateways, configuration.verifyGateways, "it closes nothing")
            + unencrypted()
            + reachable(
                at: [configuration.listen, configuration.tls?.listen, configuration.spoeListen].compactMap(\.self))
            + offload() + metrics()
    }

    private func ranges(_ key: ConfigurationKey, _ ranges: [IPRange], _ consequence: String) -> [Finding] {
        ranges.filter { $0.prefixLength == 0 }.map { .error(key.name, "\($0) is everybody: \(consequence)") }
    }

    private func offload() -> [Finding] {
        guard let listen = configuration.spoeListen, !listen.isLoopback else { return [] }
        return [
            .warning(
                "spoe-listen",
                "\(listen) is reached by other machines, and credentials pass there unencrypted: keep everybody but HAProxy away"
            )
        ]
    }

    private func metrics() -> [Finding] {
        guard let metrics = configuration.metrics, !metrics.isLoopback else { return [] }
        return [.warning("metrics", "\(metrics) tells everybody who reaches it how much there is and how it fares")]
    }

    private func unencrypted() -> [Finding] {
        let listen = configuration.listen
        guard !listen.isLoopback else { return [] }
        return [
            .warning(
                "listen",
                "\(listen) is reached by other machines, and no TLS is spoken there: let a proxy end TLS in front, and keep everybody else away"
            )
        ]
    }

    /// What is worth knowing once others than this machine reach any of it.
    private func reachable(at addresses: [ListenAddress]) -> [Finding] {
        let open = addresses.filter { !$0.isLoopback }.map(\.description).joined(separator: " and ")
        guard !open.isEmpty else { return [] }
        var findings: [Finding] = []
        if configuration.trustedProxies.isEmpty {
            findings.append(
                .warning(
                    "trusted-proxies",
                    "none, and other machines reach \(open): behind a proxy or gateway every caller seems to have its address, and address rules look at that"
                ))
        }
        if configuration.environment == .development {
            findings.append(.warning("environment", "development is for trying out, and other machines reach it"))
        }
        if configuration.verifyGateways.isEmpty, configuration.verifyGatewaySecret == nil {
            findings.append(.warning("verify-gateways", "/verify answers everybody who reaches \(open)"))
        }
        return findings
    }
}
