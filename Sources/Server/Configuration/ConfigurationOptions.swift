import ArgumentParser
import Foundation

/// The flags that every command shares.
package struct ConfigurationOptions: ParsableArguments {
    @Option(name: .of(.config), help: .of(.config)) var config: String?
    @Option(name: .of(.environment), help: .of(.environment)) var environment: String?
    @Option(name: .of(.issuer), help: .of(.issuer)) var issuer: String?
    @Option(name: .of(.listen), help: .of(.listen)) var listen: String?
    @Option(name: .of(.tlsListen), help: .of(.tlsListen)) var tlsListen: String?
    @Option(name: .of(.tlsCertificateFile), help: .of(.tlsCertificateFile)) var tlsCertificateFile: String?
    @Option(name: .of(.tlsKeyFile), help: .of(.tlsKeyFile)) var tlsKeyFile: String?
    @Option(name: .of(.spoeListen), help: .of(.spoeListen)) var spoeListen: String?
    @Option(name: .of(.database), help: .of(.database)) var database: String?
    @Option(name: .of(.data), help: .of(.data)) var data: String?
    @Option(name: .of(.masterKeyFile), help: .of(.masterKeyFile)) var masterKeyFile: String?
    @Option(name: .of(.masterKeyCommand), help: .of(.masterKeyCommand)) var masterKeyCommand: String?
    @Option(name: .of(.previousMasterKeyFile), help: .of(.previousMasterKeyFile)) var previousMasterKeyFile: String?
    @Option(name: .of(.previousMasterKeyCommand), help: .of(.previousMasterKeyCommand))
    var previousMasterKeyCommand: String?
    @Option(name: .of(.trustedProxies), help: .of(.trustedProxies)) var trustedProxies: String?
    @Option(name: .of(.verifyGateways), help: .of(.verifyGateways)) var verifyGateways: String?
    @Option(name: .of(.idleSeconds), help: .of(.idleSeconds)) var idleSeconds: String?
    @Option(name: .of(.drainSeconds), help: .of(.drainSeconds)) var drainSeconds: String?
    @Option(name: .of(.maxConnections), help: .of(.maxConnections)) var maxConnections: String?
    @Option(name: .of(.maxConnectionsPerAddress), help: .of(.maxConnectionsPerAddress))
    var maxConnectionsPerAddress: String?
    @Option(name: .of(.memoryLimit), help: .of(.memoryLimit)) var memoryLimit: String?
    @Option(name: .of(.keyRotationDays), help: .of(.keyRotationDays)) var keyRotationDays: String?
    @Option(name: .of(.logLevel), help: .of(.logLevel)) var logLevel: String?
    @Option(name: .of(.logFormat), help: .of(.logFormat)) var logFormat: String?
    @Option(name: .of(.metrics), help: .of(.metrics)) var metrics: String?
    @Option(name: .of(.traces), help: .of(.traces)) var traces: String?
    @Option(name: .of(.secretScanningKeys), help: .of(.secretScanningKeys)) var secretScanningKeys: String?
    @Option(name: .of(.product), help: .of(.product)) var product: String?
    @Option(name: .of(.providers), help: .of(.providers)) var providers: String?
    @Option(name: .of(.providerSecretsFolder), help: .of(.providerSecretsFolder)) var providerSecretsFolder: String?
    @Option(name: .of(.providerSimulator), help: .of(.providerSimulator)) var providerSimulator: String?
    @Option(name: .of(.recoveryJournal), help: .of(.recoveryJournal)) var recoveryJournal: String?
    @Option(name: .of(.mailCommand), help: .of(.mailCommand)) var mailCommand: String?
    @Option(name: .of(.mailFrom), help: .of(.mailFrom)) var mailFrom: String?

    package init() {}

    /// What is in force.
    ///
    /// - Parameter forced: The environment of a command that knows only one, such as `demo`.
    /// - Throws: ``ConfigurationErrors``, all at once.
    package func configuration(
        forcing forced: ServerConfiguration.Environment? = nil
    ) throws(ConfigurationErrors) -> ServerConfiguration {
        try report(forcing: forced).outcome.get()
    }

    /// What is in force and where it was said.
    package func report(forcing forced: ServerConfiguration.Environment? = nil) -> ConfigurationReport {
        reading(forcing: forced)()
    }

    /// Reads flags, environment and file whenever it is called: what the file says may be another thing by then.
    package func reading(
        forcing forced: ServerConfiguration.Environment? = nil
    ) -> @Sendable () -> ConfigurationReport {
        let given = given
        return { ConfigurationReport(flags: given, variables: ProcessInfo.processInfo.environment, forcing: forced) }
    }

    /// Where the database is, whatever else is said or lacks.
    ///
    /// - Throws: ``ConfigurationErrors``
    package func databaseAlone() throws(ConfigurationErrors) -> DatabaseLocation {
        try .said(in: ConfigurationReading(flags: given, variables: ProcessInfo.processInfo.environment))
    }

    /// What was given, by key.
    package var given: [ConfigurationKey: String] {
        let flags: [(ConfigurationKey, String?)] = [
            (.config, config), (.environment, environment), (.issuer, issuer), (.listen, listen),
            (.tlsListen, tlsListen), (.tlsCertificateFile, tlsCertificateFile), (.tlsKeyFile, tlsKeyFile),
            (.spoeListen, spoeListen), (.database, database),
            (.data, data), (.masterKeyFile, masterKeyFile), (.masterKeyCommand, masterKeyCommand),
            (.previousMasterKeyFile, previousMasterKeyFile), (.previousMasterKeyCommand, previousMasterKeyCommand),
            (.trustedProxies, trustedProxies),
            (.verifyGateways, verifyGateways),
            (.idleSeconds, idleSeconds), (.drainSeconds, drainSeconds), (.maxConnections, maxConnections),
            (.maxConnectionsPerAddress, maxConnectionsPerAddress), (.memoryLimit, memoryLimit),
            (.keyRotationDays, keyRotationDays), (.logLevel, logLevel), (.logFormat, logFormat), (.metrics, metrics),
            (.traces, traces), (.secretScanningKeys, secretScanningKeys), (.product, product), (.providers, providers),
            (.providerSecretsFolder, providerSecretsFolder),
            (.providerSimulator, providerSimulator), (.recoveryJournal, recoveryJournal), (.mailCommand, mailCommand),
            (.mailFrom, mailFrom),
        ]
        return Dictionary(uniqueKeysWithValues: flags.compactMap { key, text in text.map { (key, $0) } })
    }
}

extension NameSpecification {
    fileprivate static func of(_ key: ConfigurationKey) -> NameSpecification { .customLong(key.name) }
}

extension ArgumentHelp {
    fileprivate static func of(_ key: ConfigurationKey) -> ArgumentHelp {
        let variable = key.variable.map { "; \($0)" } ?? ""
        return ArgumentHelp("\(key.summary). (default: \(key.standard)\(variable))", valueName: key.valueName)
    }
}
