/// One thing that the server can be told, and where. ``all`` is the one list of them: the flags, the environment, the
/// file, `docs/configuration.md` and `claviger doctor` are held against it.
package struct ConfigurationKey: Hashable, Sendable, CustomStringConvertible {
    /// Its name in the file. The flag and the variable are made from it.
    package let name: String
    /// What the flag's help calls the value.
    package let valueName: String
    /// What is in force where nobody says anything, for people.
    package let standard: String
    /// What it is for, for people.
    package let summary: String
    /// What it may be. Errors say it after "must be".
    package let allowed: String
    /// Whether its value is never shown, and never taken from a flag, which every user of the machine can read.
    package let isSecret: Bool
    /// Whether the environment can say it.
    package let isInEnvironment: Bool
    /// Whether the file can say it.
    package let isInFile: Bool

    private init(
        _ name: String, _ valueName: String, standard: String, allowed: String, isSecret: Bool = false,
        isInEnvironment: Bool = true, isInFile: Bool = true, _ summary: String
    ) {
        self.name = name
        self.valueName = valueName
        self.standard = standard
        self.summary = summary
        self.allowed = allowed
        self.isSecret = isSecret
        self.isInEnvironment = isInEnvironment
        self.isInFile = isInFile
    }

    /// Its name.
    package var description: String { name }

    /// Its flag, such as `--trusted-proxies`; none for a secret.
    package var flag: String? { isSecret ? nil : "--\(name)" }

    /// Its environment variable, such as `CLAVIGER_TRUSTED_PROXIES`.
    package var variable: String? {
        isInEnvironment ? Self.variablePrefix + name.uppercased().map { $0 == "-" ? "_" : $0 } : nil
    }

    /// What all our variables begin with.
    package static let variablePrefix = "CLAVIGER_"

    /// Every key, in the order in which it is shown.
    package static let all: [ConfigurationKey] = [
        config, environment, issuer, listen, tlsListen, tlsCertificateFile, tlsKeyFile, spoeListen, database, data,
        masterKeyFile, masterKeyCommand, masterKey, previousMasterKeyFile, previousMasterKeyCommand, previousMasterKey,
        trustedProxies, verifyGateways, verifyGatewaySecret, idleSeconds, drainSeconds,
        maxConnections, maxConnectionsPerAddress, memoryLimit, keyRotationDays, logLevel, logFormat, metrics, traces,
        secretScanningKeys, product, providers, providerSecretsFolder, providerSecrets, providerSimulator,
        recoveryJournal,
        mailCommand, mailFrom,
    ]
}

extension ConfigurationKey {
    package static let config = ConfigurationKey(
        "config", "file", standard: "none", allowed: "the path of a file", isInFile: false,
        "A YAML or JSON file that says what neither flags nor the environment say")

    package static let environment = ConfigurationKey(
        "environment", "environment", standard: "production", allowed: "development or production",
        "Development fills in an issuer and a master key; production wants both said. The demo is always development")

    package static let issuer = ConfigurationKey(
        "issuer", "url", standard: "none; in development http:// and the address of listen",
        allowed: """
            an https URL in lower case without query, fragment or final slash (http only on loopback, in development)
            """,
        "The public base URL, the `iss` of every token. Choose it once")

    package static let listen = ConfigurationKey(
        "listen", "address:port", standard: "127.0.0.1:8080",
        allowed: "an address and a port, such as 127.0.0.1:8080, 0.0.0.0:8080, [::1]:8080 or localhost:8080",
        "Where to answer HTTP")

    package static let tlsListen = ConfigurationKey(
        "tls-listen", "address:port", standard: "none",
        allowed: "an address and a port, such as 0.0.0.0:8443, [::]:8443 or localhost:8443",
        "Where to answer over TLS as well, HTTP/1.1 and HTTP/2; needs tls-certificate-file and tls-key-file")

    package static let tlsCertificateFile = ConfigurationKey(
        "tls-certificate-file", "file", standard: "none", allowed: "the path of a file",
        "The certificate of TLS in PEM, and behind it those that lead to a root. Looked at again when it changes")

