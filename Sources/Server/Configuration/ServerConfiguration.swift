import DefinitionFile
package import HTTPServing
package import Logging
package import Model
import Outbound
package import Policy
import ProductDefinition
import ProviderDefinition
import Tokens

/// What the server was told, checked and complete. Made once, at the top; nothing below reads flags, environment or
/// file. It prints as nothing, because secrets are in it.
package struct ServerConfiguration: Sendable, CustomReflectable, CustomStringConvertible {
    /// How careful the server is.
    package enum Environment: String, Sendable, CaseIterable {
        /// For trying out: an issuer and a master key are made up where none is given.
        case development
        /// For use.
        case production
    }

    package let environment: Environment
    /// The public base URL, without a final slash.
    package let issuer: String
    /// Whether somebody said it; otherwise it was made up for development.
    package let issuerIsSaid: Bool
    package let listen: ListenAddress
    /// What is answered over TLS, nil where nothing is.
    package let tls: TLS?
    /// Where HAProxy is answered in its own protocol, nil for nowhere.
    package let spoeListen: ListenAddress?
    package let database: DatabaseLocation
    package let masterKey: MasterKeySource
    /// Of one that only opens, while the master key is being replaced.
    package let previousMasterKey: MasterKeySource?
    /// Proxies whose word about the caller's address counts.
    package let trustedProxies: [IPRange]
    /// Gateways that may ask `/verify`, by address.
    package let verifyGateways: [IPRange]
    /// What other gateways send. With neither this nor addresses, everybody may ask.
    package let verifyGatewaySecret: String?
    /// How long a connection is kept without a request, in seconds.
    package let idleSeconds: Int
    /// How long the server serves on once it was told to end.
    package let drainSeconds: Int
    /// How many connections are wanted at most.
    package let maxConnections: Int
    /// How many from one address, nil for a share of all.
    package let maxConnectionsPerAddress: Int?
    /// How much verification may remember.
    package let memoryLimit: MemoryLimit
    /// The age, in days, at which the keys that seal and sign are replaced; 0 is never.
    package let keyRotationDays: Int
    package let logLevel: Logger.Level
    package let logFormat: LogFormat
    /// Where metrics are told, nil for nowhere.
    package let metrics: ListenAddress?
    /// Where traces are told, nil for nowhere.
    package let traces: String?
    /// Where the keys of a partner are that reports leaked secrets, nil for no partner.
    package let secretScanningKeys: PartnerKeyPlace?
    /// The path of the product definition, nil for the standard product.
    package let productPath: String?
    /// The folder of the operator's own provider files, nil for those alone that are built in.
    package let providersPath: String?
    /// The folder with secrets of our clients at providers, nil for none.
    package let providerSecretsFolder: String?
    /// Secrets of our clients, by provider, the newest first.
    package let providerSecrets: [String: [String]]
    /// What stands in for all providers, nil for the providers themselves.
    package let providerSimulator: String?
    /// Where what providers gave waits for the database.
    package let recoveryJournalPath: String
    /// Who takes mail, nil where nobody does.
    package let mail: Mail?

    /// Where to answer over TLS, and what with.
    package struct TLS: Hashable, Sendable {
        package let listen: ListenAddress
        package let files: CertificateFiles
    }

    /// How mail goes out.
    package struct Mail: Hashable, Sendable {
        /// The path of a sendmail-compatible program.
        package let command: String
        package let from: EmailAddress
    }

    /// The name of the type alone.
    package var description: String { "server configuration" }
    /// Nothing to reflect upon.
    package var customMirror: Mirror { Mirror(self, children: []) }
}

extension ServerConfiguration {
    /// The master key, and the one that only opens. Load them before the database is opened.
    ///
    /// - Throws: As ``MasterKeySource/load(saying:)``.
    func masterKeys(saying say: (String) -> Void) async throws(MasterKeyError) -> MasterKeys {
        let newest = try await masterKey.load(saying: say)
        guard let previousMasterKey else { return MasterKeys(newest) }
        return MasterKeys(newest, older: [try await previousMasterKey.load(saying: say)])
    }

