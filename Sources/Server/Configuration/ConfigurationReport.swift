/// The configuration and how it came about.
package struct ConfigurationReport: Sendable {
    /// Every setting, in the order of ``ConfigurationKey/all``.
    package let inForce: [SettingInForce]
    /// The configuration, or all that is wrong with it.
    package let outcome: Result<ServerConfiguration, ConfigurationErrors>
    /// The file of settings, if it says a secret and so must be closed to others.
    package let fileWithSecrets: String?

    /// Reads flags, environment and file.
    ///
    /// - Parameters:
    ///   - flags: What was given, by key.
    ///   - variables: The environment.
    ///   - forced: The environment of a command that knows only one, such as `demo`.
    package init(
        flags: [ConfigurationKey: String], variables: [String: String],
        forcing forced: ServerConfiguration.Environment? = nil
    ) {
        let reading = ConfigurationReading(flags: flags, variables: variables)
        var settings = Settings(reading)
        let configuration = ServerConfiguration(&settings, forcing: forced)
        let order = Dictionary(uniqueKeysWithValues: ConfigurationKey.all.enumerated().map { ($1, $0) })
        inForce = settings.inForce.sorted { order[$0.key, default: 0] < order[$1.key, default: 0] }
        outcome = configuration.map { .success($0) } ?? .failure(ConfigurationErrors(errors: settings.errors))
        fileWithSecrets = reading.fileWithSecrets
    }
}