    package static let tlsKeyFile = ConfigurationKey(
        "tls-key-file", "file", standard: "none", allowed: "the path of a file",
        "The key of that certificate in PEM, without a passphrase, in a file that only its owner may read")

    package static let spoeListen = ConfigurationKey(
        "spoe-listen", "address:port", standard: "none",
        allowed: "an address and a port, such as 127.0.0.1:8081",
        "Where to answer HAProxy in its own protocol (SPOE), which is not encrypted. Without it nothing answers")

    package static let database = ConfigurationKey(
        "database", "database", standard: "sqlite:./data/claviger.db",
        allowed: """
            sqlite: and the path of a file, such as sqlite:/var/lib/claviger/claviger.db, or a URI that names a PostgreSQL \
            database, such as postgres://claviger@db1,db2/claviger?sslmode=verify-full
            """,
        "Where everything is kept: a SQLite file, made where it is missing, or PostgreSQL")

    package static let data = ConfigurationKey(
        "data", "folder", standard: "none", allowed: "the path of a folder", isInEnvironment: false, isInFile: false,
        "Short for `--database sqlite:<folder>/claviger.db`")

    package static let masterKeyFile = ConfigurationKey(
        "master-key-file", "file", standard: "none; in development master.key beside the database, or in ./data",
        allowed: "the path of a file",
        "A file that holds the master key and that only its owner may read")

    package static let masterKeyCommand = ConfigurationKey(
        "master-key-command", "command", standard: "none", allowed: "a command for sh -c",
        "A command that prints the master key, run by `sh -c` for at most 30 seconds. It must hold no secret itself")

    package static let masterKey = ConfigurationKey(
        "master-key", "key", standard: "none", allowed: "32 bytes as 64 hexadecimal digits or Base64", isSecret: true,
        "The master key itself")

    package static let previousMasterKeyFile = ConfigurationKey(
        "previous-master-key-file", "file", standard: "none", allowed: "the path of a file",
        "A file that holds the other master key while one takes the place of the other (claviger master-key change)")

    package static let previousMasterKeyCommand = ConfigurationKey(
        "previous-master-key-command", "command", standard: "none", allowed: "a command for sh -c",
        "A command that prints that key, run as master-key-command is. It must hold no secret itself")

    package static let previousMasterKey = ConfigurationKey(
        "previous-master-key", "key", standard: "none", allowed: "32 bytes as 64 hexadecimal digits or Base64",
        isSecret: true, "That key itself")

    package static let trustedProxies = ConfigurationKey(
        "trusted-proxies", "addresses", standard: "none",
        allowed: "addresses and CIDR blocks such as 10.0.0.0/8, with commas or spaces between",
        "The proxies whose word about the caller's address counts")

    package static let verifyGateways = ConfigurationKey(
        "verify-gateways", "addresses", standard: "none",
        allowed: "addresses and CIDR blocks such as 10.0.0.7, with commas or spaces between",
        "The gateways that may ask /verify. Without these and without a secret, everybody may")

    package static let verifyGatewaySecret = ConfigurationKey(
        "verify-gateway-secret", "secret", standard: "none",
        allowed: "32 to 256 visible ASCII characters", isSecret: true,
        "What other gateways must send to /verify in the header X-Claviger-Gateway")

    package static let idleSeconds = ConfigurationKey(
        "idle-seconds", "seconds", standard: "75", allowed: "a whole number from 5 to 3600",
        "How long a connection is kept without a request. Longer than the proxies in front keep theirs")

    package static let drainSeconds = ConfigurationKey(
        "drain-seconds", "seconds", standard: "5; in development 0", allowed: "a whole number from 0 to 300",
        "How long a server that was told to end serves on while /readyz says 503, so that who sends calls here can stop"
    )

    package static let maxConnections = ConfigurationKey(
        "max-connections", "number", standard: "10000, or fewer where the system allows fewer descriptors",
        allowed: "a whole number from 16 to 1000000",
        "How many connections there may be at once. When one more comes, the longest idle ones go")

