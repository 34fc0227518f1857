/// What is said on the command line.
package struct CarbonOptions: Sendable {
    package var host = "127.0.0.1"
    /// 0 for any that is free.
    package var port = 8090
    /// How clients reach us, without a final slash. Nil for host and port.
    package var base: String?
    /// A `postgres://` address, or nil for a file in the data folder.
    package var database: String?
    /// Holds the database, uploads and exports.
    package var data: String
    /// Names of organizations.
    package var organizations: String?
    /// Whether queries say whose rows they want. Only tests of the second wall leave that out.
    package var filters = true
    /// The most that open uploads and files may take in all, in bytes.
    package var mostStored = 20 << 30

    package init(data: String, port: Int = 8090) {
        self.data = data
        self.port = port
    }
}