    /// The product that it names, or the standard one.
    func product() throws(DefinitionError) -> Product {
        guard let productPath else { return .standard }
        return try Product.load(from: productPath)
    }

    /// How many connections there may be in a process with so many descriptors.
    package func connectionLimits(descriptors: Int) -> ConnectionLimits {
        ConnectionLimits(descriptors: descriptors, total: maxConnections, perAddress: maxConnectionsPerAddress)
    }

    /// What `settings` say.
    ///
    /// - Parameter forced: The environment of a command that knows only one.
    /// - Returns: Nil if something is wrong with them; `settings` then know what.
    init?(_ settings: inout Settings, forcing forced: Environment?) {
        _ = settings.take(.config) { $0 }
        let environment = settings.takeEnvironment(forced)
        let listen =
            settings.take(.listen, shown: ListenAddress.standard.description) { ListenAddress($0) } ?? .standard
        let (tls, tlsListen) = settings.takeTLS()
        self.tls = tls
        spoeListen = settings.take(.spoeListen) { ListenAddress($0) }
        issuerIsSaid = settings.source(of: .issuer) != nil
        let issuer = settings.takeIssuer(environment, listen)
        let database = settings.takeDatabase()
        let masterKey = settings.takeMasterKey(environment, database)
        previousMasterKey = settings.takePreviousMasterKey()
        trustedProxies = settings.takeRanges(.trustedProxies)
        verifyGateways = settings.takeRanges(.verifyGateways)
        verifyGatewaySecret = settings.take(.verifyGatewaySecret) { text in
            (32...256).contains(text.utf8.count) && text.utf8.allSatisfy { (0x21...0x7E).contains($0) } ? text : nil
        }
        idleSeconds = settings.takeNumber(.idleSeconds, standard: 75, in: 5...3600)
        drainSeconds = settings.takeNumber(
            .drainSeconds, standard: environment == .development ? 0 : 5, in: 0...300)
        maxConnections = settings.takeNumber(.maxConnections, standard: 10_000, in: 16...1_000_000)
        maxConnectionsPerAddress = settings.take(.maxConnectionsPerAddress, shown: "a quarter of all") { text in
            Int(text).flatMap { (1...1_000_000).contains($0) ? $0 : nil }
        }
        memoryLimit =
            settings.take(.memoryLimit, shown: MemoryLimit.standard.description) { MemoryLimit($0) } ?? .standard
        keyRotationDays = settings.takeNumber(.keyRotationDays, standard: 90, in: 0...3650)
        logLevel = settings.take(.logLevel, shown: "info") { Logger.Level(rawValue: $0) } ?? .info
        let format: LogFormat = environment == .development ? .text : .json
        logFormat = settings.take(.logFormat, shown: format.rawValue) { LogFormat(rawValue: $0) } ?? format
        metrics = settings.take(.metrics) { ListenAddress($0) }
        traces = settings.take(.traces) { TraceCollector.isAddress($0) ? $0 : nil }
        secretScanningKeys = settings.take(.secretScanningKeys) { PartnerKeyPlace($0) }
        settings.refuseSameAddress([
            (.listen, listen), (.tlsListen, tlsListen), (.spoeListen, spoeListen), (.metrics, metrics),
        ])
        productPath = settings.take(.product, shown: "the standard product") { $0 }
        providersPath = settings.take(.providers, shown: "those that are built in") { $0 }
        providerSecretsFolder = settings.take(.providerSecretsFolder) { $0 }
        providerSecrets = settings.takeProviderSecrets()
        providerSimulator = settings.take(.providerSimulator, shown: "the providers themselves") { text in
            environment == .development && OutboundReach.simulator(at: text) != nil ? text : nil
        }
        let journal = database.recoveryJournalPath
        recoveryJournalPath = settings.take(.recoveryJournal, shown: journal) { $0 } ?? journal
        mail = settings.takeMail()
        guard settings.errors.isEmpty, let issuer, let masterKey else { return nil }
        self.environment = environment
        self.issuer = issuer
        self.listen = listen
        self.database = database
        self.masterKey = masterKey
    }
}