    package static let maxConnectionsPerAddress = ConfigurationKey(
        "max-connections-per-address", "number", standard: "a quarter of all",
        allowed: "a whole number from 1 to 1000000",
        "How many of them one address, or one /64 of IPv6, may have. Trusted proxies and gateways may have all")

    package static let memoryLimit = ConfigurationKey(
        "memory-limit", "size", standard: "512MiB",
        allowed: "a whole number with MiB or GiB behind it, such as 512MiB, from 64MiB to 1024GiB",
        "How much verification may remember, so that it need not ask the database. What has expired goes first")

    package static let keyRotationDays = ConfigurationKey(
        "key-rotation-days", "days", standard: "90", allowed: "a whole number from 0 (never) to 3650",
        "The age at which the keys that seal and sign tokens are replaced by new ones, a day before the new ones sign; 0 is never"
    )

    package static let logLevel = ConfigurationKey(
        "log-level", "level", standard: "info",
        allowed: "trace, debug, info, notice, warning, error or critical",
        "The least important line that is logged. From notice on there is no line a request")

    package static let logFormat = ConfigurationKey(
        "log-format", "format", standard: "json; in development text", allowed: "json or text",
        "How a log line looks")

    package static let metrics = ConfigurationKey(
        "metrics", "address:port", standard: "none",
        allowed: "an address and a port, such as 127.0.0.1:9464",
        "Where to answer GET /metrics, in the text format of Prometheus. Without it nothing answers")

    package static let traces = ConfigurationKey(
        "traces", "url", standard: "none",
        allowed: "an http or https URL with a path and without a query, such as http://127.0.0.1:4318/v1/traces",
        "Where requests are told that are part of a trace (`traceparent`), by OpenTelemetry's protocol over HTTP")

    package static let secretScanningKeys = ConfigurationKey(
        "secret-scanning-keys", "file or url", standard: "none",
        allowed: "the path of a file, or an https URL with a host and a path",
        "The public keys of a partner that reports leaked secrets: a file, or where the partner publishes them")

    package static let product = ConfigurationKey(
        "product", "file", standard: "none: the standard product", allowed: "the path of a file",
        "The product definition")

    package static let providers = ConfigurationKey(
        "providers", "folder", standard: "none: those that are built in", allowed: "the path of a folder",
        "Provider files beside those that are built in; one of the same id takes the place of a built-in one")

    package static let providerSecretsFolder = ConfigurationKey(
        "provider-secrets-folder", "folder", standard: "none", allowed: "the path of a folder",
        "Files with the secrets of our clients at providers, named as the provider: one secret a line, the newest first"
    )

    package static let providerSecrets = ConfigurationKey(
        "provider-secrets", "secrets", standard: "none",
        allowed: """
            pairs such as facebook=s3cret, with spaces or commas between; of two for one provider the newer stands first
            """,
        isSecret: true, "Those secrets themselves")

    package static let providerSimulator = ConfigurationKey(
        "provider-simulator", "url", standard: "none: the providers themselves",
        allowed: "http:// with a host and a port, such as http://127.0.0.1:8199, in development alone",
        "A simulator that stands in for all providers. Then requests to them are not encrypted and may reach any address"
    )

    package static let recoveryJournal = ConfigurationKey(
        "recovery-journal", "file", standard: "recovery.journal beside the database, or in ./data",
        allowed: "the path of a file",
        "Where tokens that a provider gave wait, sealed, while the database cannot take them. Each node needs its own")

    package static let mailCommand = ConfigurationKey(
        "mail-command", "file", standard: "none", allowed: "the absolute path of a program, without arguments",
        "A sendmail-compatible program for invitations and forgotten passwords, run with -t -i. Without it admins hand "
            + "links over")

    package static let mailFrom = ConfigurationKey(
        "mail-from", "address", standard: "none", allowed: "an e-mail address, such as auth@acme.example",
        "The sender of mail; needed with mail-command")
}
