/// What is said on the command line.
package struct CarbonOptions: Sendable {
    package var host = "127.0.0.1"
    /// 0 for any that is free.
    package var port = 8090
    /// The files of a certificate and of its key, in PEM. Nil for HTTP without TLS.
    package var tls: (certificate: String, key: String)?
    /// How clients reach us, without a final slash. Nil for where we listen.
    package var base: String?
    /// A `postgres://` address, or nil for a file in the data folder.
    package var database: String?
    /// Holds the database, uploads and exports.
    package var data: String
    /// Names of organizations.
    package var organizations: String?
    /// Whose requests for footprints are answered, and where to.
    package var partners: String?
    /// Where clients get their tokens: for the OpenAPI document alone.
    package var tokenURL = "http://127.0.0.1:8080/api/public/v1/oauth2/token"
    /// Whether queries say whose rows they want. Only tests of the second wall leave that out.
    package var filters = true
    /// The most that open uploads and files may take in all, in bytes.
    package var mostStored = 20 << 30
    /// Announcements of others' footprints that are kept for an organization; of more, the oldest go.
    package var mostEvents = 10_000

    /// How long an upload may stay open, in seconds.
    package var uploadLifetime = 86_400
    /// Seconds between two looks for what has expired.
    package var sweepInterval = 60

    /// Seconds before an answer to a request for footprints is tried again.
    package var answerPause = 60

    package init(data: String, port: Int = 8090) {
        self.data = data
        self.port = port
    }
}