extension DatabaseLocation {
    /// Where the database is, for a command that needs to know nothing else: other settings may be there, and need not.
    static func said(in reading: ConfigurationReading) throws(ConfigurationErrors) -> DatabaseLocation {
        var settings = Settings(reading)
        let database = settings.takeDatabase()
        guard settings.errors.isEmpty else { throw ConfigurationErrors(errors: settings.errors) }
        return database
    }
}

extension Settings {
    /// Where it is not understood, production: the more careful of the two.
    fileprivate mutating func takeEnvironment(_ forced: ServerConfiguration.Environment?)
        -> ServerConfiguration.Environment
    {
        let standard = forced ?? .production
        let said = take(.environment, shown: standard.rawValue) { ServerConfiguration.Environment(rawValue: $0) }
        if let said, let forced, said != forced {
            refuse(.environment, "this command knows \(forced.rawValue) alone")
        }
        return said ?? standard
    }

    /// What the flags of a process say, every user of the machine can read, so a password does not come that way.
    fileprivate mutating func takeDatabase() -> DatabaseLocation {
        let standard = DatabaseLocation.standard
        let said = take(.database, shown: standard.description, showing: \.description) { DatabaseLocation($0) }
        if let said, said.holdsPassword, case .flag = source(of: .database) {
            refuse(
                .database,
                "a password in a flag can be read by every user of this machine; say it in "
                    + "\(ConfigurationKey.database.variable ?? ""), in the file of settings, or by PGPASSWORD or PGPASSFILE"
            )
        }
        return said ?? standard
    }

    fileprivate mutating func takeNumber(
        _ key: ConfigurationKey, standard: Int, in range: ClosedRange<Int>
    ) -> Int {
        take(key, shown: String(standard)) { text in Int(text).flatMap { range.contains($0) ? $0 : nil } } ?? standard
    }

    /// Pairs of a provider and a secret.
    fileprivate mutating func takeProviderSecrets() -> [String: [String]] {
        let said: [String: [String]]? = take(.providerSecrets) { text in
            var secrets: [String: [String]] = [:]
            for pair in text.split(whereSeparator: { ", ".contains($0) }) {
                guard let equals = pair.firstIndex(of: "=") else { return nil }
                let name = String(pair[..<equals])
                let secret = String(pair[pair.index(after: equals)...])
                guard Provider.allows(identifier: name), ProviderSecrets.isSecret(secret) else { return nil }
                secrets[name, default: []].append(secret)
            }
            return secrets.isEmpty ? nil : secrets
        }
        return said ?? [:]
    }

    /// All of it or nothing; the address also where the rest is missing.
    fileprivate mutating func takeTLS() -> (ServerConfiguration.TLS?, ListenAddress?) {
        let keys: [ConfigurationKey] = [.tlsListen, .tlsCertificateFile, .tlsKeyFile]
        let said = keys.filter { source(of: $0) != nil }
        let listen = take(.tlsListen) { ListenAddress($0) }
        let certificate = take(.tlsCertificateFile) { $0 }
        let key = take(.tlsKeyFile) { $0 }
        if let first = said.first {
            for key in keys where source(of: key) == nil {
                refuseMissing(key, "is missing; \(first) needs it. It must be \(key.allowed)")
            }
        }
        guard let listen, let certificate, let key else { return (nil, listen) }
        let files = CertificateFiles(certificate: certificate, key: key)
        return (ServerConfiguration.TLS(listen: listen, files: files), listen)
    }

    /// Refuses each listener that would answer where one before it does. Each speaks something else.
    fileprivate mutating func refuseSameAddress(_ listeners: [(key: ConfigurationKey, address: ListenAddress?)]) {
        for (index, later) in listeners.enumerated() {
            guard let address = later.address,
                let earlier = listeners[..<index].first(where: { $0.address?.collides(with: address) == true })
            else { continue }
            refuse(later.key, "must be another address than \(earlier.key), where something else is spoken")
        }
    }

    /// Both or neither.
    fileprivate mutating func takeMail() -> ServerConfiguration.Mail? {
        let saysHow = source(of: .mailCommand) != nil
        let saysWho = source(of: .mailFrom) != nil
        let command = take(.mailCommand) { $0.hasPrefix("/") && !$0.hasSuffix("/") ? $0 : nil }
        let from = take(.mailFrom) { EmailAddress($0) }
        if saysHow, !saysWho {
            refuseMissing(
                .mailFrom, "is missing; mail-command needs it. It must be \(ConfigurationKey.mailFrom.allowed)")
        } else if saysWho, !saysHow {
            refuse(.mailFrom, "says who sends mail, but mail-command does not say how")
        }
        guard let command, let from else { return nil }
        return ServerConfiguration.Mail(command: command, from: from)
    }

    fileprivate mutating func takeIssuer(
        _ environment: ServerConfiguration.Environment, _ listen: ListenAddress
    ) -> String? {
        let standard = environment == .development ? Self.issuer(of: listen) : nil
        let isSaid = source(of: .issuer) != nil
        let said = take(.issuer, shown: standard) { text in
            IssuerURL(text).flatMap { $0.isAllowed(in: environment) ? $0.text : nil }
        }
        guard !isSaid, standard == nil else { return said ?? standard }
        refuseMissing(
            .issuer,
            "is missing; say it with --issuer or CLAVIGER_ISSUER. It must be \(ConfigurationKey.issuer.allowed)")
        return nil
    }

    /// What a newcomer's browser reaches.
    private static func issuer(of listen: ListenAddress) -> String? {
        if listen.isLoopback { return "http://\(listen)" }
        return listen.isEverywhere ? "http://localhost:\(listen.port)" : nil
    }

    fileprivate mutating func takePreviousMasterKey() -> MasterKeySource? {
        let keys: [ConfigurationKey] = [.previousMasterKeyFile, .previousMasterKeyCommand, .previousMasterKey]
        let said = keys.filter { source(of: $0) != nil }
        let sources: [MasterKeySource?] = [
            take(.previousMasterKeyFile) { .file($0) },
            take(.previousMasterKeyCommand) { .command($0) },
            take(.previousMasterKey) { MasterKey(text: $0).map { .value($0) } },
        ]
        if said.count > 1 {
            refuse(said[1], "the previous master key is said more than once, also by \(said[0].name); give one of them")
        }
        return sources.lazy.compactMap(\.self).first
    }

    fileprivate mutating func takeMasterKey(
        _ environment: ServerConfiguration.Environment, _ database: DatabaseLocation
    ) -> MasterKeySource? {
        let keys: [ConfigurationKey] = [.masterKeyFile, .masterKeyCommand, .masterKey]
        let said = keys.filter { source(of: $0) != nil }
        let beside = MasterKeySource.fileBeside(database)
        let standard = said.isEmpty && environment == .development ? beside : nil
        let sources: [MasterKeySource?] = [
            take(.masterKeyFile, shown: standard?.path) { .file($0) },
            take(.masterKeyCommand) { .command($0) },
            take(.masterKey) { MasterKey(text: $0).map { .value($0) } },
        ]
        if said.count > 1 {
            refuse(said[1], "the master key is said more than once, also by \(said[0].name); give one of them")
        } else if said.isEmpty, standard == nil {
            let ways = keys.compactMap { $0.flag ?? $0.variable }.joined(separator: ", ")
            refuseMissing(.masterKeyFile, "the master key is missing; production needs one of \(ways)")
        }
        return sources.lazy.compactMap(\.self).first ?? standard
    }
}
